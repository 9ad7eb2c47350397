"""A phone comes back with a thousand scans, and the server is killed while it takes them in: sent again, each is there once."""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.journeys.given import Door, Organiser
from tests.journeys.test_storms import TWO, serving_process
from tests.services.product import Product

SCANS, PEOPLE = 1000, 100


def came_and_went(badges: list[str], *, now: datetime) -> list[dict[str, Any]]:
    """Each badge in, out, in, out … a second apart: all of it admitted, and nobody inside at the end."""
    begun = now - timedelta(hours=1)
    return [
        {
            "scan_id": f"scan-{n}",
            "badge": badges[n % PEOPLE],
            "direction": "exit" if n // PEOPLE % 2 else "entry",
            "scanned_at": (begun + timedelta(seconds=n)).isoformat(),
            "device_verdict": "admitted",
        }
        for n in range(SCANS)
    ]


async def send(door: Door, body: dict[str, Any]) -> dict[str, Any]:
    """The server's answer, however often it has to be asked."""
    while True:
        try:
            answer = await door.http.post("/api/v1/scans/batch", json=body, headers=door.bearer)
        except httpx.TransportError:
            await asyncio.sleep(0.05)
            continue
        if answer.status_code == 200:
            told: dict[str, Any] = answer.json()
            return told
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    "killed_after",
    [pytest.param(0.02, marks=pytest.mark.thorough), 0.15, pytest.param(0.4, marks=pytest.mark.thorough)],
)
async def test_a_batch_of_1000_that_a_kill_cut_short_is_there_once(
    server: Callable[..., Product], killed_after: float
) -> None:
    product = server(**TWO)
    async with Organiser(product) as organiser:
        slug = await organiser.publish(registration={"capacity": PEOPLE, "reentry": "in_and_out"})
        await asyncio.gather(*(organiser.register(slug, f"Guest {number}") for number in range(PEOPLE)))
        badges, door = await organiser.badges(slug), await organiser.pair(slug)
        now = datetime.now(UTC)
        body = {"device_time": now.isoformat(), "scans": came_and_went(badges, now=now)}
        sending = asyncio.create_task(send(door, body))
        await asyncio.sleep(killed_after)
        os.kill(serving_process(product), signal.SIGKILL)
        await asyncio.to_thread(product.wait_until_ready)
        first, again = await sending, await send(door, body)

        for answer in (first, again):
            assert [one["scan_id"] for one in answer["results"]] == [f"scan-{n}" for n in range(SCANS)]
            assert {one["verdict"] for one in answer["results"]} == {"admitted"}
            assert answer["conflicts"] == []
        assert {one["replayed"] for one in again["results"]} == {True}
        attendance = await organiser.ask("GET", "/events/guide-launch/attendance")
        assert (attendance["admitted"], attendance["inside"]) == (PEOPLE, 0)
