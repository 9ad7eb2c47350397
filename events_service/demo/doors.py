"""Doors of the demonstration's summit beside the main entrance: a press area, and two rooms with a session in each."""

from typing import Any

from events_service import clock, database
from events_service.demo.happenings import SUMMIT
from events_service.door.checkpoint_actions import add_checkpoint, doors_of
from events_service.door.checkpoint_drafts import CheckpointDraft
from events_service.door.rules import MAIN
from events_service.events.queries import find_event
from events_service.events.rules import Event, Status
from events_service.web.bodies import read_values

ROOMS = "Rooms of the City Hall"
_DOORS: tuple[dict[str, Any], ...] = (
    {"slug": "press", "name": "Press area", "admits": {"categories": ["media", "speaker"]}, "reentry": "in_and_out"},
    {"slug": "council-chamber", "name": "Council chamber", "session": "Moderating a city's own channels"},
    {"slug": "study", "name": "Study", "session": "Sparring: Tromsø lays a case on the table"},
)


async def open_doors() -> int:
    """Add the summit's doors where nobody added any; returns how many are new."""
    event = await find_event(SUMMIT)
    if event is None or event.status is not Status.PUBLISHED or clock.now() > event.ends_at:
        return 0
    if any(door.slug != MAIN for door in await doors_of(event)):
        return 0
    bodies = [body for door in _DOORS if (body := await _body(event, door)) is not None]
    for body in bodies:
        await add_checkpoint(event, read_values(CheckpointDraft, body, from_text=False))
    return len(bodies)


async def _body(event: Event, door: dict[str, Any]) -> dict[str, Any] | None:
    """The door as the contract has it; None where its session is gone."""
    title = door.get("session")
    if title is None:
        return door
    row = await database.fetch_one(
        "SELECT id FROM session WHERE event = $1 AND title = $2 AND deleted_at IS NULL", event.id, title
    )
    if row is None:
        return None
    room = {"zone": ROOMS, "reentry": "in_and_out", "admits": {"session_id": row["id"]}}
    return {"slug": door["slug"], "name": door["name"], **room}
