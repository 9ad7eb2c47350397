"""What is past its time goes by itself, sensitive answers first; counts stay, and what went is written down."""

from datetime import timedelta

import pytest

from events_service import clock
from events_service.audit.queries import entries
from events_service.database import fetch
from events_service.door.queries import attendance
from events_service.events.queries import event_by_slug
from events_service.privacy.retention import Kind, sweep_events, what_comes_next, what_was_removed
from events_service.registrations.queries import registration_by_id
from events_service.registrations.rules import Status
from tests.door.given import an_event, change
from tests.privacy.given import MARK, NAME, is_over, let_in, registered, traces

pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)


async def test_sensitive_answers_go_after_a_week_and_everything_else_when_the_event_says() -> None:
    event, coming = await an_event("gone"), await an_event("coming")
    person, other = await registered(event.slug), await registered(coming.slug)
    await let_in(event, person)
    await change("UPDATE event SET retention_days = 30 WHERE id = $1", event.id)
    await is_over(event, days=6)
    now = clock.now()
    assert [(due.kind, due.event_slug, due.people) for due in await what_comes_next()] == [
        (Kind.SENSITIVE_ANSWERS, "gone", 1),
        (Kind.REGISTRATIONS, "gone", 1),
        (Kind.SENSITIVE_ANSWERS, "coming", 1),
        (Kind.REGISTRATIONS, "coming", 1),
    ]
    assert await sweep_events(now) == 0

    assert await sweep_events(now + 2 * DAY) == 1
    assert (await registration_by_id(person)).answers == {"shirt": "Quixotarius blue"}
    assert await sweep_events(now + 2 * DAY) == 0

    figures = await attendance(event.id)
    assert await sweep_events(now + 25 * DAY) == 1
    nameless = await registration_by_id(person)
    assert (nameless.name, nameless.email, nameless.city, nameless.status) == ("", "", "Malmö", Status.CONFIRMED)
    after = await attendance(event.id)
    assert (after.expected, after.admitted, after.by_city) == (figures.expected, figures.admitted, figures.by_city)
    assert {row["scanned_at"].minute for row in await fetch("SELECT scanned_at FROM scan")} == {0}
    assert (await registration_by_id(other)).name == NAME

    await change("DELETE FROM letter WHERE registration_id = $1", other)
    assert {trace.partition(".")[0] for trace in await traces(MARK)} == {"registration"}
    assert [(one.kind, one.event_slug, one.removed) for one in await what_was_removed()] == [
        (Kind.REGISTRATIONS, "gone", 1),
        (Kind.SENSITIVE_ANSWERS, "gone", 1),
    ]
    assert [one.deed.fields for one in await entries(action="swept")] == [("registrations",), ("sensitive_answers",)]


async def test_no_answer_outlasts_its_registration_and_an_event_may_forget_sooner() -> None:
    event = await an_event("gone")
    await registered(event.slug)
    await change("UPDATE event SET retention_days = 0 WHERE id = $1", event.id)
    await is_over(event, days=0)
    first, second = await what_comes_next()
    assert first.at == second.at == (await event_by_slug("gone")).ends_at
    assert await sweep_events(clock.now()) == 2
    assert await what_comes_next() == []
