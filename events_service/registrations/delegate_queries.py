"""Reading who holds the seats of delegations."""

from collections import Counter

from events_service.database import Row, Transaction, fetch
from events_service.delegations.queries import delegation_from
from events_service.delegations.rules import Delegation
from events_service.errors import NotFound
from events_service.events.rules import Event
from events_service.registrations.queries import Registration, registration_from
from events_service.registrations.waitlist import lock_event

_SEATED = "status IN ('confirmed', 'offered')"


async def delegates_of(delegation_id: str) -> list[Registration]:
    """Everybody who was ever named for it and whose last registration is that, by name; who has a seat comes first."""
    rows = await fetch(
        f"""SELECT * FROM registration WHERE delegation = $1 AND erased_at IS NULL
            ORDER BY CASE WHEN {_SEATED} THEN 0 ELSE 1 END, search_key, id""",  # noqa: S608
        delegation_id,
    )
    return [registration_from(row) for row in rows]


async def named_at(event_id: str) -> Counter[str]:
    """Delegation id → how many of its seats have a delegate."""
    rows = await fetch(
        f"""SELECT delegation, COUNT(*) AS named FROM registration
            WHERE event = $1 AND delegation IS NOT NULL AND {_SEATED} GROUP BY delegation""",  # noqa: S608
        event_id,
    )
    return Counter({row["delegation"]: int(row["named"]) for row in rows})


async def lock_delegation(tx: Transaction, delegation_id: str) -> tuple[Event, Delegation]:
    """The event's row, then the delegation's, both locked. Raises `NotFound`."""
    found = await tx.fetch_one("SELECT event FROM delegation WHERE id = $1", delegation_id)
    if found is None:
        raise NotFound()
    event = await lock_event(tx, found["event"])
    row = await tx.fetch_one("SELECT * FROM delegation WHERE id = $1 FOR NO KEY UPDATE", delegation_id)
    if row is None:
        raise NotFound()
    return event, delegation_from(row)


async def lock_delegates(tx: Transaction, delegation_id: str) -> list[Registration]:
    """Those who have a seat of it, in the order of their ids and locked; the event's row is locked already."""
    rows: list[Row] = await tx.fetch(
        f"SELECT * FROM registration WHERE delegation = $1 AND {_SEATED} ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
        delegation_id,
    )
    return [registration_from(row) for row in rows]
