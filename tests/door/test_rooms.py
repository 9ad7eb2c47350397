"""Rooms of one zone: whoever enters one has left the others, whatever the order in which that becomes known."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random

import pytest

from events_service.door.ledgers import ConflictKind, Fact, Finding, Ledger
from events_service.door.rules import Direction, Passage, Reason, Verdict
from events_service.events.rules import Reentry

TEN = datetime(2037, 3, 7, 10, tzinfo=UTC)
IN_AND_OUT = {"north": Reentry.IN_AND_OUT, "south": Reentry.IN_AND_OUT}


def scanned(name: str, minute: int, door: str, direction: str = "entry", *, device: str = "") -> Fact:
    at = TEN + timedelta(minutes=minute)
    passage = Passage(Direction(direction), at, at.date())
    return Fact(name, device or door, door, passage, at, gate=Verdict.ADMITTED, offline=True)


def inside(ledger: Ledger) -> set[str]:
    return {door for door in IN_AND_OUT if ledger.is_inside(door)}


def test_moving_to_another_room_leaves_the_last() -> None:
    ledger = Ledger(IN_AND_OUT)
    for minute, door in ((1, "north"), (2, "south"), (3, "north")):
        ledger.add(scanned(str(minute), minute, door))
        assert inside(ledger) == {door}
    assert {found.verdict for found in ledger.findings.values()} == {Verdict.ADMITTED}
    # What they were admitted by in the room they left stays.
    assert ledger.standings["south"].admitted_at == TEN + timedelta(minutes=2)


def test_whoever_moved_on_cannot_leave_the_room_they_left() -> None:
    ledger = Ledger(IN_AND_OUT, [scanned("a", 1, "north"), scanned("b", 2, "south")])
    ledger.add(scanned("c", 3, "north", "exit"))
    assert ledger.findings["c"] == Finding(Verdict.REFUSED, Reason.NOT_INSIDE)
    assert inside(ledger) == {"south"}
    ledger.add(scanned("d", 4, "south", "exit"))
    assert (ledger.findings["d"], inside(ledger)) == (Finding(Verdict.ADMITTED), set())


def test_a_refused_entry_leaves_nothing() -> None:
    once = {"north": Reentry.ONCE, "south": Reentry.ONCE}
    ledger = Ledger(once, [scanned("a", 1, "north"), scanned("b", 2, "south")])
    ledger.add(scanned("c", 3, "north"))
    assert ledger.findings["c"].reason is Reason.ALREADY_ADMITTED
    assert inside(ledger) == {"south"}


def test_coming_back_after_another_room_is_no_second_admission() -> None:
    """Of `in_and_out`: the scan at the other room stands for the exit that nobody scanned."""
    facts = [scanned("a", 1, "north"), scanned("b", 2, "south"), scanned("c", 3, "north", device="another")]
    for order in permutations(facts):
        ledger = Ledger(IN_AND_OUT)
        for fact in order:
            ledger.add(fact)
        assert inside(ledger) == {"north"}
        assert [found.conflict for found in ledger.findings.values() if found.conflict] == []
    without = Ledger(IN_AND_OUT, [facts[0], facts[2]])
    assert without.findings["c"].conflict is ConflictKind.DOUBLE_ADMISSION


def test_a_late_scan_displaces_only_at_its_own_door() -> None:
    ledger = Ledger(IN_AND_OUT, [scanned("south", 2, "south"), scanned("north", 3, "north", device="another")])
    assert ledger.add(scanned("late", 1, "south")) == scanned("south", 2, "south")
    assert inside(ledger) == {"north"}


@pytest.mark.parametrize("reentry", list(Reentry))
def test_no_order_of_arrival_changes_where_anybody_is(reentry: Reentry) -> None:
    chance = Random(20)
    doors = dict.fromkeys(("north", "south", "west"), reentry)
    for _ in range(200):
        facts = [
            scanned(
                str(n), chance.randrange(2000), chance.choice(list(doors)), chance.choice(["entry", "entry", "exit"])
            )
            for n in range(chance.randrange(1, 14))
        ]
        whole, late = Ledger(doors, facts), Ledger(doors)
        for fact in chance.sample(facts, len(facts)):
            late.add(fact)
        assert (late.findings, late.standings, late.admissions) == (whole.findings, whole.standings, whole.admissions)
        assert sum(whole.is_inside(door) for door in doors) <= 1
