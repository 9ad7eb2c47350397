"""Taking mail in: read, decided and applied within one transaction, once; and what a registrar decides of the rest."""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from events_service import clock, settings
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import Row, Transaction, fetch_one, transaction
from events_service.errors import Conflict, NotFound
from events_service.identifiers import new_id
from events_service.outbox.bounces import read_bounce
from events_service.outbox.suppression import take_bounce
from events_service.registrations.answer_rules import Answer, Asked, Given
from events_service.registrations.answering import asked_to_event, asked_to_session, holder_of_token, take_answer
from events_service.replies.reading import Unreadable, read_mail
from events_service.replies.rules import CameBy, Mail, State, Verdict, judge

# Mail is kept no longer than this, whatever became of it; what somebody answered stays with their registration.
KEPT_FOR = timedelta(days=7)
_UID = re.compile(r"(event|session)-([0-9A-Za-z-]{1,64})@(.+)")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """The event, and maybe the session of it, that a mail is about, and whose invite it answers as far as that is known."""

    event_id: str
    event_slug: str
    session_id: str | None = None
    email_key: str | None = None


async def take_in(
    raw: bytes, *, came_by: CameBy, recipients: tuple[str, ...] = (), within: frozenset[str] | None = None
) -> Verdict:
    """Read the mail and do what it says, if it may be believed. The same mail again changes nothing. A report
    that a letter of ours was not delivered is acted upon too.

    `recipients` are those of its envelope; `within` limits whoever hands it over to the events of these slugs: mail about anything
    else is not kept. Once this returns, what it says is committed. Raises `Unavailable`.
    """
    try:
        mail = await asyncio.to_thread(
            read_mail, raw, reply_address=settings.current().reply_address, recipients=recipients
        )
    except Unreadable as unreadable:
        log.info("mail.unreadable", why=str(unreadable), came_by=came_by.value)
        return Verdict(State.IGNORED, "unreadable")
    if mail.is_automatic and within is None:
        # A letter of ours came back: what sends letters wants to know.
        bounce = await asyncio.to_thread(read_bounce, raw)
        if bounce is not None and await take_bounce(bounce):
            return Verdict(State.IGNORED, "bounce")
    place = await _place_of(mail)
    if within is not None and (place is None or place.event_slug not in within):
        return Verdict(State.REVIEW if mail.calendar else State.IGNORED, "unknown_invite")
    async with transaction() as tx:
        verdict = await _take_in(tx, mail, place, raw, came_by)
    log.info("mail.taken_in", state=verdict.state.value, why=verdict.why, came_by=came_by.value)
    return verdict


async def apply_reviewed(mail_id: str, *, by: str) -> None:
    """Let the answer count, as a registrar saw fit: `by` is their account. Raises `NotFound`, `Conflict` (not_applicable)."""
    async with transaction() as tx:
        row = await _lock_reviewed(tx, mail_id)
        asked = await _asked(tx, row["event"], row["session"], row["email_key"])
        if asked is None or row["answer"] is None or asked.withdrawn or asked.is_over:
            raise Conflict(
                "This answer cannot be applied: there is no invite for it, or it ended meanwhile.",
                code="not_applicable",
            )
        # What they last said may be newer: a registrar decided all the same, and that is now.
        await take_answer(tx, asked, Given(Answer(row["answer"]), None, clock.now()))
        await _decide(tx, mail_id, State.APPLIED, by=by)
        await record(tx, Doer("account", by), _deed("applied_reply", asked))


async def dismiss_reviewed(mail_id: str, *, by: str) -> None:
    """Put the mail aside; nothing changes by it. Raises `NotFound`, `Conflict` (wrong_status)."""
    async with transaction() as tx:
        row = await _lock_reviewed(tx, mail_id)
        await _decide(tx, mail_id, State.DISMISSED, by=by)
        event = await tx.fetch_one("SELECT slug FROM event WHERE id = $1", row["event"])
        await record(
            tx, Doer("account", by), Deed("dismissed_reply", event["slug"] if event else None, "mail", mail_id)
        )


async def forget_raw_mail(now: datetime) -> int:
    """Delete mail taken in more than seven days ago, whatever became of it. Returns how many."""
    async with transaction() as tx:
        gone = await tx.fetch("DELETE FROM inbound_mail WHERE received_at < $1 RETURNING id", now - KEPT_FOR)
    return len(gone)


async def _take_in(tx: Transaction, mail: Mail, place: Place | None, raw: bytes, came_by: CameBy) -> Verdict:
    mail_id, now = new_id(), clock.now()
    # Whoever brings the same mail at the same moment waits here, and finds it known.
    claimed = await tx.fetch_one(
        """INSERT INTO inbound_mail (id, digest, received_at, came_by, state, why, sender, attendee, subject)
           VALUES ($1, $2, $3, $4, 'ignored', '', '', '', '') ON CONFLICT (digest) DO NOTHING RETURNING id""",
        mail_id,
        mail.digest,
        now,
        came_by.value,
    )
    if claimed is None:
        return await _known(tx, mail)
    reply = mail.calendar
    asked = None
    if place is not None and reply is not None and reply.attendee and _is_ours(reply.uid):
        asked = await _asked(tx, place.event_id, place.session_id, reply.attendee)
    verdict = judge(mail, asked)
    if asked is not None and reply is not None and reply.answer is not None and verdict.is_applied:
        await take_answer(tx, asked, Given(reply.answer, reply.sequence, reply.stamped_at or now))
        await record(tx, Doer("participant", asked.registration_id or asked.speaker_id or ""), _deed("answered", asked))
    holder = await _holder(mail, place, asked, verdict)
    await tx.execute(
        """UPDATE inbound_mail SET state = $2, why = $3, event = $4, session = $5, email_key = $6, sender = $7, attendee = $8,
                  subject = $9, answer = $10, sequence = $11, stamped_at = $12, contents = $13 WHERE id = $1""",
        mail_id,
        verdict.state.value,
        verdict.why,
        place.event_id if place else None,
        place.session_id if place else None,
        holder,
        mail.sender,
        reply.attendee if reply else "",
        mail.subject,
        reply.answer.value if reply and reply.answer else None,
        reply.sequence if reply else None,
        reply.stamped_at if reply else None,
        raw if verdict.state is State.REVIEW else None,
    )
    return verdict


async def _known(tx: Transaction, mail: Mail) -> Verdict:
    row = await tx.fetch_one("SELECT state, why FROM inbound_mail WHERE digest = $1", mail.digest)
    if row is None or row["state"] in (State.APPLIED, State.DISMISSED):
        return Verdict(State.IGNORED, "known_already")
    return Verdict(State(row["state"]), row["why"])


async def _holder(mail: Mail, place: Place | None, asked: Asked | None, verdict: Verdict) -> str | None:
    """Whose invite it answers: of the address it was sent to, where that is somebody else's, else the attendee's own."""
    if place is None:
        return None
    if verdict.state is not State.REVIEW or (asked is not None and asked.token in mail.tokens):
        return asked.email_key if asked else place.email_key
    owner = await holder_of_token(mail.tokens, event_id=place.event_id, session_id=place.session_id)
    return owner or (asked.email_key if asked else place.email_key)


async def _place_of(mail: Mail) -> Place | None:
    """What the mail is about: by its UID, else by the letter it answers."""
    found = _UID.fullmatch(mail.calendar.uid) if mail.calendar and _is_ours(mail.calendar.uid) else None
    if found and found[1] == "event":
        row = await fetch_one("SELECT id, slug FROM event WHERE id = $1", found[2])
        return Place(row["id"], row["slug"]) if row else None
    if found:
        row = await fetch_one(
            """SELECT event.id, event.slug, session.id AS session FROM session JOIN event ON event.id = session.event
               WHERE session.id = $1""",
            found[2],
        )
        return Place(row["id"], row["slug"], row["session"]) if row else None
    for message_id in mail.answers_to:
        row = await fetch_one(
            """SELECT event.id, event.slug, registration.email_key
               FROM letter JOIN event ON event.slug = letter.event_slug
               LEFT JOIN registration ON registration.id = letter.registration_id
               WHERE letter.message_id = $1""",
            f"<{message_id}>",
        )
        if row:
            return Place(row["id"], row["slug"], None, row["email_key"])
    return None


def _is_ours(uid: str) -> bool:
    found = _UID.fullmatch(uid)
    return found is not None and found[3].lower() == settings.current().domain.lower()


async def _asked(tx: Transaction, event_id: str | None, session_id: str | None, email_key: str | None) -> Asked | None:
    if event_id is None or email_key is None:
        return None
    if session_id is not None:
        return await asked_to_session(tx, session_id, email_key)
    return await asked_to_event(tx, event_id, email_key)


async def _lock_reviewed(tx: Transaction, mail_id: str) -> Row:
    row = await tx.fetch_one("SELECT * FROM inbound_mail WHERE id = $1 FOR UPDATE", mail_id)
    if row is None:
        raise NotFound()
    if row["state"] != State.REVIEW.value:
        raise Conflict("Somebody has decided this already.", code="wrong_status")
    return row


async def _decide(tx: Transaction, mail_id: str, state: State, *, by: str) -> None:
    await tx.execute(
        "UPDATE inbound_mail SET state = $2, decided_at = $3, decided_by = $4, contents = NULL WHERE id = $1",
        mail_id,
        state.value,
        clock.now(),
        by,
    )


def _deed(action: str, asked: Asked) -> Deed:
    if asked.session_id is not None:
        return Deed(action, asked.event.slug, "session", asked.session_id, ("answer",))
    return Deed(action, asked.event.slug, "registration", asked.registration_id or "", ("answer",))
