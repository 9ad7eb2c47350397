"""How much an agenda holds: bounds far above any summit's, so that no page, release or feed of it is without end."""

from typing import Literal

from events_service.database import Transaction
from events_service.errors import Conflict
from events_service.events.rules import Event
from events_service.sentences import Grouped, sentence

Noun = Literal["room", "track", "session"]
AT_MOST: dict[Noun, int] = {"room": 500, "track": 200, "session": 10_000}

_COUNT: dict[Noun, str] = {
    "room": "SELECT COUNT(*) AS there FROM room WHERE event = $1",
    "track": "SELECT COUNT(*) AS there FROM track WHERE event = $1",
    "session": "SELECT COUNT(*) AS there FROM session WHERE event = $1 AND deleted_at IS NULL",
}


async def check_room_for(tx: Transaction, event: Event, noun: Noun, *, many: int = 1) -> None:
    """Raises `Conflict` where the draft cannot take so many more; the agenda must be locked."""
    row = await tx.fetch_one(_COUNT[noun], event.id)
    if row is not None and row["there"] + many > AT_MOST[noun]:
        most = Grouped(AT_MOST[noun])
        told = {
            "room": sentence("An agenda holds %(most)s rooms at most.", most=most),
            "track": sentence("An agenda holds %(most)s tracks at most.", most=most),
            "session": sentence("An agenda holds %(most)s sessions at most.", most=most),
        }
        raise Conflict(told[noun], code="too_many", at_most=AT_MOST[noun])
