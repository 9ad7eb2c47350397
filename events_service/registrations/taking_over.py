"""Taking over a seat as it is, with its sessions: one transaction, and nobody of the waiting list in between.

The one who comes is seated before the other leaves, so that no seat is free at any moment; the event's row is locked all along.
"""

from events_service import clock
from events_service.agenda.release_queries import published_agenda
from events_service.agenda.writing import lock_sessions
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import Row, Transaction
from events_service.errors import Conflict, FieldError, Invalid
from events_service.events.rules import Event
from events_service.invitations.places import hand_over_place
from events_service.registrations.actions import end_registration
from events_service.registrations.applications import Application, email_key
from events_service.registrations.ledgers import stand_of
from events_service.registrations.naming import identity_of
from events_service.registrations.queries import Registration, registration_from
from events_service.registrations.quotas import full, missing_for
from events_service.registrations.rules import ENDED, RegistrationClosed, Status, still_seats_people
from events_service.registrations.seating import seat_batch
from events_service.registrations.session_invites import Holder, tell
from events_service.registrations.substitute_drafts import SubstituteDraft, registration_draft
from events_service.registrations.waitlist import confirm
from events_service.registrations.wishes import lock_chosen
from events_service.sentences import sentence


class AlreadyRegistered(Conflict):
    """The one who is to come has a seat of their own."""

    code = "already_registered"
    detail = "This person has a seat at this event already. Cancel the registration you hold, or name somebody else."


class OtherSeat(Conflict):
    """A seat changes hands as it is."""

    code = "other_seat"
    detail = "The seat keeps its category, in the room or online. Leave both out, or register this person anew."


async def take_over(tx: Transaction, event: Event, leaving: Registration, draft: SubstituteDraft, *, by: Doer) -> str:
    """Seat the one, then end the other; the id of the registration that holds the seat. Event and registration are locked."""
    before = await check_take_over(tx, event, leaving, draft)
    here = registration_from(before) if before is not None and Status(before["status"]) not in ENDED else None
    # All sessions that may change hands at once: one after the other others might stand in between.
    await lock_chosen(tx, [leaving, here] if here else [leaving])
    if here is None:
        coming_id = await _seat_newcomer(tx, event, leaving, draft)
    else:
        await _seat_known(tx, event, leaving, here)
        coming_id = here.id
    if draft.move_sessions:
        row = await tx.fetch_one("SELECT * FROM registration WHERE id = $1", coming_id)
        assert row is not None
        await _move_sessions(tx, event, leaving, registration_from(row))
    await hand_over_place(tx, event, leaving.id, to=coming_id)
    await end_registration(
        tx, event, leaving, to=Status.CANCELLED, kind="cancelled", reason=draft.reason, passed_on=True
    )
    deed = Deed("substituted", event.slug, "registration", leaving.id, fields=("status",), reason=draft.reason)
    await record(tx, by, deed)
    return coming_id


async def check_take_over(tx: Transaction, event: Event, leaving: Registration, draft: SubstituteDraft) -> Row | None:
    """The row of the one who comes, locked, if the event knows them.

    Raises `Invalid`, `AlreadyRegistered`, `OtherSeat`, `QuotaFull`, `RegistrationClosed`, `Conflict`.
    """
    if not still_seats_people(event, now=clock.now()):
        raise RegistrationClosed()
    if leaving.status is not Status.CONFIRMED:
        raise Conflict(
            sentence(
                "Only a confirmed seat can be passed on. Status of the registration: %(status)s.",
                status=leaving.status,
            ),
            code="wrong_status",
        )
    if email_key(draft.email) == email_key(identity_of(leaving).email):
        message = "This is the address of the one who leaves. Give the address of the one who comes."
        raise Invalid([FieldError("email", "same_person", message)])
    if draft.category not in (None, leaving.category) or draft.attendance not in (None, leaving.attendance):
        raise OtherSeat()
    row = await tx.fetch_one(
        "SELECT * FROM registration WHERE event = $1 AND email_key = $2 FOR NO KEY UPDATE",
        event.id,
        email_key(draft.email),
    )
    if row is not None and row["status"] == Status.CONFIRMED.value:
        raise AlreadyRegistered()
    here = registration_from(row) if row is not None and Status(row["status"]) not in ENDED else None
    await _check_quota(event, leaving, draft, here)
    return row


async def _check_quota(event: Event, leaving: Registration, draft: SubstituteDraft, here: Registration | None) -> None:
    """Who comes from another city needs a seat of that city's quota. Raises `QuotaFull`."""
    ledger = (await stand_of(event)).ledger
    limits = ledger.limits
    city = here.city if here else leaving.city if draft.city is None else draft.city
    theirs = limits.pools(leaving.attendance, leaving.category, leaving.city)
    if here is not None and here.status is Status.OFFERED:
        theirs += limits.pools(here.attendance, here.category, here.city)
    short = missing_for(ledger, limits.pools(leaving.attendance, leaving.category, city), instead_of=theirs)
    if short is not None:
        raise full(ledger, short)


async def _seat_newcomer(tx: Transaction, event: Event, leaving: Registration, draft: SubstituteDraft) -> str:
    wish = Application(
        event.slug,
        registration_draft(draft, leaving),
        by_registrar=True,
        takes_over=True,
        after_badge=leaving.badge_generation,
        delegation_id=leaving.delegation_id,
        source="substitute",
    )
    (outcome,) = await seat_batch(tx, [wish])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome.registration_id


async def _seat_known(tx: Transaction, event: Event, leaving: Registration, here: Registration) -> None:
    """Their own registration takes the seat, as it is."""
    await tx.execute(
        "UPDATE registration SET category = $2, attendance = $3, delegation = $4, badge_generation = $5 WHERE id = $1",
        *(here.id, leaving.category.value, leaving.attendance.value, leaving.delegation_id),
        max(here.badge_generation, leaving.badge_generation),
    )
    row = await tx.fetch_one("SELECT * FROM registration WHERE id = $1", here.id)
    assert row is not None
    await confirm(tx, event, [registration_from(row)], kind="confirmed")


async def _move_sessions(tx: Transaction, event: Event, leaving: Registration, coming: Registration) -> None:
    """Places and waiting numbers in sessions go over; where the one who comes has a place of their own, that one stays."""
    rows = await tx.fetch(
        """SELECT session, status FROM sign_up WHERE registration = $1 AND status <> 'cancelled' AND session NOT IN (
             SELECT session FROM sign_up WHERE registration = $2 AND status = 'confirmed') ORDER BY session""",
        *(leaving.id, coming.id),
    )
    moved = [row["session"] for row in rows]
    await lock_sessions(tx, moved)
    await tx.execute("DELETE FROM sign_up WHERE registration = $1 AND session = ANY($2)", coming.id, moved)
    await tx.execute(
        """UPDATE sign_up SET registration = $1, changed_at = $4, version = version + 1
           WHERE registration = $2 AND session = ANY($3)""",
        *(coming.id, leaving.id, moved, clock.now()),
    )
    published = await published_agenda(event, now=clock.now())
    if published is None:
        return
    agenda = published.release.agenda
    held = [row["session"] for row in rows if row["status"] == "confirmed" and row["session"] in agenda.session]
    sessions = [agenda.session[one] for one in held]
    await tell(
        tx,
        event,
        agenda,
        wanted=[(session, Holder.of_registration(coming)) for session in sessions],
        unwanted=[(session, Holder.of_registration(leaving)) for session in sessions],
    )
