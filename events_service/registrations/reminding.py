"""Calling an event to mind two days before it begins, once for each person.

Whom a letter went to is marked in the transaction that posts it: cut off anywhere, the next run goes on, and nobody gets two.
"""

from datetime import datetime, timedelta

from events_service.database import fetch, transaction
from events_service.events.rules import Status
from events_service.outbox.actions import post
from events_service.registrations.letter_facts import ORDINARY, Addressee, InviteFacts, letter_about
from events_service.registrations.queries import registration_from
from events_service.registrations.waitlist import lock_event

REMIND_BEFORE = timedelta(days=2)
PEOPLE_AT_ONCE = 200

# Who registered within the last two days has just had a letter; who was not yet told of a change is told of that first.
_TO_REMIND = """
SELECT * FROM registration
WHERE event = $1 AND status = 'confirmed' AND event_reminded_at IS NULL AND mails_stopped_at IS NULL
  AND told_sequence >= $2 AND created_at <= $3
ORDER BY id LIMIT $4 FOR NO KEY UPDATE
"""


async def remind_participants(now: datetime) -> int:
    """Write to everyone confirmed at an event that begins within two days, and return how many letters were posted.

    The invite goes with it as it was last sent, under the same SEQUENCE. Several processes may run it at once.
    """
    near = await fetch(
        "SELECT id FROM event WHERE status = 'published' AND starts_at > $1 AND starts_at <= $2 ORDER BY starts_at",
        now,
        now + REMIND_BEFORE,
    )
    posted = 0
    for row in near:
        while told := await _remind_some(row["id"], now=now):
            posted += told
    return posted


async def _remind_some(event_id: str, *, now: datetime) -> int:
    async with transaction() as tx:
        event = await lock_event(tx, event_id)
        if event.status is not Status.PUBLISHED or not now < event.starts_at <= now + REMIND_BEFORE:
            return 0
        rows = await tx.fetch(_TO_REMIND, event.id, event.sequence, event.starts_at - REMIND_BEFORE, PEOPLE_AT_ONCE)
        await tx.execute_many(
            "UPDATE registration SET event_reminded_at = $2 WHERE id = $1", [(row["id"], now) for row in rows]
        )
        letters = []
        for row in rows:
            # A plain repetition keeps the SEQUENCE and only the stamp is later (RFC 5546 §3.2.2.3).
            invite = InviteFacts("REQUEST", row["invite_sequence"], now)
            person = Addressee.of(registration_from(row))
            letters.append(letter_about("event_reminder", event, person, invite=invite, priority=ORDINARY))
        await post(tx, letters)
    return len(rows)
