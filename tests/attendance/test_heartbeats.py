"""What devices tell of themselves."""

from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import AsyncClient

from tests.attendance.test_pages import PAGE, enter_as
from tests.door.given import a_phone, an_event, row_of

pytestmark = pytest.mark.usefixtures("database")

TOLD = {"battery": 0.154, "charging": False, "waiting": 12, "roster_at": "2026-03-07T11:04:00+01:00"}
HEARTBEAT = "/api/v1/door/heartbeat"


async def test_a_supervisor_sees_an_empty_battery_and_what_waits(client: AsyncClient) -> None:
    event = await an_event()
    phone = await a_phone(event)
    headers = {"Authorization": f"Bearer {phone.token}"}
    assert (await client.post(HEARTBEAT, json=TOLD, headers=headers)).status_code == 204
    row = await row_of("device", phone.id)
    assert (row["battery"], bool(row["charging"]), row["waiting"]) == (15, False, 12)
    assert row["roster_at"] == datetime(2026, 3, 7, 10, 4, tzinfo=UTC)
    await enter_as(client)
    shown = (await client.get(PAGE)).text
    assert "15 % · <strong>low</strong>" in shown
    assert "Saturday 7 March 2026, 11.04" in shown
    # A browser that does not tell takes nothing from before for true.
    assert (await client.post(HEARTBEAT, json={}, headers=headers)).status_code == 204
    assert "15 %" not in (await client.get(PAGE)).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("battery", 1.5),
        ("battery", -0.1),
        ("waiting", -1),
        ("waiting", 10**9),
        ("roster_at", "soon"),
        ("charging", "yes"),
    ],
)
async def test_nonsense_is_refused(client: AsyncClient, field: str, value: Any) -> None:
    phone = await a_phone(await an_event())
    headers = {"Authorization": f"Bearer {phone.token}"}
    answer = await client.post(HEARTBEAT, json=TOLD | {field: value}, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert (await row_of("device", phone.id))["waiting"] is None


async def test_only_a_device_tells(client: AsyncClient) -> None:
    assert (await client.post(HEARTBEAT, json=TOLD)).status_code == 401
