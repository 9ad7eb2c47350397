"""The doors of the demonstration's summit."""

from datetime import UTC, datetime

import pytest

from events_service.database import transaction
from events_service.demo.doors import ROOMS, open_doors
from events_service.demo.happenings import SUMMIT
from events_service.demo.load import load
from events_service.door.checkpoint_queries import checkpoints_of, places_at_doors
from events_service.events.queries import event_by_slug
from tests.demo.given import stop_clock


@pytest.mark.usefixtures("database")
async def test_the_summit_has_a_press_area_and_rooms_for_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch, datetime(2026, 11, 21, 9, tzinfo=UTC))
    await load()
    event = await event_by_slug(SUMMIT)
    doors = await checkpoints_of(event.id)
    assert [(one.slug, one.categories, one.by_session, one.zone) for one in doors] == [
        ("main", (), False, None),
        ("press", ("media", "speaker"), False, None),
        ("council-chamber", (), True, ROOMS),
        ("study", (), True, ROOMS),
    ]
    # Guests hold places behind them.
    sessions = [one.session_id for one in doors if one.session_id]
    assert {session for session, _ in await places_at_doors(sessions)} == set(sessions)
    # Where organisers have doors of their own, or took some of these away, none comes back.
    async with transaction() as tx:
        await tx.execute("DELETE FROM checkpoint WHERE event = $1 AND slug = 'press'", event.id)
    assert await open_doors() == 0
