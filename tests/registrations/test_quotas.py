"""Seats under quotas: tables of cases, without a database."""

from collections import Counter

import pytest

from events_service.events.admissions import Admission
from events_service.events.rules import Format, Mode
from events_service.registrations.quotas import (
    Ledger,
    Limits,
    Pool,
    Waiting,
    limits_of,
    missing_for_delegate,
    note,
    party_has_room,
    place,
    wait,
    who_follows,
)
from events_service.registrations.rules import EventFull, Placement, Status
from tests.registrations.test_rules import EVENT, ONLINE, ROOM, replace, with_terms

SEATS = ("seats", "in_person")
POLICE, NGO = ("category", "police"), ("category", "ngo")
MALMO = ("city", "malmo")
LIMITS = Limits({SEATS: 10, POLICE: 2, MALMO: 3})
GUEST, OFFICER = LIMITS.pools("in_person", "guest", "Oslo"), LIMITS.pools("in_person", "police", "Oslo")


def ledger(limits: Limits = LIMITS, *, last_number: int = 0, **taken: int) -> Ledger:
    """So many of each pool are taken, by its second name."""
    counted = Counter({pool: taken.get(pool[1], 0) for pool in limits.of})
    return Ledger(limits, counted, last_number=last_number)


def line(*people: str, party: dict[str, str] | None = None, priority: dict[str, int] | None = None) -> list[Waiting]:
    """Names in the order they came; what stands before the hyphen is the category."""
    return [
        Waiting(
            name,
            LIMITS.pools("in_person", name.partition("-")[0], "Oslo"),
            (priority or {}).get(name, 0),
            number,
            (party or {}).get(name, ""),
        )
        for number, name in enumerate(people, start=1)
    ]


def test_a_seat_comes_out_of_its_attendance_and_of_every_quota_that_touches_it() -> None:
    event = with_terms(replace(EVENT, format=Format.HYBRID), capacity=80)
    limits = limits_of(event, Admission(categories={"police": 5}, cities={"Malmö": 7}))
    assert limits.of == {SEATS: 80, POLICE: 5, MALMO: 7}
    assert limits.pools(ROOM, "police", "  MALMÖ ") == (SEATS, POLICE, MALMO)
    assert limits.pools(ONLINE, "ngo", "Århus") == (("seats", "online"),)


@pytest.mark.parametrize(
    ("taken", "waiting", "expected"),
    [
        ({}, {}, Placement(Status.CONFIRMED)),
        ({"in_person": 9}, {}, Placement(Status.CONFIRMED)),
        ({"in_person": 10}, {}, Placement(Status.WAITLISTED, position=1, number=5)),
        ({"in_person": 10}, {(GUEST, 0): 3}, Placement(Status.WAITLISTED, position=4, number=5)),
        # A seat is free, but others wait for it who could take it: nobody overtakes them.
        ({"in_person": 9}, {(GUEST, 0): 1}, Placement(Status.WAITLISTED, position=2, number=5)),
        # They wait only because of their quota: the seat is nobody's whom this passes over.
        ({"in_person": 9, "police": 2}, {(OFFICER, 0): 3}, Placement(Status.CONFIRMED)),
        # And they are not in the way of whoever waits for any seat.
        ({"in_person": 10, "police": 2}, {(OFFICER, 0): 3}, Placement(Status.WAITLISTED, position=1, number=5)),
    ],
)
def test_a_newcomer_gets_a_seat_or_stands_behind_those_who_wait_for_the_same(
    taken: dict[str, int], waiting: dict[tuple[tuple[Pool, ...], int], int], expected: Placement
) -> None:
    stand = ledger(last_number=4, **taken)
    stand.waiting.update(waiting)
    assert place(EVENT, stand, GUEST) == expected


def test_a_full_quota_is_waited_for_by_its_own_alone() -> None:
    stand = ledger(in_person=5, police=2)
    stand.waiting.update({(OFFICER, 0): 2, (OFFICER, 7): 1})
    assert place(EVENT, stand, OFFICER).position == 4
    assert place(EVENT, stand, OFFICER, priority=5).position == 2
    assert stand.in_the_way(OFFICER) == POLICE
    assert stand.in_the_way(GUEST) == SEATS


def test_without_a_waiting_list_a_full_event_is_full() -> None:
    with pytest.raises(EventFull) as refused:
        place(with_terms(waitlist=False), ledger(in_person=10), GUEST)
    assert refused.value.facts == {"capacity": 10}
    with pytest.raises(EventFull):
        wait(with_terms(waitlist=False), ledger(), GUEST)


def test_approval_comes_before_the_seat_unless_a_registrar_gives_it() -> None:
    event = with_terms(mode=Mode.APPROVAL)
    assert place(event, ledger(in_person=10), GUEST) == Placement(Status.PENDING)
    assert place(event, ledger(), GUEST, by_registrar=True) == Placement(Status.CONFIRMED)


def test_the_next_one_sees_the_one_before() -> None:
    stand = ledger(in_person=9, police=1)
    for status in (Status.PENDING, Status.CONFIRMED, Status.WAITLISTED):
        note(stand, OFFICER, status)
    assert (stand.taken[SEATS], stand.taken[POLICE], stand.waiting, stand.last_number) == (
        10,
        2,
        Counter({(OFFICER, 0): 1}),
        1,
    )


@pytest.mark.parametrize(
    ("taken", "kept", "wanted", "left"),
    [
        ({}, 0, 4, 4),
        ({"in_person": 8}, 0, 4, 2),
        ({"in_person": 5}, 3, 4, 2),
        ({"in_person": 5}, 5, 4, 0),
        ({"in_person": 8, "police": 1}, 0, 4, 1),
        ({"police": 2}, 0, 4, 0),
    ],
)
def test_a_delegation_has_what_nobody_has(taken: dict[str, int], kept: int, wanted: int, left: int) -> None:
    stand = ledger(**taken)
    stand.keep(GUEST, kept)
    assert stand.left_to_keep(OFFICER if "police" in taken else GUEST, wanted) == left


def test_nothing_is_kept_of_what_somebody_waits_for() -> None:
    stand = ledger(in_person=5)
    stand.add_waiting(GUEST, priority=0)
    assert (stand.left_to_keep(GUEST, 2), stand.left_to_keep(OFFICER, 1)) == (0, 0)


@pytest.mark.parametrize(
    ("taken", "kept", "wanted", "missing"),
    [
        # What is kept for them is there, however many more are kept.
        ({"in_person": 9}, 3, GUEST, None),
        # But not past the seats there are.
        ({"in_person": 10}, 3, GUEST, SEATS),
        # What is not kept for them must be free.
        ({"in_person": 5, "police": 2}, 5, OFFICER, POLICE),
        ({"in_person": 5, "police": 1}, 5, OFFICER, None),
    ],
)
def test_a_delegate_gets_what_is_kept(
    taken: dict[str, int], kept: int, wanted: tuple[Pool, ...], missing: Pool | None
) -> None:
    stand = ledger(**taken)
    stand.keep(GUEST, kept)
    assert missing_for_delegate(stand, wanted, kept=GUEST) == missing


@pytest.mark.parametrize(
    ("people", "free", "more", "follow"),
    [
        (["guest-1", "guest-2", "guest-3"], 2, {}, ["guest-1", "guest-2"]),
        (["guest-1", "guest-2"], 0, {}, []),
        # Two seats for the police at most: the third one waits, and holds up nobody.
        (["police-1", "police-2", "police-3", "guest-1"], 4, {}, ["police-1", "police-2", "guest-1"]),
        (["guest-1", "guest-2"], 1, {"priority": {"guest-2": 5}}, ["guest-2"]),
        # A party that is kept together gets seats for all of it, where its first stands.
        (
            ["guest-1", "guest-2", "guest-3"],
            2,
            {"party": {"guest-1": "p", "guest-3": "p"}},
            ["guest-1", "guest-3"],
        ),
        # Where only one is left for two, nobody behind them takes it away; who is before them does.
        (["guest-1", "guest-2", "guest-3"], 1, {"party": {"guest-1": "p", "guest-2": "p"}}, []),
        (["guest-1", "guest-2", "guest-3"], 1, {"party": {"guest-2": "p", "guest-3": "p"}}, ["guest-1"]),
    ],
)
def test_whoever_fits_follows_in_the_order_of_the_line(
    people: list[str], free: int, more: dict[str, dict[str, object]], follow: list[str]
) -> None:
    assert list(who_follows(ledger(in_person=10 - free), line(*people, **more)).ids) == follow  # type: ignore[arg-type]


def test_a_party_holds_what_it_lacks_and_nothing_else() -> None:
    together = {"police-1": "p", "police-2": "p"}
    # Of its own quota one is left: it keeps that one from the police, and no seat from the guests.
    found = who_follows(ledger(police=1), line("police-1", "police-2", "police-3", "guest-1", party=together))
    assert (found.ids, found.held) == (("guest-1",), {POLICE: 0})
    # A party larger than its quota can never fit: it is in nobody's way.
    large = {f"police-{number}": "p" for number in (1, 2, 3)}
    assert who_follows(ledger(police=1), line("police-1", "police-2", "police-3", "police-4", party=large)).held == {}


def test_a_newcomer_leaves_a_party_the_seat_it_holds_unless_they_stand_before_it() -> None:
    stand = ledger(in_person=9)
    stand.held = who_follows(stand, line("guest-1", "guest-2", party={"guest-1": "p", "guest-2": "p"})).held
    assert stand.held == {SEATS: 0}
    assert place(EVENT, stand, GUEST).status is Status.WAITLISTED
    assert place(EVENT, stand, GUEST, priority=1).status is Status.CONFIRMED


def test_a_party_has_room_only_for_all_of_it() -> None:
    assert party_has_room(ledger(in_person=8), [GUEST, OFFICER])
    assert not party_has_room(ledger(in_person=9), [GUEST, GUEST])
    assert not party_has_room(ledger(police=1), [OFFICER, GUEST, OFFICER])
