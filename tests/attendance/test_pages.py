"""The live picture in the back office and for programs."""

import json
import re

import pytest
from httpx import AsyncClient

from events_service.people import actions
from events_service.people.rules import Role
from tests.door.given import a_checkpoint, a_guest, a_phone, an_event, guests, scanned
from tests.people.given import account, enter

pytestmark = pytest.mark.usefixtures("database")

PAGE = "/office/events/launch/attendance"
API = "/api/v1/events/launch/attendance"
ONCE = {"seconds": "0"}


async def enter_as(client: AsyncClient, role: Role = Role.DOOR_SUPERVISOR) -> None:
    await account(role=role, event="launch")
    await enter(client)


async def test_a_stranger_signs_in_first(client: AsyncClient) -> None:
    await an_event()
    for path in (PAGE, f"{PAGE}/stream"):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["location"].startswith("/sign-in")) == (303, True)


async def test_a_supervisor_sees_who_came(client: AsyncClient) -> None:
    event = await an_event()
    await a_checkpoint(event, "lounge")
    phone, guest = await a_phone(event), await a_guest(event, city="Tórshavn")
    await a_guest(event, category="youth")
    await scanned(phone, guest.badge)
    await enter_as(client)
    shown = await client.get(PAGE)
    assert shown.status_code == 200
    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", shown.text))
    assert figures == {"Expected": "2", "Admitted": "1", "Inside now": "1", "To be settled": "0"}
    for name in ("Practitioner", "Tórshavn", "Main entrance"):
        assert re.search(rf'<th scope="row">{name}</th><td class="number"[^>]*>1</td>', shown.text), name
    assert re.search(r'<th scope="row">Lounge</th><td class="number"[^>]*>0</td>', shown.text)
    assert "Left door" in shown.text
    assert "<desc" in shown.text
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in shown.text


async def test_before_the_first_scan_the_page_is_whole(client: AsyncClient) -> None:
    await an_event()
    await enter_as(client)
    shown = await client.get(PAGE)
    assert shown.status_code == 200
    assert "No device stands at a door yet" in shown.text
    assert "Admitted by city" not in shown.text
    assert "<desc" not in shown.text


async def test_the_stream_tells_the_piece_of_the_page_that_shows_them(client: AsyncClient) -> None:
    event = await an_event()
    phone, guest = await a_phone(event), await a_guest(event)
    await scanned(phone, guest.badge)
    await enter_as(client)
    told = await client.get(f"{PAGE}/stream", params=ONCE, headers={"Last-Event-ID": "nonsense"})
    assert (told.status_code, told.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert told.headers["cache-control"] == "no-store"
    piece = "\n".join(line[6:] for line in told.text.splitlines() if line.startswith("data: "))
    assert piece in (await client.get(PAGE)).text


async def test_programs_are_told_the_figures_and_streamed_the_same(client: AsyncClient) -> None:
    event = await an_event()
    phone, (one, _two) = await a_phone(event), await guests(event, 2, city="Tórshavn")
    await scanned(phone, one.badge)
    token = await actions.make_api_token(Role.REGISTRAR, event_slug="launch", name="screen")
    headers = {"Authorization": f"Bearer {token}"}
    figures = (await client.get(API, headers=headers)).json()
    assert (figures["expected"], figures["admitted"], figures["inside"], figures["conflicts"]) == (2, 1, 1, 0)
    assert (figures["by_category"], figures["by_city"], figures["by_checkpoint"]) == (
        {"practitioner": 1},
        {"Tórshavn": 1},
        {"main": 1},
    )
    assert figures["per_minute"] == [{"minute": "2037-03-07T10:05:00Z", "admitted": 1}]
    told = (await client.get(f"{API}/stream", params=ONCE, headers=headers)).text
    retry, event_id, name, data = [line for line in told.splitlines() if line]
    assert (retry, event_id, name) == ("retry: 2000", "id: 1", "event: picture")
    assert json.loads(data.removeprefix("data: ")) == figures
    wrong = await client.get(f"{API}/stream", params={"seconds": "9999"}, headers=headers)
    assert wrong.status_code == 422


async def test_viewers_see_neither_small_groups_nor_devices(client: AsyncClient) -> None:
    event = await an_event()
    phone = await a_phone(event)
    for one in [*await guests(event, 5, city="Malmö"), *await guests(event, 5), *await guests(event, 3, city="Turku")]:
        await scanned(phone, one.badge)
    await enter_as(client, Role.VIEWER)
    token = await actions.make_api_token(Role.VIEWER, event_slug="launch", name="screen")
    headers = {"Authorization": f"Bearer {token}"}
    for told in (
        (await client.get(PAGE)).text,
        (await client.get(f"{PAGE}/stream", params=ONCE)).text,
        (await client.get(API, headers=headers)).text,
        (await client.get(f"{API}/stream", params=ONCE, headers=headers)).text,
    ):
        assert "13" in told
        assert "Turku" not in told
        assert "Left door" not in told


@pytest.mark.parametrize(
    ("role", "may_see"),
    [(Role.ORGANISER, True), (Role.REGISTRAR, True), (Role.DOOR_STEWARD, False), (Role.AGENDA_EDITOR, False)],
)
async def test_who_sees_it(client: AsyncClient, role: Role, may_see: bool) -> None:
    await an_event()
    await enter_as(client, role)
    told = [(await client.get(path, params=ONCE)).status_code for path in (PAGE, f"{PAGE}/stream")]
    assert told == ([200, 200] if may_see else [403, 403])
