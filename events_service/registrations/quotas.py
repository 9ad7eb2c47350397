"""Seats under quotas: what is taken, who waits for what, and who follows when a seat is free. Pure.

A person's seat comes out of several pools at once: the seats of their attendance, and where there are quotas their category's and
their city's. They get one where every pool has room and nobody is passed over who waits and could take it. After every change
nobody on the waiting list fits, but for those behind a party that is kept together and holds the line.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from events_service.events.admissions import USUAL, Admission
from events_service.events.rules import Event, Mode
from events_service.folding import search_key
from events_service.registrations.rules import Attendance, EventFull, Placement, QuotaFull, Status, seats_offered

SEATS, CATEGORY, CITY = "seats", "category", "city"
Pool = tuple[str, str]
Pools = tuple[Pool, ...]


def city_key(city: str) -> str:
    """What makes two ways of writing a city the same: capitals, accents and spaces do not count."""
    return search_key(" ".join(city.split()))


@dataclass(frozen=True, slots=True)
class Limits:
    """How many seats each pool has. Seats that are missing here know no limit, categories and cities no quota."""

    of: Mapping[Pool, int]

    def pools(self, attendance: str, category: str, city: str) -> Pools:
        """What a seat for such a person comes out of: always the seats of their attendance, and the quotas there are."""
        quotas = ((CATEGORY, category), (CITY, city_key(city)) if city else (CITY, ""))
        return ((SEATS, str(attendance)), *(pool for pool in quotas if pool in self.of))


def limits_of(event: Event, admission: Admission = USUAL) -> Limits:
    """The limits of that event."""
    seats = {(SEATS, one.value): seats_offered(event, one) for one in Attendance}
    limits: dict[Pool, int] = {pool: number for pool, number in seats.items() if number is not None}
    limits |= {(CATEGORY, category): number for category, number in admission.categories.items()}
    limits |= {(CITY, city_key(city)): number for city, number in admission.cities.items()}
    return Limits(limits)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody on the waiting list. Those of one party who are kept together share `party`; it is empty for all others."""

    id: str
    pools: Pools
    priority: int
    number: int
    party: str = ""


@dataclass(slots=True)
class Ledger:
    """How an event's seats stand: taken (confirmed, offered or held) by pool, and how many wait for which pools at which priority.

    `last_number` is the last waiting number given; `held` are the pools whose next seats are kept for a party at the head of the
    line, with its priority. `kept` are seats of delegations that nobody is named for yet: nobody else gets them.
    """

    limits: Limits
    taken: Counter[Pool] = field(default_factory=Counter)
    waiting: Counter[tuple[Pools, int]] = field(default_factory=Counter)
    last_number: int = 0
    held: Mapping[Pool, int] = field(default_factory=dict)
    kept: Counter[Pool] = field(default_factory=Counter)

    def room(self, pool: Pool) -> int | None:
        """How many seats are left in this pool; None without a limit."""
        limit = self.limits.of.get(pool)
        return None if limit is None else max(0, limit - self.taken[pool] - self.kept[pool])

    def fits(self, pools: Pools) -> bool:
        """Whether every limit that touches these pools has room."""
        return all(self.room(pool) != 0 for pool in pools)

    def take(self, pools: Pools, people: int = 1) -> None:
        """So many more seats are taken; fewer for a negative number."""
        for pool in pools:
            self.taken[pool] += people

    def keep(self, pools: Pools, seats: int) -> None:
        """So many more seats are kept for a delegation."""
        for pool in pools:
            self.kept[pool] += seats

    def left_to_keep(self, pools: Pools, seats: int) -> int:
        """How many of so many seats a delegation can have: those that nobody has, and that nobody who waits could take."""
        if not self.has_room_for(pools):
            return 0
        return min([seats, *(room for pool in pools if (room := self.room(pool)) is not None)])

    def has_room_for(self, pools: Pools, *, priority: int = 0) -> bool:
        """Whether a newcomer gets a seat: it is there, and nobody is passed over who waits and could take it."""
        return self.fits(pools) and not self._passes_over(pools, priority)

    def add_waiting(self, pools: Pools, *, priority: int) -> None:
        """One more on the waiting list, with the next number."""
        self.waiting[pools, priority] += 1
        self.last_number += 1

    def in_the_way(self, pools: Pools) -> Pool:
        """The pool that keeps somebody waiting: a quota before the seats, which all wait for."""
        for pool in reversed(pools):
            if self.room(pool) == 0:
                return pool
        return next((pool for pool in reversed(pools) if pool in self.held), pools[0])

    def waits_for(self, pools: Pools, pool: Pool) -> bool:
        """Whether somebody with these pools waits for that one just now. Who waits for a quota is in nobody's way for the seats."""
        if pool not in pools:
            return False
        return pool[0] != SEATS or all(self.room(quota) != 0 for quota in pools if quota[0] != SEATS)

    def ahead_of(self, pools: Pools, priority: int) -> int:
        """How many wait before a newcomer for the same seats."""
        pool = self.in_the_way(pools)
        return sum(
            people
            for (others, theirs), people in self.waiting.items()
            if theirs >= priority and self.waits_for(others, pool)
        )

    def copy(self) -> "Ledger":
        """The same, to try something on."""
        taken, waiting, kept = Counter(self.taken), Counter(self.waiting), Counter(self.kept)
        return Ledger(self.limits, taken, waiting, self.last_number, self.held, kept)

    def _passes_over(self, pools: Pools, priority: int) -> bool:
        if any(self.held.get(pool, priority - 1) >= priority for pool in pools):
            return True
        wanted = {pool for pool in pools if pool in self.limits.of}
        return any(
            people > 0
            and theirs >= priority
            and not wanted.isdisjoint(others)
            and self.held.keys().isdisjoint(others)
            and self.fits(others)
            for (others, theirs), people in self.waiting.items()
        )


def missing_for(ledger: Ledger, pools: Pools, *, instead_of: Pools = ()) -> Pool | None:
    """The pool that keeps from a seat somebody for whom one out of `instead_of` becomes free; None where they get it."""
    for pool in pools:
        if pool not in instead_of and (ledger.room(pool) == 0 or pool in ledger.held):
            return pool
    return None


def missing_for_delegate(ledger: Ledger, pools: Pools, *, kept: Pools) -> Pool | None:
    """The same for a delegate, for whom a seat out of `kept` is kept: a promise that never goes past the seats there are."""
    for pool in pools:
        if pool in kept and ledger.taken[pool] >= ledger.limits.of.get(pool, ledger.taken[pool] + 1):
            return pool
    return missing_for(ledger, pools, instead_of=kept)


def full(ledger: Ledger, pool: Pool) -> EventFull | QuotaFull:
    """The refusal where that pool has no room."""
    if pool[0] == SEATS:
        return EventFull("All seats of that kind are taken.", capacity=ledger.limits.of.get(pool))
    return QuotaFull(quota=pool[0], of=pool[1], seats=ledger.limits.of.get(pool))


def place(event: Event, ledger: Ledger, pools: Pools, *, by_registrar: bool = False, priority: int = 0) -> Placement:
    """Where a newcomer stands. Nobody overtakes who waits for the same seat. Raises `EventFull`."""
    if event.registration.mode is Mode.APPROVAL and not by_registrar:
        return Placement(Status.PENDING)
    if ledger.has_room_for(pools, priority=priority):
        return Placement(Status.CONFIRMED)
    return wait(event, ledger, pools, priority=priority)


def wait(event: Event, ledger: Ledger, pools: Pools, *, priority: int = 0) -> Placement:
    """The place at the end of the line. Raises `EventFull` where the event keeps none."""
    if not event.registration.waitlist:
        raise EventFull(capacity=ledger.limits.of.get(pools[0]))
    position = ledger.ahead_of(pools, priority) + 1
    return Placement(Status.WAITLISTED, position=position, number=ledger.last_number + 1)


def party_has_room(ledger: Ledger, party: Iterable[Pools], *, priority: int = 0) -> bool:
    """Whether all of a party that wants to stay together get seats."""
    ledger = ledger.copy()
    for pools in party:
        if not ledger.has_room_for(pools, priority=priority):
            return False
        ledger.take(pools)
    return True


def note(ledger: Ledger, pools: Pools, status: Status, *, priority: int = 0) -> None:
    """Let the next newcomer see this one's seat, or place in line."""
    if status in (Status.CONFIRMED, Status.OFFERED):
        ledger.take(pools)
    elif status is Status.WAITLISTED:
        ledger.add_waiting(pools, priority=priority)


@dataclass(frozen=True, slots=True)
class Following:
    """Who gets a seat now, in their order, and the pools that a party still holds, with its priority."""

    ids: tuple[str, ...]
    held: Mapping[Pool, int]


def who_follows(ledger: Ledger, line: Iterable[Waiting]) -> Following:
    """Everybody on the list who fits, in the order of the line: a higher priority first, then who came first.

    A party that is kept together gets seats for all or none. Where only some are left for it, it holds them, so that those behind do not
    take them away one by one; for a quota of its own it holds up nobody else, and neither does a party that can never fit.
    """
    ledger, ids, held = ledger.copy(), list[str](), dict[Pool, int]()
    for unit in _units(line):
        need = Counter(pool for one in unit for pool in one.pools)
        if not held.keys().isdisjoint(need):
            continue
        short = [pool for pool, people in need.items() if (room := ledger.room(pool)) is not None and room < people]
        if not short:
            ids += [one.id for one in unit]
            for one in unit:
                ledger.take(one.pools)
        elif len(unit) > 1 and all(people <= ledger.limits.of.get(pool, people) for pool, people in need.items()):
            held |= dict.fromkeys([pool for pool in short if pool[0] != SEATS] or short, unit[0].priority)
    return Following(tuple(ids), held)


def _units(line: Iterable[Waiting]) -> list[Sequence[Waiting]]:
    """One by one, and parties as one, in the order of the line; a party stands where the first of it does."""
    units: dict[str, list[Waiting]] = {}
    for one in sorted(line, key=place_in_line):
        units.setdefault(one.party or one.id, []).append(one)
    return list(units.values())


def place_in_line(one: Waiting) -> tuple[int, int]:
    """What the line is ordered by."""
    return -one.priority, one.number
