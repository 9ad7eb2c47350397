"""A copy of an event: what it asks, says, admits and guards is the first one's; people and past dates are not."""

from typing import Any

from events_service.audit.rules import Doer
from events_service.database import fetch
from events_service.door.checkpoint_actions import add_checkpoint, doors_of
from events_service.door.checkpoint_drafts import AdmitsDraft, CheckpointDraft
from events_service.events.admissions import Admission, admission_of, set_admission
from events_service.events.categories import Category
from events_service.events.queries import event_by_slug
from events_service.people.rules import Role
from events_service.questions.actions import add_question
from events_service.questions.presets import ACCESS, DIET
from events_service.questions.queries import questions_of
from events_service.settings import Settings
from events_service.texts.actions import keep_words
from events_service.texts.queries import all_own_words
from events_service.texts.rules import Words
from tests.agenda.given import a_session
from tests.registrations.given import an_event, bearer, enter, form_token, register
from tests.replies.given import service

WORDS = Words("Welcome to {event}", "Hello {name}")
COPY = {"slug": "again", "title": "Once again", "starts_at": "2038-03-08T11:00"}


async def a_first_event() -> None:
    event = await an_event(terms={"capacity": 9, "closes_at": "2037-03-07T11:00"})
    await register(1)
    await add_question(event.slug, DIET)
    await add_question(event.slug, ACCESS)
    await keep_words(event, "confirmed", "sv", WORDS, by=Doer("account", "me"))
    await set_admission(event, Admission(categories={"police": 3}, offers=True, companions=2))
    session = await a_session(event=event.slug)
    for slug, admits, opens in (("press", AdmitsDraft(categories=[Category.MEDIA]), "2037-03-08T09:00"),
                                ("hall", AdmitsDraft(session_id=session.id), None)):  # fmt: skip
        await add_checkpoint(event, CheckpointDraft(slug=slug, name=slug, admits=admits, opens_at=opens, zone="Rooms"))


async def what_came_along() -> dict[str, Any]:
    event = await event_by_slug("again")
    people = await fetch("SELECT id FROM registration WHERE event = $1", event.id)
    return {
        "terms": (event.registration.capacity, event.registration.closes_at),
        "questions": [(one.name, one.position, one.version) for one in await questions_of(event.id)],
        "words": await all_own_words(event.id),
        "admission": await admission_of(event),
        "doors": [(one.slug, one.name, one.opens_at, one.zone) for one in await doors_of(event)],
        "people": len(people),
    }


EXPECTED = {
    "terms": (9, None),
    "questions": [("diet", 0, 1), ("access", 1, 1)],
    "words": {("confirmed", "sv"): WORDS},
    "admission": Admission(categories={"police": 3}, offers=True, companions=2),
    "doors": [("main", "Main entrance", None, None), ("press", "press", None, "Rooms")],
    "people": 0,
}


async def test_a_copy_by_api_asks_says_admits_and_guards_what_the_first_one_does(database: Settings) -> None:
    async with service() as client:
        await a_first_event()
        headers = await bearer(Role.ORGANISER)
        made = await client.post("/api/v1/events/guide-launch/clone", json=COPY, headers=headers)
        assert made.status_code == 201, made.text
        assert await what_came_along() == EXPECTED
        # A name that is taken leaves nothing behind.
        taken = await client.post("/api/v1/events/guide-launch/clone", json=COPY, headers=headers)
        assert (taken.status_code, taken.json()["code"]) == (409, "slug_taken")
        assert len(await fetch("SELECT id FROM question")) == 4


async def test_a_copy_of_a_copy_by_the_page_is_the_same(database: Settings) -> None:
    async with service() as client:
        await a_first_event()
        await enter(client, Role.ORGANISER)
        for first, slug in (("guide-launch", "between"), ("between", "again")):
            page = f"/office/events/{first}/clone"
            form = COPY | {"slug": slug, "csrf_token": await form_token(client, page)}
            made = await client.post(page, data=form)
            assert made.headers["location"] == f"/office/events/{slug}?done=copied"
    assert await what_came_along() == EXPECTED
