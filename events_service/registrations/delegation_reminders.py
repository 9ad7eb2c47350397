"""Calling to a coordinator's mind that seats still wait for a name, once, three days before the deadline. For the worker.

Whom a letter went to is marked in the transaction that posts it: cut off anywhere, the next run goes on, and nobody gets two.
"""

from datetime import datetime

from events_service.audit.actions import record
from events_service.audit.rules import SERVICE, Deed
from events_service.database import Transaction, fetch, transaction
from events_service.delegations.letters import REMINDED, letter_about
from events_service.delegations.queries import delegation_from
from events_service.delegations.rules import REMIND_BEFORE, is_reminder_due, unnamed
from events_service.outbox.actions import post
from events_service.registrations.delegate_queries import lock_delegates
from events_service.registrations.waitlist import lock_event

_NEAR = "state = 'open' AND coordinator_email <> '' AND closes_at > $1 AND closes_at <= $2"


async def remind_coordinators(now: datetime) -> int:
    """Write to every coordinator whose deadline is near and who left seats unnamed; returns how many letters were posted.

    Several processes may run it at once.
    """
    near = await fetch(
        f"SELECT DISTINCT event FROM delegation WHERE {_NEAR} ORDER BY event",  # noqa: S608
        now,
        now + REMIND_BEFORE,
    )
    posted = 0
    for row in near:
        async with transaction() as tx:
            posted += await _remind_at(tx, row["event"], now=now)
    return posted


async def _remind_at(tx: Transaction, event_id: str, *, now: datetime) -> int:
    event = await lock_event(tx, event_id)
    rows = await tx.fetch(
        f"SELECT * FROM delegation WHERE event = $3 AND {_NEAR} ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
        *(now, now + REMIND_BEFORE, event_id),
    )
    posted = 0
    for delegation in map(delegation_from, rows):
        left = unnamed(delegation, len(await lock_delegates(tx, delegation.id)))
        if not left or not is_reminder_due(delegation, event, now=now):
            continue
        await tx.execute("UPDATE delegation SET reminded_at = $2 WHERE id = $1", delegation.id, now)
        await post(tx, [letter_about(REMINDED, event, delegation, left=left)])
        await record(tx, SERVICE, Deed("reminded_coordinator", event.slug, "delegation", delegation.id))
        posted += 1
    return posted
