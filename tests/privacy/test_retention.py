"""What is past its time goes by itself, sensitive answers first; counts stay, and what went is written down."""

from datetime import timedelta

import pytest

from events_service import clock
from events_service.attendance.queries import attendance
from events_service.audit.rules import Doer
from events_service.database import fetch, transaction
from events_service.errors import NotFound
from events_service.events.queries import event_by_slug
from events_service.invitations.actions import invite
from events_service.invitations.answering import open_invitation
from events_service.invitations.drafts import GuestDraft
from events_service.invitations.terms import Offered
from events_service.outbox.actions import forget_bodies, post
from events_service.outbox.rules import NewLetter
from events_service.privacy.retention import Kind, sweep_events, what_comes_next, what_was_removed
from events_service.registrations.answer_files import SafeFile, keep_file
from events_service.registrations.magic_links import answer_requests, ask_for_link
from events_service.registrations.queries import registration_by_id
from events_service.registrations.rules import Status
from events_service.speakers.queries import speaker_by_id
from events_service.web.bodies import read_values
from tests.agenda.given import a_speaker, a_summit
from tests.audit.given import entries
from tests.door.given import an_event, change
from tests.privacy.given import ADDRESS, KEY, MARK, NAME, a_canary, is_over, let_in, registered, traces
from tests.questions.given import asked
from tests.reception.given import all_invitations, code_of
from tests.registrations.delegation_given import a_delegation

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


async def test_files_handed_in_to_sensitive_questions_go_with_the_answers() -> None:
    event = await an_event("gone")
    handed_in = {}
    for name, sensitive in (("certificate", True), ("portrait", False)):
        question = await asked(name, "file", slug=event.slug, sensitive=sensitive)
        handed_in[name] = await keep_file(event.id, question, SafeFile("a.pdf", "application/pdf", b"%PDF-"))
    # Somebody of whose answer no more is left than the file.
    person, other = (
        await registered(event.slug, answers=handed_in),
        await registered(event.slug, name="Ås", email="a@b.no"),
    )
    left_over = await keep_file(
        event.id,
        await asked("passport", "file", slug=event.slug, sensitive=True),
        SafeFile("b", "application/pdf", b"%"),
    )
    await change("UPDATE answer_file SET registration = $1 WHERE id = $2", other, left_over)
    await is_over(event, days=8)

    assert {(due.kind, due.people) for due in await what_comes_next()} == {
        (Kind.SENSITIVE_ANSWERS, 2),
        (Kind.REGISTRATIONS, 2),
    }
    assert await sweep_events(clock.now()) == 1
    assert (await registration_by_id(person)).answers == {"portrait": handed_in["portrait"]}
    assert [row["question"] for row in await fetch("SELECT question FROM answer_file ORDER BY id")] == ["portrait"]


async def test_no_answer_outlasts_its_registration_and_an_event_may_forget_sooner() -> None:
    event = await an_event("gone")
    await registered(event.slug)
    await change("UPDATE event SET retention_days = 0 WHERE id = $1", event.id)
    await is_over(event, days=0)
    first, second = await what_comes_next()
    assert first.at == second.at == (await event_by_slug("gone")).ends_at
    assert await sweep_events(clock.now()) == 2
    assert await what_comes_next() == []


async def test_letters_to_speakers_and_guests_go_with_the_registrations_and_what_is_public_stays() -> None:
    canary = await a_canary()
    summit = await event_by_slug("summit")
    async with transaction() as tx:
        speaking = NewLetter("speaking_asked", ADDRESS, NAME, "en", {"speaker": NAME}, event_slug="summit")
        await post(tx, [speaking])
        await tx.execute("UPDATE letter SET status = 'sent' WHERE event_slug = 'summit'")
        await tx.execute(
            "UPDATE speaker SET technical_needs = 'Quixotarius needs a lamp.' WHERE id = $1", canary.speaker
        )
    await is_over(summit, days=100)
    assert await sweep_events(clock.now()) == 2
    left = await fetch("SELECT recipient, recipient_name, search_key, facts FROM letter WHERE event_slug = 'summit'")
    assert {tuple(dict(row).values()) for row in left} == {("", "", "", "")}
    speaker = await speaker_by_id(summit.id, canary.speaker)
    assert (speaker.name, speaker.email, speaker.technical_needs, speaker.availability) == (NAME, None, "", "")
    assert await fetch("SELECT id FROM session_invite") == []


async def test_a_letter_of_no_event_forgets_whom_it_went_to_together_with_what_it_said() -> None:
    await registered((await an_event("coming")).slug)
    await ask_for_link(KEY, "en")
    await answer_requests()
    await change("UPDATE letter SET status = 'sent'")
    assert await forget_bodies(clock.now() + DAY) == 2
    rows = await fetch("SELECT kind, recipient, facts FROM letter ORDER BY id")
    assert [tuple(dict(row).values()) for row in rows] == [("confirmed", ADDRESS, ""), ("magic_link", "", "")]


async def test_an_event_to_which_nobody_came_forgets_who_was_invited_coordinated_and_spoke() -> None:
    event = await a_summit()
    await a_speaker(NAME, email="speaker@quixotarius.example", public=True)
    guest = read_values(GuestDraft, {"name": NAME, "email": "guest@quixotarius.example"}, from_text=False)
    await invite(event.slug, [guest], Offered(), by=Doer("account", "me"))
    (invitation,) = await all_invitations(event.id)
    await a_delegation(slug=event.slug, coordinator_name=NAME, coordinator_email="coordinator@quixotarius.example")
    async with transaction() as tx:
        await post(tx, [NewLetter("message", "other@quixotarius.example", NAME, "en", {}, event_slug=event.slug)])
        await tx.execute("UPDATE letter SET status = 'sent'")
    assert await fetch("SELECT id FROM registration") == []
    await is_over(event, days=100)
    assert [(due.kind, due.people) for due in await what_comes_next()] == [(Kind.REGISTRATIONS, 4)]

    assert await sweep_events(clock.now()) == 4
    # The speaker stands on the public agenda.
    assert {*await traces(MARK)} == {"speaker.name", "speaker.search_key"}
    with pytest.raises(NotFound):
        await open_invitation(code_of(invitation))
    assert await what_comes_next() == []
    assert await sweep_events(clock.now()) == 0
    assert [(one.kind, one.removed) for one in await what_was_removed()] == [(Kind.REGISTRATIONS, 4)]
