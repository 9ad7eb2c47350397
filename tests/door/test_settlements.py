"""What follows from what a supervisor decides, without a database."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from events_service.door.ledgers import ConflictKind, Correction, Fact, Finding, Ledger
from events_service.door.rules import Direction, Passage, Reason, Verdict
from events_service.door.settlements import SETTLES, Outcome, Settlement, correction_of
from events_service.events.rules import Reentry

TEN = datetime(2037, 3, 7, 10, tzinfo=UTC)
ADMITTED, REFUSED = Verdict.ADMITTED, Verdict.REFUSED
DOUBLE, TURNED_AWAY, LET_IN = (
    ConflictKind.DOUBLE_ADMISSION,
    ConflictKind.REFUSED_BUT_VALID,
    ConflictKind.ADMITTED_BUT_INVALID,
)


def fact(name: str, minute: int, *, device: str = "left", direction: str = "entry", **more: object) -> Fact:
    at = TEN + timedelta(minutes=minute)
    known = {"gate": ADMITTED, "offline": True} | more
    return Fact(name, device, "main", Passage(Direction(direction), at, at.date()), at, **known)  # type: ignore[arg-type]


def settled(kind: ConflictKind, outcome: Outcome, *, minute: int = 30) -> Correction:
    return correction_of([Settlement(kind, outcome, TEN + timedelta(minutes=minute))])


def test_every_kind_is_settled_by_two_outcomes_at_least() -> None:
    assert {kind: len(SETTLES[kind]) >= 2 for kind in ConflictKind} == dict.fromkeys(ConflictKind, True)
    assert {outcome for outcomes in SETTLES.values() for outcome in outcomes} == set(Outcome)


@pytest.mark.parametrize(
    ("kind", "outcome", "contradicting", "found", "inside"),
    [
        (TURNED_AWAY, Outcome.CAME_IN, {"gate": REFUSED}, Finding(ADMITTED), True),
        (
            TURNED_AWAY,
            Outcome.STAYED_OUT,
            {"gate": REFUSED},
            Finding(REFUSED, Reason.TURNED_AWAY, TURNED_AWAY),
            False,
        ),
        (LET_IN, Outcome.MAY_STAY, {"barred": Reason.REGISTRATION_CANCELLED}, Finding(ADMITTED), True),
        (
            LET_IN,
            Outcome.SENT_AWAY,
            {"barred": Reason.REGISTRATION_CANCELLED},
            Finding(REFUSED, Reason.REGISTRATION_CANCELLED),
            False,
        ),
    ],
)
def test_where_somebody_stands_follows_from_what_had_happened(
    kind: ConflictKind, outcome: Outcome, contradicting: dict[str, object], found: Finding, inside: bool
) -> None:
    ledger = Ledger({"main": Reentry.ONCE}, [fact("x", 5, settled=settled(kind, outcome), **contradicting)])
    assert (ledger.findings["x"], ledger.is_inside("main")) == (found, inside)


@pytest.mark.parametrize("outcome", SETTLES[DOUBLE])
def test_of_two_admissions_the_first_stays_the_one(outcome: Outcome) -> None:
    facts = [fact("a", 1), fact("b", 2, device="right", settled=settled(DOUBLE, outcome))]
    ledger = Ledger({"main": Reentry.ONCE}, facts)
    assert (ledger.admissions["main"].scan_id, ledger.is_inside("main")) == ("a", True)


def test_who_came_in_after_all_came_in_twice_where_another_gate_let_them_in_before() -> None:
    late = fact("a", 1, device="right")
    ledger = Ledger({"main": Reentry.ONCE}, [fact("b", 5, gate=REFUSED, settled=settled(TURNED_AWAY, Outcome.CAME_IN))])
    ledger.add(late)
    assert ledger.admissions["main"] == late
    assert ledger.findings["b"] == Finding(REFUSED, Reason.ALREADY_ADMITTED, DOUBLE, "a")


def test_who_was_led_out_is_a_question_again_once_an_exit_shows_that_the_badge_held() -> None:
    second = fact("b", 5, device="right", settled=settled(DOUBLE, Outcome.SENT_AWAY))
    ledger = Ledger({"main": Reentry.IN_AND_OUT}, [fact("a", 1), second])
    assert ledger.findings["b"] == Finding(REFUSED, Reason.ALREADY_ADMITTED, None, "a")
    ledger.add(fact("out", 3, direction="exit"))
    assert ledger.findings["b"] == Finding(REFUSED, Reason.TURNED_AWAY, TURNED_AWAY)


def test_of_two_words_on_one_gate_the_last_counts() -> None:
    led_out = Settlement(DOUBLE, Outcome.SENT_AWAY, TEN)
    came_in = Settlement(TURNED_AWAY, Outcome.CAME_IN, TEN + timedelta(minutes=1))
    assert correction_of([came_in, led_out]) == Correction(gate=ADMITTED)
    assert correction_of([led_out]) == Correction(gate=REFUSED)
    assert correction_of([]) == Correction()


@pytest.mark.parametrize("reentry", list(Reentry))
def test_no_order_of_arrival_changes_what_follows_from_scans_and_settlements(reentry: Reentry) -> None:
    chance = Random(19)
    corrections = [Correction(), *(one for outcomes in SETTLES.values() for one in outcomes.values())]
    for _ in range(200):
        facts = [
            fact(
                str(n),
                chance.randrange(0, 2000),
                device=chance.choice(["left", "right", "back"]),
                direction=chance.choice(["entry", "entry", "exit"]),
                gate=chance.choice([ADMITTED, ADMITTED, REFUSED]),
                offline=chance.random() < 0.8,
                barred=chance.choice([None, None, Reason.REGISTRATION_CANCELLED]),
                settled=chance.choice(corrections),
            )
            for n in range(chance.randrange(1, 12))
        ]
        whole, late = Ledger({"main": reentry}, facts), Ledger({"main": reentry})
        for one in chance.sample(facts, len(facts)):
            late.add(one)
        assert (late.findings, late.standings, late.admissions) == (whole.findings, whole.standings, whole.admissions)
