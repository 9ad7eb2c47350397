"""What a coordinator does: names, changes and withdraws delegates, and lets others come in their place.

Each verb locks the event's row first, then the delegation's, then whoever it is about: nobody gets a seat in between that is kept.
"""

from msgspec import UNSET, structs

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import Transaction, transaction
from events_service.delegations.drafts import DelegateChange, DelegateDraft
from events_service.delegations.rules import Delegation, DelegationFull, check_open, unnamed
from events_service.errors import Conflict, FieldError, Invalid, NotFound
from events_service.events.rules import Event
from events_service.registrations.actions import edit, end_registration
from events_service.registrations.applications import Application, email_key
from events_service.registrations.delegate_queries import lock_delegates, lock_delegation
from events_service.registrations.delegations import kept_pools
from events_service.registrations.drafts import RegistrationChange, RegistrationDraft
from events_service.registrations.ledgers import stand_of
from events_service.registrations.naming import columns_of, identity_of
from events_service.registrations.queries import Registration, registration_by_id, registration_from
from events_service.registrations.quotas import full, missing_for_delegate
from events_service.registrations.rules import ENDED, Attendance, Category, Status, attendance_at
from events_service.registrations.seating import seat_batch
from events_service.registrations.substitute_drafts import SubstituteDraft
from events_service.registrations.substituting import pass_on
from events_service.registrations.waitlist import confirm, move_up
from events_service.sentences import sentence


class HasSeat(Conflict):
    """Who is named has a seat already, of this delegation or otherwise."""

    code = "already_registered"
    detail = "This person has a seat at this event already. Name somebody else, or ask the organisers."


class HidesBehindAlias(Conflict):
    """A protected person is changed by the organisers alone."""

    code = "protected_person"
    detail = "This person stands under an alias. Ask the organisers to change what is known of them."


async def name_delegate(delegation_id: str, draft: DelegateDraft, *, by: Doer) -> Registration:
    """Turn a seat that is kept into this person's: badge, letter and invite go out. Who waited until now need not any more.

    Raises `NotFound`, `Invalid`, `DelegationClosed`, `DelegationFull`, `HasSeat`, `EventFull`, `QuotaFull`.
    """
    async with transaction() as tx:
        event, delegation = await _lock_open(tx, delegation_id)
        if not unnamed(delegation, len(await lock_delegates(tx, delegation.id))):
            raise DelegationFull(seats=delegation.seats)
        category = _category(delegation, draft)
        attendance = attendance_at(event, Attendance(draft.attendance or delegation.attendance))
        row = await tx.fetch_one(
            "SELECT * FROM registration WHERE event = $1 AND email_key = $2 FOR NO KEY UPDATE",
            *(event.id, email_key(draft.email)),
        )
        here = registration_from(row) if row is not None and Status(row["status"]) not in ENDED else None
        if here is not None and here.status is Status.CONFIRMED:
            raise HasSeat()
        await _check_seat(event, delegation, (attendance.value, category.value), here)
        if here is None:
            registration_id = await _seat_newcomer(tx, event, delegation, draft, category, attendance)
        else:
            registration_id = await _seat_known(tx, event, delegation, here, category, attendance)
        await move_up(tx, event)
        await record(tx, by, Deed("named_delegate", event.slug, "registration", registration_id, ("status",)))
    return await registration_by_id(registration_id)


async def change_delegate(
    delegation_id: str, registration_id: str, change: DelegateChange, *, by: Doer
) -> Registration:
    """Correct how a delegate is called or takes part. Raises `NotFound`, `Invalid`, `DelegationClosed`, `EventFull`, `Conflict`."""
    async with transaction() as tx:
        event, _, person = await _lock_delegate(tx, delegation_id, registration_id)
        if person.protected:
            raise HidesBehindAlias()
        wanted = RegistrationChange(
            name=change.name,
            organisation=change.organisation,
            attendance=Attendance(change.attendance) if change.attendance else UNSET,
            language=change.language,
        )
        if await edit(tx, event, person, wanted):
            await move_up(tx, event)
        fields = ("name", "organisation", "attendance", "language")
        await record(tx, by, Deed("changed_delegate", event.slug, "registration", person.id, fields))
    return await registration_by_id(registration_id)


async def withdraw_delegate(delegation_id: str, registration_id: str, *, reason: str, by: Doer) -> None:
    """End a delegate's registration; the seat waits for another name. Raises `NotFound`, `DelegationClosed`, `Conflict`."""
    async with transaction() as tx:
        event, _, person = await _lock_delegate(tx, delegation_id, registration_id)
        await end_registration(tx, event, person, to=Status.CANCELLED, kind="cancelled", reason=reason)
        deed = Deed("withdrew_delegate", event.slug, "registration", person.id, ("status",), reason)
        await record(tx, by, deed)


async def substitute_delegate(
    delegation_id: str, registration_id: str, draft: SubstituteDraft, *, by: Doer
) -> Registration:
    """Somebody comes in a delegate's place, in one step; the coordinator is who approved it. Raises what `substitute` and the others do."""
    async with transaction() as tx:
        event, _, leaving = await _lock_delegate(tx, delegation_id, registration_id)
        # The seat is the city's: whoever comes, comes for it.
        of_the_city = structs.replace(draft, city=None, answers={}, consent=False)
        coming = await pass_on(tx, event, leaving, of_the_city, by=by)
    return await registration_by_id(coming)


async def _lock_open(tx: Transaction, delegation_id: str) -> tuple[Event, Delegation]:
    event, delegation = await lock_delegation(tx, delegation_id)
    check_open(delegation, event, now=clock.now())
    return event, delegation


async def _lock_delegate(
    tx: Transaction, delegation_id: str, registration_id: str
) -> tuple[Event, Delegation, Registration]:
    event, delegation = await _lock_open(tx, delegation_id)
    row = await tx.fetch_one(
        "SELECT * FROM registration WHERE id = $1 AND delegation = $2 FOR NO KEY UPDATE", registration_id, delegation.id
    )
    if row is None:
        raise NotFound()
    person = registration_from(row)
    if person.status is not Status.CONFIRMED:
        raise Conflict("This person's seat was given back already.", code="wrong_status")
    return event, delegation, person


def _category(delegation: Delegation, draft: DelegateDraft) -> Category:
    if delegation.category is not None:
        if draft.category not in (None, delegation.category):
            words = "All delegates of this city take part as %(category)s."
            message = sentence(words, category=delegation.category.value)
            raise Invalid([FieldError("category", "other_category", message)])
        return delegation.category
    if draft.category is None:
        raise Invalid([FieldError("category", "required", "Choose as whom this person takes part.")])
    return draft.category


async def _check_seat(event: Event, delegation: Delegation, to: tuple[str, str], here: Registration | None) -> None:
    """Raises `EventFull` or `QuotaFull` where what is kept is not the seat they need, and that one is not free."""
    ledger = (await stand_of(event)).ledger
    if here is not None and here.status is Status.OFFERED:
        ledger.take(ledger.limits.pools(here.attendance, here.category, here.city), -1)
    wanted = ledger.limits.pools(*to, delegation.city)
    short = missing_for_delegate(ledger, wanted, kept=kept_pools(ledger, delegation))
    if short is not None:
        raise full(ledger, short)


async def _seat_newcomer(
    tx: Transaction,
    event: Event,
    delegation: Delegation,
    draft: DelegateDraft,
    category: Category,
    attendance: Attendance,
) -> str:
    registration = RegistrationDraft(
        name=draft.name,
        email=draft.email,
        organisation=draft.organisation,
        city=delegation.city,
        category=category,
        attendance=attendance,
        language=draft.language,
    )
    wish = Application(
        event.slug,
        registration,
        by_registrar=True,
        takes_over=True,
        delegation_id=delegation.id,
        source="delegation",
    )
    (outcome,) = await seat_batch(tx, [wish])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome.registration_id


async def _seat_known(
    tx: Transaction,
    event: Event,
    delegation: Delegation,
    here: Registration,
    category: Category,
    attendance: Attendance,
) -> str:
    """Their own registration takes the seat: they come for the city now."""
    alias = here.name if here.protected else None
    found = columns_of(identity_of(here), here.id, city=delegation.city, alias=alias)["search_key"]
    await tx.execute(
        "UPDATE registration SET category = $2, attendance = $3, city = $4, search_key = $5, delegation = $6 WHERE id = $1",
        *(here.id, category.value, attendance.value, delegation.city, found, delegation.id),
    )
    row = await tx.fetch_one("SELECT * FROM registration WHERE id = $1", here.id)
    assert row is not None
    await confirm(tx, event, [registration_from(row)], kind="confirmed")
    return here.id
