"""Somebody at the entrance: a seat under the limits, or past them by a recorded reason; with an address or without."""

import pytest

from events_service.audit.rules import Doer
from events_service.database import fetch
from events_service.errors import Conflict
from events_service.events.admissions import Admission, set_admission
from events_service.events.queries import event_by_slug
from events_service.people.rules import Role
from events_service.registrations import actions
from events_service.registrations.rules import (
    Attendance,
    Category,
    EventFull,
    RegistrationClosed,
    Status,
)
from events_service.registrations.walk_ins import OnlineEvent, WalkInDraft, register_walk_in
from tests.audit.given import entries
from tests.registrations.given import (
    JOIN_URL,
    a_browser,
    an_event,
    bearer,
    enter,
    form_token,
    letter_kinds,
    person,
    register,
)
from tests.registrations.test_pages import words

pytestmark = pytest.mark.usefixtures("database")
ME = Doer("account", "me")
API, PAGE = "/api/v1/events/guide-launch/walk-ins", "/office/events/guide-launch/walk-in"


async def test_a_name_is_enough_and_nobody_is_written_to() -> None:
    await an_event()
    seated = await register_walk_in("guide-launch", WalkInDraft(name="Bo Ek"), by=ME)
    assert (seated.status, seated.source, seated.attendance) == (Status.CONFIRMED, "walk_in", Attendance.IN_PERSON)
    assert (seated.has_address, seated.badge_digest is not None) == (False, True)
    await actions.cancel_registration(seated.id)
    assert await fetch("SELECT id FROM letter") == []
    # Two without an address are two people.
    again = await register_walk_in("guide-launch", WalkInDraft(name="Bo Ek"), by=ME)
    assert again.id != seated.id


async def test_with_an_address_the_letter_goes_out_as_to_everybody() -> None:
    await an_event()
    await register_walk_in("guide-launch", WalkInDraft(name="Bo Ek", email="bo@malmo.example"), by=ME)
    assert await letter_kinds("bo@malmo.example") == ["confirmed"]


async def test_a_full_event_takes_a_reason_which_is_recorded_only_where_it_was_needed() -> None:
    await an_event(terms={"capacity": 1})
    reason = "Sent by the mayor."
    await register_walk_in("guide-launch", WalkInDraft(name="One", override_reason=reason), by=ME)
    with pytest.raises(EventFull):
        await register_walk_in("guide-launch", WalkInDraft(name="Two"), by=ME)
    three = await register_walk_in("guide-launch", WalkInDraft(name="Three", override_reason=reason), by=ME)
    assert three.status is Status.CONFIRMED
    logged = await entries()
    assert [(one.deed.action, one.deed.reason) for one in logged] == [("walked_in", reason), ("walked_in", "")]


async def test_quotas_hold_at_the_entrance_too() -> None:
    event = await an_event(terms={"capacity": 5})
    await set_admission(event, Admission(categories={"media": 0}))
    with pytest.raises(Conflict):
        await register_walk_in("guide-launch", WalkInDraft(name="Bo", category=Category.MEDIA), by=ME)
    assert await fetch("SELECT id FROM registration") == []


async def test_whoever_waits_gets_a_seat_at_the_entrance_and_who_has_one_keeps_it() -> None:
    await an_event(terms={"capacity": 1})
    seated, waits = [await register(number) for number in (1, 2)]
    draft = WalkInDraft(name="Guest 1", email="guest1@malmo.example")
    assert (await register_walk_in("guide-launch", draft, by=ME)).id == seated.registration_id
    draft = WalkInDraft(name="Guest 2", email="guest2@malmo.example")
    with pytest.raises(EventFull):
        await register_walk_in("guide-launch", draft, by=ME)
    assert (await person(waits)).status is Status.WAITLISTED
    let_in = WalkInDraft(name="Guest 2", email="guest2@malmo.example", override_reason="Speaks.")
    assert (await register_walk_in("guide-launch", let_in, by=ME)).status is Status.CONFIRMED
    assert await letter_kinds("guest2@malmo.example") == ["waitlisted", "confirmed"]


async def test_a_seat_online_is_none_in_the_room() -> None:
    await an_event(format="hybrid", join_url=JOIN_URL, terms={"capacity": 1, "online_capacity": 1})
    await register(1, attendance="in_person")
    first, second, third = [await register(number, attendance="online") for number in (2, 3, 4)]
    event = await event_by_slug("guide-launch")
    await set_admission(event, Admission(offers=True))
    await actions.cancel_registration(first.registration_id)
    assert (await person(second)).status is Status.OFFERED
    draft = WalkInDraft(name="Guest 3", email="guest3@malmo.example")
    with pytest.raises(EventFull):
        await register_walk_in("guide-launch", draft, by=ME)
    assert (await person(second)).attendance is Attendance.ONLINE
    # Past the seats only with a reason; then the one online, which they leave, is the next one's.
    reason = WalkInDraft(name="Guest 3", email="guest3@malmo.example", override_reason="Speaks.")
    assert (await register_walk_in("guide-launch", reason, by=ME)).attendance is Attendance.IN_PERSON
    assert (await person(third)).status is Status.OFFERED


async def test_whoever_was_offered_a_seat_in_the_room_takes_it_at_the_entrance() -> None:
    event = await an_event(terms={"capacity": 1})
    await set_admission(event, Admission(offers=True))
    first, second = await register(1), await register(2)
    await actions.cancel_registration(first.registration_id)
    draft = WalkInDraft(name="Guest 2", email="guest2@malmo.example")
    assert (await register_walk_in("guide-launch", draft, by=ME)).id == second.registration_id
    assert (await person(second)).status is Status.CONFIRMED


async def test_nobody_walks_in_online_or_at_an_event_that_is_no_more() -> None:
    await an_event(format="online", venue=None, join_url=JOIN_URL)
    with pytest.raises(OnlineEvent):
        await register_walk_in("guide-launch", WalkInDraft(name="Bo"), by=ME)
    await an_event(slug="draft", publish=False)
    with pytest.raises(RegistrationClosed):
        await register_walk_in("draft", WalkInDraft(name="Bo"), by=ME)


async def test_a_registrar_s_program_gets_the_badge_at_once() -> None:
    await an_event(terms={"capacity": 1})
    async with a_browser() as client:
        made = await client.post(API, json={"name": "Bo Ek"}, headers=await bearer())
        assert (made.status_code, made.json()["status"], made.json()["badge"][:2]) == (201, "confirmed", "S1")
        full = await client.post(API, json={"name": "Ek Bo"}, headers=await bearer())
        assert (full.status_code, full.json()["code"]) == (409, "event_full")
        wrong = await client.post(API, json={"name": " ", "email": "no"}, headers=await bearer())
        assert {error["field"] for error in wrong.json()["errors"]} == {"name", "email"}
        assert (await client.post(API, json={"name": "Bo"}, headers=await bearer(Role.VIEWER))).status_code == 403


async def test_the_form_asks_for_a_reason_once_all_seats_are_taken_and_leads_to_the_badge() -> None:
    await an_event(terms={"capacity": 1})
    await register()
    async with a_browser() as client:
        await enter(client)
        token = {"csrf_token": await form_token(client, PAGE)}
        wrong = await client.post(PAGE, data=token)
        assert (wrong.status_code, 'href="#f-name"' in wrong.text) == (422, True)
        assert "Why they are let in" not in (await client.get(PAGE)).text
        full = await client.post(PAGE, data=token | {"name": "Bo Ek", "category": "guest"})
        assert (full.status_code, "Why they are let in" in full.text, 'value="Bo Ek"' in full.text) == (409, True, True)
        done = await client.post(PAGE, data=token | {"name": "Bo Ek", "override_reason": "Sent by the mayor."})
        assert (done.status_code, done.headers["location"].endswith("?done=walked_in")) == (303, True)
        shown = await client.get(done.headers["location"])
        assert ("badge.png" in shown.text, "invalid" in words(shown)) == (True, False)
