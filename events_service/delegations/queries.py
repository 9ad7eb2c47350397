"""Reading delegations."""

from collections.abc import Collection

from events_service.database import Row, fetch, fetch_one
from events_service.delegations.rules import Delegation, State
from events_service.errors import NotFound
from events_service.events.categories import Category
from events_service.sealing import token_digest


def delegation_from(row: Row) -> Delegation:
    """The delegation in a row of the table."""
    return Delegation(
        id=row["id"],
        event_id=row["event"],
        city=row["city"],
        seats=row["seats"],
        attendance=row["attendance"],
        category=Category(row["category"]) if row["category"] else None,
        coordinator_name=row["coordinator_name"],
        coordinator_email=row["coordinator_email"],
        language=row["language"],
        link_generation=row["link_generation"],
        closes_at=row["closes_at"],
        # Of the first ones nobody wrote down when their link was sent again.
        asked_at=row["asked_at"] or row["created_at"],
        reminded_at=row["reminded_at"],
        state=State(row["state"]),
        reason=row["reason"],
        made_by_kind=row["made_by_kind"],
        made_by=row["made_by"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
    )


async def delegation_by_id(delegation_id: str) -> Delegation:
    """Raises `NotFound`."""
    row = await fetch_one("SELECT * FROM delegation WHERE id = $1", delegation_id)
    if row is None:
        raise NotFound()
    return delegation_from(row)


async def delegation_by_code(code: str) -> Delegation:
    """The delegation whose coordinator's link holds this code. Raises `NotFound`."""
    row = await fetch_one("SELECT * FROM delegation WHERE code_digest = $1", token_digest(code.strip().lower()))
    if row is None:
        raise NotFound()
    return delegation_from(row)


async def delegations_of(event_id: str) -> list[Delegation]:
    """All delegations to an event, by city."""
    rows = await fetch("SELECT * FROM delegation WHERE event = $1 ORDER BY city_key, id", event_id)
    return [delegation_from(row) for row in rows]


async def some_delegations_of(event_id: str, *, after: str, limit: int) -> list[Delegation]:
    """Up to `limit` of them, by city; `after` is the id of the last one seen."""
    rows = await fetch(
        """SELECT one.* FROM delegation AS one LEFT JOIN delegation AS last ON last.id = $2 AND last.event = one.event
           WHERE one.event = $1 AND (last.id IS NULL OR one.city_key > last.city_key
             OR (one.city_key = last.city_key AND one.id > last.id)) ORDER BY one.city_key, one.id LIMIT $3""",
        *(event_id, after, limit),
    )
    return [delegation_from(row) for row in rows]


async def cities_of(ids: Collection[str]) -> dict[str, str]:
    """Delegation id → the city it is of."""
    rows = await fetch("SELECT id, city FROM delegation WHERE id = ANY($1)", sorted(ids))
    return {row["id"]: row["city"] for row in rows}
