"""What a coordinator does with a city's seats, and that nobody else gets them meanwhile; on either database."""

import asyncio
import random
from typing import Any

import pytest

from events_service import database
from events_service.delegations.drafts import DelegateChange
from events_service.delegations.rules import DelegationClosed, DelegationFull, SeatsShort
from events_service.errors import Conflict, Invalid, NotFound
from events_service.events.admissions import Admission, set_admission
from events_service.privacy.protecting import protect
from events_service.registrations.actions import cancel_registration, register
from events_service.registrations.applications import Application
from events_service.registrations.delegate_queries import delegates_of
from events_service.registrations.delegates import (
    HasSeat,
    HidesBehindAlias,
    change_delegate,
    name_delegate,
    substitute_delegate,
    withdraw_delegate,
)
from events_service.registrations.delegations import release_delegations
from events_service.registrations.ledgers import stand_of, who_is_next
from events_service.registrations.queries import registration_by_id
from events_service.registrations.rules import Attendance, Category, EventFull, QuotaFull, Status
from events_service.registrations.substitute_drafts import SubstituteDraft
from events_service.registrations.substituting import substitute, substitutions
from events_service.web.bodies import read_values
from tests.audit.given import entries
from tests.registrations.delegation_given import a_delegation, coordinator, delegate, is_due, named
from tests.registrations.given import JOIN_URL, an_event, draft, letter_kinds, person, statuses
from tests.registrations.given import register as somebody_registers
from tests.registrations.test_substituting import calendar_of

pytestmark = pytest.mark.usefixtures("database")
CONFIRMED, WAITLISTED, CANCELLED = Status.CONFIRMED, Status.WAITLISTED, Status.CANCELLED
ONE, TWO = "delegate1@tromso.example", "delegate2@tromso.example"


def somebody_else(**more: Any) -> SubstituteDraft:
    return read_values(SubstituteDraft, {"name": "Delegate 2", "email": TWO, "city": "Oslo"} | more, from_text=False)


@pytest.mark.parametrize("mode", ["open", "approval", "invitation"])
async def test_who_is_named_has_a_seat_at_once_whatever_the_mode(mode: str) -> None:
    event = await an_event(terms={"capacity": 2, "mode": mode})
    made = await a_delegation()
    one = await named(made, language="nb", organisation="Tromsø kommune")
    assert (one.status, one.city, one.category, one.source, one.delegation_id) == (
        CONFIRMED, "Tromsø", Category.ELECTED_OFFICIAL, "delegation", made.id,
    )  # fmt: skip
    assert await calendar_of(ONE) == [("confirmed", "REQUEST")]
    assert one.badge_digest is not None
    (deed, *_) = await entries(subject_id=one.id)
    assert (deed.doer, deed.deed.action) == (coordinator(made), "named_delegate")
    ledger = (await stand_of(event)).ledger
    assert (ledger.taken["seats", "in_person"], ledger.kept["seats", "in_person"]) == (1, 1)


async def test_no_more_are_named_than_there_are_seats_and_nobody_twice() -> None:
    await an_event(terms={"capacity": 5})
    made = await a_delegation()
    await named(made, 1)
    with pytest.raises(HasSeat):
        await named(made, 1)
    await named(made, 2)
    with pytest.raises(DelegationFull):
        await named(made, 3)
    assert [one.email for one in await delegates_of(made.id)] == [ONE, TWO]


async def test_the_category_is_the_delegations_or_else_the_coordinators_choice() -> None:
    await an_event(terms={"capacity": 5})
    open_one, fixed = await a_delegation(), await a_delegation(city="Oslo", category="youth")
    with pytest.raises(Invalid):
        await named(open_one, category=None)
    with pytest.raises(Invalid):
        await named(fixed, category="expert")
    with pytest.raises(Invalid):
        delegate(category="staff")
    assert (await named(fixed, category=None)).category is Category.YOUTH
    with pytest.raises(Invalid):
        await named(open_one, 2, attendance="online")


async def test_a_quota_that_is_full_refuses_a_delegate_of_that_category_alone() -> None:
    event = await an_event(terms={"capacity": 5})
    await set_admission(event, Admission(categories={"police": 1}))
    await somebody_registers(1, category="police")
    made = await a_delegation()
    with pytest.raises(QuotaFull):
        await named(made, category="police")
    assert (await named(made, category="expert")).status is CONFIRMED


async def test_where_the_event_is_hybrid_another_seat_is_needed_and_the_kept_one_is_given_on() -> None:
    await an_event(format="hybrid", join_url=JOIN_URL, terms={"capacity": 1, "online_capacity": 1})
    made = await a_delegation(seats=1)
    await somebody_registers(1, attendance="in_person")
    assert (await named(made, attendance="online")).attendance is Attendance.ONLINE
    assert (await statuses())["guest1@malmo.example"] == (CONFIRMED, None)
    with pytest.raises(SeatsShort):
        await a_delegation(city="Oslo", seats=1)


async def test_who_waits_gets_the_seat_and_comes_for_the_city() -> None:
    await an_event(terms={"capacity": 1})
    made = await a_delegation(seats=1)
    known = await person(await somebody_registers(email=ONE, name="Delegate 1", category="expert"))
    one = await named(made)
    assert (one.id, one.status, one.city, one.category) == (known.id, CONFIRMED, "Tromsø", Category.ELECTED_OFFICIAL)
    assert await letter_kinds(ONE) == ["waitlisted", "confirmed"]


async def test_who_was_offered_a_seat_leaves_it_to_the_next() -> None:
    event = await an_event(terms={"capacity": 3})
    await set_admission(event, Admission(offers=True))
    made = await a_delegation(seats=1)
    first, _, offered, last = [await person(await somebody_registers(number)) for number in (1, 2, 3, 4)]
    await cancel_registration(first.id)
    assert (await registration_by_id(offered.id)).status is Status.OFFERED
    assert (await named(made, email=offered.email)).status is CONFIRMED
    assert (await registration_by_id(last.id)).status is Status.OFFERED


async def test_a_withdrawn_delegate_leaves_the_seat_to_the_city_until_its_deadline() -> None:
    await an_event(terms={"capacity": 1})
    made = await a_delegation(seats=1)
    one = await named(made)
    waiting = await person(await somebody_registers(1))
    await withdraw_delegate(made.id, one.id, reason="Ill.", by=coordinator(made))
    assert await calendar_of(ONE) == [("confirmed", "REQUEST"), ("cancelled", "CANCEL")]
    assert (await registration_by_id(waiting.id)).status is WAITLISTED
    with pytest.raises(Conflict):
        await withdraw_delegate(made.id, one.id, reason="", by=coordinator(made))
    two = await named(made, 2)
    await cancel_registration(two.id)
    assert (await registration_by_id(waiting.id)).status is WAITLISTED
    again = await named(made, 2)
    await is_due(made)
    await release_delegations()
    await cancel_registration(again.id)
    assert (await registration_by_id(waiting.id)).status is CONFIRMED


async def test_who_comes_back_by_themselves_is_no_delegate_any_more() -> None:
    await an_event(terms={"capacity": 5})
    made = await a_delegation()
    one = await named(made)
    await withdraw_delegate(made.id, one.id, reason="", by=coordinator(made))
    back = await person(await somebody_registers(email=ONE))
    assert (back.id, back.status, back.delegation_id) == (one.id, CONFIRMED, None)


async def test_a_delegate_is_replaced_in_one_step_and_the_log_says_who_approved() -> None:
    event = await an_event(terms={"capacity": 2, "mode": "approval"})
    made = await a_delegation()
    one = await named(made)
    two = await substitute_delegate(made.id, one.id, somebody_else(reason="Ill."), by=coordinator(made))
    assert (two.email, two.city, two.delegation_id, two.status) == (TWO, "Tromsø", made.id, CONFIRMED)
    assert await calendar_of(ONE) == [("confirmed", "REQUEST"), ("cancelled", "CANCEL")]
    assert await calendar_of(TWO) == [("confirmed", "REQUEST")]
    (done,) = await substitutions(event.id)
    assert (done.asked_by, done.decided_by) == (coordinator(made), coordinator(made))
    (deed, *_) = await entries(subject_id=one.id)
    assert (deed.doer, deed.deed.action, deed.deed.reason) == (coordinator(made), "substituted", "Ill.")
    await named(made, 3)
    with pytest.raises(DelegationFull):
        await named(made, 4)


async def test_who_comes_from_another_city_needs_a_seat_of_that_city() -> None:
    event = await an_event(terms={"capacity": 5})
    await set_admission(event, Admission(cities={"Oslo": 1}))
    made = await a_delegation()
    one = await named(made)
    await somebody_registers(1, city="Oslo")
    by = coordinator(made)
    with pytest.raises(QuotaFull):
        await substitute(one.id, somebody_else(), by=by)
    waiting = await person(await somebody_registers(2, city="Oslo"))
    with pytest.raises(QuotaFull):
        await substitute(one.id, somebody_else(email=waiting.email), by=by)
    assert (await substitute(one.id, somebody_else(city="Bergen"), by=by)).status is CONFIRMED


async def test_a_delegates_details_are_corrected_but_not_those_of_a_protected_person() -> None:
    await an_event()
    made = await a_delegation()
    one = await named(made)
    change = DelegateChange(name="Delegate One", organisation="Tromsø kommune", language="nb")
    after = await change_delegate(made.id, one.id, change, by=coordinator(made))
    assert (after.name, after.organisation, after.language) == ("Delegate One", "Tromsø kommune", "nb")
    await protect(one.id, alias="Heron 4", doer=coordinator(made), reason="Asked for it.")
    with pytest.raises(HidesBehindAlias):
        await change_delegate(made.id, one.id, change, by=coordinator(made))
    assert [shown.name for shown in await delegates_of(made.id)] == ["Heron 4"]


async def test_one_city_cannot_touch_anothers_delegates_nor_anybody_elses_seat() -> None:
    await an_event(terms={"capacity": 5})
    own, other = await a_delegation(), await a_delegation(city="Oslo")
    theirs, public = await named(other), await person(await somebody_registers(1))
    by = coordinator(own)
    for one in (theirs.id, public.id, "f" * 32):
        with pytest.raises(NotFound):
            await withdraw_delegate(own.id, one, reason="", by=by)
        with pytest.raises(NotFound):
            await substitute_delegate(own.id, one, somebody_else(), by=by)
        with pytest.raises(NotFound):
            await change_delegate(own.id, one, DelegateChange(name="X", language="en"), by=by)
    with pytest.raises(HasSeat):
        await name_delegate(own.id, delegate(email=public.email), by=by)


async def test_after_the_deadline_a_coordinator_changes_nothing_noted_or_not() -> None:
    await an_event()
    made = await a_delegation()
    one = await named(made)
    await is_due(made)
    for noted in (False, True):
        if noted:
            await release_delegations()
        with pytest.raises(DelegationClosed):
            await named(made, 2)
        with pytest.raises(DelegationClosed):
            await withdraw_delegate(made.id, one.id, reason="", by=coordinator(made))
        with pytest.raises(DelegationClosed):
            await substitute_delegate(made.id, one.id, somebody_else(), by=coordinator(made))


async def test_a_promise_never_goes_past_the_seats_there_are() -> None:
    event = await an_event(terms={"capacity": 3})
    made = await a_delegation()
    await somebody_registers(1)
    async with database.transaction() as tx:
        await tx.execute("UPDATE event SET capacity = 2, version = version + 1 WHERE id = $1", event.id)
    await named(made, 1)
    with pytest.raises(EventFull):
        await named(made, 2)


async def test_the_public_races_a_coordinator_and_the_deadline_and_every_seat_is_taken_once() -> None:
    event = await an_event(terms={"capacity": 12})
    made, other = await a_delegation(seats=6), await a_delegation(city="Oslo", seats=3)
    chance = random.Random(5)
    at_once = asyncio.Semaphore(8)
    by = coordinator(made)

    async def come(number: int) -> None:
        await register(Application(event.slug, draft(name=f"Rival {number}", email=f"rival{number}@x.example")))

    async def name(number: int) -> None:
        async with at_once:
            one = await named(made, number)
            if number == 3:
                await withdraw_delegate(made.id, one.id, reason="", by=by)
            if number == 2:
                await substitute_delegate(made.id, one.id, somebody_else(email="instead@tromso.example"), by=by)

    async def close() -> None:
        async with at_once:
            await is_due(other)
            await asyncio.gather(release_delegations(), release_delegations())

    together = [*(come(number) for number in range(40)), *(name(number) for number in (1, 2, 3, 4)), close()]
    chance.shuffle(together)
    await asyncio.gather(*together)
    stand = (await stand_of(event)).ledger
    seats = ("seats", "in_person")
    # Of six seats three are named; of the other city's, nobody was.
    assert (stand.taken[seats], stand.kept[seats]) == (9, 3)
    assert await who_is_next(event, stand) == ()
    await is_due(made)
    await release_delegations()
    stand = (await stand_of(event)).ledger
    assert (stand.taken[seats], stand.kept[seats]) == (12, 0)
    delegates = [one.status for one in await delegates_of(made.id)]
    assert (delegates.count(CONFIRMED), delegates.count(CANCELLED)) == (3, 2)
