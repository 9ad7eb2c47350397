"""How full an event's seats are: of each attendance, each category and each city."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from events_service.database import Row, fetch
from events_service.events.admissions import Admission, admission_of
from events_service.events.rules import Event, Format
from events_service.registrations.ledgers import Kept, kept_seats
from events_service.registrations.quotas import CATEGORY, CITY, SEATS, Pool, city_key, limits_of
from events_service.registrations.rules import Attendance


@dataclass(frozen=True, slots=True)
class PoolStand:
    """How one pool stands: `kind` is seats, category or city, `taken` counts who has a seat or is offered one, and what is kept for
    the delegates of cities."""

    kind: str
    name: str
    taken: int
    waiting: int
    limit: int | None

    @property
    def left(self) -> int | None:
        """Seats nobody has; None without a limit."""
        return None if self.limit is None else max(0, self.limit - self.taken)


@dataclass(frozen=True, slots=True)
class Fullness:
    """How full an event is. Of categories and cities everything is here that somebody is of, or that has a quota."""

    seats: list[PoolStand]
    categories: list[PoolStand]
    cities: list[PoolStand]

    @property
    def limited(self) -> list[PoolStand]:
        """What has a limit, the seats first."""
        return [*self.seats, *(pool for pool in (*self.categories, *self.cities) if pool.limit is not None)]


async def fullness_of(event: Event) -> Fullness:
    """How full that event is now."""
    rows = await fetch(
        """SELECT attendance, category, city,
                  SUM(CASE WHEN status IN ('confirmed', 'offered') THEN 1 ELSE 0 END) AS taken,
                  SUM(CASE WHEN status = 'waitlisted' THEN 1 ELSE 0 END) AS waiting
           FROM registration WHERE event = $1 AND status IN ('confirmed', 'offered', 'waitlisted')
           GROUP BY attendance, category, city ORDER BY city""",
        event.id,
    )
    return _fullness(event, await admission_of(event), rows, await kept_seats([event.id]))


def _fullness(event: Event, admission: Admission, rows: Iterable[Row], kept: Iterable[Kept]) -> Fullness:
    taken, waiting, names = Counter[Pool](), Counter[Pool](), dict[Pool, str]()
    for row in rows:
        city = (CITY, city_key(row["city"]))
        names.setdefault(city, row["city"])
        for pool in ((SEATS, row["attendance"]), (CATEGORY, row["category"]), city):
            taken[pool] += int(row["taken"])
            waiting[pool] += int(row["waiting"])
    for one in kept:
        city = (CITY, city_key(one.city))
        names.setdefault(city, one.city)
        for pool in ((SEATS, one.attendance), (CATEGORY, one.category), city):
            taken[pool] += one.seats
    limits = limits_of(event, admission).of
    names |= {(CITY, city_key(city)): city for city in admission.cities}

    def stands(kind: str) -> list[PoolStand]:
        pools = sorted(pool for pool in {*taken, *limits} if pool[0] == kind and pool[1])
        return [
            PoolStand(kind, names.get(pool, pool[1]), taken[pool], waiting[pool], limits.get(pool)) for pool in pools
        ]

    seats = [
        PoolStand(SEATS, one.value, taken[SEATS, one.value], waiting[SEATS, one.value], limits.get((SEATS, one.value)))
        for one in _attendances(event)
    ]
    return Fullness(seats, stands(CATEGORY), stands(CITY))


def _attendances(event: Event) -> tuple[Attendance, ...]:
    if event.format is Format.HYBRID:
        return (Attendance.IN_PERSON, Attendance.ONLINE)
    return (Attendance.ONLINE,) if event.format is Format.ONLINE else (Attendance.IN_PERSON,)
