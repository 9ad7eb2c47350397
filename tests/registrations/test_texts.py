"""Letters in an organiser's own words, by API, by page, in the letter itself and in a test to oneself."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, cast

import httpx
import pytest

from events_service import database
from events_service.agenda.asking import ask_speakers
from events_service.invitations.drafts import GuestDraft
from events_service.invitations.letters import letters_about
from events_service.invitations.terms import Offered
from events_service.invitations.writing import new_invitation
from events_service.outbox.actions import post
from events_service.people.rules import Role
from events_service.programme.letters import RENDERERS
from events_service.registrations import actions
from events_service.registrations.guest_letters import write_guest_letter
from events_service.registrations.letters import KINDS, STOPPABLE, write_letter
from events_service.registrations.queries import registration_by_id
from events_service.registrations.samples import sample_of
from events_service.registrations.samples import test_letter as letter_of_a_test
from events_service.registrations.seat_letters import seat_letter
from events_service.registrations.sign_ups import sign_up
from events_service.registrations.text_pages import ROUTES as PAGES
from events_service.texts.actions import keep_words
from events_service.texts.api import ROUTES as API
from events_service.texts.rules import ABOUT_SESSIONS, TO_PARTICIPANTS, Words, placeholders
from events_service.texts.rules import KINDS as TEXT_KINDS
from events_service.web.bodies import read_values
from events_service.web.words import LANGUAGES, clock_time, day, gettext, in_language
from tests.agenda.given import a_release, a_room, a_session, a_speaker, a_summit
from tests.audit.given import entries
from tests.registrations.delegation_given import ORGANISER, SOLVEIG, a_delegation
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
from tests.replies.given import came, invite_to
from tests.replies.samples import gmail

pytestmark = pytest.mark.usefixtures("database")
TEXTS = "/api/v1/events/guide-launch/texts"
PAGE = "/office/events/guide-launch/texts"
WORDS = {
    "subject": "Kom till {event}",
    "opening": "Hej {name}!\n\nVi ses i {city}.",
    "closing": "{place}, {time}: https://x.example",
}


def a_client() -> httpx.AsyncClient:
    app = an_app(*API, *PAGES)
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
        assert ours["Subject"] == "Du har fået en plads: Launch of the Safe Cities Guide"
        assert own["Subject"] == "Kom till Launch of the Safe Cities Guide"
        parts = lines_of(own)
        assert "Hej Åsa <b>!\n\nVi ses i Copenhagen." in parts.text
        assert "City Hall, Rådhuspladsen 1, Copenhagen, 11:00–17:00 CET: https://x.example" in parts.text
        assert "<p>Hej Åsa &lt;b&gt;!</p>\n<p>Vi ses i Copenhagen.</p>" in parts.html
        assert '<a href="https://x.example">' in parts.html
        assert parts.ics is not None and parts.picture is not None

        assert (await client.delete(f"{TEXTS}/confirmed/sv", headers=headers)).status_code == 204
        assert (await client.delete(f"{TEXTS}/confirmed/sv", headers=headers)).status_code == 404
        again = await mail_of((await letters("guest1@malmo.example"))[0])
        assert again["Subject"] == "Du har en plats: Launch of the Safe Cities Guide"
    assert [(one.deed.action, one.deed.subject_id) for one in await entries()] == [
        ("dropped_letter_text", "confirmed/sv"), ("changed_letter_text", "confirmed/sv"), ("changed_letter_text", "confirmed/sv")
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


async def test_an_invitation_in_own_words_is_previewed_and_tested_by_page() -> None:
    await an_event()
    async with a_client() as client:
        await enter(client, Role.ORGANISER)
        here = f"{PAGE}/invitation/en"
        assert "You are invited: Launch of the Safe Cities Guide" in (await client.get(here)).text
        form = {"csrf_token": await form_token(client, here), "subject": "Come!", "opening": "By {deadline}, {name}."}
        told = await client.post(f"{here}/test", data=form)
        assert "The test is on its way to you." in told.text
        (test,) = await letters("organiser@alliance.example")
        mail = await write_guest_letter(test)
        assert mail.subject == "Test: Come!" and "Åsa Ðórsdóttir." in mail.text
        wrong = await client.post(here, data=form | {"closing": "{position}"})
        assert (wrong.status_code, "{position} cannot be filled in" in wrong.text) == (422, True)


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
            with in_language(code):
                named = gettext("Opening") if kind in ABOUT_SESSIONS else event.title
            assert named in rendered.subject and event.title in rendered.text, (kind, code)
            assert "{" not in rendered.text and "{" not in rendered.html.partition("</style>")[2], (kind, code)
    assert set(TO_PARTICIPANTS) < set(KINDS)


async def test_every_kind_fills_in_what_it_promises_and_goes_out_as_a_test() -> None:
    venue = {
        "name": "Safe House", "address": "Secret Street 9", "city": "Oslo", "country": "NO", "disclosure": "registered"
    }  # fmt: skip
    event = await an_event(venue=venue, join_url="https://meet.example/1", format="hybrid")
    tests = []
    for kind in TEXT_KINDS:
        words = Words("{event}", f"Filled in: {', '.join(f'{{{name}}}' for name in placeholders(kind))}.")
        rendered = await sample_of(event, kind, "en", words)
        assert (rendered.subject, "{" in rendered.text) == (event.title, False), kind
        assert f"Filled in: Åsa Ðórsdóttir, {event.title}, " in rendered.text, kind
        assert kind in TO_PARTICIPANTS or "Secret Street" not in rendered.text + rendered.html, kind
        assert kind in TO_PARTICIPANTS or "meet.example" not in rendered.text + rendered.html, kind
        tests.append(letter_of_a_test(event, kind, "en", words, to="me@x.example", name="Me"))
    async with database.transaction() as tx:
        await post(tx, tests)
    sent = [await RENDERERS[letter.kind](letter) for letter in await letters("me@x.example")]
    assert [letter.subject for letter in sent] == [f"Test: {event.title}"] * len(TEXT_KINDS)


async def test_letters_about_sessions_to_speakers_and_to_coordinators_say_an_organisers_words() -> None:
    event = await a_summit()
    for kind, opening in {
        "session_invited": "{name} in {session} at {session_time}: {room}.",
        "speaker_asked": "Will you, {name}?",
        "delegation": "{delegation}: {seats} by {deadline}.",
    }.items():
        await keep_words(event, kind, "en", Words("Own: {event}", opening), by=ORGANISER)
    await a_delegation(slug=event.slug)
    speaker = await a_speaker("Kim", email="kim@x.example", state="proposed")
    await ask_speakers(event.slug, speaker.id)
    room = await a_room("Blue room")
    session = await a_session("Safer squares", room_ids=[room.id], signup=True, capacity=2)
    await a_release()
    who = await register(1, slug=event.slug)
    await sign_up(who.registration_id, session.id)
    told = {}
    for recipient in (SOLVEIG, "kim@x.example", "guest1@malmo.example"):
        told |= {letter.kind: await RENDERERS[letter.kind](letter) for letter in await letters(recipient)}
    assert "Tromsø: 2 by Tuesday 10 March 2037, 09.00 CET." in told["delegation"].text
    assert "Will you, Kim?" in told["speaker_asked"].text
    assert "in Safer squares at Tuesday 10 March 2037, 09.00–09.30 CET: Blue room" in told["session_invited"].text
    own = [told[kind].subject for kind in ("delegation", "speaker_asked", "session_invited")]
    assert own == [f"Own: {event.title}"] * 3


async def test_a_reason_of_several_paragraphs_stays_readable() -> None:
    await an_event()
    who = await register(1)
    await actions.cancel_registration(who.registration_id, reason="First.\n\nSecond <i>.")
    html = lines_of(await mail_of((await letters("guest1@malmo.example"))[-1])).html
    assert "<p>First.</p>\n<p>Second &lt;i&gt;.</p>" in html


async def test_own_words_stand_in_letters_that_follow_from_an_answer() -> None:
    event = await an_event(terms={"capacity": 2})
    own = Words("Own {event}", "Own words for {name}.")
    for kind in ("answered_no", "invitation_delegated", "invitation_lapsed"):
        await keep_words(event, kind, "en", own, by=ORGANISER)
    await register(1)
    assert await came(gmail(await invite_to("guest1@malmo.example", partstat="DECLINED"))) == ("applied", "declined")
    async with database.transaction() as tx:
        guest = read_values(GuestDraft, {"name": "Guest 2", "email": "guest2@malmo.example"}, from_text=False)
        one = new_invitation(event, guest, Offered(), number=None, by=ORGANISER, now=event.starts_at)
        await post(tx, letters_about("invitation_lapsed", event, [one]))
        await post(tx, letters_about("invitation_delegated", event, [one]))
    no = (await letters("guest1@malmo.example"))[-1]
    told = [await RENDERERS[letter.kind](letter) for letter in (no, *await letters("guest2@malmo.example"))]
    assert [letter.subject for letter in told] == [f"Own {event.title}"] * 3
    assert ["Own words for Guest" in letter.text for letter in told] == [True] * 3


async def test_own_words_stand_in_an_offer_and_beside_its_link() -> None:
    event = await an_event(terms={"capacity": 1})
    for kind in ("offered", "mail_check"):
        await keep_words(
            event, kind, "en", Words("Own {event}", "Say so by {deadline}.", "https://x.example"), by=ORGANISER
        )
    first, second = await register(1), await register(2)
    await actions.cancel_registration(first.registration_id)
    until = datetime(2037, 3, 1, 12, tzinfo=UTC)
    async with database.transaction() as tx:
        who = await registration_by_id(second.registration_id)
        await post(tx, [seat_letter("offered", event, who, until=until), seat_letter("mail_check", event, who)])
    offer, check = [await RENDERERS[one.kind](one) for one in (await letters("guest2@malmo.example"))[-2:]]
    assert [mail.subject for mail in (offer, check)] == [f"Own {event.title}"] * 2
    assert "Say so by Sunday 1 March 2037, 13.00 CET." in offer.text and "/my#" in offer.text
    assert '<a href="https://x.example">' in offer.html
    assert "Confirm here:" in check.text
