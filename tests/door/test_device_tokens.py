"""A device is known by its token as a program sends it, or by the door's cookie where a page of ours asks."""

from typing import Any

import pytest
from httpx import AsyncClient

from events_service.door.tokens import door_cookie_name
from events_service.identifiers import new_id
from tests.door.given import a_guest, a_phone, an_event, count

SCANS = "/api/v1/scans"


async def body() -> dict[str, Any]:
    event = await an_event()
    return {"scan_id": new_id(), "badge": (await a_guest(event)).badge, "scanned_at": "2037-03-07T11:05"}


async def paired(client: AsyncClient) -> dict[str, Any]:
    """A client that holds a device's cookie, and a scan for it."""
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    client.cookies.set(door_cookie_name(), phone.token)
    return {"scan_id": new_id(), "badge": guest.badge, "scanned_at": "2037-03-07T11:05"}


async def test_the_cookie_of_our_own_page_is_a_device(client: AsyncClient) -> None:
    scan = await paired(client)
    answer = await client.post(SCANS, json=scan, headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.json()["verdict"]) == (200, "admitted")


@pytest.mark.parametrize("sent_by", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}])
async def test_the_cookie_counts_for_nothing_on_another_sites_page(
    client: AsyncClient, sent_by: dict[str, str]
) -> None:
    answer = await client.post(SCANS, json=await paired(client), headers=sent_by)
    assert (answer.status_code, await count("scan")) == (403, 0)


@pytest.mark.parametrize("token", ["Bearer " + "a" * 32, "Basic YTpi", "Bearer"])
async def test_a_token_that_does_not_hold_is_not_made_good_by_the_cookie(client: AsyncClient, token: str) -> None:
    answer = await client.post(SCANS, json=await paired(client), headers={"Authorization": token})
    assert (answer.status_code, answer.json()["code"]) == (401, "device_refused")


async def test_without_token_and_cookie_a_device_is_told_to_wipe(client: AsyncClient) -> None:
    answer = await client.post(SCANS, json=await body())
    assert (answer.status_code, answer.headers["clear-site-data"]) == (401, '"cache", "cookies", "storage"')
