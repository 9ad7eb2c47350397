"""What happens to invitations with time: reminders, and an end that passes them on to the reserve. For the worker.

Several processes may run it at once, and a run that is cut off is taken up by the next: each guest is marked in the transaction that
posts the letter.
"""

from collections import defaultdict
from datetime import datetime

from events_service.database import Transaction, fetch, transaction
from events_service.events.admissions import admissions_of
from events_service.invitations.letters import LAPSED, REMINDED, letters_about
from events_service.invitations.queries import invitation_from
from events_service.invitations.reserve import invite_from_reserve
from events_service.invitations.rules import can_be_answered, next_reminder
from events_service.invitations.writing import lock_event
from events_service.outbox.actions import post

AT_ONCE = 500
_OPEN = "state IN ('invited', 'opened')"


async def remind_guests(now: datetime) -> int:
    """Remind everyone whose reminder is due, once each; returns how many letters were posted."""
    posted = 0
    for event_id, ids in (await _due("remind_at", now)).items():
        async with transaction() as tx:
            posted += await _remind(tx, event_id, ids, now)
    return posted


async def lapse_invitations(now: datetime) -> int:
    """End every invitation whose time is over, tell its guest, and invite as many of the reserve; returns how many ended."""
    lapsed = 0
    for event_id, ids in (await _due("lapses_at", now)).items():
        async with transaction() as tx:
            lapsed += await _lapse(tx, event_id, ids, now)
    return lapsed


async def _due(column: str, now: datetime) -> dict[str, list[str]]:
    """Event id → the ids of its invitations that something is due for."""
    rows = await fetch(
        f"SELECT id, event FROM invitation WHERE {_OPEN} AND {column} <= $1 ORDER BY id LIMIT $2",  # noqa: S608
        now,
        AT_ONCE,
    )
    due: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        due[row["event"]].append(row["id"])
    return due


async def _remind(tx: Transaction, event_id: str, ids: list[str], now: datetime) -> int:
    event = await lock_event(tx, event_id)
    rows = await tx.fetch(
        f"SELECT * FROM invitation WHERE id = ANY($1) AND {_OPEN} AND remind_at <= $2 FOR NO KEY UPDATE",  # noqa: S608
        ids,
        now,
    )
    days = (await admissions_of([event_id]))[event_id].reminder_days
    await tx.execute_many(
        "UPDATE invitation SET remind_at = $2, reminded_at = $3 WHERE id = $1",
        [(row["id"], next_reminder(row["lapses_at"], days, now=now), now) for row in rows],
    )
    still = [one for one in map(invitation_from, rows) if one.lapses_at is not None and one.lapses_at > now]
    if not can_be_answered(event, now=now):
        return 0
    await post(tx, letters_about(REMINDED, event, still))
    return len(still)


async def _lapse(tx: Transaction, event_id: str, ids: list[str], now: datetime) -> int:
    event = await lock_event(tx, event_id)
    rows = await tx.fetch(
        f"""UPDATE invitation SET state = 'lapsed', changed_at = $2, answered_at = $2
            WHERE id = ANY($1) AND {_OPEN} AND lapses_at <= $2 RETURNING *""",  # noqa: S608
        ids,
        now,
    )
    if can_be_answered(event, now=now):
        await post(tx, letters_about(LAPSED, event, [invitation_from(row) for row in rows]))
        await invite_from_reserve(tx, event, len(rows), now=now)
    return len(rows)
