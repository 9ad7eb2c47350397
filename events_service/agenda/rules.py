"""What an agenda is made of, and what of it the public may see. Pure: `now` is an argument."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

import msgspec

from events_service.speakers.rules import OUT, State


class SessionKind(StrEnum):
    """What sort of session it is."""

    KEYNOTE = "keynote"
    PANEL = "panel"
    TALK = "talk"
    WORKSHOP = "workshop"
    SPARRING = "sparring"
    CITY_STORY = "city_story"
    BREAK = "break"
    SOCIAL = "social"
    PLENARY = "plenary"


class SessionState(StrEnum):
    """A `draft` is in no release; a `cancelled` one is shown as such by the next release that holds it."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Part(StrEnum):
    """What a person does in a session."""

    SPEAKER = "speaker"
    MODERATOR = "moderator"
    PANELLIST = "panellist"
    FACILITATOR = "facilitator"
    INTERPRETER = "interpreter"
    HOST = "host"


class Overlap(StrEnum):
    """What becomes of a sign-up for a session at the time of another one's."""

    REFUSE = "refuse"
    WARN = "warn"


class ChangeKind(StrEnum):
    """What a release did to a session."""

    ADDED = "added"
    MOVED = "moved"
    CANCELLED = "cancelled"
    EDITED = "edited"


# Names of the palette's colours for tracks; the style sheet knows each in light and dark (`--track-fjord`).
COLOURS = ("fjord", "moss", "rowan", "heather", "amber", "birch", "lichen", "dusk")


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """A room in a house (`venue`, "" for the event's) in a city, or online. `timezone` is None where it is the event's."""

    id: str
    name: str
    venue: str = ""
    city: str = ""
    timezone: str | None = None
    online: bool = False
    capacity: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    description: str = ""
    position: int = 0
    version: int = 1


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """A thread through the agenda. `colour` is one of `COLOURS`."""

    id: str
    name: str
    slug: str
    colour: str = COLOURS[0]
    description: str = ""
    position: int = 0
    version: int = 1


class Appearance(msgspec.Struct, frozen=True, kw_only=True):
    """A person's part in a session, and whether they will take it."""

    speaker_id: str
    role: Part = Part.SPEAKER
    state: State = State.PROPOSED


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session. `starts_at` and `ends_at` are UTC, None on the shelf; the wall times are what was typed, in the event's zone.

    `minutes` is how long it lasts, on the shelf too. `number` and `guid` are what other systems know it by.
    """

    id: str
    number: int
    guid: str
    slug: str
    title: str
    subtitle: str = ""
    kind: SessionKind = SessionKind.TALK
    state: SessionState = SessionState.CONFIRMED
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    starts_wall: str | None = None
    ends_wall: str | None = None
    minutes: int = 30
    room_ids: tuple[str, ...] = ()
    track_id: str | None = None
    topics: tuple[str, ...] = ()
    language: str = ""
    abstract: str = ""
    description: str = ""
    speakers: tuple[Appearance, ...] = ()
    capacity: int | None = None
    signup: bool = False
    join_url: str | None = None
    visible_from: datetime | None = None
    import_key: str | None = None
    sequence: int = 0
    version: int = 1
    created_at: datetime
    changed_at: datetime

    @property
    def is_placed(self) -> bool:
        """Whether it has a time; it is on the shelf otherwise."""
        return self.starts_at is not None

    @property
    def appearing(self) -> tuple[Appearance, ...]:
        """Those who have not declined or withdrawn."""
        return tuple(one for one in self.speakers if one.state not in OUT)

    def is_visible(self, now: datetime) -> bool:
        """Whether its embargo is over."""
        return self.visible_from is None or self.visible_from <= now


class Agenda(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All of an agenda: rooms and tracks by position, sessions by start, those on the shelf last.

    `place` is where the event is, as calendars tell it for rooms without a house of their own.
    """

    rooms: tuple[Room, ...] = ()
    tracks: tuple[Track, ...] = ()
    sessions: tuple[Session, ...] = ()
    place: str = ""

    @cached_property
    def room(self) -> Mapping[str, Room]:
        """The rooms by id."""
        return {room.id: room for room in self.rooms}

    @cached_property
    def track(self) -> Mapping[str, Track]:
        """The tracks by id."""
        return {track.id: track for track in self.tracks}

    @cached_property
    def session(self) -> Mapping[str, Session]:
        """The sessions by id."""
        return {session.id: session for session in self.sessions}

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages its sessions are in."""
        return frozenset(session.language for session in self.sessions if session.language)

    @cached_property
    def takes_sign_ups(self) -> bool:
        """Whether one can sign up for any of its sessions."""
        return any(session.signup for session in self.sessions)

    def rooms_of(self, session: Session) -> tuple[Room, ...]:
        """The session's rooms, the first one first."""
        return tuple(self.room[room_id] for room_id in session.room_ids if room_id in self.room)

    def embargoes_until(self) -> tuple[datetime, ...]:
        """The moments at which further sessions become visible, in order."""
        return tuple(sorted({one.visible_from for one in self.sessions if one.visible_from is not None}))


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a release did to one session. `fields` names what is different; `before` and `after` say when and where it was and is.

    A cancelled session is only in `before`, an added one only in `after`.
    """

    kind: ChangeKind
    session_id: str
    title: str
    fields: tuple[str, ...] = ()
    before: "Slot | None" = None
    after: "Slot | None" = None
    visible_from: datetime | None = None


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """When (UTC) and in which rooms (by name) a session takes place."""

    starts_at: datetime
    ends_at: datetime
    rooms: tuple[str, ...] = ()


class Release(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A numbered agenda, frozen with its note and with what it changed."""

    id: str
    event_id: str
    number: int
    note: str
    agenda: Agenda
    changes: tuple[Change, ...]
    created_at: datetime
    announced_at: datetime | None = None


def in_order(sessions: Iterable[Session]) -> tuple[Session, ...]:
    """By start, then end, then number; those on the shelf last."""
    placed = [one for one in sessions if one.starts_at is not None]
    shelved = [one for one in sessions if one.starts_at is None]
    return (*sorted(placed, key=_place_in_time), *sorted(shelved, key=lambda one: one.number))


def _place_in_time(session: Session) -> tuple[datetime, datetime, int]:
    assert session.starts_at is not None and session.ends_at is not None
    return session.starts_at, session.ends_at, session.number


def to_release(draft: Agenda) -> Agenda:
    """What of a draft a release holds: sessions with a time that are no drafts, and the rooms and tracks they are in.

    A cancelled session stays in it, marked as cancelled, so that people see what became of it.
    """
    sessions = in_order(one for one in draft.sessions if one.is_placed and one.state is not SessionState.DRAFT)
    used_rooms = {room_id for one in sessions for room_id in one.room_ids}
    used_tracks = {one.track_id for one in sessions}
    return Agenda(
        rooms=tuple(room for room in draft.rooms if room.id in used_rooms),
        tracks=tuple(track for track in draft.tracks if track.id in used_tracks),
        sessions=sessions,
        place=draft.place,
    )


def for_the_public(agenda: Agenda, *, now: datetime) -> Agenda:
    """The agenda as anyone may see it: no session under embargo, no join link, no address; rooms and tracks only where something shows."""
    return to_release(msgspec.structs.replace(agenda, sessions=_visible(agenda, now=now), place=""))


def without(agenda: Agenda, declined: Collection[tuple[str, str]]) -> Agenda:
    """The agenda without these parts, each a session's and a speaker's id."""
    if not declined:
        return agenda

    def left(session: Session) -> Session:
        parts = tuple(one for one in session.speakers if (session.id, one.speaker_id) not in declined)
        return session if parts == session.speakers else msgspec.structs.replace(session, speakers=parts)

    return msgspec.structs.replace(agenda, sessions=tuple(map(left, agenda.sessions)))


def _visible(agenda: Agenda, *, now: datetime) -> tuple[Session, ...]:
    return tuple(
        one if one.join_url is None else msgspec.structs.replace(one, join_url=None)
        for one in agenda.sessions
        if one.is_visible(now)
    )


def days_of(agenda: Agenda, zone: str) -> list[tuple[str, list[Session]]]:
    """The placed sessions under the days they start on in that zone (`2027-03-07`)."""
    days: dict[str, list[Session]] = {}
    for session in agenda.sessions:
        if session.starts_at is not None:
            days.setdefault(session.starts_at.astimezone(ZoneInfo(zone)).date().isoformat(), []).append(session)
    return sorted(days.items())


def overlapping(session: Session, others: Iterable[Session]) -> Iterator[Session]:
    """Those of the others that take place while this one does."""
    if session.starts_at is None or session.ends_at is None:
        return
    for other in others:
        if other.starts_at is None or other.ends_at is None or other.id == session.id:
            continue
        if other.starts_at < session.ends_at and session.starts_at < other.ends_at:
            yield other


def takes_place(session: Session) -> bool:
    """Whether it was not called off."""
    return session.state is not SessionState.CANCELLED
