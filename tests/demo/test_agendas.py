"""The agendas of the demonstration: whole, within their events' hours, and released as told."""

from datetime import UTC, datetime

import pytest

from events_service import clock
from events_service.agenda.queries import draft_of
from events_service.agenda.release_queries import current_release, published_agenda
from events_service.agenda.rules import ChangeKind, SessionKind, SessionState
from events_service.demo.agendas import PLANS, PROTECTED, Plan
from events_service.demo.happenings import HAPPENINGS, SUMMIT
from events_service.demo.load import load
from events_service.demo.programmes import plan_agendas
from events_service.demo.speakers import person_named
from events_service.events.queries import event_by_slug
from tests.demo.given import stop_clock


@pytest.fixture(autouse=True)
def november_2026(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day is fixed: nothing is laid for events that are over."""
    stop_clock(monkeypatch, datetime(2026, 11, 21, 9, tzinfo=UTC))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.event)
def test_an_agenda_begins_with_its_event_and_stays_within_its_days(plan: Plan) -> None:
    body = next(one for one in HAPPENINGS if one["slug"] == plan.event)
    starts = sorted(f"{plan.month}-{item.at}" for item in plan.items if item.at)
    assert starts[0] == body["starts_at"]
    assert starts[-1] < body["ends_at"]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.event)
def test_everybody_named_is_in_the_directory_once_a_session(plan: Plan) -> None:
    for item in plan.items:
        people = [person_named(words.partition(" ")[2]).email for words in item.who]
        assert len(people) == len(set(people)), item.title


@pytest.mark.usefixtures("database")
async def test_the_summit_is_released_twice_and_hides_what_is_to_be_hidden() -> None:
    await load()
    event = await event_by_slug(SUMMIT)
    release = await current_release(event.id)
    assert release is not None
    assert release.number == 2
    assert sorted(change.kind for change in release.changes) == [ChangeKind.CANCELLED, ChangeKind.MOVED]
    draft = await draft_of(event)
    assert [one.title for one in draft.sessions if not one.is_placed] == ["Learning from a false alarm"]
    assert {one.kind for one in draft.sessions} == set(SessionKind)
    shown = await published_agenda(event, now=clock.now())
    assert shown is not None
    titles = {one.title for one in shown.agenda.sessions}
    assert {one.title for one in draft.sessions} - titles == {
        "Learning from a false alarm",
        "What research saw, and what it did not",
    }
    assert [one.title for one in shown.agenda.sessions if one.state is SessionState.CANCELLED] == [
        "Sparring: Helsingør lays a case on the table"
    ]
    assert person_named(PROTECTED).name not in {one.name for one in shown.speakers.values()}
    assert await plan_agendas() == 0
