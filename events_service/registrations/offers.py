"""Seats that wait for a word, and places in line that organisers change: offered, accepted, lapsed, promoted."""

from datetime import timedelta

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import Transaction, fetch, transaction
from events_service.errors import Conflict, Refused
from events_service.events.admissions import admission_of
from events_service.events.rules import Event
from events_service.outbox.actions import post
from events_service.registrations.actions import approve, end_registration, lock_registration
from events_service.registrations.ledgers import stand_of
from events_service.registrations.queries import Registration, registration_by_id, registration_from
from events_service.registrations.rules import (
    EventFull,
    OfferLapsed,
    Status,
    offered_until,
    still_seats_people,
)
from events_service.registrations.seat_letters import seat_letter
from events_service.registrations.waitlist import confirm, lock_event, move_up, offer
from events_service.sentences import sentence


async def promote_registration(registration_id: str, *, reason: str, by: Doer) -> Registration:
    """Give somebody who waits a free seat out of turn; where none is free for them, put them first in line. The reason is recorded.

    No limit is broken for it. Raises `NotFound`, `Conflict`.
    """
    async with transaction() as tx:
        event, person = await _waiting(tx, registration_id)
        await record(tx, by, Deed("promoted", event.slug, "registration", person.id, ("status",), reason))
        ledger = (await stand_of(event)).ledger
        if ledger.fits(ledger.limits.pools(person.attendance, person.category, person.city)):
            await confirm(tx, event, [person], kind="promoted")
        else:
            await tx.execute(
                """UPDATE registration SET changed_at = $2, version = version + 1, priority = (
                       SELECT MAX(others.priority) + 1 FROM registration others
                       WHERE others.event = $3 AND others.status = 'waitlisted'
                   ) WHERE id = $1""",
                person.id,
                clock.now(),
                event.id,
            )
        await move_up(tx, event)
    return await registration_by_id(registration_id)


async def set_priority(registration_id: str, priority: int, *, reason: str, by: Doer) -> Registration:
    """Let somebody who waits stand further ahead in the line, or further back. The reason is recorded. Raises `NotFound`, `Conflict`."""
    async with transaction() as tx:
        event, person = await _waiting(tx, registration_id)
        await record(tx, by, Deed("set_priority", event.slug, "registration", person.id, ("priority",), reason))
        await tx.execute(
            "UPDATE registration SET priority = $2, changed_at = $3, version = version + 1 WHERE id = $1",
            person.id,
            priority,
            clock.now(),
        )
        await move_up(tx, event)
    return await registration_by_id(registration_id)


async def offer_seat(registration_id: str, *, by: Doer, reason: str = "") -> Registration:
    """Keep a free seat for somebody who waits, until they say yes or no or the deadline is past. The reason is recorded.

    Raises `NotFound`, `EventFull` where none is free for them, `Conflict`.
    """
    async with transaction() as tx:
        event, person = await _waiting(tx, registration_id)
        ledger = (await stand_of(event)).ledger
        pools = ledger.limits.pools(person.attendance, person.category, person.city)
        if not ledger.fits(pools):
            raise EventFull("No seat is free for this person.", capacity=ledger.limits.of.get(pools[0]))
        lasts = timedelta(hours=(await admission_of(event)).offer_hours)
        until = offered_until(event, lasts=lasts, now=clock.now())
        if until is None:
            raise Conflict("It is too late to ask: give the seat instead.", code="too_late_to_offer")
        await record(tx, by, Deed("offered_seat", event.slug, "registration", person.id, ("status",), reason))
        await offer(tx, event, [person], until=until)
    return await registration_by_id(registration_id)


async def accept_offer(registration_id: str) -> Registration:
    """Take the seat that is kept. Raises `NotFound`, `OfferLapsed`, `Conflict` where none is kept."""
    async with transaction() as tx:
        event, person = await lock_registration(tx, registration_id)
        if person.status is not Status.OFFERED:
            raise Conflict(
                sentence("No seat is offered. Status of the registration: %(status)s.", status=person.status),
                code="wrong_status",
            )
        if not still_seats_people(event, now=clock.now()) or _is_past(person):
            raise OfferLapsed()
        await confirm(tx, event, [person], kind="confirmed")
    return await registration_by_id(registration_id)


async def lapse_unanswered() -> int:
    """Pass on the seats of offers whose deadline is past, and give up registrations whose address nobody confirmed.

    Returns how many; several processes may run it at once. Who let an offer lapse is told; an address nobody confirmed is not written to.
    """
    rows = await fetch(
        """SELECT DISTINCT event FROM registration
           WHERE answer_until <= $1 AND (status = 'offered' OR (status = 'pending' AND awaits = 'mail_check'))""",
        clock.now(),
    )
    return sum([await _lapse_at(row["event"]) for row in rows])


async def _lapse_at(event_id: str) -> int:
    async with transaction() as tx:
        event = await lock_event(tx, event_id)
        rows = await tx.fetch(
            """SELECT * FROM registration WHERE event = $1 AND answer_until <= $2
                 AND (status = 'offered' OR (status = 'pending' AND awaits = 'mail_check'))
               ORDER BY id FOR NO KEY UPDATE""",
            event_id,
            clock.now(),
        )
        await tx.execute_many(
            """UPDATE registration SET status = 'cancelled', answer_until = NULL, awaits = NULL, check_digest = NULL,
                      changed_at = $2, version = version + 1 WHERE id = $1""",
            [(row["id"], clock.now()) for row in rows],
        )
        lapsed = [registration_from(row) for row in rows if row["status"] == Status.OFFERED]
        if still_seats_people(event, now=clock.now()):
            await post(tx, [seat_letter("offer_lapsed", event, person) for person in lapsed])
        await move_up(tx, event)
    return len(rows)


async def decide_many(
    event: Event, ids: list[str], *, approved: bool, reason: str, by: Doer
) -> tuple[list[str], dict[str, Refused]]:
    """Say yes or no to many who are pending, in the order given, within one transaction; the reason stands in the letters.

    What is refused is that one's answer; the others stand. Returns the ids that were decided, and what was refused.
    """
    done, refused = list[str](), dict[str, Refused]()
    async with transaction() as tx:
        event = await lock_event(tx, event.id)
        rows = await tx.fetch(
            "SELECT * FROM registration WHERE event = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE", event.id, ids
        )
        people = {row["id"]: registration_from(row) for row in rows}
        for one in dict.fromkeys(ids):
            try:
                await _decide(tx, event, people.get(one), approved=approved, reason=reason)
                done.append(one)
            except Refused as error:
                refused[one] = error
        action = "approved" if approved else "declined"
        await record(tx, by, *(Deed(action, event.slug, "registration", one, ("status",), reason) for one in done))
    return done, refused


async def _decide(tx: Transaction, event: Event, person: Registration | None, *, approved: bool, reason: str) -> None:
    if person is None:
        raise Conflict("This event has no such registration.", code="unknown_registration")
    if approved:
        await approve(tx, event, person, reason=reason)
        return
    if person.status is not Status.PENDING:
        raise Conflict(
            sentence("The registration does not wait for approval. Its status: %(status)s.", status=person.status),
            code="wrong_status",
        )
    await end_registration(tx, event, person, to=Status.DECLINED, kind="declined", reason=reason)


async def _waiting(tx: Transaction, registration_id: str) -> tuple[Event, Registration]:
    event, person = await lock_registration(tx, registration_id)
    if person.status is not Status.WAITLISTED:
        raise Conflict(
            sentence("The registration is not on the waiting list. Its status: %(status)s.", status=person.status),
            code="wrong_status",
        )
    if not still_seats_people(event, now=clock.now()):
        raise Conflict("The event is over or cancelled.", code="wrong_status")
    return event, person


def _is_past(person: Registration) -> bool:
    return person.answer_until is not None and person.answer_until <= clock.now()
