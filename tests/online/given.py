"""Online meetings, the people who join them, and the moments at which they do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events_service import clock
from events_service.database import fetch_one
from events_service.events.rules import Event
from events_service.online.actions import join, tell
from events_service.online.queries import event_meeting, stays_of
from events_service.online.rules import Sign, Stay
from events_service.registrations.queries import Registration
from tests.registrations import given

# 10.00 to 11.30 in Copenhagen.
BEGINS, ENDS = datetime(2037, 1, 14, 9, tzinfo=UTC), datetime(2037, 1, 14, 10, 30, tzinfo=UTC)
MEETING: dict[str, Any] = {
    "slug": "kick-off",
    "title": "City meeting: kick-off",
    "kind": "city_meeting",
    "format": "online",
    "starts_at": "2037-01-14T10:00",
    "ends_at": "2037-01-14T11:30",
    "venue": None,
    "join_url": given.JOIN_URL,
}
MINUTE = timedelta(minutes=1)


async def a_meeting(*, reentry: str = "once", **more: Any) -> Event:
    """The kick-off, online from 10.00 to 11.30, for as many as like to come."""
    return await given.an_event(
        terms={"capacity": None, "reentry": reentry, **more.pop("terms", {})}, **(MEETING | more)
    )


async def somebody(event: Event, number: int = 0, **more: Any) -> Registration:
    return await given.person(await given.register(number, slug=event.slug, **more))


def it_is(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """From now on, until it is another time."""
    monkeypatch.setattr(clock, "now", lambda: moment)


async def joins(person: Registration, event: Event) -> None:
    await join(person, event, event_meeting(event))


async def tells(person: Registration, event: Event, sign: Sign = Sign.THERE) -> bool:
    return await tell(person, event, event_meeting(event), sign)


async def stays(person: Registration) -> list[Stay]:
    return await stays_of(person.id, person.event_id, None)


async def count(what: str) -> int:
    row = await fetch_one(f"SELECT COUNT(*) AS number FROM {what}")
    assert row is not None
    return int(row["number"])
