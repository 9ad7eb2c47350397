"""Who waits at an event: for an organiser's word, and for a seat."""

from collections.abc import Collection
from dataclasses import dataclass

from events_service.database import fetch, fetch_one
from events_service.events.rules import Event
from events_service.registrations.ledgers import Place, places_of
from events_service.registrations.queries import Registration, registration_from
from events_service.registrations.rules import Status


@dataclass(frozen=True, slots=True)
class Among:
    """Whom of those who wait a list shows; empty means all."""

    category: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class InLine:
    """Somebody on the waiting list, and their place there."""

    person: Registration
    place: Place


async def pending_of(event: Event, among: Among, *, after: str = "", limit: int) -> list[Registration]:
    """Those who wait for an organiser's word, in the order they came; `after` is the id of the last one seen."""
    where, values = _conditions(event, Status.PENDING, among)
    values += [after, limit]
    rows = await fetch(
        f"SELECT * FROM registration WHERE {where} AND id > ${len(values) - 1} ORDER BY id LIMIT ${len(values)}",  # noqa: S608
        *values,
    )
    return [registration_from(row) for row in rows]


async def line_of(event: Event, among: Among, *, start: int = 0, limit: int) -> list[InLine]:
    """The waiting list in its order, from the one after the first `start`."""
    where, values = _conditions(event, Status.WAITLISTED, among)
    values += [limit, start]
    rows = await fetch(
        f"""SELECT * FROM registration WHERE {where} ORDER BY priority DESC, waitlist_number, id
            LIMIT ${len(values) - 1} OFFSET ${len(values)}""",  # noqa: S608
        *values,
    )
    people = [registration_from(row) for row in rows]
    places = await places_of([person.id for person in people], [event]) if people else {}
    # Somebody may have got a seat between the two looks.
    return [InLine(person, places[person.id]) for person in people if person.id in places]


async def count_waiting(event: Event, status: Status, among: Among) -> int:
    """How many there are in all."""
    where, values = _conditions(event, status, among)
    row = await fetch_one(f"SELECT COUNT(*) AS people FROM registration WHERE {where}", *values)  # noqa: S608
    return int(row["people"]) if row else 0


async def cities_waiting(event: Event) -> list[str]:
    """The cities of those who wait, to choose from."""
    rows = await fetch(
        """SELECT DISTINCT city FROM registration WHERE event = $1 AND status IN ('pending', 'waitlisted') AND city <> ''
           ORDER BY city""",
        event.id,
    )
    return [row["city"] for row in rows]


async def people_by_id(event: Event, ids: Collection[str]) -> dict[str, Registration]:
    """Those of these who are registered at that event, by id."""
    rows = await fetch("SELECT * FROM registration WHERE event = $1 AND id = ANY($2)", event.id, list(ids))
    return {row["id"]: registration_from(row) for row in rows}


def _conditions(event: Event, status: Status, among: Among) -> tuple[str, list[object]]:
    """A WHERE clause and its values from $1 on. Its words are ours alone."""
    where, values = ["event = $1", "status = $2"], [event.id, status.value]
    for column, value in (("category", among.category), ("city", among.city)):
        if value:
            values.append(value)
            where.append(f"{column} = ${len(values)}")
    return " AND ".join(where), [*values]
