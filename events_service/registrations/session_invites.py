"""Session invites: each person holds a session once, in their own calendar, and gets exactly the messages that concern them.

`tell` is what every change goes through: what was sent to whom is written in the transaction that posts the letters, so that the
same change told twice sends nothing twice.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from events_service import clock
from events_service.agenda.release_queries import current_release
from events_service.agenda.rules import Agenda, Session, SessionState
from events_service.agenda.writing import lock_sessions
from events_service.database import Row, Transaction, fetch, transaction
from events_service.events.rules import Event, Status
from events_service.identifiers import new_id
from events_service.outbox.actions import post
from events_service.outbox.rules import NewLetter
from events_service.registrations.invite_rules import (
    Held,
    Holder,
    Key,
    Message,
    Pair,
    Step,
    held_from,
    is_over,
    steps_between,
    takes_place,
)
from events_service.registrations.letter_facts import URGENT, InviteFacts
from events_service.registrations.session_letters import Told, letter_about_session
from events_service.speakers.queries import speaker_from
from events_service.speakers.rules import OUT, Speaker, State

__all__ = ["Holder", "settle_speaker", "settle_speaker_in", "tell", "tell_plainly"]

CANCELLED = "session_cancelled"

_WRITE = """
INSERT INTO session_invite (id, session, email_key, registration, speaker, sequence, told_sequence, withdrawn, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (session, email_key) DO UPDATE SET registration = excluded.registration, speaker = excluded.speaker,
    sequence = excluded.sequence, told_sequence = excluded.told_sequence, withdrawn = excluded.withdrawn,
    changed_at = excluded.changed_at
"""


async def tell(
    tx: Transaction,
    event: Event,
    agenda: Agenda,
    *,
    wanted: Sequence[Pair] = (),
    unwanted: Sequence[Pair] = (),
    reason: str = "",
    kind: str | None = None,
    priority: int = URGENT,
) -> int:
    """Let these people hold these sessions of that agenda, and those no longer. Returns how many letters were posted.

    Who is due a REQUEST or a CANCEL gets one letter for each session, whether they take part, speak, or both; who gives up one
    part and keeps another gets none. Called again with the same it posts nothing. What is over, called off or on the shelf is not
    asked for; a session called off is withdrawn from everybody alike. `kind` is the letters' kind in place of the usual one;
    `session_cancelled` means that the session is off for everyone. It locks the sessions, in the order of their ids: whoever locks
    registrations too does so before.
    """
    now = clock.now()
    coming = [(one, who) for one, who in wanted if takes_place(one, now=now) and event.status is not Status.CANCELLED]
    leaving = [(one, who) for one, who in unwanted if not is_over(one, now=now)]
    if not coming and not leaving:
        return 0
    sessions = {one.id: one for one, _ in (*coming, *leaving)}
    held = await _held(tx, sessions, {who.email_key for _, who in (*coming, *leaving)})
    called_off = {one.id for one in sessions.values() if _is_off(event, one, kind)}
    steps = steps_between(coming, leaving, held, called_off=called_off).values()
    await _write(tx, steps, now=now)
    news = [(session, who, step.message) for session, who, step in steps if step.message]
    tellings = await tellings_of(tx, event, agenda, {session.id: session for session, _, _ in news}.values())
    letters = [
        _letter(tellings[session.id], who, message, now=now, reason=reason, kind=kind, priority=priority)
        for session, who, message in news
    ]
    await post(tx, letters)
    return len(letters)


async def tell_plainly(
    tx: Transaction,
    event: Event,
    agenda: Agenda,
    kind: str,
    people: Sequence[tuple[Session, Holder, int | None]],
    *,
    reason: str = "",
    priority: int = URGENT,
) -> int:
    """A letter of that kind without a calendar message to each: (session, person, rank on its waiting list). Returns how many."""
    tellings = await tellings_of(tx, event, agenda, {one.id: one for one, _, _ in people}.values())
    letters = [
        letter_about_session(kind, tellings[one.id], who, reason=reason, position=position, priority=priority)
        for one, who, position in people
    ]
    await post(tx, letters)
    return len(letters)


async def settle_speaker(event: Event, speaker_id: str) -> int:
    """After a speaker's answer or another address: `settle_speaker_in` within a transaction of its own."""
    async with transaction() as tx:
        return await settle_speaker_in(tx, event, speaker_id)


async def settle_speaker_in(tx: Transaction, event: Event, speaker_id: str) -> int:
    """A REQUEST for each released session this person takes part in and does not hold, a CANCEL for each they left.

    What they answered since the release counts. Returns how many letters were posted: none before the first release.
    """
    release = await current_release(event.id)
    row = await tx.fetch_one("SELECT * FROM speaker WHERE event = $1 AND id = $2", event.id, speaker_id)
    if release is None or row is None:
        return 0
    speaker = speaker_from(row)
    agenda = release.agenda
    theirs = [one for one in agenda.sessions if any(part.speaker_id == speaker_id for part in one.speakers)]
    answers = await live_answers([one.id for one in theirs])
    coming = appearances(theirs, {speaker_id: speaker}, answers)
    holding = await tx.fetch(
        """SELECT session_invite.* FROM session_invite JOIN session ON session.id = session_invite.session
           WHERE session.event = $1 AND session_invite.speaker = $2 AND NOT withdrawn""",
        event.id,
        speaker_id,
    )
    kept = {(session.id, who.email_key) for session, who in coming}
    # What left the agenda altogether is withdrawn by the announcement of the release that did it.
    leaving = [
        (agenda.session[row["session"]], _as_held(speaker, row))
        for row in holding
        if (row["session"], row["email_key"]) not in kept and row["session"] in agenda.session
    ]
    return await tell(tx, event, agenda, wanted=coming, unwanted=leaving)


async def live_answers(session_ids: Collection[str]) -> dict[Key, State]:
    """(session, speaker) → what they last answered, of everyone in the draft of these sessions."""
    rows = await fetch("SELECT session, speaker, state FROM session_speaker WHERE session = ANY($1)", list(session_ids))
    return {(row["session"], row["speaker"]): State(row["state"]) for row in rows}


def appearances(
    sessions: Iterable[Session], speakers: Mapping[str, Speaker], answers: Mapping[Key, State]
) -> list[Pair]:
    """Who is to hold these released sessions for a part in them, of these speakers: those with an address who are not out.

    `answers` since the release count before what it froze.
    """
    found = []
    for session in sessions:
        for part in session.speakers:
            speaker = speakers.get(part.speaker_id)
            if speaker is None or speaker.email is None or speaker.state in OUT:
                continue
            if answers.get((session.id, part.speaker_id), part.state) not in OUT:
                found.append((session, Holder.of_speaker(speaker)))
    return found


async def tellings_of(tx: Transaction, event: Event, agenda: Agenda, sessions: Iterable[Session]) -> dict[str, Told]:
    """Session id → what letters tell of it; people who asked to stay unnamed, or are out, are not named."""
    sessions = list(sessions)
    ids = sorted({part.speaker_id for session in sessions for part in session.appearing})
    rows = await tx.fetch(
        "SELECT id, name FROM speaker WHERE id = ANY($1) AND public AND state NOT IN ('declined', 'withdrawn')", ids
    )
    names = {row["id"]: row["name"] for row in rows}
    return {
        session.id: Told.of(
            event,
            session,
            agenda,
            speakers=[names[part.speaker_id] for part in session.appearing if part.speaker_id in names],
        )
        for session in sessions
    }


async def _held(tx: Transaction, sessions: Collection[str], email_keys: Collection[str]) -> dict[Key, Held]:
    """What these people hold of these sessions, which are locked first."""
    ids = sorted(sessions)
    await lock_sessions(tx, ids)
    rows = await tx.fetch(
        "SELECT * FROM session_invite WHERE session = ANY($1) AND email_key = ANY($2)", ids, sorted(email_keys)
    )
    return {(row["session"], row["email_key"]): held_from(row) for row in rows}


async def _write(tx: Transaction, steps: Iterable[tuple[Session, Holder, Step]], *, now: datetime) -> None:
    await tx.execute_many(
        _WRITE,
        [
            (
                new_id(),
                session.id,
                who.email_key,
                step.held.registration_id,
                step.held.speaker_id,
                step.held.sequence,
                step.held.told_sequence,
                step.held.withdrawn,
                now,
            )
            for session, who, step in steps
        ],
    )


def _letter(
    told: Told, who: Holder, message: Message, *, now: datetime, reason: str, kind: str | None, priority: int
) -> NewLetter:
    facts = InviteFacts(message.method, message.sequence, now, whole_event=message.news == "cancelled")
    letter_kind = kind or _kind(who, message)
    return letter_about_session(letter_kind, told, who, invite=facts, reason=reason, priority=priority)


def _kind(who: Holder, message: Message) -> str:
    if message.news == "cancelled":
        return CANCELLED
    return f"speaking_{message.news}" if who.speaker_id else f"session_{message.news}"


def _is_off(event: Event, session: Session, kind: str | None) -> bool:
    return kind == CANCELLED or session.state is SessionState.CANCELLED or event.status is Status.CANCELLED


def _as_held(speaker: Speaker, row: Row) -> Holder:
    """The speaker at the address that holds the invite, which may be an earlier one of theirs."""
    return Holder(
        email_key=row["email_key"],
        email=speaker.email if speaker.email and speaker.email.casefold() == row["email_key"] else row["email_key"],
        name=speaker.name,
        language=speaker.language,
        speaker_id=speaker.id,
        speaker_generation=speaker.link_generation,
    )
