"""Reading registrations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from events_service.database import Row, fetch, fetch_one
from events_service.errors import NotFound
from events_service.events.rules import Event
from events_service.outbox.rules import search_key
from events_service.registrations.rules import Attendance, Category, Status, Taken, seats_offered
from events_service.sealing import token_digest


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration as it is stored."""

    id: str
    event_id: str
    email: str
    name: str
    organisation: str
    city: str
    category: Category
    attendance: Attendance
    language: str
    answers: Mapping[str, Any]
    status: Status
    waitlist_number: int | None
    source: str
    created_at: datetime
    changed_at: datetime
    version: int
    badge_digest: str | None
    badge_generation: int
    links_generation: int
    invite_sequence: int | None
    invite_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Seats:
    """How an event's seats stand; None for a capacity means no limit, for `left` that nobody counts."""

    confirmed_in_person: int
    confirmed_online: int
    waiting: int
    pending: int
    capacity: int | None
    online_capacity: int | None

    @property
    def confirmed(self) -> int:
        """Everyone who has a seat."""
        return self.confirmed_in_person + self.confirmed_online

    @property
    def left(self) -> int | None:
        """Seats nobody has, in the room and online together."""
        if self.capacity is None and self.online_capacity is None:
            return None
        room = self.capacity - self.confirmed_in_person if self.capacity is not None else 0
        online = self.online_capacity - self.confirmed_online if self.online_capacity is not None else 0
        return max(0, room) + max(0, online)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which registrations a list shows; empty means all."""

    text: str = ""
    status: str = ""
    category: str = ""
    city: str = ""


def registration_from(row: Row) -> Registration:
    """The registration in a row of the table."""
    return Registration(
        id=row["id"],
        event_id=row["event"],
        email=row["email"],
        name=row["name"],
        organisation=row["organisation"],
        city=row["city"],
        category=Category(row["category"]),
        attendance=Attendance(row["attendance"]),
        language=row["language"],
        answers=msgspec.json.decode(row["answers"]),
        status=Status(row["status"]),
        waitlist_number=row["waitlist_number"],
        source=row["source"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        version=row["version"],
        badge_digest=row["badge_digest"],
        badge_generation=row["badge_generation"],
        links_generation=row["links_generation"],
        invite_sequence=row["invite_sequence"],
        invite_withdrawn=row["invite_withdrawn"],
    )


async def registration_by_id(registration_id: str) -> Registration:
    """Raises `NotFound`."""
    row = await fetch_one("SELECT * FROM registration WHERE id = $1", registration_id)
    if row is None:
        raise NotFound()
    return registration_from(row)


async def registration_by_code(code: str) -> Registration:
    """The registration whose page this code opens. Raises `NotFound`."""
    row = await fetch_one("SELECT * FROM registration WHERE page_digest = $1", token_digest(code.strip().lower()))
    if row is None:
        raise NotFound()
    return registration_from(row)


async def waitlist_position(registration: Registration) -> int | None:
    """The rank on the waiting list, 1 is next; None for who is not on it."""
    if registration.waitlist_number is None:
        return None
    row = await fetch_one(
        """SELECT COUNT(*) AS ahead FROM registration
           WHERE event = $1 AND attendance = $2 AND status = 'waitlisted' AND waitlist_number <= $3""",
        registration.event_id,
        registration.attendance.value,
        registration.waitlist_number,
    )
    return int(row["ahead"]) if row else None


async def list_registrations(event_id: str, wanted: Wanted, *, after: str = "", limit: int = 50) -> list[Registration]:
    """Up to `limit` registrations in the order they came; `after` is the id of the last one seen."""
    where, values = ["event = $1", "id > $2"], [event_id, after]
    for column, value in (("status", wanted.status), ("category", wanted.category), ("city", wanted.city)):
        if value:
            values.append(value)
            where.append(f"{column} = ${len(values)}")
    for word in search_key(wanted.text).split():
        values.append(f"%{word.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%")
        where.append(f"search_key LIKE ${len(values)} ESCAPE '!'")
    rows = await fetch(
        f"SELECT * FROM registration WHERE {' AND '.join(where)} ORDER BY id LIMIT {int(limit)}",  # noqa: S608
        *values,
    )
    return [registration_from(row) for row in rows]


async def confirmed_registrations(event_id: str) -> list[Registration]:
    """Everyone with a seat, by name."""
    rows = await fetch(
        "SELECT * FROM registration WHERE event = $1 AND status = 'confirmed' ORDER BY search_key, id", event_id
    )
    return [registration_from(row) for row in rows]


async def taken_seats(event_ids: Sequence[str]) -> dict[tuple[str, Attendance], Taken]:
    """How the seats of these events stand, by event and attendance; what is missing is untouched."""
    rows = await fetch(
        """SELECT event, attendance,
                  SUM(CASE WHEN status IN ('confirmed', 'offered') THEN 1 ELSE 0 END) AS confirmed,
                  SUM(CASE WHEN status = 'waitlisted' THEN 1 ELSE 0 END) AS waiting,
                  MAX(waitlist_number) AS last_number
           FROM registration WHERE event = ANY($1) AND status IN ('confirmed', 'offered', 'waitlisted')
           GROUP BY event, attendance""",
        list(event_ids),
    )
    taken = {
        (row["event"], Attendance(row["attendance"])): Taken(
            int(row["confirmed"]), int(row["waiting"]), row["last_number"] or 0
        )
        for row in rows
    }
    # Numbers are unique within the event, whatever the attendance.
    for event_id, attendance in taken:
        last = max(seats.last_number for (other, _), seats in taken.items() if other == event_id)
        seats = taken[event_id, attendance]
        taken[event_id, attendance] = Taken(seats.confirmed, seats.waiting, last)
    return taken


async def seats(event: Event) -> Seats:
    """How the event's seats stand."""
    rows = await fetch(
        "SELECT status, attendance, COUNT(*) AS people FROM registration WHERE event = $1 GROUP BY status, attendance",
        event.id,
    )

    def count(status: Status, attendance: Attendance | None = None) -> int:
        return sum(
            row["people"]
            for row in rows
            if row["status"] == status and (attendance is None or row["attendance"] == attendance)
        )

    return Seats(
        confirmed_in_person=count(Status.CONFIRMED, Attendance.IN_PERSON),
        confirmed_online=count(Status.CONFIRMED, Attendance.ONLINE),
        waiting=count(Status.WAITLISTED),
        pending=count(Status.PENDING),
        capacity=seats_offered(event, Attendance.IN_PERSON) if event.format != "online" else None,
        online_capacity=seats_offered(event, Attendance.ONLINE) if event.is_online else None,
    )
