"""When a join page opens and for whom, and what its signs say of a stay. Pure: `now` is an argument."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from events_service.events.rules import Event, Format
from events_service.events.rules import Status as EventStatus
from events_service.registrations.rules import Attendance, Status

OPENS_BEFORE = timedelta(minutes=30)
# Meetings run over: people still come in, and signs still count.
CLOSES_AFTER = timedelta(minutes=30)
# The page tells once a minute that it is there. Browsers may let hidden pages wait: three minutes are no absence.
SIGN_EVERY = timedelta(minutes=1)
QUIET_AT_MOST = timedelta(minutes=3)
# Nobody is called late or early for so little.
LATE_AFTER = timedelta(minutes=5)
EARLY_BEFORE = timedelta(minutes=5)
# Of a meeting of several days nobody is expected to be there from its first minute to its last.
LONGEST_SITTING = timedelta(hours=18)


class Hindrance(StrEnum):
    """Why somebody cannot join."""

    EVENT_CANCELLED = "event_cancelled"
    SESSION_CANCELLED = "session_cancelled"
    REGISTRATION_CANCELLED = "registration_cancelled"
    NOT_CONFIRMED = "not_confirmed"
    IN_PERSON = "in_person"
    NOT_ONLINE = "not_online"
    NOT_OPEN_YET = "not_open_yet"
    OVER = "over"


class Sign(StrEnum):
    """What a join page tells: somebody joins, is still there, the page is closed, or they say that they left."""

    JOINED = "joined"
    THERE = "there"
    CLOSED = "closed"
    LEFT = "left"


class Ending(StrEnum):
    """How the end of a stay is known."""

    TOLD = "told"
    CLOSED = "closed"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Meeting:
    """What is joined: the event's own meeting, or that of a session; `join_url` is the address of the meeting itself."""

    title: str
    starts_at: datetime
    ends_at: datetime
    join_url: str | None
    session_id: str | None = None
    session_number: int | None = None
    is_cancelled: bool = False

    @property
    def opens_at(self) -> datetime:
        """From when on one can join."""
        return self.starts_at - OPENS_BEFORE

    @property
    def closes_at(self) -> datetime:
        """From when on nobody joins any more."""
        return self.ends_at + CLOSES_AFTER

    @property
    def is_one_sitting(self) -> bool:
        """Whether people are expected from its beginning to its end."""
        return self.ends_at - self.starts_at <= LONGEST_SITTING


@dataclass(frozen=True, slots=True)
class Stay:
    """From joining to leaving; `left_at` and `ending` are None as long as nobody knows of an end."""

    joined_at: datetime
    seen_at: datetime
    left_at: datetime | None = None
    ending: Ending | None = None

    @property
    def last_at(self) -> datetime:
        """Until when they were there for all that is known."""
        return self.left_at or self.seen_at

    def is_live(self, now: datetime) -> bool:
        """Whether they are there now."""
        return self.left_at is None and now - self.seen_at <= QUIET_AT_MOST


@dataclass(frozen=True, slots=True)
class Step:
    """What a sign changes: the last stay as it is from now on, and a stay that begins; None where there is nothing to write."""

    last: Stay | None = None
    begun: Stay | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """What one person's stays say: when they first joined, until when they were there, and how long in all.

    `stayed` is None where the page could not tell: nothing came after the first sign. `late_by` and `early_by` are None where they
    were on time, where it cannot be told, or where nobody is expected from beginning to end.
    """

    joined_at: datetime
    last_at: datetime
    is_there: bool
    ending: Ending | None
    stayed: timedelta | None
    late_by: timedelta | None
    early_by: timedelta | None


def hindrance(
    event: Event, meeting: Meeting, *, status: Status, attendance: Attendance, now: datetime
) -> Hindrance | None:
    """What keeps this person from joining now; what cannot be mended by waiting comes first."""
    if event.status is EventStatus.CANCELLED:
        return Hindrance.EVENT_CANCELLED
    if status in (Status.CANCELLED, Status.DECLINED):
        return Hindrance.REGISTRATION_CANCELLED
    if status is not Status.CONFIRMED:
        return Hindrance.NOT_CONFIRMED
    if meeting.is_cancelled:
        return Hindrance.SESSION_CANCELLED
    if meeting.join_url is None:
        return Hindrance.NOT_ONLINE
    # A session's own meeting is for whoever has a place in it, wherever they sit.
    if meeting.session_id is None and event.format is Format.HYBRID and attendance is Attendance.IN_PERSON:
        return Hindrance.IN_PERSON
    if now < meeting.opens_at:
        return Hindrance.NOT_OPEN_YET
    return Hindrance.OVER if now >= meeting.closes_at else None


def step(last: Stay | None, sign: Sign, *, now: datetime) -> Step:
    """What the sign changes, given the person's last stay at this join page (None: they never joined)."""
    if last is None:
        return Step(begun=Stay(now, now)) if sign is Sign.JOINED else Step()
    now = max(now, last.last_at)
    match sign:
        case Sign.JOINED | Sign.THERE:
            return _go_on(last, sign, now)
        case Sign.CLOSED:
            # A page that was silent for long closes without anybody before it.
            return Step(_ended(last, now, Ending.CLOSED)) if last.is_live(now) else Step()
        case Sign.LEFT:
            # Their word counts also where no script told of them meanwhile.
            return Step(_ended(last, now, Ending.TOLD)) if last.left_at is None else Step()


def presence(stays: Sequence[Stay], meeting: Meeting, *, now: datetime) -> Presence | None:
    """What these stays of one person, in their order, say of the meeting; None where they never joined."""
    if not stays:
        return None
    first, last = stays[0], stays[-1]
    is_there = last.is_live(now)
    stayed = sum((one.last_at - one.joined_at for one in stays), timedelta())
    known = bool(stayed) or last.left_at is not None or is_there
    late_by, early_by = first.joined_at - meeting.starts_at, meeting.ends_at - last.last_at
    return Presence(
        joined_at=first.joined_at,
        last_at=last.last_at,
        is_there=is_there,
        ending=None if is_there else last.ending or (Ending.SILENT if known else None),
        stayed=stayed if known else None,
        late_by=late_by if meeting.is_one_sitting and late_by > LATE_AFTER else None,
        early_by=early_by if meeting.is_one_sitting and known and not is_there and early_by > EARLY_BEFORE else None,
    )


def _go_on(last: Stay, sign: Sign, now: datetime) -> Step:
    if last.left_at is None:
        if last.is_live(now):
            return Step(replace(last, seen_at=now))
        return Step(_ended(last, last.seen_at, Ending.SILENT), Stay(now, now))
    if last.ending is Ending.CLOSED and now - last.left_at <= QUIET_AT_MOST:
        # The page was but loaded anew.
        return Step(Stay(last.joined_at, now))
    # Whoever said that they left comes back by joining, not by a page that is still open somewhere.
    return Step() if sign is Sign.THERE and last.ending is Ending.TOLD else Step(begun=Stay(now, now))


def _ended(stay: Stay, at: datetime, ending: Ending) -> Stay:
    return replace(stay, seen_at=max(stay.seen_at, at), left_at=at, ending=ending)
