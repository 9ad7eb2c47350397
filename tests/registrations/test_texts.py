"""Letters in an organiser's own words, by API, by page, in the letter itself and in a test to oneself."""

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage
from typing import Any, cast

import httpx
import pytest

from events_service import database
from events_service.people.rules import Role
from events_service.registrations import actions
from events_service.registrations.letters import KINDS, STOPPABLE, write_letter
from events_service.registrations.samples import sample_of
from events_service.registrations.text_pages import ROUTES as PAGES
from events_service.texts.api import ROUTES as API
from events_service.texts.rules import KINDS as TEXT_KINDS
from events_service.texts.rules import Words
from events_service.web.words import LANGUAGES, clock_time, day, in_language
from tests.registrations.given import (
    Parts,
    an_app,
    an_event,
    bearer,
    enter,
    form_token,
    letters,
    mail_of,
    parts_of,
    register,
)

pytestmark = pytest.mark.usefixtures("database")
TEXTS = "/api/v1/events/guide-launch/texts"
PAGE = "/office/events/guide-launch/texts"
WORDS = {
    "subject": "Kom till {event}",
    "opening": "Hej {name}!\n\nVi ses i {city}.",
    "closing": "{place}, {time}: https://x.example",
}


def a_client() -> httpx.AsyncClient:
    app = an_app()
    for handler in (*API, *PAGES):
        app.register(handler)
    transport = httpx.ASGITransport(cast(Any, app), client=("192.0.2.7", 5000))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


def lines_of(mail: EmailMessage) -> Parts:
    """The mail's parts with the line ends of this language."""
    parts = parts_of(mail)
    return replace(parts, text=parts.text.replace("\r\n", "\n"), html=parts.html.replace("\r\n", "\n"))


async def test_own_words_are_written_read_used_and_dropped() -> None:
    await an_event()
    async with a_client() as client:
        headers = await bearer(Role.ORGANISER)
        assert (await client.get(f"{TEXTS}/confirmed/sv", headers=headers)).status_code == 404
        for _ in range(2):
            written = await client.put(f"{TEXTS}/confirmed/sv", json=WORDS, headers=headers)
        read = await client.get(f"{TEXTS}/confirmed/sv", headers=headers)
        assert (written.status_code, read.json()) == (200, written.json())
        assert read.json() | WORDS == read.json() and "position" not in read.json()["placeholders"]

        await register(1, language="sv", name="Åsa <b>")
        await register(2, language="da")
        ours, own = [await mail_of((await letters(f"guest{number}@malmo.example"))[0]) for number in (2, 1)]
        assert ours["Subject"] == "You have a seat: Launch of the Safe Cities Guide"
        assert own["Subject"] == "Kom till Launch of the Safe Cities Guide"
        parts = lines_of(own)
        assert "Hej Åsa <b>!\n\nVi ses i Copenhagen." in parts.text
        assert "City Hall, Rådhuspladsen 1, Copenhagen, 11.00–17.00 CET: https://x.example" in parts.text
        assert "<p>Hej Åsa &lt;b&gt;!</p>\n<p>Vi ses i Copenhagen.</p>" in parts.html
        assert '<a href="https://x.example">' in parts.html
        assert parts.ics is not None and parts.picture is not None

        assert (await client.delete(f"{TEXTS}/confirmed/sv", headers=headers)).status_code == 204
        assert (await client.delete(f"{TEXTS}/confirmed/sv", headers=headers)).status_code == 404
        again = await mail_of((await letters("guest1@malmo.example"))[0])
        assert again["Subject"] == "You have a seat: Launch of the Safe Cities Guide"
    deeds = await database.fetch("SELECT action, subject_id FROM audit_entry ORDER BY id")
    assert [(deed["action"], deed["subject_id"]) for deed in deeds] == [
        ("changed_letter_text", "confirmed/sv"), ("changed_letter_text", "confirmed/sv"), ("dropped_letter_text", "confirmed/sv")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tail", "body", "status", "fields"),
    [
        ("confirmed/sv", WORDS | {"opening": "{secret}", "closing": "x" * 4001}, 422, ["closing"]),
        ("confirmed/sv", WORDS | {"opening": "{secret}", "subject": "{no}"}, 422, ["subject", "opening"]),
        ("confirmed/sv", {"subject": "  ", "opening": "x", "more": 1}, 422, ["subject", "more"]),
        ("confirmed/sv", WORDS | {"subject": "a\nb"}, 422, ["subject"]),
        ("confirmed/de", WORDS, 404, None),
        ("bulk_message/sv", WORDS, 404, None),
    ],
)
async def test_words_that_cannot_be_used_are_refused(
    tail: str, body: dict[str, Any], status: int, fields: list[str] | None
) -> None:
    await an_event()
    async with a_client() as client:
        answer = await client.put(f"{TEXTS}/{tail}", json=body, headers=await bearer(Role.ORGANISER))
    assert answer.status_code == status
    if fields is not None:
        assert sorted(error["field"] for error in answer.json()["errors"]) == sorted(fields)


async def test_the_letter_of_a_place_that_is_not_disclosed_does_not_tell_it_by_a_placeholder() -> None:
    venue = {
        "name": "Safe House", "address": "Secret Street 9", "city": "Oslo", "country": "NO", "disclosure": "registered"
    }  # fmt: skip
    event = await an_event(venue=venue, terms={"capacity": 1})
    words = Words("{place}", "{place}, number {position}")
    seen = {kind: (await sample_of(event, kind, "en", words)).text for kind in ("confirmed", "waitlisted")}
    assert "Safe House, Secret Street 9, Oslo" in seen["confirmed"]
    assert "Oslo, number 1" in seen["waitlisted"] and "Safe House" not in seen["waitlisted"]


async def test_an_organiser_writes_previews_tests_and_drops_by_page() -> None:
    await an_event()
    async with a_client() as client:
        await enter(client, Role.ORGANISER)
        here = f"{PAGE}/waitlisted/en"
        assert "number 1 on the waiting list" in (await client.get(here)).text
        form = {
            "csrf_token": await form_token(client, here),
            "subject": "Line: {position}",
            "opening": "You are {position}.",
        }
        shown = await client.post(f"{here}/preview", data=form)
        assert "Line: 1" in shown.text and "You are 1." in shown.text
        assert "'unsafe-inline'" in shown.headers["content-security-policy"]
        wrong = await client.post(here, data=form | {"subject": "{nmae}"})
        assert (wrong.status_code, "{nmae} cannot be filled in" in wrong.text) == (422, True)
        assert not await database.fetch("SELECT id FROM event_text")

        told = await client.post(f"{here}/test", data=form)
        assert "The test is on its way to you." in told.text
        (test,) = await letters("organiser@alliance.example")
        mail = cast(Any, email.message_from_bytes((await write_letter(test)).message, policy=email.policy.default))
        assert (mail["Subject"], mail["List-Unsubscribe"]) == ("Test: Line: 1", None)
        assert "Dear Åsa Ðórsdóttir,\n\nYou are 1." in lines_of(mail).text

        assert (await client.post(here, data=form)).status_code == 303
        assert "own words" in (await client.get(PAGE)).text and "Line: {position}" in (await client.get(here)).text
        for _ in range(2):
            assert (await client.post(f"{here}/remove", data=form)).status_code == 303
        assert not await database.fetch("SELECT id FROM event_text")


async def test_every_kind_is_written_in_every_language_with_dates_and_numbers_of_its_own() -> None:
    event = await an_event()
    for kind in TEXT_KINDS:
        for code in LANGUAGES:
            rendered = await sample_of(event, kind, code, None)
            mail = cast(Any, email.message_from_bytes(rendered.message, policy=email.policy.default))
            with in_language(code):
                when = f"{day(event.starts_at, event.timezone)}, {clock_time(event.starts_at, event.timezone)}"
            assert when in rendered.text and when in rendered.html, (kind, code)
            assert (mail["List-Unsubscribe"] is not None) == (kind in STOPPABLE)
            assert event.title in rendered.subject and "{" not in rendered.text, (kind, code)
    assert set(TEXT_KINDS) < set(KINDS)


async def test_a_reason_of_several_paragraphs_stays_readable() -> None:
    await an_event()
    who = await register(1)
    await actions.cancel_registration(who.registration_id, reason="First.\n\nSecond <i>.")
    html = lines_of(await mail_of((await letters("guest1@malmo.example"))[-1])).html
    assert "<p>First.</p>\n<p>Second &lt;i&gt;.</p>" in html
