"""The checkpoints of an event's copy."""

from events_service.database import Transaction
from events_service.events.rules import Event
from events_service.identifiers import new_id


async def copy_checkpoints(tx: Transaction, first: Event, copy: Event) -> None:
    """The same doors for the same people. Their hours are the first event's, and so are its sessions: neither comes along."""
    rows = await tx.fetch(
        "SELECT * FROM checkpoint WHERE event = $1 AND session_id IS NULL AND NOT online ORDER BY id", first.id
    )
    await tx.execute_many(
        "INSERT INTO checkpoint (id, event, slug, name, categories, reentry, zone) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [(new_id(), copy.id, row["slug"], row["name"], row["categories"], row["reentry"], row["zone"]) for row in rows],
    )
