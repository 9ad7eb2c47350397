"""The kinds of conflict an agenda can have, and the time that somebody or something is taken."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from events_service.agenda.rules import Session


class Severity(StrEnum):
    """An `error` cannot take place as planned, a `warning` hardly, a `notice` can."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Code(StrEnum):
    """What sort of conflict it is."""

    SPEAKER_DOUBLE_BOOKED = "speaker_double_booked"
    SPEAKER_ELSEWHERE = "speaker_elsewhere"
    ROOM_CLASH = "room_clash"
    CAPACITY_BELOW_SIGN_UPS = "capacity_below_sign_ups"
    CAPACITY_ABOVE_ROOM = "capacity_above_room"
    OUTSIDE_EVENT = "outside_event"
    UNCONFIRMED_SPEAKER = "unconfirmed_speaker"
    TRAVEL_TIME = "travel_time"


SEVERITY: dict[Code, Severity] = {
    Code.SPEAKER_DOUBLE_BOOKED: Severity.ERROR,
    Code.SPEAKER_ELSEWHERE: Severity.ERROR,
    Code.ROOM_CLASH: Severity.ERROR,
    Code.CAPACITY_BELOW_SIGN_UPS: Severity.ERROR,
    Code.OUTSIDE_EVENT: Severity.WARNING,
    Code.UNCONFIRMED_SPEAKER: Severity.WARNING,
    Code.TRAVEL_TIME: Severity.WARNING,
    Code.CAPACITY_ABOVE_ROOM: Severity.NOTICE,
}


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """An organiser's word that a conflict is meant. `by` is the account's or token's id."""

    reason: str
    by: str
    created_at: datetime


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """A part that a person has in another event, in UTC. `event_title` is "" where that event is not everybody's to know of."""

    email_key: str
    session_id: str
    event_title: str
    starts_at: datetime
    ends_at: datetime


class AgendaConflict(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that does not fit. `key` names it for as long as it concerns the same sessions, person and room.

    `message` is a sentence in the reader's language; `facts` are the names, ids and figures in it.
    """

    key: str
    code: Code
    severity: Severity
    session_ids: tuple[str, ...]
    message: str
    facts: dict[str, str | int]
    override: Override | None = None

    @property
    def is_settled(self) -> bool:
        """Whether an organiser said that it is meant."""
        return self.override is not None


@dataclass(frozen=True, slots=True)
class Span:
    """Time that somebody or something is taken: by a session of ours, or by one of another event."""

    starts_at: datetime
    ends_at: datetime
    session_id: str
    session: Session | None = None
    place: Elsewhere | None = None
    speaker_id: str = ""


def span_of(session: Session, speaker_id: str = "") -> Span:
    """The time a session that has its hours takes of somebody."""
    assert session.starts_at is not None and session.ends_at is not None
    return Span(session.starts_at, session.ends_at, session.id, session, speaker_id=speaker_id)


def by_start(span: Span) -> tuple[datetime, str]:
    """The order of spans in time."""
    return span.starts_at, span.session_id
