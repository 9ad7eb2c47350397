"""The event's own questions, asked of guests who say yes."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio

from events_service.database import fetch
from events_service.events.categories import Category
from events_service.events.rules import Event
from events_service.questions.actions import add_question
from events_service.questions.drafts import QuestionDraft
from events_service.questions.rules import Kind
from events_service.registrations.queries import registration_by_address
from events_service.settings import Settings
from tests.reception.given import a_browser, all_invitations, code_of, invited
from tests.registrations.given import an_event

YES = {"name": "Guest 1", "consent": "true", "attendance": "in_person", "language": "en"}
PDF = ("card.pdf", b"%PDF-1.4 a card", "application/pdf")


def question(name: str, kind: Kind, **more: Any) -> QuestionDraft:
    return QuestionDraft(name=name, kind=kind, labels={"en": name.capitalize()}, **more)


@pytest_asyncio.fixture
async def guest(database: Settings) -> AsyncIterator[tuple[httpx.AsyncClient, Event]]:
    """A browser in which guest 1 has opened an invitation with a companion."""
    event = await an_event(terms={"mode": "invitation"})
    await invited(1, plus_ones=1)
    (one,) = await all_invitations(event.id)
    async with a_browser() as client:
        await client.post("/invited", data={"code": code_of(one)})
        yield client, event


async def test_an_event_without_questions_asks_about_food_and_access(guest: tuple[httpx.AsyncClient, Event]) -> None:
    client, event = guest
    shown = (await client.get("/invited/answer")).text
    assert 'name="answers.diet"' in shown and 'name="answers.access"' in shown
    done = await client.post("/invited/accept", data=YES | {"answers.diet": "No fish"})
    assert done.headers["location"] == "/invited/answer?done=invitation_accepted"
    assert (await registration_by_address(event.id, "guest1@malmo.example")).answers == {"diet": "No fish"}


async def test_a_guest_answers_what_the_event_asks_of_guests(guest: tuple[httpx.AsyncClient, Event]) -> None:
    client, event = guest
    await add_question(event.slug, question("arrival", Kind.DATE, required=True))
    await add_question(event.slug, question("press_card", Kind.TEXT, categories=[Category.MEDIA], required=True))
    await add_question(event.slug, question("photographs", Kind.CONSENT))
    shown = (await client.get("/invited/answer")).text
    assert 'name="answers.arrival"' in shown and 'name="answers.photographs"' in shown
    assert "press_card" not in shown and "answers.diet" not in shown

    unanswered = await client.post("/invited/accept", data=YES)
    assert (unanswered.status_code, 'href="#f-answers.arrival"' in unanswered.text) == (422, True)
    assert await fetch("SELECT id FROM registration") == []
    answers = {"answers.arrival": "2037-03-07", "answers.photographs": "true", "companions": "Bo <bo@x.example>"}
    done = await client.post("/invited/accept", data=YES | answers)
    assert done.headers["location"] == "/invited/answer?done=invitation_accepted"
    assert (await registration_by_address(event.id, "guest1@malmo.example")).answers == {
        "arrival": "2037-03-07",
        "photographs": True,
    }
    assert (await registration_by_address(event.id, "bo@x.example")).answers == {}
    purposes = {row["purpose"] for row in await fetch("SELECT purpose FROM consent")}
    assert {"data_use", "photographs"} <= purposes


async def test_a_file_is_kept_with_a_yes_and_forgotten_where_it_cannot_be(
    guest: tuple[httpx.AsyncClient, Event],
) -> None:
    client, event = guest
    await add_question(event.slug, question("card", Kind.FILE, required=True))
    assert 'enctype="multipart/form-data"' in (await client.get("/invited/answer")).text
    two = YES | {"companions": "Bo <bo@x.example>\nIda <ida@x.example>"}
    refused = await client.post("/invited/accept", data=two, files={"answers.card": PDF})
    assert (refused.status_code, "choose the file once more" in refused.text) == (422, True)
    assert await fetch("SELECT id FROM answer_file") == []
    done = await client.post("/invited/accept", data=YES, files={"answers.card": PDF})
    assert done.headers["location"] == "/invited/answer?done=invitation_accepted"
    (file,) = await fetch("SELECT registration, name FROM answer_file")
    own = await registration_by_address(event.id, "guest1@malmo.example")
    assert (file["registration"], file["name"]) == (own.id, "card.pdf")
