"""Seats are given out on a real database of either kind."""

import asyncio
from datetime import timedelta

import pytest

from events_service import database
from events_service import settings as settings_floor
from events_service.errors import Conflict, Invalid, NotFound, TooMany
from events_service.registrations import actions, seat_tables
from events_service.registrations.applications import Application, Outcome
from events_service.registrations.queries import registration_by_id, seats, waitlist_position
from events_service.registrations.rules import EventFull, InvitationRequired, RegistrationClosed, Status
from events_service.settings import Settings
from tests.conftest import settings_for
from tests.registrations.given import (
    BODY,
    JOIN_URL,
    an_event,
    draft,
    letter_kinds,
    letters,
    make_older,
    register,
    statuses,
)

pytestmark = pytest.mark.usefixtures("database")
CONFIRMED, WAITLISTED, PENDING = Status.CONFIRMED, Status.WAITLISTED, Status.PENDING


async def test_seats_are_given_first_and_then_places_in_line() -> None:
    event = await an_event()
    outcomes = [await register(number) for number in (1, 2, 3, 4)]
    assert [(outcome.status, outcome.waitlist_position) for outcome in outcomes] == [
        (CONFIRMED, None), (CONFIRMED, None), (WAITLISTED, 1), (WAITLISTED, 2)
    ]  # fmt: skip
    assert all(outcome.is_new for outcome in outcomes)
    counted = await seats(event)
    assert (counted.confirmed, counted.waiting, counted.left) == (2, 2, 0)


async def test_800_people_race_for_200_seats() -> None:
    event = await an_event(terms={"capacity": 200})
    outcomes = await asyncio.gather(*[register(number) for number in range(1, 801)])
    assert sum(outcome.status is CONFIRMED for outcome in outcomes) == 200
    assert [outcome.waitlist_position for outcome in outcomes if outcome.status is WAITLISTED] == list(range(1, 601))
    assert [outcome.status for outcome in outcomes] == [CONFIRMED] * 200 + [WAITLISTED] * 600
    rows = await database.fetch("SELECT waitlist_number FROM registration WHERE status = 'waitlisted' ORDER BY id")
    assert [row["waitlist_number"] for row in rows] == list(range(1, 601))
    assert (await seats(event)).confirmed == 200
    last = await registration_by_id(outcomes[-1].registration_id)
    assert await waitlist_position(last) == 600


async def test_everyone_confirmed_gets_a_badge_of_their_own_and_one_letter() -> None:
    await an_event(terms={"capacity": 50})
    await asyncio.gather(*[register(number) for number in range(1, 61)])
    rows = await database.fetch("SELECT badge_digest FROM registration WHERE status = 'confirmed'")
    assert len({row["badge_digest"] for row in rows}) == 50
    kinds = await database.fetch("SELECT kind, COUNT(*) AS number FROM letter GROUP BY kind ORDER BY kind")
    assert [(row["kind"], row["number"]) for row in kinds] == [("confirmed", 50), ("waitlisted", 10)]


async def test_twenty_clicks_on_register_are_one_registration_and_one_letter() -> None:
    await an_event(terms={"capacity": 20})
    outcomes = await asyncio.gather(*[register() for _ in range(20)])
    assert len({outcome.registration_id for outcome in outcomes}) == 1
    assert {(outcome.status, outcome.waitlist_position) for outcome in outcomes} == {(CONFIRMED, None)}
    assert [outcome.is_new for outcome in outcomes] == [True] + [False] * 19
    assert await letter_kinds() == ["confirmed"]


async def test_the_same_person_writes_their_address_in_other_capitals() -> None:
    await an_event()
    first = await register()
    again = await register(email=BODY["email"].upper())
    assert (again.registration_id, again.is_new) == (first.registration_id, False)


async def test_who_registers_again_is_told_as_a_stranger_would_be_and_reminded_by_mail_once_an_hour() -> None:
    await an_event()
    first = await register()
    await register(1)
    # All seats are gone: a stranger would be first in line, and so is told whoever is registered already.
    again = await register(name="Somebody Else")
    assert (again.status, again.waitlist_position, again.registration_id) == (WAITLISTED, 1, first.registration_id)
    await register(name="Somebody Else")
    assert await letter_kinds() == ["confirmed", "already_registered"]
    assert (await letters())[1].recipient_name == BODY["name"]
    await make_older(first.registration_id, "reminded_at", by=timedelta(hours=1))
    await register(name="Somebody Else")
    assert await letter_kinds() == ["confirmed", "already_registered", "already_registered"]
    assert (await statuses())[BODY["email"]] == (CONFIRMED, None)


async def test_without_a_waiting_list_known_and_unknown_addresses_are_refused_alike() -> None:
    await an_event(terms={"capacity": 1, "waitlist": False})
    await register()
    for number in (0, 1):
        with pytest.raises(EventFull):
            await register(number)
    assert await letter_kinds() == ["confirmed"]


async def test_one_refusal_in_a_batch_is_that_ones_alone() -> None:
    await an_event(terms={"capacity": 5})
    answers = await actions.register_many(
        [
            Application("guide-launch", draft()),
            Application("nowhere", draft()),
            Application("guide-launch", draft(email="no@x.example", consent=False)),
            Application("guide-launch", draft(email="far@x.example", attendance="online")),
            Application("guide-launch", draft(email="bo@x.example")),
        ]
    )
    assert [type(answer) for answer in answers] == [Outcome, NotFound, Invalid, Invalid, Outcome]
    assert list(await statuses()) == [BODY["email"], "bo@x.example"]


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"mode": "closed"}, RegistrationClosed),
        ({"mode": "invitation"}, InvitationRequired),
        ({"opens_at": "2037-01-01T00:00"}, RegistrationClosed),
        ({"closes_at": "2026-01-01T00:00"}, RegistrationClosed),
    ],
)
async def test_a_registrar_goes_past_window_and_mode(terms: dict[str, object], refusal: type[Exception]) -> None:
    await an_event(terms=terms)
    with pytest.raises(refusal):
        await register()
    assert (await register(by_registrar=True, consent=False)).status is CONFIRMED


@pytest.mark.parametrize(
    ("more", "publish"),
    [({}, False), ({"visibility": "members"}, True), ({"visibility": "invited"}, True)],
)
async def test_what_strangers_may_not_see_is_not_there_for_them(more: dict[str, str], publish: bool) -> None:
    await an_event(publish=publish, **more)
    with pytest.raises(NotFound):
        await register()
    known = Application("guide-launch", draft(), knows_event=True)
    if publish:
        outcome = await actions.register(known)
        # Who knows of a members' event is told nothing before the directory, or an organiser, knows them.
        assert outcome.status is (PENDING if more["visibility"] == "members" else CONFIRMED)
    else:
        with pytest.raises(RegistrationClosed):
            await actions.register(known)


async def test_approval_waits_without_taking_a_seat() -> None:
    event = await an_event(terms={"mode": "approval"})
    assert [(await register(number)).status for number in (1, 2, 3)] == [PENDING] * 3
    counted = await seats(event)
    assert (counted.confirmed, counted.pending, counted.left) == (0, 3, 2)


async def test_the_room_and_the_meeting_online_fill_apart_in_one_line() -> None:
    await an_event(format="hybrid", join_url=JOIN_URL, terms={"capacity": 1, "online_capacity": 1})
    wishes = ["in_person", "online", "in_person", "online", "in_person"]
    outcomes = [await register(number, attendance=wish) for number, wish in enumerate(wishes, start=1)]
    assert [(outcome.status, outcome.waitlist_position) for outcome in outcomes] == [
        (CONFIRMED, None), (CONFIRMED, None), (WAITLISTED, 1), (WAITLISTED, 1), (WAITLISTED, 2)
    ]  # fmt: skip
    numbers = [number for _, number in (await statuses()).values() if number is not None]
    assert numbers == [1, 2, 3]


async def test_tries_from_one_address_are_counted_within_the_batch(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await an_event(terms={"capacity": 100})
    settings_floor.use(settings_for(database.database_url, database.data_dir, rate_limits="on"))
    monkeypatch.setattr(seat_tables, "TRIES", 5)

    async def knock(number: int, *, visitor: str = "192.0.2.7") -> Outcome:
        return await actions.register(
            Application("guide-launch", draft(email=f"g{number}@x.example"), counted_for=visitor)
        )

    answers = await asyncio.gather(*[knock(number) for number in range(8)], return_exceptions=True)
    assert [type(answer) for answer in answers] == [Outcome] * 5 + [TooMany] * 3
    with pytest.raises(TooMany):
        await knock(9)
    assert (await knock(10, visitor="192.0.2.8")).status is CONFIRMED


async def test_a_seat_given_up_goes_to_the_first_in_line_before_any_newcomer() -> None:
    await an_event()
    first, *_ = [await register(number) for number in (1, 2, 3, 4)]
    await actions.cancel_registration(first.registration_id)
    newcomer = await register(5)
    assert (newcomer.status, newcomer.waitlist_position) == (WAITLISTED, 2)
    assert await statuses() == {
        "guest1@malmo.example": (Status.CANCELLED, None),
        "guest2@malmo.example": (CONFIRMED, None),
        "guest3@malmo.example": (CONFIRMED, None),
        "guest4@malmo.example": (WAITLISTED, 2),
        "guest5@malmo.example": (WAITLISTED, 3),
    }
    assert await letter_kinds("guest3@malmo.example") == ["waitlisted", "promoted"]


async def test_seats_stay_within_capacity_while_people_come_and_go() -> None:
    event = await an_event(terms={"capacity": 10})
    seated = await asyncio.gather(*[register(number) for number in range(1, 31)])
    leaving = [actions.cancel_registration(one.registration_id) for one in seated[:15]]
    coming = [register(number) for number in range(31, 61)]
    await asyncio.gather(*leaving, *coming)
    counted = await seats(event)
    assert (counted.confirmed, counted.waiting, counted.left) == (10, 35, 0)
    rows = await database.fetch("SELECT waitlist_number FROM registration WHERE waitlist_number IS NOT NULL")
    assert len({row["waitlist_number"] for row in rows}) == 35


async def test_a_badge_ends_with_its_seat_and_is_remembered() -> None:
    await an_event()
    outcome = await register()
    before = await registration_by_id(outcome.registration_id)
    await actions.cancel_registration(before.id)
    after = await registration_by_id(before.id)
    assert (after.badge_digest, after.badge_generation) == (None, 1)
    retired = await database.fetch("SELECT digest, registration FROM retired_badge")
    assert [(row["digest"], row["registration"]) for row in retired] == [(before.badge_digest, before.id)]
    with pytest.raises(Conflict):
        await actions.cancel_registration(before.id)


async def test_who_comes_back_gets_another_badge_and_other_links_on_the_same_registration() -> None:
    await an_event()
    before = await registration_by_id((await register()).registration_id)
    await actions.cancel_registration(before.id)
    outcome = await register(name="Åsa Dorsdottir")
    after = await registration_by_id(outcome.registration_id)
    assert (after.id, outcome.is_new, after.status, after.name) == (before.id, True, CONFIRMED, "Åsa Dorsdottir")
    assert (after.badge_generation, after.links_generation) == (2, 1)
    assert after.badge_digest not in (None, before.badge_digest)
