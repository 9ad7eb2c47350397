"""Answers to invites: which invite an answer is to, and what follows from it.

Who looks for an invite locks all that an answer may change, in the order that everyone keeps: the event's row or its agenda's,
the registration's, the session's. Taking in an answer never raises a SEQUENCE.
"""

from dataclasses import replace
from datetime import datetime

from events_service import clock, settings
from events_service.agenda.answers import set_answers
from events_service.agenda.release_queries import current_release, published_agenda
from events_service.agenda.writing import lock_agenda, lock_sessions
from events_service.database import Row, Transaction, fetch, fetch_one
from events_service.errors import Conflict, NotFound
from events_service.events.queries import event_by_id
from events_service.events.rules import Status as EventStatus
from events_service.registrations.actions import end_registration, lock_registration
from events_service.registrations.answer_rules import Answer, Asked, Given
from events_service.registrations.invite_rules import Holder, is_over
from events_service.registrations.queries import registration_from
from events_service.registrations.rules import Status
from events_service.registrations.secrets import reply_token, session_reply_token
from events_service.registrations.session_invites import settle_speaker_in, tell_plainly
from events_service.registrations.sign_ups import give_up
from events_service.speakers.queries import speaker_from
from events_service.speakers.rules import State


async def asked_to_event(tx: Transaction, event_id: str, email_key: str) -> Asked | None:
    """The invite to the event that whoever has this address holds or held, locked; None where they never had one."""
    found = await fetch_one("SELECT id FROM registration WHERE event = $1 AND email_key = $2", event_id, email_key)
    if found is None:
        return None
    event, person = await lock_registration(tx, found["id"])
    if person.invite_sequence is None:
        return None
    answered = await tx.fetch_one("SELECT * FROM registration WHERE id = $1", person.id)
    assert answered is not None
    return Asked(
        event=event,
        email_key=email_key,
        token=reply_token(person.id, secret_key=settings.current().secret_key),
        sequence=person.invite_sequence,
        withdrawn=person.invite_withdrawn,
        is_over=event.ends_at <= clock.now() or event.status is EventStatus.COMPLETED,
        last=_given(answered),
        registration_id=person.id,
    )


async def asked_to_session(tx: Transaction, session_id: str, email_key: str) -> Asked | None:
    """The invite to the session that whoever has this address holds or held, locked; None where they never had one."""
    found = await fetch_one(
        """SELECT session.event, session_invite.registration, session_invite.speaker
           FROM session_invite JOIN session ON session.id = session_invite.session
           WHERE session_invite.session = $1 AND session_invite.email_key = $2""",
        session_id,
        email_key,
    )
    if found is None:
        return None
    event = await event_by_id(found["event"])
    if found["speaker"] is not None:
        await lock_agenda(tx, event)
    if found["registration"] is not None:
        await tx.execute("SELECT id FROM registration WHERE id = $1 FOR NO KEY UPDATE", found["registration"])
    await lock_sessions(tx, [session_id])
    row = await tx.fetch_one(
        "SELECT * FROM session_invite WHERE session = $1 AND email_key = $2 FOR NO KEY UPDATE", session_id, email_key
    )
    if row is None:
        return None
    release = await current_release(event.id)
    session = release.agenda.session.get(session_id) if release else None
    return Asked(
        event=event,
        email_key=email_key,
        token=session_reply_token(session_id, email_key, secret_key=settings.current().secret_key),
        sequence=row["sequence"],
        withdrawn=row["withdrawn"],
        is_over=session is not None and is_over(session, now=clock.now()),
        last=_given(row),
        session_id=session_id,
        registration_id=row["registration"],
        speaker_id=row["speaker"],
    )


async def holder_of_token(tokens: frozenset[str], *, event_id: str, session_id: str | None) -> str | None:
    """Whose invite (the address, folded) to the event or the session has one of these tokens in its address; None for nobody's."""
    if not tokens:
        return None
    secret_key = settings.current().secret_key
    if session_id is None:
        people = await fetch("SELECT id, email_key FROM registration WHERE event = $1", event_id)
        held = ((reply_token(row["id"], secret_key=secret_key), row["email_key"]) for row in people)
    else:
        rows = await fetch("SELECT email_key FROM session_invite WHERE session = $1", session_id)
        held = (
            (session_reply_token(session_id, row["email_key"], secret_key=secret_key), row["email_key"]) for row in rows
        )
    return next((str(email_key) for token, email_key in held if token in tokens), None)


async def take_answer(tx: Transaction, asked: Asked, given: Given) -> None:
    """Write the answer down; a no gives the seat or the place back at once, without a CANCEL: their calendar knows.

    The invite is locked and neither withdrawn nor over.
    """
    now = clock.now()
    # Nobody can answer what they were not sent, or tomorrow: such a stamp would keep every later answer out.
    sequence = asked.sequence if given.sequence is None else min(given.sequence, asked.sequence)
    answered = (given.answer.value, sequence, min(given.stamped_at, now), now)
    if asked.session_id is None:
        await tx.execute(
            """UPDATE registration SET answer = $2, answer_sequence = $3, answer_stamped_at = $4, answered_at = $5
               WHERE id = $1""",
            asked.registration_id,
            *answered,
        )
    else:
        await tx.execute(
            """UPDATE session_invite SET answer = $3, answer_sequence = $4, answer_stamped_at = $5, answered_at = $6
               WHERE session = $1 AND email_key = $2""",
            asked.session_id,
            asked.email_key,
            *answered,
        )
    if given.answer is not Answer.DECLINED:
        return
    if asked.session_id is None:
        await _leave_event(tx, asked)
    else:
        await _leave_session(tx, asked, asked.session_id, now=now)


async def _leave_event(tx: Transaction, asked: Asked) -> None:
    assert asked.registration_id is not None
    event, person = await lock_registration(tx, asked.registration_id)
    # What is withdrawn already gets no CANCEL.
    await tx.execute("UPDATE registration SET invite_withdrawn = TRUE WHERE id = $1", person.id)
    person = replace(person, invite_withdrawn=True)
    await end_registration(tx, event, person, to=Status.CANCELLED, kind="answered_no")


async def _leave_session(tx: Transaction, asked: Asked, session_id: str, *, now: datetime) -> None:
    await tx.execute(
        "UPDATE session_invite SET withdrawn = TRUE, changed_at = $3 WHERE session = $1 AND email_key = $2",
        session_id,
        asked.email_key,
        now,
    )
    kind, who = "session_declined", None
    if asked.registration_id is not None:
        row = await tx.fetch_one("SELECT * FROM registration WHERE id = $1", asked.registration_id)
        assert row is not None
        person = registration_from(row)
        await give_up(tx, await published_agenda(asked.event, now=now), person, session_id)
        who = Holder.of_registration(person)
    if asked.speaker_id is not None:
        # One letter a person, whatever they were there.
        kind, who = "speaking_declined", await _say_no(tx, asked, asked.speaker_id, session_id) or who
    release = await current_release(asked.event.id)
    session = release.agenda.session.get(session_id) if release else None
    if release is not None and session is not None and who is not None:
        await tell_plainly(tx, asked.event, release.agenda, kind, [(session, who, None)])


async def _say_no(tx: Transaction, asked: Asked, speaker_id: str, session_id: str) -> Holder | None:
    """Who it was; None where they have no address any more."""
    try:
        speaker = await set_answers(tx, asked.event, speaker_id, {session_id: State.DECLINED})
    except (NotFound, Conflict):
        # Taken out of the draft meanwhile, or out of it altogether: there is nothing left to say no to.
        row = await tx.fetch_one("SELECT * FROM speaker WHERE id = $1", speaker_id)
        assert row is not None
        speaker = speaker_from(row)
    else:
        await settle_speaker_in(tx, asked.event, speaker_id)
    return Holder.of_speaker(speaker) if speaker.email else None


def _given(row: Row) -> Given | None:
    if row["answer"] is None:
        return None
    return Given(Answer(row["answer"]), row["answer_sequence"], row["answer_stamped_at"])
