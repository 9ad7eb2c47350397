"""Answers to the invites to sessions: of who signed up, of speakers, and of who is both."""

from events_service.database import fetch_one
from events_service.registrations.announcing import announce_changes
from events_service.registrations.answer_queries import answers_to_session, count_answers
from events_service.registrations.answer_rules import Answer
from events_service.registrations.sign_ups import sign_up
from events_service.settings import Settings
from tests.agenda.given import a_release, a_session, a_speaker, a_summit
from tests.registrations.given import enter, person, register
from tests.registrations.session_mail import Sent, sent
from tests.replies.given import answers, invite_to, later, service
from tests.replies.samples import apple, exchange, gmail

ONE, TWO = "guest1@malmo.example", "guest2@malmo.example"


async def place_of(session_id: str, email: str) -> tuple[str, str | None, int, bool]:
    row = await fetch_one(
        """SELECT sign_up.status, session_invite.answer, session_invite.sequence, session_invite.withdrawn
           FROM session_invite JOIN registration ON registration.id = session_invite.registration
           JOIN sign_up ON sign_up.registration = registration.id AND sign_up.session = session_invite.session
           WHERE session_invite.session = $1 AND session_invite.email_key = $2""",
        session_id,
        email,
    )
    assert row is not None
    return row["status"], row["answer"], row["sequence"], row["withdrawn"]


async def test_a_no_to_a_session_gives_the_place_to_the_next_in_line(database: Settings) -> None:
    event = await a_summit()
    session = await a_session(signup=True, capacity=1)
    await a_release()
    await announce_changes()
    first, second = [await person(await register(number, slug="summit")) for number in (1, 2)]
    for one in (first, second):
        await sign_up(one.id, session.id)
    yes = await invite_to(ONE, to="session")
    assert yes.uid.startswith("session-")
    assert await answers(yes, exchange) == ("applied", "accepted")
    assert await place_of(session.id, ONE) == ("confirmed", "accepted", 0, False)
    assert await answers_to_session(session.id) == {first.id: Answer.ACCEPTED}
    async with service() as client:
        await enter(client)
        assert "Accepted" in (await client.get(f"/office/events/summit/sessions/{session.id}/sign-ups")).text

    before = len(await sent())
    assert await answers(later(yes, partstat="DECLINED"), apple) == ("applied", "declined")
    assert await place_of(session.id, ONE) == ("cancelled", "declined", 0, True)
    assert await place_of(session.id, TWO) == ("confirmed", None, 0, False)
    assert await sent(after=before) == [
        Sent(ONE, "session_declined", session.title),
        Sent(TWO, "session_promoted", session.title, "REQUEST", 0),
    ]
    # The seat at the event is another invite, and stays.
    assert (await person(await register(1, slug="summit"))).status == "confirmed"
    assert await count_answers(event.id) == {}
    await sign_up(second.id, session.id)
    await sign_up(first.id, session.id)
    assert await answers(later(later(yes)), gmail) == ("review", "came_back")


async def test_a_speakers_no_is_their_answer_and_takes_their_place_too(database: Settings) -> None:
    await a_summit()
    speaker = await a_speaker(name="Åsa", email=ONE)
    session = await a_session(signup=True, capacity=5, speakers=[{"speaker_id": speaker.id}])
    await a_release()
    await announce_changes()
    guest = await person(await register(1, slug="summit"))
    await sign_up(guest.id, session.id)
    before = len(await sent())
    no = await invite_to(ONE, to="session", partstat="DECLINED")
    assert await answers(no) == ("applied", "declined")
    assert await place_of(session.id, ONE) == ("cancelled", "declined", 0, True)
    part = await fetch_one("SELECT state FROM session_speaker WHERE session = $1", session.id)
    assert part is not None
    assert part["state"] == "declined"
    assert await sent(after=before) == [Sent(ONE, "speaking_declined", session.title)]
