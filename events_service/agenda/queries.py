"""Reading the draft agenda from its rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from events_service.agenda.rules import (
    Agenda,
    Appearance,
    Overlap,
    Part,
    Room,
    Session,
    SessionKind,
    SessionState,
    Track,
    in_order,
)
from events_service.database import Row, fetch, fetch_one, look_up
from events_service.events.rules import Event, to_utc
from events_service.speakers.rules import State


@dataclass(frozen=True, slots=True)
class Head:
    """How an event's agenda stands: the draft's version, the current release's number (0: none), and what overlaps mean."""

    version: int = 0
    released: int = 0
    overlap: Overlap = Overlap.WARN
    timezone: str = ""


async def head_of(event_id: str) -> Head:
    """How the agenda stands; an event without one has version 0."""
    row = await fetch_one("SELECT * FROM agenda WHERE event = $1", event_id)
    return head_from(row) if row else Head()


def head_from(row: Row) -> Head:
    """The head in a row of the table."""
    return Head(row["version"], row["released"], Overlap(row["overlap"]), row["timezone"])


async def is_released(event_id: str) -> bool:
    """Whether the public may see an agenda of the event."""
    row = await look_up("SELECT released FROM agenda WHERE event = $1", event_id)
    return row is not None and row["released"] > 0


async def draft_of(event: Event) -> Agenda:
    """The whole draft, its times in the event's zone as it is now: a session at 9.00 stays at 9.00 when the zone changes."""
    rooms = await fetch("SELECT * FROM room WHERE event = $1 ORDER BY position, id", event.id)
    tracks = await fetch("SELECT * FROM track WHERE event = $1 ORDER BY position, id", event.id)
    sessions = await fetch("SELECT * FROM session WHERE event = $1 AND deleted_at IS NULL", event.id)
    where = await fetch(
        """SELECT session_room.session, room FROM session_room JOIN session ON session.id = session_room.session
           WHERE session.event = $1 AND deleted_at IS NULL ORDER BY session_room.position""",
        event.id,
    )
    who = await fetch(
        """SELECT session_speaker.session, speaker, role, session_speaker.state
           FROM session_speaker JOIN session ON session.id = session_speaker.session
           WHERE session.event = $1 AND deleted_at IS NULL ORDER BY session_speaker.position""",
        event.id,
    )
    rooms_in = _by_session(where, lambda row: str(row["room"]))
    people_in = _by_session(who, appearance_from)
    moved = (await head_of(event.id)).timezone != event.timezone
    found = [session_from(row, rooms_in.get(row["id"], ()), people_in.get(row["id"], ())) for row in sessions]
    if moved:
        found = [at_wall_time(session, event.timezone) for session in found]
    return Agenda(
        rooms=tuple(map(room_from, rooms)),
        tracks=tuple(map(track_from, tracks)),
        sessions=in_order(found),
        place=_place_of(event),
    )


def _place_of(event: Event) -> str:
    venue = event.venue
    return ", ".join((venue.name, venue.address, venue.city)) if venue else ""


def at_wall_time(session: Session, zone: str) -> Session:
    """The session at its wall times in that zone; one whose wall time is not or twice there keeps its moment."""
    if session.starts_wall is None or session.ends_wall is None:
        return session
    try:
        starts_at, ends_at = to_utc(session.starts_wall, zone), to_utc(session.ends_wall, zone)
    except ValueError:
        return session
    return msgspec.structs.replace(session, starts_at=starts_at, ends_at=ends_at) if starts_at < ends_at else session


def room_from(row: Row) -> Room:
    """The room in a row of the table."""
    return Room(
        id=row["id"],
        name=row["name"],
        venue=row["venue"],
        city=row["city"],
        timezone=row["timezone"],
        online=row["online"],
        capacity=row["capacity"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        description=row["description"],
        position=row["position"],
        version=row["version"],
    )


def track_from(row: Row) -> Track:
    """The track in a row of the table."""
    return Track(
        id=row["id"],
        name=row["name"],
        slug=row["slug"],
        colour=row["colour"],
        description=row["description"],
        position=row["position"],
        version=row["version"],
    )


def session_from(row: Row, room_ids: tuple[str, ...], speakers: tuple[Appearance, ...]) -> Session:
    """The session in a row of the table, with its rooms and people."""
    return Session(
        id=row["id"],
        number=row["number"],
        guid=row["guid"],
        slug=row["slug"],
        title=row["title"],
        subtitle=row["subtitle"],
        kind=SessionKind(row["kind"]),
        state=SessionState(row["state"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        starts_wall=row["starts_wall"],
        ends_wall=row["ends_wall"],
        minutes=row["minutes"],
        room_ids=room_ids,
        track_id=row["track"],
        topics=tuple(msgspec.json.decode(row["topics"])),
        language=row["language"],
        abstract=row["abstract"],
        description=row["description"],
        speakers=speakers,
        capacity=row["capacity"],
        signup=row["signup"],
        join_url=row["join_url"],
        visible_from=row["visible_from"],
        import_key=row["import_key"],
        sequence=row["sequence"],
        version=row["version"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
    )


def appearance_from(row: Row) -> Appearance:
    """A person's part in a row of the table."""
    return Appearance(speaker_id=row["speaker"], role=Part(row["role"]), state=State(row["state"]))


def _by_session(rows: list[Row], read: Callable[[Row], Any]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row["session"], []).append(read(row))
    return {session_id: tuple(values) for session_id, values in found.items()}
