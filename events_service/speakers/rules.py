"""What a speaker is, and who may see what of them. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
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


# What a speaker may say of a part in a session themselves; who was taken out of it by the organisers cannot come back alone.
ANSWERS = frozenset({State.CONFIRMED, State.DECLINED})


def may_answer(state: State) -> bool:
    """Whether the speaker may still say yes or no to a part that stands so."""
    return state is not State.WITHDRAWN


def state_after(answers: Iterable[State], *, before: State) -> State:
    """Where the roster has somebody after these answers to all their parts: one yes counts, no is no when nothing is open."""
    given = [one for one in answers if one is not State.WITHDRAWN]
    if State.CONFIRMED in given:
        return State.CONFIRMED
    if given and all(one is State.DECLINED for one in given):
        return State.DECLINED
    # A yes was taken back, and other parts are still open.
    return State.INVITED if before in (State.CONFIRMED, State.DECLINED) else before


# How long after a letter the next one may remind, and how long before the event reminding begins.
REMIND_AFTER = timedelta(days=5)
REMIND_WITHIN = timedelta(days=60)
# An organiser's second press of the button is no second wish.
AGAIN_BY_HAND_AFTER = timedelta(hours=12)


def waits_for_answer(speaker: Speaker) -> bool:
    """Whether they were asked and have not answered since."""
    if speaker.email is None or speaker.asked_at is None or speaker.state not in (State.PROPOSED, State.INVITED):
        return False
    return speaker.answered_at is None or speaker.answered_at < speaker.asked_at


def can_be_asked(speaker: Speaker) -> bool:
    """Whether a letter may ask them: they have an address, and are not out."""
    return speaker.email is not None and speaker.state not in OUT
