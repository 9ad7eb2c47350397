"""Writing the draft's rows: the one place that knows which column holds what, for single edits and for whole imports."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from events_service import clock
from events_service.agenda.queries import Head, head_from
from events_service.agenda.rules import Appearance, Overlap, Room, Session, Track
from events_service.database import Transaction
from events_service.errors import Conflict
from events_service.events.rules import Event
from events_service.identifiers import new_id


async def lock_agenda(tx: Transaction, event: Event) -> Head:
    """Lock the event's agenda, making it where there is none yet. Whoever changes the draft or releases it does this first."""
    await tx.execute(
        """INSERT INTO agenda (event, version, released, timezone, overlap, last_number) VALUES ($1, 0, 0, $2, $3, 0)
           ON CONFLICT (event) DO NOTHING""",
        event.id,
        event.timezone,
        Overlap.WARN.value,
    )
    row = await tx.fetch_one("SELECT * FROM agenda WHERE event = $1 FOR UPDATE", event.id)
    assert row is not None
    return head_from(row)


async def lock_sessions(tx: Transaction, session_ids: Iterable[str]) -> None:
    """Lock these sessions' rows. Whoever writes to several, or gives out places in them, does this first: in the order of their ids."""
    await tx.execute(
        "SELECT id FROM session WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", sorted(set(session_ids))
    )


async def touch_agenda(tx: Transaction, event: Event) -> None:
    """Say that the draft changed; its row must be locked."""
    await tx.execute("UPDATE agenda SET version = version + 1 WHERE event = $1", event.id)


async def next_number(tx: Transaction, event: Event, *, many: int = 1) -> int:
    """The first of so many fresh session numbers; the agenda must be locked."""
    row = await tx.fetch_one(
        "UPDATE agenda SET last_number = last_number + $2 WHERE event = $1 RETURNING last_number", event.id, many
    )
    assert row is not None
    return int(row["last_number"]) - many + 1


def check_version(given: int | msgspec.UnsetType, *, held: int) -> None:
    """Raises `Conflict` where somebody changed it since the version that was read."""
    if given is not msgspec.UNSET and given != held:
        raise Conflict("Somebody changed this meanwhile. Read it again.", code="stale_version", version=held)


async def insert_rooms(tx: Transaction, event: Event, rooms: Iterable[Room]) -> None:
    """New rooms."""
    now = clock.now()
    rows = [{**_room_columns(room), "event": event.id, "created_at": now, "changed_at": now} for room in rooms]
    await _insert(tx, "room", rows)


async def update_room(tx: Transaction, room: Room) -> None:
    """The room as it is now."""
    await _update(tx, "room", {**_room_columns(room), "changed_at": clock.now()})


async def insert_tracks(tx: Transaction, event: Event, tracks: Iterable[Track]) -> None:
    """New tracks."""
    now = clock.now()
    rows = [{**_track_columns(track), "event": event.id, "created_at": now, "changed_at": now} for track in tracks]
    await _insert(tx, "track", rows)


async def update_track(tx: Transaction, track: Track) -> None:
    """The track as it is now."""
    await _update(tx, "track", {**_track_columns(track), "changed_at": clock.now()})


async def insert_sessions(tx: Transaction, event: Event, sessions: Sequence[Session]) -> None:
    """New sessions with their rooms and people."""
    await _insert(tx, "session", [{**_session_columns(one), "event": event.id} for one in sessions])
    await _insert_where(tx, sessions)
    await _insert_who(tx, sessions)


async def update_sessions(tx: Transaction, changed: Sequence[tuple[Session, Session]]) -> None:
    """Sessions from what they were to what they are, each pair of one id; rooms and people are written only where they differ."""
    if not changed:
        return
    await lock_sessions(tx, (after.id for _, after in changed))
    columns = [_session_columns(after) for _, after in changed]
    names = [name for name in columns[0] if name not in ("id", "created_at")]
    assignments = ", ".join(f"{name} = ${place}" for place, name in enumerate(names, start=2))
    await tx.execute_many(
        f"UPDATE session SET {assignments} WHERE id = $1",  # noqa: S608
        [(row["id"], *(row[name] for name in names)) for row in columns],
    )
    other_rooms = [after for before, after in changed if before.room_ids != after.room_ids]
    other_people = [after for before, after in changed if before.speakers != after.speakers]
    await tx.execute_many("DELETE FROM session_room WHERE session = $1", [(one.id,) for one in other_rooms])
    await _insert_where(tx, other_rooms)
    await tx.execute_many("DELETE FROM session_speaker WHERE session = $1", [(one.id,) for one in other_people])
    await _insert_who(tx, other_people)


def appearances_after(
    before: Sequence[Appearance], wanted: Iterable[tuple[str, Any, Any]], states: dict[str, Any]
) -> tuple[Appearance, ...]:
    """Who takes part now: (speaker id, role, state or UNSET) each; an unsaid state stays, and is the roster's for who is new."""
    held = {one.speaker_id: one.state for one in before}
    return tuple(
        Appearance(
            speaker_id=speaker_id,
            role=role,
            state=held.get(speaker_id, states[speaker_id]) if state is msgspec.UNSET else state,
        )
        for speaker_id, role, state in wanted
    )


async def _insert_where(tx: Transaction, sessions: Iterable[Session]) -> None:
    await tx.execute_many(
        "INSERT INTO session_room (id, session, room, position) VALUES ($1, $2, $3, $4)",
        [(new_id(), one.id, room_id, place) for one in sessions for place, room_id in enumerate(one.room_ids)],
    )


async def _insert_who(tx: Transaction, sessions: Iterable[Session]) -> None:
    await tx.execute_many(
        "INSERT INTO session_speaker (id, session, speaker, role, state, position) VALUES ($1, $2, $3, $4, $5, $6)",
        [
            (new_id(), one.id, who.speaker_id, who.role.value, who.state.value, place)
            for one in sessions
            for place, who in enumerate(one.speakers)
        ],
    )


async def _insert(tx: Transaction, table: str, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    names, places = ", ".join(rows[0]), ", ".join(f"${place}" for place in range(1, len(rows[0]) + 1))
    await tx.execute_many(
        f"INSERT INTO {table} ({names}) VALUES ({places})",  # noqa: S608
        [tuple(row.values()) for row in rows],
    )


async def _update(tx: Transaction, table: str, row: dict[str, Any]) -> None:
    names = [name for name in row if name != "id"]
    assignments = ", ".join(f"{name} = ${place}" for place, name in enumerate(names, start=2))
    await tx.execute(
        f"UPDATE {table} SET {assignments} WHERE id = $1",  # noqa: S608
        row["id"],
        *(row[name] for name in names),
    )


def _room_columns(room: Room) -> dict[str, Any]:
    return msgspec.structs.asdict(room)


def _track_columns(track: Track) -> dict[str, Any]:
    return msgspec.structs.asdict(track)


def _session_columns(session: Session) -> dict[str, Any]:
    columns = msgspec.structs.asdict(session)
    del columns["room_ids"], columns["speakers"], columns["track_id"]
    return {
        **columns,
        "kind": session.kind.value,
        "state": session.state.value,
        "track": session.track_id,
        "topics": msgspec.json.encode(session.topics).decode(),
    }
