"""What a speaker is, and who may see what of them. Pure."""

from datetime import datetime
from enum import StrEnum

import msgspec


class State(StrEnum):
    """How far it has come with a speaker, on the roster and in each session."""

    PROPOSED = "proposed"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


# Who is out: no calendar of theirs holds the session, and no page shows them.
OUT = frozenset({State.DECLINED, State.WITHDRAWN})


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """One person on an event's roster. `photo_digest` names the photograph at hand, None for none."""

    id: str
    event_id: str
    name: str
    email: str | None = None
    title: str = ""
    organisation: str = ""
    city: str = ""
    biography: str = ""
    language: str = "en"
    public: bool = True
    state: State = State.PROPOSED
    availability: str = ""
    technical_needs: str = ""
    import_key: str | None = None
    photo_digest: str | None = None
    link_generation: int = 0
    asked_at: datetime | None = None
    reminded_at: datetime | None = None
    answered_at: datetime | None = None
    version: int = 1
    created_at: datetime
    changed_at: datetime


def is_shown(speaker: Speaker) -> bool:
    """Whether the public sees this person: not who declined or withdrew, and not who asked to stay unnamed."""
    return speaker.public and speaker.state not in OUT
