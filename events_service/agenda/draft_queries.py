"""Reading parts of the draft: one room, track or session, and lists of them that are paged and narrowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from events_service.agenda.queries import (
    appearance_from,
    at_wall_time,
    head_of,
    room_from,
    session_from,
    track_from,
)
from events_service.agenda.rules import Appearance, Room, Session, Track
from events_service.database import Row, fetch, fetch_one
from events_service.errors import FieldError, Invalid, NotFound
from events_service.events.rules import Event
from events_service.folding import search_key


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions a list shows: of a day (`2027-03-07`, in the event's zone), in a room, of a track, with these words.

    `shelf`: only those without a time, or, for False, only those with one.
    """

    day: str = ""
    room_id: str = ""
    track_id: str = ""
    text: str = ""
    shelf: bool | None = None


async def rooms_of(event: Event) -> list[Room]:
    """The rooms, in the organisers' order."""
    rows = await fetch("SELECT * FROM room WHERE event = $1 ORDER BY position, id", event.id)
    return [room_from(row) for row in rows]


async def room_by_id(event: Event, room_id: str) -> Room:
    """A room of the draft. Raises `NotFound`."""
    row = await fetch_one("SELECT * FROM room WHERE event = $1 AND id = $2", event.id, room_id)
    if row is None:
        raise NotFound()
    return room_from(row)


async def tracks_of(event: Event) -> list[Track]:
    """The tracks, in the organisers' order."""
    rows = await fetch("SELECT * FROM track WHERE event = $1 ORDER BY position, id", event.id)
    return [track_from(row) for row in rows]


async def track_by_id(event: Event, track_id: str) -> Track:
    """A track of the draft. Raises `NotFound`."""
    row = await fetch_one("SELECT * FROM track WHERE event = $1 AND id = $2", event.id, track_id)
    if row is None:
        raise NotFound()
    return track_from(row)


async def session_by_id(event: Event, session_id: str) -> Session:
    """A session of the draft, its times in the event's zone. Raises `NotFound`."""
    row = await fetch_one(
        "SELECT * FROM session WHERE event = $1 AND id = $2 AND deleted_at IS NULL", event.id, session_id
    )
    if row is None:
        raise NotFound()
    return (await _whole(event, [row]))[0]


async def list_sessions(event: Event, wanted: Wanted, *, after: str = "", limit: int = 50) -> list[Session]:
    """Up to `limit` sessions of the draft by start, then number, those on the shelf last; `after` is the `session_key` of the last seen."""
    where, values = await _conditions(event, wanted)
    if after:
        starts_at, number = _place(after)
        if starts_at is None:
            values.append(number)
            where.append(f"starts_at IS NULL AND number > ${len(values)}")
        else:
            values += [starts_at, number]
            here, next_to = f"${len(values) - 1}", f"${len(values)}"
            where.append(f"(starts_at IS NULL OR starts_at > {here} OR (starts_at = {here} AND number > {next_to}))")
    values.append(limit)
    rows = await fetch(
        f"SELECT * FROM session WHERE {' AND '.join(where)} "  # noqa: S608
        f"ORDER BY starts_at IS NULL, starts_at, number LIMIT ${len(values)}",
        *values,
    )
    return await _whole(event, rows)


def session_key(session: Session) -> str:
    """Where a session stands in the list."""
    return f"{session.starts_at.isoformat() if session.starts_at else ''}|{session.number}"


async def _conditions(event: Event, wanted: Wanted) -> tuple[list[str], list[Any]]:
    where = ["event = $1", "deleted_at IS NULL"]
    values: list[Any] = [event.id]

    def add(condition: str, value: object) -> None:
        values.append(value)
        where.append(condition.replace("$$", f"${len(values)}"))

    if wanted.shelf is not None:
        where.append("starts_at IS NULL" if wanted.shelf else "starts_at IS NOT NULL")
    if wanted.day:
        # The wall time is what was typed: it holds when the event's zone changes.
        add("substr(starts_wall, 1, 10) = $$", wanted.day)
    if wanted.room_id:
        add("id IN (SELECT session FROM session_room WHERE room = $$)", wanted.room_id)
    if wanted.track_id:
        add("track = $$", wanted.track_id)
    if words := search_key(wanted.text).split():
        add("id = ANY($$)", await _with_words(event, words))
    return where, values


async def _with_words(event: Event, words: Sequence[str]) -> list[str]:
    """The ids of the sessions that have all these words in their title, subtitle or people's names; accents are folded."""
    titles = await fetch("SELECT id, title, subtitle FROM session WHERE event = $1 AND deleted_at IS NULL", event.id)
    names = await fetch(
        """SELECT session_speaker.session, search_key FROM session_speaker
           JOIN speaker ON speaker.id = session_speaker.speaker WHERE speaker.event = $1""",
        event.id,
    )
    texts = {row["id"]: search_key(f"{row['title']} {row['subtitle']}") for row in titles}
    for row in names:
        if row["session"] in texts:
            texts[row["session"]] += f" {row['search_key']}"
    return [session_id for session_id, text in texts.items() if all(word in text for word in words)]


async def _whole(event: Event, rows: Sequence[Row]) -> list[Session]:
    """The sessions in these rows with their rooms and people."""
    ids = [row["id"] for row in rows]
    where = await fetch("SELECT session, room FROM session_room WHERE session = ANY($1) ORDER BY position", ids)
    who = await fetch("SELECT * FROM session_speaker WHERE session = ANY($1) ORDER BY position", ids)
    rooms: dict[str, list[str]] = {}
    people: dict[str, list[Appearance]] = {}
    for one in where:
        rooms.setdefault(one["session"], []).append(one["room"])
    for one in who:
        people.setdefault(one["session"], []).append(appearance_from(one))
    found = [session_from(row, tuple(rooms.get(row["id"], ())), tuple(people.get(row["id"], ()))) for row in rows]
    moved = (await head_of(event.id)).timezone != event.timezone
    return [at_wall_time(one, event.timezone) for one in found] if moved else found


def _place(key: str) -> tuple[datetime | None, int]:
    """What `session_key` was made of. Raises `Invalid` for what it did not make."""
    moment, _, number = key.partition("|")
    try:
        # A number that no column holds is none of ours.
        place = int(number)
        if 0 <= place < 2**31:
            starts_at = datetime.fromisoformat(moment) if moment else None
            if starts_at is None or starts_at.tzinfo is not None:
                return starts_at and starts_at.astimezone(UTC), place
    except (ValueError, OverflowError):
        pass
    raise Invalid([FieldError("cursor", "invalid_cursor", "Use the `next` of the page before.")])
