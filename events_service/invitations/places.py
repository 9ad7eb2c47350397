"""The place that an invitation gets its guest: taken, left, handed over; in the transaction of whoever seats people."""

from datetime import datetime

from events_service import clock
from events_service.database import Transaction
from events_service.events.rules import Event
from events_service.invitations.reserve import invite_from_reserve
from events_service.invitations.rules import Invitation, State, check_answerable
from events_service.invitations.writing import lock_invitation, step


async def take_up(tx: Transaction, invitation_id: str) -> tuple[Event, Invitation]:
    """Event and invitation, locked in that order, for who may still say yes. Raises `NotFound`, `AnsweredAlready`."""
    event, invitation = await lock_invitation(tx, invitation_id)
    check_answerable(invitation, event, now=clock.now())
    return event, invitation


async def note_accepted(tx: Transaction, invitation: Invitation, *, registration_id: str) -> None:
    """Said yes, and this is what came of it. The invitation is locked."""
    now = clock.now()
    await step(tx, invitation, State.ACCEPTED, now=now, answered_at=now, registration_id=registration_id)


async def leave_place(tx: Transaction, event: Event, registration_id: str, *, now: datetime) -> None:
    """Somebody gives up the place that an invitation got them: the next of the reserve is invited. The event's row is locked."""
    accepted = await tx.fetch_one(
        "SELECT id FROM invitation WHERE event = $1 AND registration_id = $2 AND state = 'accepted'",
        event.id,
        registration_id,
    )
    if accepted is not None:
        await invite_from_reserve(tx, event, 1, now=now)


async def hand_over_place(tx: Transaction, event: Event, registration_id: str, *, to: str) -> None:
    """What an invitation got the one is the other's now, and their place is none to be left. The event's row is locked."""
    await tx.execute(
        "UPDATE invitation SET registration_id = $3 WHERE event = $1 AND registration_id = $2",
        event.id,
        registration_id,
        to,
    )
