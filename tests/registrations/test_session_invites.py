"""Session invites: one person, one UID, exactly the messages that concern them, each above what they were sent."""

from collections.abc import Sequence
from typing import Any

import pytest

from events_service import database, settings
from events_service.agenda.answers import set_answers
from events_service.agenda.release_queries import current_release
from events_service.agenda.rules import Agenda, Session
from events_service.events.rules import Event
from events_service.registrations.queries import Registration
from events_service.registrations.secrets import page_code, session_reply_token
from events_service.registrations.session_invites import Holder, settle_speaker, tell, tell_plainly
from events_service.speakers.actions import speaker_code
from events_service.speakers.rules import Speaker, State
from tests.agenda.given import a_release, a_room, a_session, a_speaker, a_summit, change_session, change_speaker
from tests.registrations.given import person, register
from tests.registrations.session_mail import Sent, ics_in, mail_of, posted, sent, two_readers

pytestmark = pytest.mark.usefixtures("database")

GUEST = "guest1@malmo.example"


async def guest(number: int = 1, **more: Any) -> Registration:
    return await person(await register(number, slug="summit", **more))


async def agenda_of(event: Event) -> Agenda:
    release = await current_release(event.id)
    assert release is not None
    return release.agenda


async def told(
    event: Event,
    *,
    wanted: Sequence[tuple[Session, Holder]] = (),
    unwanted: Sequence[tuple[Session, Holder]] = (),
    **more: Any,
) -> int:
    """`tell` with the sessions as the current release has them."""
    agenda = await agenda_of(event)

    def released(pairs: Sequence[tuple[Session, Holder]]) -> list[tuple[Session, Holder]]:
        return [(agenda.session[session.id], who) for session, who in pairs]

    async with database.transaction() as tx:
        return await tell(tx, event, agenda, wanted=released(wanted), unwanted=released(unwanted), **more)


async def test_each_message_is_above_what_its_person_was_sent() -> None:
    event = await a_summit()
    session = await a_session()
    await a_release()
    one, other = Holder.of_registration(await guest(1)), Holder.of_registration(await guest(2))
    assert await told(event, wanted=[(session, one)]) == 1
    assert await told(event, wanted=[(session, one)]) == 0
    assert await told(event, unwanted=[(session, one)]) == 1
    assert await told(event, unwanted=[(session, one)]) == 0
    assert await told(event, wanted=[(session, one), (session, other)], kind="session_promoted") == 2
    await change_session(session, starts_at="2037-03-10T11:00")
    await a_release()
    assert await told(event, wanted=[(session, one), (session, other)]) == 2
    assert await sent() == [
        Sent(GUEST, "session_invited", "Opening", "REQUEST", 0),
        Sent(GUEST, "session_withdrawn", "Opening", "CANCEL", 1),
        Sent(GUEST, "session_promoted", "Opening", "REQUEST", 2),
        # The session itself is at 1: theirs has run ahead of it.
        Sent(GUEST, "session_changed", "Opening", "REQUEST", 3),
        Sent("guest2@malmo.example", "session_promoted", "Opening", "REQUEST", 0),
        Sent("guest2@malmo.example", "session_changed", "Opening", "REQUEST", 1),
    ]


async def test_somebody_with_two_parts_gets_one_letter_and_keeps_the_session_until_both_are_given_up() -> None:
    event = await a_summit()
    speaker = await a_speaker(email=GUEST.title())
    session = await a_session(speakers=[{"speaker_id": speaker.id}])
    await a_release()
    as_guest, as_speaker = Holder.of_registration(await guest()), Holder.of_speaker(speaker)
    assert await told(event, wanted=[(session, as_guest), (session, as_speaker)]) == 1
    assert await told(event, unwanted=[(session, as_speaker)]) == 0
    assert await told(event, wanted=[(session, as_speaker)]) == 0
    assert await told(event, unwanted=[(session, as_guest)]) == 0
    assert await told(event, unwanted=[(session, as_guest)]) == 0
    assert await told(event, unwanted=[(session, as_speaker)]) == 1
    # Who comes back in one part alone does not hold the other one, which was given up with the first.
    assert await told(event, wanted=[(session, as_guest)]) == 1
    assert await told(event, unwanted=[(session, as_guest)]) == 1
    assert [(one.kind, one.method, one.sequence) for one in await sent()] == [
        ("speaking_invited", "REQUEST", 0),
        ("speaking_withdrawn", "CANCEL", 1),
        ("session_invited", "REQUEST", 2),
        ("session_withdrawn", "CANCEL", 3),
    ]
    assert len(await database.fetch("SELECT id FROM session_invite")) == 1


async def test_a_cancel_says_whether_it_is_one_person_or_the_session() -> None:
    event = await a_summit()
    session, other = await a_session(), await a_session("Dinner", "2037-03-10T19:00")
    await a_release()
    one, two = Holder.of_registration(await guest(1)), Holder.of_registration(await guest(2))
    await told(event, wanted=[(session, one), (session, two), (other, one)])
    await told(event, unwanted=[(session, one)], reason="You are needed elsewhere.")
    await change_session(session, state="cancelled")
    await a_release()
    assert await told(event, wanted=[(session, one)]) == 0
    assert await told(event, unwanted=[(session, two)]) == 1
    assert await told(event, unwanted=[(other, one)], kind="session_cancelled") == 1
    read = [
        (letter.kind, two_readers(ics)["status"])
        for letter in (await posted())[3:]
        if (ics := ics_in(await mail_of(letter)))
    ]
    assert read == [("session_withdrawn", None), ("session_cancelled", "CANCELLED"), ("session_cancelled", "CANCELLED")]
    withdrawn = await mail_of((await posted())[3])
    assert "You are needed elsewhere." in withdrawn.get_body(("plain",)).get_content()  # type: ignore[union-attr]


async def test_what_is_over_or_called_off_asks_nobody() -> None:
    event = await a_summit()
    over = await a_session("Breakfast", "2020-03-10T08:00")
    shelved = await a_session("Some day", None)
    await a_release()
    who = Holder.of_registration(await guest())
    agenda = await agenda_of(event)
    async with database.transaction() as tx:
        assert await tell(tx, event, agenda, wanted=[(over, who), (shelved, who)], unwanted=[(over, who)]) == 0
    assert await database.fetch("SELECT id FROM session_invite") == []


async def test_a_letter_says_everything_by_itself() -> None:
    event = await a_summit(
        venue={
            "name": "City Hall",
            "address": "Rådhuspladsen 1",
            "city": "Copenhagen",
            "country": "DK",
            "disclosure": "registered",
        }
    )
    room = await a_room()
    shown, hidden = await a_speaker(), await a_speaker("Hidden Person", public=False)
    session = await a_session(
        room_ids=[room.id],
        speakers=[{"speaker_id": shown.id}, {"speaker_id": hidden.id}],
        join_url="https://meet.example.org/opening",
        abstract="Why we are here.",
    )
    await a_release()
    guest_1 = await guest()
    await told(event, wanted=[(session, Holder.of_registration(guest_1)), (session, Holder.of_speaker(hidden))])
    to_guest, to_speaker = [await mail_of(letter) for letter in await posted()]
    ics = ics_in(to_guest)
    assert ics is not None
    read = two_readers(ics)
    key = settings.current().secret_key
    token = session_reply_token(session.id, GUEST, secret_key=key)
    assert read["organizer"] == f"mailto:invites+{token}@localhost"
    assert (read["uid"], read["location"]) == (
        f"session-{session.id}@127.0.0.1",
        "Great hall, City Hall, Rådhuspladsen 1, Copenhagen; https://meet.example.org/opening",
    )
    assert b"VTIMEZONE" in ics and b"CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO" in ics
    for part in (to_guest.get_body(("plain",)), to_guest.get_body(("html",))):
        text = part.get_content()  # type: ignore[union-attr]
        code = page_code(guest_1.id, guest_1.links_generation, secret_key=key)
        assert "Tuesday 10 March 2037, 09.00–09.30 CET" in text and "Great hall, City Hall, Rådhuspladsen 1" in text
        assert f"/my#{code}" in text and "https://meet.example.org/opening" in text
        assert "With Åsa Ðórsdóttir" in text and "Hidden" not in text
    speakers_text = to_speaker.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert f"/speaking#{speaker_code(hidden.id, 0, secret_key=key)}" in speakers_text
    assert to_guest["Subject"] == "Your place: Opening"
    assert to_speaker["Subject"] == "Your part in Nordic Safe Cities Summit: Opening"


async def test_who_waits_gets_a_plain_letter_without_the_join_link() -> None:
    event = await a_summit()
    session = await a_session(join_url="https://meet.example.org/opening")
    agenda = (await a_release()).agenda
    people = [(agenda.session[session.id], Holder.of_registration(await guest()), 3)]
    async with database.transaction() as tx:
        assert await tell_plainly(tx, event, agenda, "session_waitlisted", people) == 1
    (letter,) = await posted()
    mail = await mail_of(letter)
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert ics_in(mail) is None and mail["From"].addresses[0].addr_spec == "invites@localhost"
    assert "You are number 3 in line." in text and "meet.example.org" not in mail.as_string()


async def answered(event: Event, speaker: Speaker, session: Session, state: State) -> int:
    async with database.transaction() as tx:
        await set_answers(tx, event, speaker.id, {session.id: state})
    return await settle_speaker(event, speaker.id)


async def test_a_speakers_answer_is_settled_at_once_for_what_is_released() -> None:
    event = await a_summit()
    speaker = await a_speaker(state="invited")
    session = await a_session(speakers=[{"speaker_id": speaker.id}])
    later = await a_session("Later", "2037-03-11T09:00", speakers=[{"speaker_id": speaker.id}])
    assert await settle_speaker(event, speaker.id) == 0
    await a_release()
    await a_session("Not released", "2037-03-11T12:00", speakers=[{"speaker_id": speaker.id}])
    assert await settle_speaker(event, speaker.id) == 2
    assert await settle_speaker(event, speaker.id) == 0
    assert await answered(event, speaker, session, State.DECLINED) == 1
    assert await answered(event, speaker, session, State.CONFIRMED) == 1
    await change_speaker(speaker, email="new@example.org")
    assert await settle_speaker(event, speaker.id) == 4
    await change_speaker(speaker, state="withdrawn")
    assert await settle_speaker(event, speaker.id) == 2
    assert [(one.to, one.title, one.method, one.sequence) for one in await sent()] == [
        ("new@example.org", "Later", "REQUEST", 0),
        ("new@example.org", "Later", "CANCEL", 1),
        ("new@example.org", "Opening", "REQUEST", 0),
        ("new@example.org", "Opening", "CANCEL", 1),
        (speaker.email, "Later", "REQUEST", 0),
        (speaker.email, "Later", "CANCEL", 1),
        (speaker.email, "Opening", "REQUEST", 0),
        (speaker.email, "Opening", "CANCEL", 1),
        (speaker.email, "Opening", "REQUEST", 2),
        (speaker.email, "Opening", "CANCEL", 3),
    ]
    assert later.id != session.id
