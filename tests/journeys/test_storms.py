"""Everyone at once: over as many serving processes as the database allows, and while one of them is killed."""

import asyncio
import os
import signal
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.journeys.given import Door, Organiser
from tests.services.product import Product

# PostgreSQL serves from two processes; the embedded database holds it at one by itself.
TWO = {"workers": "2", "work_outbox": "off"}


async def test_800_people_racing_for_200_seats(server: Callable[..., Product]) -> None:
    async with Organiser(server(**TWO)) as organiser:
        slug = await organiser.publish(registration={"capacity": 200})
        racing = [organiser.register(slug, f"Racer {number}") for number in range(800)]
        answers = [answer.json() for answer in await asyncio.gather(*racing)]

        assert Counter(answer["status"] for answer in answers) == {"confirmed": 200, "waitlisted": 600}
        positions = [answer["waitlist_position"] for answer in answers if answer["status"] == "waitlisted"]
        assert sorted(positions) == list(range(1, 601))
        assert len(set(await organiser.badges(slug))) == 200


async def test_200_badges_scanned_six_times_at_once_admit_exactly_200(server: Callable[..., Product]) -> None:
    async with Organiser(server(**TWO)) as organiser:
        badges, door = await everyone_registered(organiser, 200)
        answers = await asyncio.gather(*(door.scan(badge) for badge in badges for _ in range(6)))

        assert Counter(answer["verdict"] for answer in answers) == {"admitted": 200, "refused": 1000}
        assert {answer["reason"] for answer in answers} == {None, "already_admitted"}
        admitted = {answer["attendee"]["registration_id"] for answer in answers if answer["verdict"] == "admitted"}
        assert len(admitted) == 200
        attendance = await organiser.ask("GET", "/events/guide-launch/attendance")
        assert (attendance["admitted"], attendance["inside"]) == (200, 200)


async def test_a_killed_worker_loses_no_acknowledged_scan(server: Callable[..., Product]) -> None:
    product = server(**TWO)
    async with Organiser(product) as organiser:
        badges, door = await everyone_registered(organiser, 200)
        acknowledged: dict[str, str] = {}
        async with asyncio.TaskGroup() as storm:
            for badge in badges:
                storm.create_task(scan_until_answered(door, badge, acknowledged))
            for _ in range(5):
                await asyncio.sleep(0.05)
                os.kill(serving_process(product), signal.SIGKILL)
                await asyncio.to_thread(product.wait_until_ready)

        assert len(acknowledged) == 200
        for scan_id, verdict in acknowledged.items():
            replay = await door.scan("any badge: the answer is stored", scan_id=scan_id)
            assert (replay["replayed"], replay["verdict"]) == (True, verdict)
        assert set(acknowledged.values()) == {"admitted"}
        attendance = await organiser.ask("GET", "/events/guide-launch/attendance")
        assert (attendance["admitted"], attendance["inside"]) == (200, 200)


async def everyone_registered(organiser: Organiser, people: int) -> tuple[list[str], Door]:
    """That many confirmed people's badges, and a door to scan them at."""
    slug = await organiser.publish(registration={"capacity": people})
    await asyncio.gather(*(organiser.register(slug, f"Guest {number}") for number in range(people)))
    badges = await organiser.badges(slug)
    assert len(badges) == people
    return badges, await organiser.pair(slug)


async def scan_until_answered(door: Door, badge: str, acknowledged: dict[str, str]) -> None:
    """As a device does: the same scan again, under the same id, until somebody answers."""
    scan_id = str(uuid.uuid4())
    while True:
        try:
            answer = await door.post_scan(badge, scan_id=scan_id)
        except httpx.TransportError:
            await asyncio.sleep(0.05)
            continue
        if answer.status_code == 200:
            acknowledged[scan_id] = answer.json()["verdict"]
            return
        await asyncio.sleep(0.05)


def serving_process(product: Product) -> int:
    """A process that answers requests. The outbox worker, which follows the command, is not started in these tests."""
    serving = [pid for pid in product.process_ids()[1:] if b"resource_tracker" not in command_line(pid)]
    return serving[-1]


def command_line(pid: int) -> bytes:
    """What the process was started with; nothing for one that just ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b"resource_tracker"
