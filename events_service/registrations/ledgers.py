"""Reading how seats stand: the ledger of an event, and its waiting list."""

from collections.abc import Collection
from dataclasses import dataclass

from events_service.database import Row, fetch
from events_service.events.admissions import Admission, admissions_of
from events_service.events.rules import Event
from events_service.registrations.quotas import (
    Ledger,
    Limits,
    Pool,
    Waiting,
    limits_of,
    place_in_line,
    who_follows,
)

NO_LIMIT = 1_000_000
_COUNTED = """
    SUM(CASE WHEN status IN ('confirmed', 'offered') THEN 1 ELSE 0 END) AS taken,
    SUM(CASE WHEN status = 'waitlisted' THEN 1 ELSE 0 END) AS waiting,
    SUM(CASE WHEN status = 'waitlisted' AND party_together THEN 1 ELSE 0 END) AS together,
    MAX(waitlist_number) AS last_number
    FROM registration WHERE event = ANY($1) AND status IN ('confirmed', 'offered', 'waitlisted')"""
_LINE = "id, event, attendance, category, city, priority, waitlist_number, party, party_together"


@dataclass(frozen=True, slots=True)
class Stand:
    """How an event's seats stand, under its settings."""

    ledger: Ledger
    admission: Admission


async def stand_of(event: Event) -> Stand:
    """How that event's seats stand. Lock the event's row first where something is to be decided."""
    return (await stands_of([event]))[event.id]


async def stands_of(events: Collection[Event]) -> dict[str, Stand]:
    """Event id → how its seats stand."""
    admissions = await admissions_of([event.id for event in events])
    stands = {event.id: Stand(Ledger(limits_of(event, admissions[event.id])), admissions[event.id]) for event in events}
    for kept in await kept_seats(stands):
        ledger = stands[kept.event_id].ledger
        ledger.keep(ledger.limits.pools(kept.attendance, kept.category, kept.city), kept.seats)
    together = set[str]()
    for row in await _counts(stands):
        ledger = stands[row["event"]].ledger
        pools = ledger.limits.pools(row["attendance"], row["category"], row["city"])
        ledger.take(pools, int(row["taken"]))
        if row["waiting"]:
            ledger.waiting[pools, row["priority"]] += int(row["waiting"])
        ledger.last_number = max(ledger.last_number, row["last_number"] or 0)
        if row["together"]:
            together.add(row["event"])
    for event_id in together:
        await _hold_for_parties(event_id, stands[event_id].ledger)
    return stands


@dataclass(frozen=True, slots=True)
class Kept:
    """Seats of one delegation that nobody is named for yet; `category` is empty where its coordinator chooses."""

    event_id: str
    attendance: str
    category: str
    city: str
    seats: int


async def kept_seats(event_ids: Collection[str]) -> list[Kept]:
    """Of every open delegation to these events what is left for it to name."""
    rows = await fetch(
        """SELECT event, attendance, category, city, seats - (
                  SELECT COUNT(*) FROM registration
                  WHERE registration.delegation = delegation.id AND registration.status IN ('confirmed', 'offered')
               ) AS kept FROM delegation WHERE event = ANY($1) AND state = 'open'""",
        list(event_ids),
    )
    # In the middle of a substitution both hold the seat.
    return [
        Kept(row["event"], row["attendance"], row["category"], row["city"], int(row["kept"]))
        for row in rows
        if row["kept"] > 0
    ]


async def _counts(stands: dict[str, Stand]) -> list[Row]:
    """Counted as coarsely as the quotas allow: most events have none, and are one short answer."""
    quotas = [event_id for event_id, stand in stands.items() if stand.admission.has_quotas]
    plain = [event_id for event_id, stand in stands.items() if not stand.admission.has_quotas]
    rows = list[Row]()
    if plain:
        rows += await fetch(
            f"SELECT event, attendance, '' AS category, '' AS city, priority, {_COUNTED} "
            "GROUP BY event, attendance, priority",
            plain,
        )
    if quotas:
        rows += await fetch(
            f"SELECT event, attendance, category, city, priority, {_COUNTED} "
            "GROUP BY event, attendance, category, city, priority",
            quotas,
        )
    return rows


async def _hold_for_parties(event_id: str, ledger: Ledger) -> None:
    """Keep for a party that waits together what it waits for; a newcomer must not take it."""
    rows = await fetch(
        f"SELECT {_LINE} FROM registration WHERE event = $1 AND status = 'waitlisted' AND party_together",  # noqa: S608
        event_id,
    )
    ledger.held = who_follows(ledger, [waiting_from(row, ledger.limits) for row in rows]).held


async def who_is_next(event: Event, ledger: Ledger) -> tuple[str, ...]:
    """The ids of everybody who waits and for whom there is a seat, in their order."""
    free = _free_seats(ledger)
    if not free or not ledger.waiting.total():
        return ()
    # Of those who wait for the very same seats no more than are free can follow.
    rows = await fetch(
        f"""SELECT {_LINE} FROM (
                SELECT *, ROW_NUMBER() OVER (
                    PARTITION BY attendance, category, city ORDER BY priority DESC, waitlist_number
                ) AS turn FROM registration WHERE event = $1 AND status = 'waitlisted'
            ) AS line WHERE turn <= $2 OR party_together""",  # noqa: S608
        event.id,
        free,
    )
    return who_follows(ledger, [waiting_from(row, ledger.limits) for row in rows]).ids


def _free_seats(ledger: Ledger) -> int:
    attendances = {pools[0] for pools, _ in ledger.waiting}
    rooms = [ledger.room(pool) for pool in attendances]
    return min(NO_LIMIT, sum(NO_LIMIT if room is None else room for room in rooms))


def waiting_from(row: Row, limits: Limits) -> Waiting:
    """The place in line in a row of the table."""
    return Waiting(
        row["id"],
        limits.pools(row["attendance"], row["category"], row["city"]),
        row["priority"],
        row["waitlist_number"],
        row["party"] or "" if row["party_together"] else "",
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place in line: how many are before them and themselves, and what they wait for."""

    position: int
    pool: Pool


async def places_of(ids: Collection[str], events: Collection[Event]) -> dict[str, Place]:
    """Registration id → the place in line, of those of these registrations that wait at these events."""
    stands = await stands_of(events)
    rows = await fetch(
        f"SELECT {_LINE} FROM registration WHERE event = ANY($1) AND status = 'waitlisted'",  # noqa: S608
        list(stands),
    )
    lines = dict[str, list[Waiting]]()
    for row in rows:
        lines.setdefault(row["event"], []).append(waiting_from(row, stands[row["event"]].ledger.limits))
    return {
        one.id: place
        for event_id, line in lines.items()
        for one, place in _ranked(stands[event_id].ledger, line)
        if one.id in ids
    }


def _ranked(ledger: Ledger, line: list[Waiting]) -> list[tuple[Waiting, Place]]:
    """Everybody in line with their place."""
    before = dict[Pool, int]()
    ranked = list[tuple[Waiting, Place]]()
    memory = dict[tuple[Pool, ...], tuple[Pool, tuple[Pool, ...]]]()
    for one in sorted(line, key=place_in_line):
        if one.pools not in memory:
            waits = tuple(pool for pool in one.pools if ledger.waits_for(one.pools, pool))
            memory[one.pools] = (ledger.in_the_way(one.pools), waits)
        pool, waits = memory[one.pools]
        for each in waits:
            before[each] = before.get(each, 0) + 1
        ranked.append((one, Place(before.get(pool, 0) or 1, pool)))
    return ranked
