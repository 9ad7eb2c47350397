"""The doors of an event in the back office."""

import base64
import re

import pytest
from httpx import AsyncClient

from events_service.people.rules import Role
from tests.door.given import a_phone, an_event, count, row_of
from tests.people.given import account, enter

pytestmark = pytest.mark.usefixtures("database")

DOOR = "/office/events/launch/door"


async def office_of(
    client: AsyncClient, role: Role = Role.DOOR_SUPERVISOR, event: str | None = "launch"
) -> dict[str, str]:
    """Sign in with that role; gives what every form of the office carries."""
    await account(role=role, event=event)
    return {"csrf_token": await enter(client)}


async def test_a_stranger_signs_in_first(client: AsyncClient) -> None:
    await an_event()
    answer = await client.get(DOOR)
    assert (answer.status_code, answer.headers["location"].startswith("/sign-in")) == (303, True)


async def test_before_the_first_device_the_page_is_whole(client: AsyncClient) -> None:
    await an_event()
    await office_of(client)
    shown = await client.get(DOOR)
    assert shown.status_code == 200
    assert "No device stands at a door yet" in shown.text
    assert "Main entrance" in shown.text


async def test_a_pairing_code_is_shown_once_with_its_picture(client: AsyncClient) -> None:
    await an_event()
    form = await office_of(client)
    made = await client.post(
        f"{DOOR}/devices", data=form | {"name": "Left door", "checkpoint": "main", "role": "door_steward"}
    )
    assert made.status_code == 201
    (code,) = re.findall(r'<p class="pairing__code">([A-Z2-7]{26})</p>', made.text)
    (picture,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', made.text)
    assert base64.b64decode(picture).startswith(b"<?xml")
    assert code not in (await client.get(DOOR)).text
    client.cookies.clear()
    assert (await client.post("/door/pair", data={"code": code})).headers["location"] == "/door"


async def test_a_kiosk_is_added_with_the_paper_of_its_printer_and_may_nothing_more(client: AsyncClient) -> None:
    await an_event()
    form = await office_of(client)
    typed = {"name": "Foyer", "checkpoint": "main", "role": "kiosk", "paper": "label62", "grants": "search"}
    made = await client.post(f"{DOOR}/devices", data=form | typed)
    (code,) = re.findall(r'<p class="pairing__code">([A-Z2-7]{26})</p>', made.text)
    device = await row_of("device", "Foyer", "name")
    assert (device["role"], device["grants"], device["kiosk"]) == ("door_steward", "[]", "label62")
    assert "Self check-in kiosk" in (await client.get(DOOR)).text
    client.cookies.clear()
    assert (await client.post("/door/pair", data={"code": code})).status_code == 303
    assert (await client.get("/door")).headers["location"] == "/door/kiosk"


async def test_a_wrong_device_is_told_all_at_once_and_keeps_what_was_typed(client: AsyncClient) -> None:
    await an_event()
    form = await office_of(client)
    wrong = await client.post(
        f"{DOOR}/devices", data=form | {"name": "\x07", "checkpoint": "The Attic", "role": "owner"}
    )
    assert (wrong.status_code, wrong.text.count('class="field field--wrong')) == (422, 3)
    unknown = await client.post(f"{DOOR}/devices", data=form | {"name": "Left door", "checkpoint": "attic"})
    assert (unknown.status_code, 'value="Left door"' in unknown.text) == (422, True)
    assert await count("device") == 0


async def test_a_device_is_revoked(client: AsyncClient) -> None:
    event = await an_event()
    phone = await a_phone(event)
    form = await office_of(client)
    answer = await client.post(f"{DOOR}/devices/{phone.id}/revoke", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{DOOR}?done=device_revoked")
    shown = await client.get(answer.headers["location"])
    assert "The device can no longer scan." in shown.text
    assert "Revoked" in shown.text
    assert (await client.post(f"{DOOR}/devices/nothing/revoke", data=form)).status_code == 404


async def test_a_device_of_another_event_is_not_there(client: AsyncClient) -> None:
    await an_event()
    phone = await a_phone(await an_event("summit"))
    form = await office_of(client)
    assert (await client.post(f"{DOOR}/devices/{phone.id}/revoke", data=form)).status_code == 404
    elsewhere = await client.post(f"/office/events/summit/door/devices/{phone.id}/revoke", data=form)
    assert elsewhere.status_code in (403, 404)
    assert (await row_of("device", phone.id))["revoked_at"] is None


async def test_a_checkpoint_is_added_with_its_terms(client: AsyncClient) -> None:
    await an_event()
    form = await office_of(client)
    body = form | {
        "name": "Speakers' lounge",
        "slug": "lounge",
        "reentry": "in_and_out",
        "opens_at": "2037-03-07T12:00",
        "closes_at": "",
        "admits.categories": ["speaker", "staff"],
    }
    answer = await client.post(f"{DOOR}/checkpoints", data=body)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{DOOR}?done=checkpoint_added")
    shown = (await client.get(answer.headers["location"])).text
    for words in (
        "Speakers&#39; lounge",
        "People may leave and come back",
        "opens Saturday 7 March 2037, 12.00",
        "Speaker, Staff",
    ):
        assert words in shown, words
    again = await client.post(f"{DOOR}/checkpoints", data=body)
    assert (again.status_code, 'value="lounge"' in again.text) == (409, True)
    assert await count("checkpoint") == 2


async def test_a_wrong_checkpoint_is_told_all_at_once(client: AsyncClient) -> None:
    await an_event()
    form = await office_of(client)
    body = form | {"name": "", "slug": "The Lounge", "opens_at": "soon", "closes_at": "2037-13-07T12:00"}
    wrong = await client.post(f"{DOOR}/checkpoints", data=body)
    assert (wrong.status_code, wrong.text.count('class="field field--wrong')) == (422, 4)
    hours = form | {"name": "Lounge", "slug": "lounge", "opens_at": "2037-03-07T12:00", "closes_at": "2037-03-07T11:00"}
    closed = await client.post(f"{DOOR}/checkpoints", data=hours)
    assert (closed.status_code, "A door closes after it opens." in closed.text) == (422, True)
    assert 'value="2037-03-07T11:00"' in closed.text


@pytest.mark.parametrize(
    ("role", "may_manage"),
    [
        (Role.ORGANISER, True),
        (Role.REGISTRAR, False),
        (Role.VIEWER, False),
        (Role.DOOR_STEWARD, False),
        (Role.AGENDA_EDITOR, False),
    ],
)
async def test_who_manages(client: AsyncClient, role: Role, may_manage: bool) -> None:
    event = await an_event()
    phone = await a_phone(event)
    form = await office_of(client, role)
    shown = await client.get(DOOR)
    assert shown.status_code == (200 if may_manage else 403)
    assert ("Left door" in shown.text) == may_manage
    managing = [
        await client.post(f"{DOOR}/devices", data=form | {"name": "Right door"}),
        await client.post(f"{DOOR}/checkpoints", data=form | {"name": "Lounge", "slug": "lounge"}),
        await client.post(f"{DOOR}/devices/{phone.id}/revoke", data=form),
    ]
    assert [answer.status_code for answer in managing] == ([201, 303, 303] if may_manage else [403] * 3)


async def test_forms_carry_their_token(client: AsyncClient) -> None:
    await an_event()
    await office_of(client)
    assert (await client.post(f"{DOOR}/devices", data={"name": "Left door"})).status_code == 403
    assert await count("device") == 0
