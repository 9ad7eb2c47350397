"""Reading registrations."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from events_service.database import Row, fetch, fetch_one
from events_service.database.sql import meant_literally
from events_service.errors import NotFound
from events_service.events.queries import event_from
from events_service.events.rules import Event, Format
from events_service.folding import search_key
from events_service.outbox.rules import leads_nowhere
from events_service.registrations.ledgers import Place, kept_seats, places_of
from events_service.registrations.rules import Attendance, Awaits, Category, Status, seats_offered
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
    badge_code_digest: str | None
    badge_code_draw: int
    links_generation: int
    invite_sequence: int | None
    invite_withdrawn: bool
    protected: bool
    identity: str
    mails_stopped_at: datetime | None
    priority: int
    party: str | None
    party_together: bool
    awaits: Awaits | None
    answer_until: datetime | None
    delegation_id: str | None
    door_note: str
    photo_id: bool

    @property
    def has_address(self) -> bool:
        """Whether mail can be sent to what stands as the address."""
        return not leads_nowhere(self.email)


@dataclass(frozen=True, slots=True)
class Seats:
    """How an event's seats stand. A capacity is None without a limit, and 0 where the event has no such seats.

    Those offered are kept for somebody, as are those of delegations: counted as neither confirmed nor left.
    """

    confirmed_in_person: int
    confirmed_online: int
    waiting: int
    pending: int
    capacity: int | None
    online_capacity: int | None
    offered_in_person: int = 0
    offered_online: int = 0
    delegations_in_person: int = 0
    delegations_online: int = 0

    @property
    def confirmed(self) -> int:
        """Everyone who has a seat."""
        return self.confirmed_in_person + self.confirmed_online

    @property
    def offered(self) -> int | None:
        """All seats, in the room and online together; None where either knows no limit."""
        if self.capacity is None or self.online_capacity is None:
            return None
        return self.capacity + self.online_capacity

    @property
    def left(self) -> int | None:
        """Seats nobody has, in the room and online together; None where either knows no limit."""
        if self.capacity is None or self.online_capacity is None:
            return None
        in_the_room = self.capacity - self.confirmed_in_person - self.offered_in_person - self.delegations_in_person
        online = self.online_capacity - self.confirmed_online - self.offered_online - self.delegations_online
        return max(0, in_the_room) + max(0, online)

    @property
    def delegations(self) -> int:
        """Seats kept for delegates who are not named yet."""
        return self.delegations_in_person + self.delegations_online


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
        # A row about to be written has no short code yet.
        badge_code_digest=row.get("badge_code_digest"),
        badge_code_draw=row.get("badge_code_draw", 0),
        links_generation=row["links_generation"],
        invite_sequence=row["invite_sequence"],
        invite_withdrawn=row["invite_withdrawn"],
        protected=row["protected"],
        identity=row["identity"],
        # A row about to be written does not hold it.
        mails_stopped_at=row.get("mails_stopped_at"),
        priority=row["priority"],
        party=row["party"],
        party_together=row["party_together"],
        awaits=Awaits(row["awaits"]) if row["awaits"] else None,
        answer_until=row["answer_until"],
        delegation_id=row["delegation"],
        # Nobody is registered with these: a registrar adds them.
        door_note=row.get("door_note", ""),
        photo_id=bool(row.get("photo_id", False)),
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


async def registration_at_event(event_id: str, registration_id: str) -> Registration:
    """The registration of that id at that event. Raises `NotFound`."""
    person = await registration_by_id(registration_id)
    if person.event_id != event_id:
        raise NotFound()
    return person


async def registration_by_address(event_id: str, email: str) -> Registration:
    """Whoever registered for the event with that address. Raises `NotFound`."""
    row = await fetch_one("SELECT * FROM registration WHERE event = $1 AND email_key = $2", event_id, email.casefold())
    if row is None:
        raise NotFound()
    return registration_from(row)


async def places_in_line(people: Sequence[Registration]) -> dict[str, Place]:
    """Registration id → the place on the waiting list, of those among these who are on one."""
    waiting = {person.id: person.event_id for person in people if person.status is Status.WAITLISTED}
    if not waiting:
        return {}
    rows = await fetch("SELECT * FROM event WHERE id = ANY($1)", sorted(set(waiting.values())))
    return await places_of(waiting, [event_from(row) for row in rows])


async def waitlist_positions(people: Sequence[Registration]) -> dict[str, int]:
    """Registration id → the rank on the waiting list, 1 is next, of those among these who are on one."""
    return {one: place.position for one, place in (await places_in_line(people)).items()}


async def waitlist_position(registration: Registration) -> int | None:
    """The rank on the waiting list, 1 is next; None for who is not on it."""
    return (await waitlist_positions([registration])).get(registration.id)


async def list_registrations(event_id: str, wanted: Wanted, *, after: str = "", limit: int = 50) -> list[Registration]:
    """Up to `limit` registrations in the order they came; `after` is the id of the last one seen."""
    where, values = _conditions(event_id, wanted)
    values += [after, limit]
    rows = await fetch(
        f"SELECT * FROM registration WHERE {where} AND id > ${len(values) - 1} ORDER BY id LIMIT ${len(values)}",  # noqa: S608
        *values,
    )
    return [registration_from(row) for row in rows]


async def count_registrations(event_id: str, wanted: Wanted) -> int:
    """How many a list shows in all."""
    where, values = _conditions(event_id, wanted)
    row = await fetch_one(f"SELECT COUNT(*) AS people FROM registration WHERE {where}", *values)  # noqa: S608
    return int(row["people"]) if row else 0


def _conditions(event_id: str, wanted: Wanted) -> tuple[str, list[object]]:
    """A WHERE clause and its values from $1 on. Its words are ours alone."""
    where, values = ["event = $1"], [event_id]
    for column, value in (("status", wanted.status), ("category", wanted.category), ("city", wanted.city)):
        if value:
            values.append(str(value))
            where.append(f"{column} = ${len(values)}")
    for word in search_key(wanted.text).split():
        values.append(f"%{meant_literally(word)}%")
        where.append(f"search_key LIKE ${len(values)} ESCAPE '!'")
    return " AND ".join(where), [*values]


async def confirmed_registrations(event_id: str) -> list[Registration]:
    """Everyone with a seat, by name."""
    rows = await fetch(
        "SELECT * FROM registration WHERE event = $1 AND status = 'confirmed' ORDER BY search_key, id", event_id
    )
    return [registration_from(row) for row in rows]


async def seats(event: Event) -> Seats:
    """How the event's seats stand."""
    return (await seats_of([event]))[event.id]


async def seats_of(events: Sequence[Event]) -> dict[str, Seats]:
    """How the seats of these events stand, by event id."""
    rows = await fetch(
        """SELECT event, status, attendance, COUNT(*) AS people FROM registration
           WHERE event = ANY($1) AND status IN ('confirmed', 'offered', 'waitlisted', 'pending')
           GROUP BY event, status, attendance""",
        [event.id for event in events],
    )
    people = {(row["event"], row["status"], row["attendance"]): int(row["people"]) for row in rows}
    kept = Counter[tuple[str, str]]()
    for one in await kept_seats([event.id for event in events]):
        kept[one.event_id, one.attendance] += one.seats
    return {event.id: _seats(event, people, kept) for event in events}


def _seats(event: Event, people: Mapping[tuple[str, str, str], int], kept: Counter[tuple[str, str]]) -> Seats:
    def count(status: Status, *attendances: Attendance) -> int:
        return sum(people.get((event.id, status, attendance), 0) for attendance in attendances)

    return Seats(
        confirmed_in_person=count(Status.CONFIRMED, Attendance.IN_PERSON),
        confirmed_online=count(Status.CONFIRMED, Attendance.ONLINE),
        waiting=count(Status.WAITLISTED, *Attendance),
        pending=count(Status.PENDING, *Attendance),
        capacity=seats_offered(event, Attendance.IN_PERSON) if event.format is not Format.ONLINE else 0,
        online_capacity=seats_offered(event, Attendance.ONLINE) if event.is_online else 0,
        offered_in_person=count(Status.OFFERED, Attendance.IN_PERSON),
        offered_online=count(Status.OFFERED, Attendance.ONLINE),
        delegations_in_person=kept[event.id, Attendance.IN_PERSON],
        delegations_online=kept[event.id, Attendance.ONLINE],
    )
