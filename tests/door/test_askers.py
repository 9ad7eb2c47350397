"""A device that sends a request again gets its answer again; nobody else does, and it neither once it was revoked."""

import pytest
from httpx import AsyncClient, Response

from events_service.audit.rules import Doer
from events_service.door.actions import revoke_device
from events_service.privacy.protecting import protect
from tests.door.given import Guest, Phone, a_guest, a_phone, an_event
from tests.house.given import bearer

pytestmark = pytest.mark.usefixtures("database")


async def scan(client: AsyncClient, guest: Guest, headers: dict[str, str]) -> Response:
    body = {
        "scan_id": "scan-0001",
        "badge": guest.badge,
        "checkpoint": "main",
        "scanned_at": "2037-03-07T11:04:05+01:00",
    }
    return await client.post("/api/v1/scans", json=body, headers=headers | {"Idempotency-Key": "k"})


def cookie(phone: Phone) -> dict[str, str]:
    return {"Cookie": f"door={phone.token}", "Origin": "http://127.0.0.1:8000"}


async def test_an_answer_to_a_cookie_is_given_again_to_that_cookie_alone(client: AsyncClient) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    elsewhere = await a_phone(await an_event("another"), name="Another door")
    first = await scan(client, guest, cookie(phone))
    assert first.json()["attendee"]["name"] == guest.name
    again = await scan(client, guest, cookie(phone))
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    for headers in ({}, {"Cookie": "door=nonsense"}, bearer("nonsense")):
        assert (await scan(client, guest, headers)).status_code == 401
    answer = await scan(client, guest, cookie(elsewhere))
    assert (answer.status_code, guest.name in answer.text) == (422, False)


async def test_a_device_that_was_revoked_is_told_to_wipe_itself_whatever_it_asked_before(client: AsyncClient) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    assert (await scan(client, guest, bearer(phone.token))).status_code == 200
    await revoke_device(phone.id)
    again = await scan(client, guest, bearer(phone.token))
    assert (again.status_code, again.json()["code"]) == (401, "device_refused")
    assert "storage" in again.headers["clear-site-data"]


async def test_who_was_protected_since_is_not_named_again(client: AsyncClient) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    assert guest.name in (await scan(client, guest, bearer(phone.token))).text
    await protect(guest.id, alias="Heron 4", doer=Doer("account", "a1"), reason="Works undercover.")
    again = await scan(client, guest, bearer(phone.token))
    assert (again.status_code, again.json()["code"]) == (409, "answer_forgotten")
