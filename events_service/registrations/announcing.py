"""Telling people what changed: reads the notices that events leave, and posts one letter a person and UID.

Each batch marks whom it told in the transaction that posts the letters, so that a run that is cut off goes on where it stopped,
and a second run tells nobody twice.
"""

from events_service import clock
from events_service.database import Row, Transaction, fetch, transaction
from events_service.events.rules import Event
from events_service.outbox.actions import post
from events_service.outbox.rules import NewLetter
from events_service.registrations.announcing_releases import announce_releases, withdraw_sessions
from events_service.registrations.letter_facts import ORDINARY, Addressee, InviteFacts, letter_about
from events_service.registrations.queries import registration_from
from events_service.registrations.waitlist import lock_event, move_up

PEOPLE_AT_ONCE = 200


async def announce_changes() -> int:
    """Act on every notice that waits, oldest first, then tell of released agendas. Returns how many letters were posted.

    Several processes may run it at once.
    """
    posted = 0
    for notice in await fetch("SELECT * FROM notice WHERE announced_at IS NULL ORDER BY created_at"):
        while True:
            async with transaction() as tx:
                told, done = await _announce_some(tx, notice)
            posted += told
            if done:
                break
    return posted + await announce_releases()


async def _announce_some(tx: Transaction, notice: Row) -> tuple[int, bool]:
    """One batch of one notice: how many were told, and whether nobody is left."""
    event = await lock_event(tx, notice["event"])
    if notice["kind"] == "places_added":
        told = await move_up(tx, event)
    elif notice["kind"] == "cancelled":
        told = await _tell_cancelled(tx, event)
    else:
        told = await _tell_changed(tx, event)
    done = told < PEOPLE_AT_ONCE or notice["kind"] == "places_added"
    if done:
        await tx.execute("UPDATE notice SET announced_at = $2 WHERE id = $1", notice["id"], clock.now())
    return told, done


async def _tell_changed(tx: Transaction, event: Event) -> int:
    """A REQUEST to everyone confirmed who was not told this SEQUENCE of the event; their own is above all they were sent."""
    rows = await tx.fetch(
        """SELECT * FROM registration WHERE event = $1 AND status = 'confirmed' AND told_sequence < $2
           ORDER BY id LIMIT $3 FOR NO KEY UPDATE""",
        event.id,
        event.sequence,
        PEOPLE_AT_ONCE,
    )
    now = clock.now()
    invites = [InviteFacts("REQUEST", max(event.sequence, row["invite_sequence"] + 1), now) for row in rows]
    await tx.execute_many(
        "UPDATE registration SET invite_sequence = $2, told_sequence = $3, changed_at = $4 WHERE id = $1",
        [(row["id"], invite.sequence, event.sequence, now) for row, invite in zip(rows, invites, strict=True)],
    )
    await post(tx, [_letter("event_changed", event, row, invite) for row, invite in zip(rows, invites, strict=True)])
    return len(rows)


async def _tell_cancelled(tx: Transaction, event: Event) -> int:
    """A CANCEL for everyone who holds an invite, a letter for everyone who waits; then a CANCEL for each session they hold."""
    rows = await tx.fetch(
        """SELECT * FROM registration
           WHERE event = $1 AND status IN ('confirmed', 'waitlisted', 'pending', 'offered', 'invited')
             AND told_cancelled_at IS NULL
           ORDER BY id LIMIT $2 FOR NO KEY UPDATE""",
        event.id,
        PEOPLE_AT_ONCE,
    )
    now = clock.now()
    letters = []
    for row in rows:
        invite = None
        if row["status"] == "confirmed":
            sequence = max(event.sequence, (row["invite_sequence"] or 0) + 1)
            invite = InviteFacts("CANCEL", sequence, now, whole_event=True)
        letters.append(_letter("event_cancelled", event, row, invite, reason=event.cancelled_reason or ""))
        await tx.execute(
            """UPDATE registration SET told_cancelled_at = $2, invite_sequence = $3, invite_withdrawn = $4, changed_at = $2
               WHERE id = $1""",
            row["id"],
            now,
            invite.sequence if invite else row["invite_sequence"],
            invite is not None or row["invite_withdrawn"],
        )
    await post(tx, letters)
    return len(rows) + await withdraw_sessions(tx, event, at_most=PEOPLE_AT_ONCE - len(rows))


def _letter(kind: str, event: Event, row: Row, invite: InviteFacts | None, *, reason: str = "") -> NewLetter:
    person = Addressee.of(registration_from(row))
    return letter_about(kind, event, person, invite=invite, reason=reason, priority=ORDINARY)
