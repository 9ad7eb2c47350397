"""The meeting that is over: who joined, who was late, who left early, and what stays as people left it."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from events_service import clock
from events_service.database import fetch, transaction
from events_service.demo.happenings import AUTUMN_MEETING
from events_service.demo.load import load
from events_service.demo.meetings_held import hold_meeting
from events_service.events.actions import complete_past_events
from events_service.events.queries import event_by_slug
from events_service.online.queries import Expected, attendees, event_meeting, expected_online
from events_service.online.rules import Ending
from tests.demo.given import stop_clock

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


async def test_eighteen_were_expected_and_fifteen_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch, NOW)
    await load()
    event = await event_by_slug(AUTUMN_MEETING)
    assert await expected_online(event) == Expected(people=18, joined=15)
    found = [one.presence for one in await attendees(event, event_meeting(event), now=NOW)]
    assert sum(one.late_by is not None for one in found) == 2
    assert sum(one.early_by is not None for one in found) == 4
    assert sum(one.stayed is None for one in found) == 1
    assert Counter(one.ending for one in found) == {
        Ending.TOLD: 12,
        Ending.CLOSED: 1,
        Ending.SILENT: 1,
        None: 1,
    }


async def test_what_happened_then_is_told_of_then_and_to_nobody_now(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch, NOW)
    await load()
    event = await event_by_slug(AUTUMN_MEETING)
    assert event.published_at is not None
    assert event.published_at < event.starts_at
    rows = await fetch("SELECT created_at FROM registration WHERE event = $1", event.id)
    assert {row["created_at"] < event.starts_at for row in rows} == {True}
    scans = await fetch("SELECT received_at FROM scan WHERE event = $1", event.id)
    assert max(row["received_at"] for row in scans) < event_meeting(event).closes_at
    assert await fetch("SELECT id FROM letter WHERE event_slug = $1", AUTUMN_MEETING) == []


async def test_it_is_held_once_also_when_it_was_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch, NOW)
    await load()
    stays = await fetch("SELECT * FROM online_stay ORDER BY id")
    await complete_past_events(clock.now())
    assert await hold_meeting() == 0
    async with transaction() as tx:
        await tx.execute("DELETE FROM online_stay WHERE id = $1", stays[0]["id"])
    assert await hold_meeting() == 1


@pytest.mark.parametrize("at", [datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 12, 24, tzinfo=UTC)])
async def test_nobody_joined_before_it_took_place_and_nobody_is_left_after_a_year(
    monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    stop_clock(monkeypatch, at)
    await load()
    event = await event_by_slug(AUTUMN_MEETING)
    assert await expected_online(event) == Expected(people=18 if at < event.starts_at else 0, joined=0)
