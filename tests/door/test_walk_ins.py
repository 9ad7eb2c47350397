"""Walk-ins by a supervisor's device: registered and let in at once, once, or neither."""

import asyncio

import pytest
from httpx import AsyncClient

from events_service.database import fetch
from events_service.door.tokens import door_cookie_name
from events_service.events.rules import Event
from tests.door.given import Phone, a_checkpoint, a_guest, a_phone, an_event, scanned
from tests.house.given import bearer

pytestmark = pytest.mark.usefixtures("database")
API, PAGE = "/api/v1/door/walk-ins", "/door/walk-in"
BO = {"scan_id": "walk-1", "name": "Bo Ek"}


async def a_supervisor(event: Event) -> Phone:
    return await a_phone(event, supervisor=True)


async def test_one_call_registers_and_admits_and_the_same_again_changes_nothing(client: AsyncClient) -> None:
    event = await an_event()
    phone = await a_supervisor(event)
    first = await client.post(API, json=BO, headers=bearer(phone.token))
    assert (first.status_code, first.json()["scan"]["verdict"], first.json()["scan"]["inside"]) == (201, "admitted", 1)
    again = await client.post(API, json=BO, headers=bearer(phone.token))
    assert again.json() == {**first.json(), "scan": {**first.json()["scan"], "replayed": True}}
    (row,) = await fetch("SELECT source, status FROM registration")
    assert (row["source"], row["status"]) == ("walk_in", "confirmed")
    assert len(await fetch("SELECT scan_id FROM scan")) == 1
    # The badge is one like any other.
    assert (await scanned(phone, first.json()["badge"])).reason == "already_admitted"
    (logged,) = await fetch("SELECT actor_kind FROM audit_entry WHERE action = 'walked_in'")
    assert logged["actor_kind"] == "device"


async def test_twenty_at_once_are_one_person(client: AsyncClient) -> None:
    event = await an_event()
    phone = await a_supervisor(event)
    answers = await asyncio.gather(*(client.post(API, json=BO, headers=bearer(phone.token)) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["registration_id"] for answer in answers}) == 1
    assert len(await fetch("SELECT id FROM registration")) == 1


async def test_a_full_event_asks_for_a_reason_and_nothing_is_left_of_a_refusal(client: AsyncClient) -> None:
    event = await an_event(capacity=1)
    await a_guest(event)
    headers = bearer((await a_supervisor(event)).token)
    full = await client.post(API, json=BO, headers=headers)
    assert (full.status_code, full.json()["code"]) == (409, "event_full")
    let_in = await client.post(API, json=BO | {"override_reason": "Sent by the mayor."}, headers=headers)
    assert let_in.json()["scan"]["verdict"] == "admitted"


async def test_whom_the_checkpoint_refuses_is_not_registered_either(client: AsyncClient) -> None:
    event = await an_event()
    await a_checkpoint(event, "mayors", admits={"categories": ["elected_official"]})
    headers = bearer((await a_supervisor(event)).token)
    refused = await client.post(API, json=BO | {"checkpoint": "mayors"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_admitted_here")
    nowhere = await client.post(API, json=BO | {"checkpoint": "cellar"}, headers=headers)
    assert nowhere.json()["errors"][0]["field"] == "checkpoint"
    assert await fetch("SELECT id FROM registration") == []
    assert await fetch("SELECT scan_id FROM scan") == []


async def test_a_scan_id_of_an_ordinary_scan_elsewhere_is_not_taken(client: AsyncClient) -> None:
    event, other = await an_event(), await an_event("summit")
    phone = await a_phone(other)
    await scanned(phone, (await a_guest(other)).badge, scan_id="walk-1")
    refused = await client.post(API, json=BO, headers=bearer((await a_supervisor(event)).token))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "scan_id")


async def test_a_steward_s_device_registers_nobody(client: AsyncClient) -> None:
    event = await an_event()
    steward = await a_phone(event)
    refused = await client.post(API, json=BO, headers=bearer(steward.token))
    assert refused.status_code == 403
    client.cookies.set(door_cookie_name(), steward.token)
    assert 'href="/door/walk-in" data-power="walk_in" hidden>' in (await client.get("/door")).text
    assert [(await client.get(PAGE)).status_code, (await client.post(PAGE, data=BO)).status_code] == [403, 403]
    assert await fetch("SELECT id FROM registration") == []


async def test_the_page_shows_the_badge_to_print(client: AsyncClient) -> None:
    event = await an_event(capacity=1)
    client.cookies.set(door_cookie_name(), (await a_supervisor(event)).token)
    assert 'href="/door/walk-in" data-power="walk_in">' in (await client.get("/door")).text
    wrong = await client.post(PAGE, data={"scan_id": "walk-1"})
    assert (wrong.status_code, 'href="#f-name"' in wrong.text) == (422, True)
    for _ in range(2):
        shown = await client.post(PAGE, data=BO)
        assert (shown.status_code, "data:image/png;base64," in shown.text, "Bo Ek" in shown.text) == (200, True, True)
    assert len(await fetch("SELECT id FROM registration")) == 1
    full = await client.post(PAGE, data={"scan_id": "walk-2", "name": "Ek Bo"})
    assert (full.status_code, 'name="override_reason"' in full.text, 'value="Ek Bo"' in full.text) == (409, True, True)


async def test_without_a_device_one_is_led_to_pairing(client: AsyncClient) -> None:
    assert (await client.get(PAGE)).headers["location"] == "/door/pair"
    assert (await client.post(API, json=BO)).status_code == 401
