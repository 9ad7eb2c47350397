"""The reserve: who is invited when somebody else says no. The event's row is locked."""

from dataclasses import replace
from datetime import datetime

from events_service.database import Transaction
from events_service.events.admissions import admissions_of
from events_service.events.rules import Event
from events_service.invitations.letters import INVITED, letters_about
from events_service.invitations.queries import invitation_from
from events_service.invitations.rules import Invitation, State, can_be_answered, lapse_from_reserve, next_reminder
from events_service.invitations.writing import step
from events_service.outbox.actions import post


async def invite_from_reserve(tx: Transaction, event: Event, people: int, *, now: datetime) -> int:
    """Invite the next of the reserve, in their order; the event's row is locked. Returns how many."""
    if not can_be_answered(event, now=now):
        return 0
    rows = await tx.fetch(
        "SELECT * FROM invitation WHERE event = $1 AND state = 'reserve' ORDER BY reserve_number LIMIT $2",
        event.id,
        people,
    )
    for row in rows:
        await invite_again(tx, event, invitation_from(row), now=now)
    return len(rows)


async def invite_again(tx: Transaction, event: Event, invitation: Invitation, *, now: datetime) -> None:
    """From the reserve, or after a no: with as much time to answer as the first ones had."""
    lapses_at = lapse_from_reserve(invitation, event, now=now)
    days = (await admissions_of([event.id]))[event.id].reminder_days
    await step(
        tx,
        invitation,
        State.INVITED,
        now=now,
        lapses_at=lapses_at,
        remind_at=next_reminder(lapses_at, days, now=now),
        created_at=now,
        invited_at=now,
        opened_at=None,
        answered_at=None,
        reminded_at=None,
    )
    await post(tx, letters_about(INVITED, event, [replace(invitation, lapses_at=lapses_at)]))
