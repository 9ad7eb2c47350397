"""Somebody who only waited for a word is looked at as a newcomer: a seat, or a place in line."""

from events_service import clock
from events_service.database import Transaction
from events_service.events.rules import Event
from events_service.outbox.actions import post
from events_service.registrations.ledgers import stand_of
from events_service.registrations.letter_facts import Addressee, letter_about
from events_service.registrations.queries import Registration, registration_from, waitlist_position
from events_service.registrations.quotas import place
from events_service.registrations.rules import Placement, Status
from events_service.registrations.waitlist import confirm


async def place_anew(tx: Transaction, event: Event, person: Registration, *, reason: str = "") -> None:
    """Treat somebody who was only pending as a newcomer: a seat, or a place in line; the letter carries the reason.

    The event's row and theirs are locked. Raises `EventFull` before it writes.
    """
    ledger = (await stand_of(event)).ledger
    pools = ledger.limits.pools(person.attendance, person.category, person.city)
    placement = place(event, ledger, pools, by_registrar=True, priority=person.priority)
    if placement.status is Status.CONFIRMED:
        await confirm(tx, event, [person], kind="confirmed", reason=reason)
    else:
        await _put_on_waitlist(tx, event, person, placement, reason=reason)


async def let_in(tx: Transaction, event: Event, registration_id: str) -> Status:
    """Somebody who is here already says yes to an invitation: what they waited for is theirs now, as far as there are seats.

    Whoever stands in line stays where they are; a letter tells everybody how things stand. The event's row is locked. Raises `EventFull`.
    """
    (row,) = await tx.fetch("SELECT * FROM registration WHERE id = $1 FOR NO KEY UPDATE", registration_id)
    person = registration_from(row)
    match person.status:
        case Status.PENDING:
            await place_anew(tx, event, person)
        case Status.OFFERED:
            await confirm(tx, event, [person], kind="confirmed")
        case Status.WAITLISTED:
            addressee = Addressee.of(person, waitlist_position=await waitlist_position(person))
            await post(tx, [letter_about("waitlisted", event, addressee)])
        case _:
            await post(tx, [letter_about("already_registered", event, Addressee.of(person))])
    (row,) = await tx.fetch("SELECT status FROM registration WHERE id = $1", registration_id)
    return Status(row["status"])


async def _put_on_waitlist(
    tx: Transaction, event: Event, person: Registration, placement: Placement, *, reason: str
) -> None:
    await tx.execute(
        """UPDATE registration SET status = 'waitlisted', waitlist_number = $2, changed_at = $3, version = version + 1,
                  awaits = NULL, answer_until = NULL, check_digest = NULL WHERE id = $1""",
        person.id,
        placement.number,
        clock.now(),
    )
    addressee = Addressee.of(person, status=Status.WAITLISTED, waitlist_position=placement.position)
    await post(tx, [letter_about("waitlisted", event, addressee, reason=reason)])
