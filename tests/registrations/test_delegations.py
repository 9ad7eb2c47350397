"""Seats that are kept for cities: made, changed, withdrawn and given back at the deadline; on either database."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from events_service import clock, database
from events_service.audit.rules import SERVICE
from events_service.delegations.drafts import DelegationChange, Withdrawal
from events_service.delegations.queries import delegation_by_code, delegation_by_id
from events_service.delegations.rules import (
    Delegation,
    DelegationClosed,
    DelegationExists,
    SeatsNamed,
    SeatsShort,
    State,
)
from events_service.directory.actions import add_cities
from events_service.directory.rules import City
from events_service.errors import Conflict, Invalid, NotFound
from events_service.events.actions import cancel_event
from events_service.events.admissions import Admission, set_admission
from events_service.programme.letters import RENDERERS
from events_service.registrations.delegation_letters import coordinator_url
from events_service.registrations.delegation_reminders import remind_coordinators
from events_service.registrations.delegations import (
    change_delegation,
    release_delegations,
    send_link_again,
    withdraw_delegation,
)
from events_service.registrations.queries import registration_by_id, seats
from events_service.registrations.rules import Status
from events_service.web.bodies import read_values
from tests.audit.given import entries
from tests.registrations.delegation_given import ORGANISER, SLUG, SOLVEIG, a_delegation, code_of, is_due, named
from tests.registrations.given import an_event, letter_kinds, letters, register, statuses

pytestmark = pytest.mark.usefixtures("database")
CONFIRMED, WAITLISTED, CANCELLED = Status.CONFIRMED, Status.WAITLISTED, Status.CANCELLED


def change(**more: Any) -> DelegationChange:
    return read_values(DelegationChange, more, from_text=False)


async def changed(one: Delegation, **more: Any) -> Delegation:
    return await change_delegation(one.id, change(**more), by=ORGANISER)


async def test_its_seats_are_taken_for_everybody_else() -> None:
    event = await an_event(terms={"capacity": 3})
    await a_delegation()
    assert (await register(1)).status is CONFIRMED
    assert (await register(2)).status is WAITLISTED
    counted = await seats(event)
    assert (counted.confirmed, counted.delegations, counted.left) == (1, 2, 0)


async def test_the_coordinator_is_sent_a_link_that_opens_it() -> None:
    event = await an_event()
    made = await a_delegation()
    (letter,) = await letters(SOLVEIG)
    assert letter.kind == "delegation" and code_of(made) not in str(letter.facts)
    rendered = await RENDERERS[letter.kind](letter)
    for text in (rendered.text, rendered.html):
        assert coordinator_url(made.id, 0) in text
        assert "2 seats are kept for Tromsø" in text
    assert (await delegation_by_code(code_of(made))).id == made.id
    assert (made.closes_at, made.attendance) == (event.starts_at, "in_person")
    with pytest.raises(NotFound):
        await delegation_by_code("a" * 32)


@pytest.mark.parametrize(("capacity", "waiting", "left"), [(1, 0, 1), (2, 1, 1), (2, 3, 0)])
async def test_no_more_is_kept_than_there_is(capacity: int, waiting: int, left: int) -> None:
    await an_event(terms={"capacity": capacity})
    for number in range(1, waiting + 1):
        await register(number)
    with pytest.raises(SeatsShort) as refused:
        await a_delegation()
    assert refused.value.facts == {"left": left}
    assert await letter_kinds(SOLVEIG) == []


async def test_a_quota_of_the_city_bounds_its_delegation() -> None:
    event = await an_event(terms={"capacity": 10})
    await set_admission(event, Admission(cities={"TROMSO": 1}, categories={"police": 1}))
    with pytest.raises(SeatsShort) as refused:
        await a_delegation()
    assert refused.value.left == 1
    with pytest.raises(SeatsShort):
        await a_delegation(city="Oslo", category="police")
    await a_delegation(city="Oslo", category="police", seats=1)
    assert (await register(1, city="Oslo", category="police")).status is WAITLISTED


async def test_a_city_has_one_delegation_however_it_is_written() -> None:
    await add_cities([City("tromso", "Tromsø", "NO", "Europe/Oslo")])
    await an_event(terms={"capacity": 10})
    assert (await a_delegation(city="tromso")).city == "Tromsø"
    with pytest.raises(DelegationExists):
        await a_delegation(city="TROMSØ")
    assert (await a_delegation(city="Nuuk")).city == "Nuuk"


async def test_what_cannot_be_is_refused() -> None:
    await an_event(terms={"capacity": 10})
    for closes_at in ("2020-01-01T12:00", "2037-03-08T17:01", "2037-03-29T02:30"):
        with pytest.raises(Invalid):
            await a_delegation(closes_at=closes_at)
    with pytest.raises(NotFound):
        await a_delegation(slug="nowhere")
    await an_event(slug="draft", publish=False)
    with pytest.raises(Conflict):
        await a_delegation(slug="draft")


async def test_at_the_deadline_every_seat_without_a_name_goes_to_the_line() -> None:
    await an_event(terms={"capacity": 3})
    made = await a_delegation(seats=3)
    one = await named(made)
    for number in (1, 2, 3):
        await register(number)
    assert await release_delegations() == 0
    await is_due(made)
    assert (await release_delegations(), await release_delegations()) == (1, 0)
    assert await statuses() == {
        one.email: (CONFIRMED, None),
        "guest1@malmo.example": (CONFIRMED, None),
        "guest2@malmo.example": (CONFIRMED, None),
        "guest3@malmo.example": (WAITLISTED, 3),
    }
    assert (await delegation_by_id(made.id)).state is State.RELEASED
    assert await letter_kinds(SOLVEIG) == ["delegation", "delegation_released"]
    (deed, *_) = await entries(subject_id=made.id)
    assert (deed.doer, deed.deed.action) == (SERVICE, "released_delegation")


async def deadline_in(delegation: Delegation, left: timedelta, *, asked: timedelta) -> None:
    """As if its deadline were in so long, and the link had been sent so long ago."""
    now = clock.now()
    async with database.transaction() as tx:
        await tx.execute(
            "UPDATE delegation SET closes_at = $2, asked_at = $3 WHERE id = $1", delegation.id, now + left, now - asked
        )


DAY = timedelta(days=1)


async def test_a_coordinator_is_reminded_once_while_seats_have_no_name() -> None:
    await an_event(terms={"capacity": 10})
    made = await a_delegation(language="nb")
    await named(made)
    assert await remind_coordinators(clock.now()) == 0
    await deadline_in(made, 2 * DAY, asked=10 * DAY)
    told = await asyncio.gather(*(remind_coordinators(clock.now()) for _ in range(3)))
    assert (sum(told), await letter_kinds(SOLVEIG)) == (1, ["delegation", "delegation_reminder"])
    (*_, letter) = await letters(SOLVEIG)
    assert (letter.language, letter.facts["left"]) == ("nb", 1)
    rendered = await RENDERERS[letter.kind](replace(letter, language="en"))
    for text in (rendered.text, rendered.html):
        assert "1 seat that is kept for Tromsø has no name yet." in text
        assert coordinator_url(made.id, 0) in text
    assert (await delegation_by_id(made.id)).reminded_at is not None
    (deed, *_) = await entries(subject_id=made.id)
    assert (deed.doer, deed.deed.action) == (SERVICE, "reminded_coordinator")
    # With a later deadline there is something to remind of again.
    await deadline_in(made, 30 * DAY, asked=10 * DAY)
    assert await remind_coordinators(clock.now() + 28 * DAY) == 1


async def test_nobody_is_reminded_of_what_is_done_over_or_was_just_said() -> None:
    await an_event(terms={"capacity": 20})
    full = await a_delegation(city="Oslo", seats=1)
    await named(full)
    over, late, fresh = [await a_delegation(city=city) for city in ("Nuuk", "Turku", "Bergen")]
    gone = await a_delegation(city="Aarhus")
    for one in (full, late, fresh, gone):
        await deadline_in(one, 2 * DAY, asked=10 * DAY)
    await deadline_in(over, -DAY, asked=10 * DAY)
    await deadline_in(late, 2 * DAY, asked=DAY / 2)
    await send_link_again(fresh.id, by=ORGANISER)
    await withdraw_delegation(gone.id, Withdrawal(), by=ORGANISER)
    assert await remind_coordinators(clock.now()) == 0
    await cancel_event(SLUG, reason="")
    await deadline_in(late, 2 * DAY, asked=10 * DAY)
    assert await remind_coordinators(clock.now()) == 0


async def test_who_named_everybody_is_not_written_to_at_the_deadline() -> None:
    await an_event()
    made = await a_delegation(seats=1)
    await named(made)
    await is_due(made)
    await release_delegations()
    assert await letter_kinds(SOLVEIG) == ["delegation"]


async def test_a_seat_less_goes_to_the_line_and_a_seat_more_must_be_there() -> None:
    await an_event(terms={"capacity": 3})
    made = await a_delegation(seats=3)
    await register(1)
    assert (await changed(made, seats=2)).seats == 2
    assert (await statuses())["guest1@malmo.example"] == (CONFIRMED, None)
    with pytest.raises(SeatsShort) as short:
        await changed(made, seats=3)
    assert short.value.left == 0
    await named(made, 1)
    await named(made, 2)
    with pytest.raises(SeatsNamed) as refused:
        await changed(made, seats=1)
    assert refused.value.facts == {"named": 2}


async def test_another_coordinator_gets_another_link_and_the_old_one_ends() -> None:
    await an_event()
    made = await a_delegation()
    after = await changed(made, coordinator_email="nils@tromso.example", coordinator_name="Nils")
    assert await letter_kinds("nils@tromso.example") == ["delegation"]
    with pytest.raises(NotFound):
        await delegation_by_code(code_of(made))
    assert (await delegation_by_code(code_of(after))).coordinator_name == "Nils"
    await send_link_again(made.id, by=ORGANISER)
    assert await letter_kinds("nils@tromso.example") == ["delegation"] * 2
    assert await letter_kinds(SOLVEIG) == ["delegation"]


async def test_a_later_deadline_opens_it_again_where_the_seats_are_still_there() -> None:
    await an_event(terms={"capacity": 2})
    made = await a_delegation(seats=2)
    await is_due(made)
    await release_delegations()
    with pytest.raises(DelegationClosed):
        await changed(made, seats=1)
    later = (clock.now() + timedelta(days=30)).isoformat()
    await register(1)
    with pytest.raises(SeatsShort):
        await changed(made, closes_at=later)
    after = await changed(made, closes_at=later, seats=1)
    assert after.state is State.OPEN
    assert (await register(2)).status is WAITLISTED


async def test_a_delegation_is_withdrawn_with_its_delegates_or_without() -> None:
    await an_event(terms={"capacity": 4})
    stays, goes = await a_delegation(), await a_delegation(city="Oslo", coordinator_email="kari@oslo.example")
    one = await named(stays, 1)
    two = await named(goes, 2)
    for number in (1, 2, 3):
        await register(number)
    await withdraw_delegation(stays.id, Withdrawal(reason="The city sends nobody."), by=ORGANISER)
    assert (await registration_by_id(one.id)).status is CONFIRMED
    await withdraw_delegation(goes.id, Withdrawal(delegates_too=True), by=ORGANISER)
    assert (await registration_by_id(two.id)).status is CANCELLED
    waited = [status for status, _ in list((await statuses()).values())[2:]]
    assert waited == [CONFIRMED, CONFIRMED, CONFIRMED]
    (*_, letter) = await letters(SOLVEIG)
    assert "The city sends nobody." in (await RENDERERS[letter.kind](letter)).text
    with pytest.raises(Conflict):
        await withdraw_delegation(goes.id, Withdrawal(), by=ORGANISER)
    with pytest.raises(Conflict):
        await send_link_again(goes.id, by=ORGANISER)
    with pytest.raises(DelegationClosed):
        await changed(goes, seats=1)
