"""How much an agenda holds: bounds far above any summit's, so that no page, release or feed of it is without end."""

from typing import Literal

from events_service.database import Transaction
from events_service.errors import Conflict
from events_service.events.rules import Event

ROOMS_AT_MOST = 500
TRACKS_AT_MOST = 200
SESSIONS_AT_MOST = 10_000

_COUNT = {
    "room": "SELECT COUNT(*) AS there FROM room WHERE event = $1",
    "track": "SELECT COUNT(*) AS there FROM track WHERE event = $1",
    "session": "SELECT COUNT(*) AS there FROM session WHERE event = $1 AND deleted_at IS NULL",
}


async def check_room_for(
    tx: Transaction, event: Event, noun: Literal["room", "track", "session"], *, many: int = 1, at_most: int
) -> None:
    """Raises `Conflict` where the draft cannot take so many more; the agenda must be locked."""
    row = await tx.fetch_one(_COUNT[noun], event.id)
    if row is not None and row["there"] + many > at_most:
        raise Conflict(f"An agenda holds {at_most:,} {noun}s at most.", code="too_many", at_most=at_most)
