"""What agenda editors do with rooms."""

import msgspec

from events_service.agenda.bounds import check_room_for
from events_service.agenda.drafts import RoomChange, RoomDraft, given
from events_service.agenda.queries import room_from
from events_service.agenda.rules import Room
from events_service.agenda.writing import check_version, insert_rooms, lock_agenda, touch_agenda, update_room
from events_service.database import Transaction, transaction
from events_service.errors import Conflict, FieldError, Invalid, NotFound
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.sentences import sentence


async def add_room(slug: str, draft: RoomDraft) -> Room:
    """A new room, after the others unless it says where. Raises `NotFound`, `Invalid`, `Conflict` for a name in use."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        await lock_agenda(tx, event)
        await check_room_for(tx, event, "room")
        await _check_name(tx, event, draft.name)
        room = Room(
            id=new_id(),
            name=draft.name,
            venue=draft.venue,
            city=draft.city,
            timezone=draft.timezone,
            online=draft.online,
            capacity=draft.capacity,
            latitude=draft.latitude,
            longitude=draft.longitude,
            description=draft.description,
            position=given(draft.position, await _next_position(tx, event)),
        )
        _check_whereabouts(room)
        await insert_rooms(tx, event, [room])
        await touch_agenda(tx, event)
    return room


async def edit_room(slug: str, room_id: str, change: RoomChange) -> Room:
    """Change what is given. Raises `NotFound`, `Invalid`, `Conflict` for a stale version or a name in use."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        await lock_agenda(tx, event)
        before = await _room(tx, event, room_id)
        check_version(change.version, held=before.version)
        fields = msgspec.structs.asdict(change)
        changed = {name: value for name, value in fields.items() if value is not msgspec.UNSET and name != "version"}
        after = msgspec.structs.replace(before, **changed, version=before.version + 1)
        _check_whereabouts(after)
        if after.name != before.name:
            await _check_name(tx, event, after.name)
        await update_room(tx, after)
        await touch_agenda(tx, event)
    return after


async def remove_room(slug: str, room_id: str, *, version: int | msgspec.UnsetType = msgspec.UNSET) -> None:
    """Take it away. Raises `NotFound`, and `Conflict` while sessions are in it or for a stale version."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        await lock_agenda(tx, event)
        room = await _room(tx, event, room_id)
        check_version(version, held=room.version)
        used = await tx.fetch_one(
            """SELECT COUNT(*) AS sessions FROM session_room JOIN session ON session.id = session_room.session
               WHERE room = $1 AND deleted_at IS NULL""",
            room.id,
        )
        if used and used["sessions"]:
            raise Conflict(
                "Sessions take place in this room. Move them first.", code="in_use", sessions=used["sessions"]
            )
        # What is left are sessions that were deleted: nobody asks where they would have been.
        await tx.execute("DELETE FROM session_room WHERE room = $1", room.id)
        await tx.execute("DELETE FROM room WHERE id = $1", room.id)
        await touch_agenda(tx, event)


def _check_whereabouts(room: Room) -> None:
    """Raises `Invalid` for half a position."""
    if (room.latitude is None) != (room.longitude is None):
        lacking = "latitude" if room.latitude is None else "longitude"
        raise Invalid([FieldError(lacking, "required", "Give both latitude and longitude, or neither.")])


async def _room(tx: Transaction, event: Event, room_id: str) -> Room:
    row = await tx.fetch_one("SELECT * FROM room WHERE event = $1 AND id = $2", event.id, room_id)
    if row is None:
        raise NotFound()
    return room_from(row)


async def _check_name(tx: Transaction, event: Event, name: str) -> None:
    if await tx.fetch_one("SELECT id FROM room WHERE event = $1 AND name = $2", event.id, name):
        raise Conflict(
            sentence("There is a room called %(name)s already. Choose another name.", name=name), code="name_taken"
        )


async def _next_position(tx: Transaction, event: Event) -> int:
    row = await tx.fetch_one("SELECT MAX(position) AS last FROM room WHERE event = $1", event.id)
    return row["last"] + 1 if row and row["last"] is not None else 0
