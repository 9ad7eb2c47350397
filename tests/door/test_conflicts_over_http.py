"""Settling by programs, in the back office and on a supervisor's device."""

import pytest
from httpx import AsyncClient

from events_service.door.conflict_queries import conflicts_of
from events_service.events.rules import Event
from events_service.people.rules import Role
from tests.door.given import Phone, a_phone, an_event, row_of, turned_away, twice_admitted
from tests.registrations.given import bearer, enter, form_token

pytestmark = pytest.mark.usefixtures("database")
API, DEVICE_API = "/api/v1/events/launch/door/conflicts", "/api/v1/door/conflicts"
OFFICE, DOOR = "/office/events/launch/door/conflicts", "/door/conflicts"
CAME_IN = {"outcome": "came_in", "reason": "Sat in the first row."}


def of_device(phone: Phone) -> dict[str, str]:
    return {"Authorization": f"Bearer {phone.token}"}


def in_browser(phone: Phone) -> dict[str, str]:
    return {"Cookie": f"door={phone.token}", "Sec-Fetch-Site": "same-origin"}


async def the_id(event: Event) -> str:
    (found,) = await conflicts_of(event.id)
    return found.id


async def test_programs_list_settle_and_open_again(client: AsyncClient) -> None:
    event, guest, _ = await turned_away()
    headers, one = await bearer(Role.DOOR_SUPERVISOR), f"{API}/{await the_id(event)}"
    listed = (await client.get(API, params={"settled": "false"}, headers=headers)).json()
    assert [(item["registration_id"], item["kind"]) for item in listed["items"]] == [(guest.id, "refused_but_valid")]
    settled = await client.post(one + "/settle", json=CAME_IN, headers=headers)
    assert (settled.status_code, settled.json()["outcome"]) == (200, "came_in")
    assert settled.json()["settled_by"]["kind"] == "token"
    assert (await client.get(API, params={"settled": "false"}, headers=headers)).json()["items"] == []
    other = await client.post(one + "/settle", json=CAME_IN | {"outcome": "stayed_out"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "already_settled")
    again = await client.post(one + "/reopen", json={"reason": "Wrong row."}, headers=headers)
    assert (again.status_code, again.json()["outcome"], again.json()["reopened_reason"]) == (200, None, "Wrong row.")


async def test_what_cannot_be_read_names_every_wrong_field(client: AsyncClient) -> None:
    event, _, _ = await turned_away()
    headers, one = await bearer(Role.OWNER), f"{API}/{await the_id(event)}"
    wrong = await client.post(one + "/settle", json={"outcome": "vanished", "reason": " "}, headers=headers)
    assert wrong.status_code == 422
    assert {error["field"] for error in wrong.json()["errors"]} == {"outcome", "reason"}
    assert (await client.get(API, params={"cursor": "?"}, headers=headers)).status_code == 422


async def test_supervisors_devices_settle_and_stewards_do_not(client: AsyncClient) -> None:
    event, _, steward = await turned_away()
    supervisor, one = await a_phone(event, name="Desk", supervisor=True), f"{DEVICE_API}/{await the_id(event)}"
    for path, body in ((one + "/settle", CAME_IN), (one + "/reopen", {"reason": "No."})):
        assert (await client.post(path, json=body, headers=of_device(steward))).status_code == 403
    assert (await client.get(DEVICE_API, headers=of_device(steward))).status_code == 403
    assert len((await client.get(DEVICE_API, headers=of_device(supervisor))).json()["items"]) == 1
    settled = await client.post(one + "/settle", json=CAME_IN, headers=of_device(supervisor))
    assert settled.json()["settled_by"] == {"kind": "device", "name": "Desk"}
    assert (await row_of("scan", "away", "scan_id"))["verdict"] == "admitted"


async def test_a_supervisor_of_another_event_knows_of_none(client: AsyncClient) -> None:
    event, _, _ = await turned_away()
    stranger = await a_phone(await an_event("summit"), supervisor=True)
    one = f"{DEVICE_API}/{await the_id(event)}"
    assert (await client.get(DEVICE_API, headers=of_device(stranger))).json()["items"] == []
    assert (await client.post(one + "/settle", json=CAME_IN, headers=of_device(stranger))).status_code == 404
    headers = await bearer(Role.DOOR_SUPERVISOR, "summit")
    assert (await client.get(API, headers=headers)).status_code in (403, 404)


async def test_the_office_shows_both_gates_settles_and_opens_again(client: AsyncClient) -> None:
    event, guest, _, _ = await twice_admitted()
    one = f"{OFFICE}/{await the_id(event)}"
    await enter(client, Role.DOOR_SUPERVISOR)
    shown = await client.get(OFFICE)
    assert [text in shown.text for text in (guest.name, "Left door", "Right door", "To be settled (1)")] == [True] * 4
    assert "Contradictions at the door (1)" in (await client.get("/office/events/launch/door")).text
    token = {"csrf_token": await form_token(client, OFFICE)}
    unsaid = await client.post(one + "/settle", data=token | {"outcome": "two_people"})
    assert (unsaid.status_code, 'value="two_people" required checked' in unsaid.text) == (422, True)
    done = await client.post(one + "/settle", data=token | {"outcome": "two_people", "reason": "Saw both."})
    assert (done.status_code, done.headers["location"]) == (303, f"{OFFICE}?done=conflict_settled")
    assert "Saw both." in (await client.get(f"{OFFICE}?settled=yes")).text
    other = await client.post(one + "/settle", data=token | {"outcome": "sent_away", "reason": "No."})
    assert (other.status_code, "settled otherwise" in other.text) == (409, True)
    again = await client.post(one + "/reopen", data=token | {"reason": "Looked again."})
    assert again.headers["location"] == f"{OFFICE}?done=conflict_reopened"
    assert "Looked again." in (await client.get(OFFICE)).text


async def test_a_supervisors_phone_settles_without_a_script(client: AsyncClient) -> None:
    event, guest, steward = await turned_away()
    supervisor = await a_phone(event, name="Desk", supervisor=True)
    shown = await client.get(DOOR, headers=in_browser(supervisor))
    assert (shown.status_code, guest.name in shown.text) == (200, True)
    assert (await client.get(DOOR, headers=in_browser(steward))).status_code == 403
    assert 'href="/door/conflicts"' in (await client.get("/door", headers=in_browser(supervisor))).text
    one = f"{DOOR}/{await the_id(event)}"
    done = await client.post(one + "/settle", data=CAME_IN, headers=in_browser(supervisor))
    assert (done.status_code, done.headers["location"]) == (303, "/door/conflicts?done=conflict_settled")
    assert (await row_of("presence", guest.id, "registration"))["inside"]


async def test_a_device_that_is_not_paired_is_led_to_pairing(client: AsyncClient) -> None:
    led = await client.get(DOOR, headers={"Cookie": "door=nothing"})
    assert (led.status_code, led.headers["location"]) == (303, "/door/pair")
