"""Messages to many: whom they reach, in which words, once, and never those who stopped their mails."""

import asyncio
from typing import Any, cast

import httpx
import pytest

from events_service import database
from events_service.audit.rules import Doer
from events_service.errors import Conflict, Invalid
from events_service.events.rules import Event
from events_service.messages.actions import send_message
from events_service.messages.drafts import MessageForm, message_from
from events_service.messages.pages import ROUTES
from events_service.messages.queries import recipients_of, sent_messages
from events_service.messages.rules import Message, Segment, answers_fit
from events_service.outbox.queries import letter_from
from events_service.people.rules import Role
from events_service.registrations.stop_pages import set_mails
from events_service.texts.rules import Words
from tests.audit.given import entries
from tests.registrations.given import an_app, an_event, enter, form_token, letters, mail_of, parts_of, register

ME = Doer("account", "me")
ENGLISH, SWEDISH = Words("Hello {city}", "Dear all,\n\nsee https://x.example"), Words("Hej {city}", "Hej {name}")
TO_ALL = Message(Segment(), {"en": ENGLISH, "sv": SWEDISH}, "en")
NEW = "/office/events/guide-launch/messages/new"


@pytest.mark.parametrize(
    ("answers", "value", "fits"),
    [
        ({"diet": "Vegan"}, "vegan ", True),
        ({"diet": ["fish", "vegan"]}, "vegan", True),
        ({"diet": True}, "yes", True),
        ({"diet": 3}, "3", True),
        ({"diet": "vegan"}, "", True),
        ({"diet": "vegan please"}, "vegan", False),
        ({"diet": ""}, "", False),
        ({"diet": False}, "", False),
        ({}, "", False),
    ],
)
def test_an_answer_fits_alone_or_among_others(answers: dict[str, Any], value: str, fits: bool) -> None:
    assert answers_fit(answers, name="diet", value=value) is fits


def test_words_that_are_half_there_or_cannot_be_filled_in_are_named_at_once() -> None:
    form = MessageForm(
        key="k" * 16, main_language="en", status=["confirmed"], subject_en="{reason}", subject_sv="Hej", body_da="{x}"
    )
    with pytest.raises(Invalid) as refused:
        message_from(form)
    assert [(error.field, error.code) for error in refused.value.errors] == [
        ("subject_en", "unknown_placeholder"),
        ("body_en", "required"),
        ("subject_da", "required"),
        ("body_da", "unknown_placeholder"),
        ("body_sv", "required"),
    ]


async def five_guests() -> Event:
    """Three with a seat, one of them in Swedish and one of Malmö's police; two who wait."""
    event = await an_event(terms={"capacity": 3})
    await register(1, language="sv", answers={"diet": "vegan"})
    await register(2, language="fi", category="police")
    await register(3, city="Oslo")
    await register(4)
    await register(5)
    return event


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("segment", "numbers"),
    [
        (Segment(), [1, 2, 3]),
        (Segment(statuses=("confirmed", "waitlisted")), [1, 2, 3, 4, 5]),
        (Segment(category="police"), [2]),
        (Segment(city="Malmö"), [1, 2]),
        (Segment(attendance="online"), []),
        (Segment(session_id="nothing"), []),
        (Segment(answer_name="diet", answer_value="Vegan"), [1]),
    ],
)
async def test_a_segment_is_everyone_who_fits_all_that_is_said(segment: Segment, numbers: list[int]) -> None:
    event = await five_guests()
    found = await recipients_of(event.id, segment)
    assert [one.email for one in found.people] == [f"guest{number}@malmo.example" for number in numbers]


@pytest.mark.usefixtures("database")
async def test_everyone_gets_one_letter_in_their_language_and_who_stopped_their_mails_none() -> None:
    event = await five_guests()
    stopped = (await recipients_of(event.id, Segment(city="Oslo"))).people[0]
    await set_mails(stopped.id, stopped=True)
    sent = await asyncio.gather(*[send_message(event, TO_ALL, key="one", by=ME) for _ in range(4)])
    assert sorted(sent, key=str) == [2, None, None, None]
    subjects = {}
    for number in range(1, 6):
        for letter in await letters(f"guest{number}@malmo.example"):
            if letter.kind == "bulk_message":
                mail = await mail_of(letter)
                subjects[number] = mail["Subject"]
                assert "List-Unsubscribe" in mail and parts_of(mail).ics is None and parts_of(mail).picture is None
    assert subjects == {1: "Hej Copenhagen", 2: "Hello Copenhagen"}
    (noted,) = await sent_messages(event.id)
    assert (noted.subject, noted.recipients, noted.left_out) == ("Hello {city}", 2, 1)
    (logged,) = await entries()
    assert (logged.deed.action, logged.deed.subject_id) == ("sent_message", noted.id)


@pytest.mark.usefixtures("database")
async def test_a_message_to_nobody_is_refused_and_leaves_nothing() -> None:
    event = await an_event()
    with pytest.raises(Conflict) as refused:
        await send_message(event, TO_ALL, key="one", by=ME)
    assert refused.value.code == "nobody_to_write_to"
    assert await sent_messages(event.id) == []


@pytest.mark.usefixtures("database")
async def test_five_thousand_letters_are_posted_in_one_breath() -> None:
    event = await an_event(terms={"capacity": 6000})
    await register(1)
    async with database.transaction() as tx:
        (row,) = await tx.fetch("SELECT * FROM registration")
        # A row of PostgreSQL is walked by value.
        names = [name for name in dict(row) if name != "search_key"]
        marks = ", ".join(f"${number}" for number in range(1, len(names) + 2))
        fresh = ("id", "email", "email_key", "badge_digest", "badge_code_digest", "page_digest", "feed_digest")
        await tx.execute_many(
            f"INSERT INTO registration ({', '.join(names)}, search_key) VALUES ({marks})",
            [
                (*[f"{number}{row[name]}" if name in fresh else row[name] for name in names], str(number))
                for number in range(4999)
            ],
        )
    assert await send_message(event, TO_ALL, key="one", by=ME) == 5000
    (counted,) = await database.fetch("SELECT COUNT(*) AS letters FROM letter WHERE kind = 'bulk_message'")
    assert counted["letters"] == 5000


@pytest.mark.usefixtures("database")
async def test_an_organiser_previews_and_sends_once() -> None:
    await five_guests()
    app = an_app(*ROUTES)
    transport = httpx.ASGITransport(cast(Any, app), client=("192.0.2.7", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        await enter(client, Role.REGISTRAR)
        page = (await client.get(NEW)).text
        key = page.split('name="key" value="')[1].split('"')[0]
        form: dict[str, Any] = {
            "csrf_token": await form_token(client, NEW),
            "key": key,
            "main_language": "en",
            "status": ["confirmed"],
            "subject_en": "Hello {city}",
            "body_en": "See https://x.example",
        }
        wrong = await client.post(NEW, data=form | {"body_en": "{nmae}"})
        assert (wrong.status_code, "{nmae} cannot be filled in" in wrong.text) == (422, True)
        shown = await client.post(f"{NEW}/preview", data=form | {"city": "Malmö"})
        assert (shown.status_code, key in shown.text) == (200, True)
        assert "2 people get this message." in shown.text and "Send 2 letters" in shown.text
        assert "Hello Copenhagen" in shown.text and "Guest 1" in shown.text and "Guest 3" not in shown.text
        tried = await client.post(f"{NEW}/test", data=form | {"subject_sv": "Hej", "body_sv": "Hej {name}"})
        assert "The test is on its way to you." in tried.text and key in tried.text
        tests = await letters("registrar@alliance.example")
        assert [(await mail_of(one))["Subject"] for one in tests] == ["Test: Hello Copenhagen", "Test: Hej"]
        assert not await database.fetch("SELECT id FROM bulk_message")
        for _ in range(2):
            sent = await client.post(NEW, data=form)
            assert sent.headers["location"] == "/office/events/guide-launch/messages?done=message_sent"
        listed = (await client.get("/office/events/guide-launch/messages?done=message_sent")).text
        assert listed.count("Hello {city}") == 1
        nobody = await client.post(NEW, data=form | {"key": "x" * 20, "city": "Nowhere"})
        assert (nobody.status_code, "Nobody fits" in nobody.text) == (409, True)
    rows = await database.fetch("SELECT * FROM letter WHERE kind = 'bulk_message'")
    assert len({letter_from(row).recipient for row in rows}) == len(rows) == 3
