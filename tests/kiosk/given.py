"""Kiosks that tests begin with."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient, Response

from events_service import clock
from events_service.door.kiosk_rules import Paper
from events_service.events.rules import Event
from tests.door.given import Phone, a_phone

START = datetime(2037, 3, 7, 10, tzinfo=UTC)


async def a_kiosk(event: Event, *, paper: Paper = Paper.LABEL62, name: str = "Kiosk") -> Phone:
    """A kiosk that is paired."""
    return await a_phone(event, name=name, kiosk=paper)


class Clock:
    """The service's clock, which goes on only when it is told to."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        """It stands at five past eleven in Copenhagen, on the event's first day."""
        self.now = START + timedelta(minutes=5)
        patch.setattr(clock, "now", lambda: self.now)

    def goes_on(self, by: timedelta) -> None:
        self.now += by


async def ask(client: AsyncClient, device: Phone, path: str, body: dict[str, Any]) -> Response:
    """What the API answers this device."""
    return await client.post(path, json=body, headers={"Authorization": f"Bearer {device.token}"})


async def scan(client: AsyncClient, device: Phone, badge: str, scan_id: str) -> dict[str, Any]:
    """The answer to a scan made now."""
    body = {"scan_id": scan_id, "badge": badge, "scanned_at": clock.now().isoformat()}
    return dict((await ask(client, device, "/api/v1/scans", body)).json())


async def badge_for(client: AsyncClient, device: Phone, scan_id: str, *, again: bool = False) -> Response:
    """What is printed for that scan, or why it is not."""
    return await ask(client, device, "/api/v1/door/badges", {"scan_id": scan_id, "again": again})
