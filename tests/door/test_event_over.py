"""What is left to a device whose event is over: it sends what it scanned without a network, and opens nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from events_service import clock
from events_service.people.rules import Role
from tests.door.given import Guest, Phone, a_guest, a_phone, an_event, change, count
from tests.door.test_api import program

NOW = "2037-03-07T12:00:00Z"
BATCHES = "/api/v1/scans/batch"


def a_scan(guest: Guest, scan_id: str = "scan-1") -> dict[str, Any]:
    return {"scan_id": scan_id, "badge": guest.badge, "scanned_at": "2037-03-07T11:05:00Z"}


async def end(*, days: float) -> None:
    """The event ended so many days ago."""
    over = clock.now() - timedelta(days=days)
    moments = (over - timedelta(hours=9), over)
    await change("UPDATE event SET starts_at = $1, ends_at = $2, version = version + 1", *moments)


async def over_for(days: float) -> tuple[Guest, Phone]:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await end(days=days)
    return guest, phone


def bearer(phone: Phone) -> dict[str, str]:
    return {"Authorization": f"Bearer {phone.token}"}


@pytest.mark.parametrize("days", [1.1, 30.9])
async def test_what_it_scanned_is_taken_and_no_name_told(client: AsyncClient, days: float) -> None:
    guest, phone = await over_for(days)
    for replayed in (False, True):
        body = {"device_time": NOW, "scans": [a_scan(guest)]}
        answer = await client.post(BATCHES, json=body, headers=bearer(phone))
        (told,) = answer.json()["results"]
        assert (answer.status_code, told["verdict"], told["replayed"]) == (200, "admitted", replayed)
        assert told["attendee"] is None
    assert await count("scan") == 1


async def test_an_answer_that_was_kept_is_not_told_again_but_made_anew_without_a_name(client: AsyncClient) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    body, headers = {"device_time": NOW, "scans": [a_scan(guest)]}, bearer(phone) | {"Idempotency-Key": "k"}
    before = await client.post(BATCHES, json=body, headers=headers)
    await end(days=1.1)
    after = await client.post(BATCHES, json=body, headers=headers)
    assert [one.status_code for one in (before, after)] == [200, 200]
    assert [one.json()["results"][0]["attendee"] is None for one in (before, after)] == [False, True]
    assert (after.json()["results"][0]["replayed"], await count("scan")) == (True, 1)


async def test_everything_else_is_refused_and_nothing_wiped(client: AsyncClient) -> None:
    guest, phone = await over_for(1.1)
    for method, path, body in [
        ("POST", "/api/v1/scans", a_scan(guest)),
        ("GET", "/api/v1/door/roster", None),
        ("GET", "/api/v1/door/search?q=Asa", None),
        ("POST", "/api/v1/scans/scan-1/undo", {"reason": ""}),
    ]:
        answer = await client.request(method, path, json=body, headers=bearer(phone))
        assert (answer.status_code, answer.json()["code"]) == (401, "device_refused"), path
        assert "is over" in answer.json()["detail"]
        assert "clear-site-data" not in answer.headers


async def test_after_a_month_it_is_told_to_wipe(client: AsyncClient) -> None:
    guest, phone = await over_for(31.1)
    answer = await client.post(BATCHES, json={"device_time": NOW, "scans": [a_scan(guest)]}, headers=bearer(phone))
    assert (answer.status_code, answer.json()["code"]) == (401, "device_refused")
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'


async def test_its_page_leads_to_the_one_that_sends_and_keeps_all(client: AsyncClient) -> None:
    _, phone = await over_for(1.1)
    client.cookies.set("door", phone.token)
    led = await client.get("/door")
    assert (led.status_code, led.headers["location"]) == (303, "/door/pair")
    assert not {"clear-site-data", "set-cookie"} & set(led.headers)
    assert "data-event-over" in (await client.get("/door/pair")).text
    client.cookies.clear()
    assert "data-event-over" not in (await client.get("/door/pair")).text


async def test_pairing_for_it_is_refused(client: AsyncClient) -> None:
    await an_event()
    supervisor = await program(Role.DOOR_SUPERVISOR, event="launch")
    made = await client.post("/api/v1/events/launch/devices", json={"name": "Left"}, headers=supervisor)
    code = made.json()["pairing_code"]
    await end(days=1.1)
    added = await client.post("/api/v1/events/launch/devices", json={"name": "Right"}, headers=supervisor)
    paired = await client.post("/api/v1/devices/pair", json={"pairing_code": code})
    assert [(one.status_code, one.json()["code"]) for one in (added, paired)] == [(409, "event_over")] * 2
    page = await client.post("/door/pair", data={"code": code})
    assert (page.status_code, "This event is over" in page.text) == (409, True)
