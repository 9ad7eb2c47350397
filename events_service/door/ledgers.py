"""What happened with one badge at one door, told from all of its scans in the order in which they were made. Pure.

Rooms of one zone are told together, since whoever enters one of them has left the others.

Scans without a network arrive late and in any order. A ledger is a function of the set of them: whichever comes last, the same
person stands in the same place, by the same scan, and the same contradictions are left for a supervisor.
"""

from bisect import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from events_service.door.rules import (
    MAY_BE_OVERRIDDEN,
    Direction,
    Passage,
    Reason,
    Standing,
    Verdict,
    after,
    reason_against,
)
from events_service.events.rules import Reentry


class ConflictKind(StrEnum):
    """How what happened at a gate contradicts what is known."""

    DOUBLE_ADMISSION = "double_admission"
    REFUSED_BUT_VALID = "refused_but_valid"
    ADMITTED_BUT_INVALID = "admitted_but_invalid"


@dataclass(frozen=True, slots=True)
class Doorway:
    """A checkpoint: how often it admits, and which others one leaves by entering it: those of the same `zone`.

    The zone of a door that stands alone is its own id.
    """

    reentry: Reentry
    zone: str


class Correction(msgspec.Struct, frozen=True):
    """What a supervisor set right of a scan: what its gate did in the end, or that whoever came in may stay whatever bars the badge."""

    gate: Verdict | None = None
    may_stay: bool = False


class Fact(msgspec.Struct, frozen=True):
    """A scan: by which device, at which door (its id), when by our clock, and whether the gate let the person through (`offline`:
    decided without us).

    `barred` is what stands against it whatever else was scanned, `forced` that somebody who may has set that aside; `settled` is
    what was found out of it afterwards.
    """

    scan_id: str
    device: str
    door: str
    passage: Passage
    happened_at: datetime
    gate: Verdict
    offline: bool
    barred: Reason | None = None
    forced: bool = False
    settled: Correction = Correction()

    @property
    def order(self) -> tuple[datetime, str]:
        """By time; two of one moment in the same order every time."""
        return self.happened_at, self.scan_id

    @property
    def gate_in_the_end(self) -> Verdict:
        """What the gate did, or what became of the person where a supervisor settled it."""
        return self.settled.gate or self.gate


class Finding(msgspec.Struct, frozen=True):
    """What is true of a scan, given all that came before it; `first` is the scan that admitted the badge, where it was already."""

    verdict: Verdict
    reason: Reason | None = None
    conflict: ConflictKind | None = None
    first: str = ""


# At each door: where the person stands, and the scan that admitted them last.
_State = tuple[dict[str, Standing], dict[str, Fact]]


class Ledger:
    """All scans of one badge in one zone that count, with what is true of each, and where the person stands at each of its doors."""

    def __init__(self, reentry: Mapping[str, Reentry], facts: Iterable[Fact] = ()) -> None:
        self._reentry = reentry
        self._facts = sorted(facts, key=_order)
        self.findings: dict[str, Finding] = {}
        # How things stood after each scan.
        self._after: list[_State] = [({}, {}) for _ in self._facts]
        self._tell_from(0)

    @property
    def standings(self) -> Mapping[str, Standing]:
        """Where the person stands, by door."""
        return self._after[-1][0] if self._after else {}

    @property
    def admissions(self) -> Mapping[str, Fact]:
        """The scan that admitted the person last, by door."""
        return self._after[-1][1] if self._after else {}

    def is_inside(self, door: str) -> bool:
        """Whether the person is inside there, as far as anybody scanned."""
        standing = self.standings.get(door)
        return standing is not None and standing.inside

    def fact(self, scan_id: str) -> Fact:
        """One of its scans."""
        return next(fact for fact in self._facts if fact.scan_id == scan_id)

    def facts(self) -> list[Fact]:
        """In the order in which they happened."""
        return list(self._facts)

    def add(self, fact: Fact) -> Fact | None:
        """Take in one more scan, wherever in the order it belongs. Gives the entry at its door that is admitted no longer because of it."""
        place = bisect(self._facts, fact.order, key=_order)
        self._facts.insert(place, fact)
        self._after.insert(place, ({}, {}))
        return next((one for one in self._tell_from(place) if one.door == fact.door), None)

    def correct(self, fact: Fact) -> None:
        """Replace what is known of a scan."""
        self._facts = sorted([*(one for one in self._facts if one.scan_id != fact.scan_id), fact], key=_order)
        self.findings = {}
        self._tell_from(0)

    def _tell_from(self, place: int) -> list[Fact]:
        """Tell again what is true from there on, until nothing is another than before. Gives the entries that are admitted no longer."""
        state, displaced = self._after[place - 1] if place else ({}, {}), list[Fact]()
        for at in range(place, len(self._facts)):
            fact = self._facts[at]
            was = self.findings.get(fact.scan_id)
            self.findings[fact.scan_id], state = self._step(fact, state)
            if was is not None and was.verdict is Verdict.ADMITTED and fact.passage.direction is Direction.ENTRY:
                displaced += [fact] if self.findings[fact.scan_id].verdict is Verdict.REFUSED else []
            # Only after a scan that was told before can the rest be as it was.
            if was is not None and state == self._after[at]:
                break
            self._after[at] = state
        return displaced

    def _step(self, fact: Fact, state: _State) -> tuple[Finding, _State]:
        standings, admissions = state
        door, standing = fact.door, standings.get(fact.door)
        finding = _finding(fact, standing=standing, admission=admissions.get(door), reentry=self._reentry[door])
        if finding.verdict is Verdict.REFUSED:
            return finding, state
        stands = after(fact.passage, standing)
        if fact.passage.direction is Direction.ENTRY:
            admissions = {**admissions, door: fact}
            # Moving to another room leaves the last.
            standings = {one: msgspec.structs.replace(was, inside=False) for one, was in standings.items()}
        if stands is not None:
            standings = {**standings, door: stands}
        return finding, (standings, admissions)


def _order(fact: Fact) -> tuple[datetime, str]:
    return fact.order


def _finding(fact: Fact, *, standing: Standing | None, admission: Fact | None, reentry: Reentry) -> Finding:
    barred = None if fact.settled.may_stay else fact.barred
    reason = reason_against(fact.passage, barred=barred, reentry=reentry, standing=standing)
    if fact.forced and reason in MAY_BE_OVERRIDDEN:
        reason = None
    # Whoever leaves is not held back, so a gate's word on that changes nothing.
    if fact.passage.direction is Direction.EXIT:
        return Finding(Verdict.REFUSED if reason else Verdict.ADMITTED, reason)
    first = admission.scan_id if admission and reason is Reason.ALREADY_ADMITTED else ""
    if fact.gate_in_the_end is Verdict.REFUSED and reason is None:
        # Who was refused by us stood against a rule then; a gate on its own may not have known enough.
        kind = ConflictKind.REFUSED_BUT_VALID if fact.offline else None
        return Finding(Verdict.REFUSED, Reason.TURNED_AWAY, kind)
    if reason is None:
        return Finding(Verdict.ADMITTED)
    return Finding(Verdict.REFUSED, reason, _contradiction(fact, reason, admission), first)


def _contradiction(fact: Fact, reason: Reason, admission: Fact | None) -> ConflictKind | None:
    """Whether a gate let somebody in whom `reason` stands against."""
    if fact.gate_in_the_end is Verdict.REFUSED:
        return None
    if reason is not Reason.ALREADY_ADMITTED or admission is None:
        return ConflictKind.ADMITTED_BUT_INVALID
    # What a device admitted itself it knew of: the same badge was held up twice.
    return None if admission.device == fact.device else ConflictKind.DOUBLE_ADMISSION
