"""One badge at one door: what is true does not hang on the order in which it becomes known."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random

import pytest

from events_service.door.ledgers import ConflictKind, Fact, Finding, Ledger
from events_service.door.rules import Direction, Passage, Reason, Verdict
from events_service.events.rules import Reentry

TEN = datetime(2037, 3, 7, 10, tzinfo=UTC)
ADMITTED, REFUSED = Verdict.ADMITTED, Verdict.REFUSED
KINDS = ConflictKind
ONCE = {"main": Reentry.ONCE}


def scanned(
    name: str, minute: int, *, device: str = "left", door: str = "main", direction: str = "entry", **more: object
) -> Fact:
    at = TEN + timedelta(minutes=minute)
    known = {"gate": ADMITTED, "offline": True} | more
    return Fact(name, device, door, Passage(Direction(direction), at, at.date()), at, **known)  # type: ignore[arg-type]


def told(ledger: Ledger) -> tuple[object, ...]:
    """All that a ledger says."""
    return ledger.findings, ledger.standings, ledger.admissions


def contradictions(ledger: Ledger) -> set[tuple[str, str, str]]:
    return {(found.conflict, found.first, name) for name, found in ledger.findings.items() if found.conflict}


def test_the_earliest_of_three_is_the_admission_in_every_order() -> None:
    facts = [scanned("a", 1), scanned("b", 2, device="right"), scanned("c", 3, device="back")]
    for order in permutations(facts):
        ledger = Ledger(ONCE)
        for fact in order:
            ledger.add(fact)
        assert ledger.admissions == {"main": facts[0]}
        assert contradictions(ledger) == {(KINDS.DOUBLE_ADMISSION, "a", "b"), (KINDS.DOUBLE_ADMISSION, "a", "c")}


def test_a_late_earlier_scan_says_whose_admission_it_takes() -> None:
    ledger = Ledger(ONCE, [scanned("b", 2, device="right")])
    assert ledger.add(scanned("c", 3)) is None
    assert ledger.add(scanned("a", 1)) == scanned("b", 2, device="right")


@pytest.mark.parametrize(
    ("fact", "found"),
    [
        (scanned("x", 1, gate=REFUSED), Finding(REFUSED, Reason.TURNED_AWAY, KINDS.REFUSED_BUT_VALID)),
        (scanned("x", 1, gate=REFUSED, offline=False), Finding(REFUSED, Reason.TURNED_AWAY)),
        (
            scanned("x", 1, barred=Reason.BADGE_REPLACED),
            Finding(REFUSED, Reason.BADGE_REPLACED, KINDS.ADMITTED_BUT_INVALID),
        ),
        (scanned("x", 1, barred=Reason.BADGE_REPLACED, gate=REFUSED), Finding(REFUSED, Reason.BADGE_REPLACED)),
        (scanned("x", 1, barred=Reason.OUTSIDE_HOURS, forced=True), Finding(ADMITTED)),
        (
            scanned("x", 1, barred=Reason.NOT_CONFIRMED, forced=True),
            Finding(REFUSED, Reason.NOT_CONFIRMED, KINDS.ADMITTED_BUT_INVALID),
        ),
        (scanned("x", 1, direction="exit"), Finding(REFUSED, Reason.NOT_INSIDE)),
        (scanned("x", 9), Finding(REFUSED, Reason.ALREADY_ADMITTED, None, "in")),
        (
            scanned("x", 9, device="right"),
            Finding(REFUSED, Reason.ALREADY_ADMITTED, KINDS.DOUBLE_ADMISSION, "in"),
        ),
        (
            scanned("x", 9, device="right", gate=REFUSED),
            Finding(REFUSED, Reason.ALREADY_ADMITTED, None, "in"),
        ),
        # Whoever leaves is not held back by a gate that does not know them.
        (scanned("x", 9, direction="exit", gate=REFUSED), Finding(ADMITTED)),
        # Nor by what stands against them by itself; of somebody who is not inside that is the reason still.
        (scanned("x", 9, direction="exit", barred=Reason.REGISTRATION_CANCELLED), Finding(ADMITTED)),
        (scanned("x", 9, direction="exit", barred=Reason.EVENT_CANCELLED, gate=REFUSED), Finding(ADMITTED)),
        (
            scanned("x", 1, direction="exit", barred=Reason.REGISTRATION_CANCELLED),
            Finding(REFUSED, Reason.REGISTRATION_CANCELLED),
        ),
    ],
)
def test_what_is_true_of_a_scan(fact: Fact, found: Finding) -> None:
    ledger = Ledger(ONCE, [scanned("in", 5)])
    ledger.add(fact)
    assert ledger.findings["x"] == found


def test_what_a_gate_did_sets_right_what_it_was_told() -> None:
    told = scanned("b", 2, device="right", gate=REFUSED, offline=False)
    ledger = Ledger(ONCE, [scanned("a", 1), told])
    assert contradictions(ledger) == set()
    ledger.correct(scanned("b", 2, device="right"))
    assert contradictions(ledger) == {(KINDS.DOUBLE_ADMISSION, "a", "b")}


@pytest.mark.parametrize("reentry", list(Reentry))
def test_no_order_of_arrival_changes_anything(reentry: Reentry) -> None:
    chance = Random(15)
    for _ in range(200):
        facts = [
            scanned(
                str(n),
                chance.randrange(0, 2000),
                device=chance.choice(["left", "right", "back"]),
                direction=chance.choice(["entry", "entry", "exit"]),
                gate=chance.choice([ADMITTED, ADMITTED, REFUSED]),
                offline=chance.random() < 0.8,
                barred=chance.choice([None, None, Reason.BADGE_REPLACED]),
            )
            for n in range(chance.randrange(1, 12))
        ]
        whole = Ledger({"main": reentry}, facts)
        late = Ledger({"main": reentry})
        for fact in chance.sample(facts, len(facts)):
            late.add(fact)
        assert told(late) == told(whole)
