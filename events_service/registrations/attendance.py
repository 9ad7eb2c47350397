"""Telling somebody that they now take part the other way: the entry in their calendar gets its new place."""

from events_service import clock
from events_service.database import Transaction
from events_service.events.rules import Event
from events_service.outbox.actions import post
from events_service.registrations.letter_facts import Addressee, letter_about, next_invite
from events_service.registrations.queries import Registration


async def tell_of_attendance(tx: Transaction, event: Event, person: Registration) -> None:
    """A letter with the invite anew, to somebody who has a seat. `person` is as they take part from now on; both are locked."""
    # The place changed for them alone: the number goes up as it does after a CANCEL, whatever the event's own is.
    invite = next_invite(event, person.invite_sequence, True, now=clock.now())
    await tx.execute(
        "UPDATE registration SET invite_sequence = $2, invite_withdrawn = FALSE WHERE id = $1",
        person.id,
        invite.sequence,
    )
    await post(tx, [letter_about("attendance_changed", event, Addressee.of(person), invite=invite)])
