"""The door in a browser: forms with and without the script."""

import re
from pathlib import Path

import pytest
from httpx import AsyncClient

from events_service import settings as settings_floor
from events_service.door import actions
from events_service.door.drafts import DeviceDraft
from events_service.events.rules import Event
from events_service.settings import Settings
from tests.conftest import settings_for
from tests.door.given import Phone, a_checkpoint, a_guest, a_phone, an_event, change, count, guests, row_of, scanned

pytestmark = pytest.mark.usefixtures("database")

WHOLE_PAGE = "<!doctype html>"


async def stand_at_the_door(client: AsyncClient, event: Event) -> Phone:
    """Make this visitor's browser a paired device."""
    phone = await a_phone(event)
    client.cookies.set("door", phone.token)
    return phone


def hidden_scan_id(text: str) -> str:
    (found,) = re.findall(r'<form class="door-form".*?name="scan_id" value="(\w+)"', text, re.DOTALL)
    return str(found)


def verdict_in(text: str) -> str:
    """What the page shows of a scan, without what only its script shows."""
    (found,) = re.findall(
        r'<div id="verdict"[^>]*>(.*?)</div>\s*</div>\s*</div>\s*<div class="door-right">', text, re.DOTALL
    )
    return str(found).strip()


async def test_a_browser_is_paired_and_comes_to_the_door(client: AsyncClient) -> None:
    event = await an_event()
    made = await actions.add_device(event, DeviceDraft(name="Left door"))
    shown = await client.get("/door/pair")
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert shown.headers["referrer-policy"] == "same-origin"
    answer = await client.post("/door/pair", data={"code": f" {made.code.lower()} ", "name": "Phone 1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/door")
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("door=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(attributes)
    (seconds,) = [int(one.removeprefix("Max-Age=")) for one in attributes if one.startswith("Max-Age=")]
    # Until a day after the end, on 9 March 2037.
    assert seconds > 10 * 365 * 24 * 3600
    door = await client.get("/door")
    assert door.status_code == 200
    assert "Launch of the Safe Cities Guide" in door.text
    assert "Phone 1" in door.text
    assert "Ready" in door.text


async def test_on_https_the_cookie_is_bound_to_the_host(
    client: AsyncClient, settings: Settings, tmp_path: Path
) -> None:
    settings_floor.use(settings_for(settings.database_url, tmp_path, base_url="https://events.alliance.example"))
    made = await actions.add_device(await an_event(), DeviceDraft(name="Left door"))
    cookie = (await client.post("/door/pair", data={"code": made.code})).headers["set-cookie"]
    assert cookie.startswith("__Host-door=")
    assert {"Secure", "HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "domain" not in cookie.lower()


async def test_a_wrong_code_leaves_the_form_as_it_was(client: AsyncClient) -> None:
    answer = await client.post("/door/pair", data={"code": "WRONG", "name": "Phone 1"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (409, False)
    assert 'value="WRONG"' in answer.text
    assert 'value="Phone 1"' in answer.text
    assert "This pairing code is wrong, used or too old." in answer.text
    nothing = await client.post("/door/pair", data={"code": "", "name": "\x07"})
    assert nothing.status_code == 422
    assert nothing.text.count('aria-invalid="true"') == 2


async def test_pairing_anew_gives_the_old_place_up(client: AsyncClient) -> None:
    event = await an_event()
    before = await stand_at_the_door(client, event)
    made = await actions.add_device(event, DeviceDraft(name="Right door"))
    assert (await client.post("/door/pair", data={"code": made.code})).status_code == 303
    assert (await row_of("device", before.id))["revoked_at"] is not None
    assert "Right door" in (await client.get("/door")).text


async def test_another_sites_form_pairs_and_scans_nothing(client: AsyncClient) -> None:
    event = await an_event()
    guest = await a_guest(event)
    await stand_at_the_door(client, event)
    made = await actions.add_device(event, DeviceDraft(name="Right door"))
    for path, body in [
        ("/door/pair", {"code": made.code}),
        ("/door/scan", {"badge": guest.badge}),
        ("/door/undo", {"scan_id": "scan-1"}),
        ("/door/leave", {}),
    ]:
        answer = await client.post(path, data=body, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403, path
    assert (await count("scan"), await count("device", "revoked_at IS NOT NULL")) == (0, 0)


async def test_a_badge_is_checked_by_a_plain_form(client: AsyncClient) -> None:
    event = await an_event()
    guest = await a_guest(event)
    await stand_at_the_door(client, event)
    page = await client.get("/door")
    body = {"badge": guest.badge, "scan_id": hidden_scan_id(page.text), "direction": "entry", "checkpoint": "main"}
    first = await client.post("/door/scan", data=body)
    assert first.status_code == 200
    assert first.text.startswith(WHOLE_PAGE)
    assert "verdict--admitted" in first.text
    assert guest.name in first.text
    assert 'action="/door/undo"' in first.text
    again = await client.post("/door/scan", data=body)
    assert "verdict--admitted" in again.text
    assert 'action="/door/undo"' not in again.text
    assert await count("scan") == 1
    second = await client.post("/door/scan", data=body | {"scan_id": hidden_scan_id(first.text)})
    assert "verdict--refused" in second.text
    assert "Already admitted" in second.text
    assert "Main entrance (Left door)" in second.text
    assert await count("scan") == 2


async def test_a_form_without_anything_but_a_badge_is_enough(client: AsyncClient) -> None:
    event = await an_event()
    guest = await a_guest(event)
    await stand_at_the_door(client, event)
    answer = await client.post("/door/scan", data={"badge": f"{guest.badge.lower()}\r\n"})
    assert "verdict--admitted" in answer.text
    assert await count("scan", "verdict = 'admitted' AND direction = 'entry'") == 1


async def test_a_plain_form_tells_when_and_which_way(client: AsyncClient) -> None:
    event = await an_event(reentry="in_and_out")
    guest = await a_guest(event)
    await stand_at_the_door(client, event)
    body = {"badge": guest.badge, "scan_id": "scan-1", "scanned_at": "2037-03-07T11:04:05.120+01:00"}
    admitted = await client.post("/door/scan", data=body)
    assert (admitted.status_code, admitted.headers["cache-control"]) == (200, "no-store")
    assert verdict_in(admitted.text).startswith('<div class="verdict verdict--admitted">')
    leaving = body | {"scan_id": "scan-2", "direction": "exit"}
    assert "Goodbye" in verdict_in((await client.post("/door/scan", data=leaving)).text)
    outside = await client.post("/door/scan", data=leaving | {"scan_id": "scan-3"})
    assert (outside.status_code, "Not inside, so cannot leave" in verdict_in(outside.text)) == (200, True)
    assert (await row_of("scan", "scan-1", "scan_id"))["scanned_at"].isoformat() == "2037-03-07T10:04:05.120000+00:00"


@pytest.mark.parametrize(
    "badge",
    [
        "x",
        "<script>alert(1)</script>",
        "\x00\x7f",
        "\ud83c\udf9f".encode("utf-16", "surrogatepass").decode("utf-16"),
        "x" * 4096,
    ],
)
async def test_any_text_gets_a_verdict_on_the_page(client: AsyncClient, badge: str) -> None:
    await stand_at_the_door(client, await an_event())
    answer = await client.post("/door/scan", data={"badge": badge})
    assert (answer.status_code, "No such badge" in verdict_in(answer.text)) == (200, True)
    assert "<script>" not in answer.text


async def test_bytes_that_are_no_text_get_a_verdict_too(client: AsyncClient) -> None:
    await stand_at_the_door(client, await an_event())
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post("/door/scan", content=b"badge=%ff%fe\xff%00%zz", headers=headers)
    assert (answer.status_code, "No such badge" in verdict_in(answer.text)) == (200, True)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"badge": ""},
        {"badge": "x" * 4097},
        {"badge": "x", "checkpoint": "attic"},
        {"badge": "x", "direction": "sideways"},
        {"badge": "x", "scanned_at": "2037-03-29T02:30"},
        {"badge": "x", "scan_id": "two words"},
        {"badge": "x", "colour": "red"},
    ],
)
async def test_a_form_that_cannot_be_read_records_nothing_and_says_so(
    client: AsyncClient, body: dict[str, str]
) -> None:
    await stand_at_the_door(client, await an_event())
    answer = await client.post("/door/scan", data=body)
    assert answer.status_code == 422
    assert "notice--no" in answer.text
    assert hidden_scan_id(answer.text)
    assert await count("scan") == 0


async def test_the_door_last_chosen_stays_chosen(client: AsyncClient) -> None:
    event = await an_event()
    (guest, _), _ = await guests(event, 2), await a_checkpoint(event, "lounge")
    await stand_at_the_door(client, event)
    assert '<option value="main" selected>' in (await client.get("/door")).text
    answer = await client.post("/door/scan", data={"badge": guest.badge, "checkpoint": "lounge", "direction": "exit"})
    assert '<option value="lounge" selected>' in answer.text
    assert re.search(r'value="exit" checked', answer.text)


async def test_a_scan_is_taken_back(client: AsyncClient) -> None:
    event = await an_event()
    guest = await a_guest(event)
    phone = await stand_at_the_door(client, event)
    await scanned(phone, guest.badge, scan_id="scan-1")
    answer = await client.post("/door/undo", data={"scan_id": "scan-1"})
    assert (answer.status_code, answer.text.startswith(WHOLE_PAGE)) == (200, True)
    assert "verdict--undone" in verdict_in(answer.text)
    assert "0 inside" in verdict_in(answer.text)
    assert await count("scan", "undone_at IS NOT NULL") == 1
    assert (await client.post("/door/undo", data={"scan_id": "nothing"})).status_code == 404
    assert (await client.post("/door/undo", data={})).status_code == 422


async def test_what_another_device_scanned_stays(client: AsyncClient) -> None:
    event = await an_event()
    guest, other = await a_guest(event), await a_phone(event, name="Right door")
    await stand_at_the_door(client, event)
    await scanned(other, guest.badge, scan_id="scan-1")
    assert (await client.post("/door/undo", data={"scan_id": "scan-1"})).status_code == 403
    assert await count("scan", "undone_at IS NOT NULL") == 0


async def test_leaving_the_door_forgets_the_device(client: AsyncClient) -> None:
    event = await an_event()
    phone = await stand_at_the_door(client, event)
    left = await client.post("/door/leave")
    assert (left.status_code, left.headers["location"]) == (303, "/door/pair?done=device_left")
    assert "Max-Age=0" in left.headers["set-cookie"]
    assert (await row_of("device", phone.id))["revoked_at"] is not None
    assert "no longer paired" in (await client.get("/door/pair?done=device_left")).text
    client.cookies.clear()
    assert (await client.post("/door/leave")).status_code == 303


@pytest.mark.parametrize("token", ["", "nonsense"])
async def test_a_browser_that_is_not_paired_is_led_to_pairing(client: AsyncClient, token: str) -> None:
    event = await an_event()
    guest = await a_guest(event)
    if token:
        client.cookies.set("door", token)
    for answer in (
        await client.get("/door"),
        await client.get("/door/scan"),
        await client.post("/door/scan", data={"badge": guest.badge}),
        await client.post("/door/undo", data={"scan_id": "scan-1"}),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, "/door/pair")
    assert await count("scan") == 0


async def test_a_device_that_was_revoked_is_told_to_wipe_itself(client: AsyncClient) -> None:
    event = await an_event()
    guest = await a_guest(event)
    phone = await stand_at_the_door(client, event)
    await actions.revoke_device(phone.id)
    for path, body in (("/door/scan", {"badge": guest.badge}), ("/door/undo", {"scan_id": "scan-1"})):
        client.cookies.set("door", phone.token)
        answer = await client.post(path, data=body)
        assert (answer.status_code, answer.headers["location"]) == (303, "/door/pair")
        assert answer.headers["clear-site-data"] == '"cache", "storage"'
        assert "Max-Age=0" in answer.headers["set-cookie"]
    assert await count("scan") == 0


async def test_a_names_markup_is_shown_as_text(client: AsyncClient) -> None:
    event = await an_event()
    guest = await a_guest(event)
    await change("UPDATE registration SET name = $1", "<b>Åsa</b>")
    await stand_at_the_door(client, event)
    answer = await client.post("/door/scan", data={"badge": guest.badge})
    assert "&lt;b&gt;Åsa&lt;/b&gt;" in answer.text
