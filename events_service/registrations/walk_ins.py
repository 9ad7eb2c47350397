"""Somebody stands at the entrance and is registered there: with an address or without, under the event's seats or past them by a reason."""

from dataclasses import replace
from typing import Annotated

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import Transaction, transaction
from events_service.errors import Conflict
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event, Format
from events_service.registrations.actions import lock_registration
from events_service.registrations.applications import Application, Outcome
from events_service.registrations.drafts import RegistrationDraft
from events_service.registrations.ledgers import stand_of
from events_service.registrations.naming import address_of_nobody
from events_service.registrations.queries import Registration, registration_by_id
from events_service.registrations.rules import Attendance, Category, EventFull, QuotaFull, Status
from events_service.registrations.seating import seat_batch
from events_service.registrations.waitlist import confirm, lock_event, move_up
from events_service.web.bodies import Body
from events_service.web.fields import Email, LanguageTag, OptionalLine, checked, needed_line, one_line

SOURCE = "walk_in"


class WalkInDraft(Body, frozen=True, kw_only=True):
    """Who walks in. Without `email` nothing is ever sent to them. `override_reason`: why they are let in though all seats are taken."""

    name: Annotated[str, checked(needed_line, max_length=200, examples=["Åsa Ðórsdóttir"])]
    email: Email | None = None
    organisation: OptionalLine = ""
    city: OptionalLine = ""
    category: Category = Category.GUEST
    language: LanguageTag = "en"
    override_reason: Annotated[str, checked(one_line, max_length=500)] | None = None


class OnlineEvent(Conflict):
    """There is no entrance."""

    code = "online_event"
    detail = "Nobody can walk in: this event takes place online."


async def register_walk_in(slug: str, draft: WalkInDraft, *, by: Doer) -> Registration:
    """Give somebody at the entrance a seat in the room. Raises as `seat_walk_in`."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        event = await lock_event(tx, event.id)
        return await seat_walk_in(tx, event, draft, by=by)


async def seat_walk_in(tx: Transaction, event: Event, draft: WalkInDraft, *, by: Doer) -> Registration:
    """The same within the caller's transaction, which has locked the event.

    Who has a seat already keeps it, and who waits for one gets it. Raises `OnlineEvent`, `RegistrationClosed`, `Invalid`, and without a
    reason to override `EventFull` or `QuotaFull`.
    """
    if event.format is Format.ONLINE:
        raise OnlineEvent()
    outcome, reason = await _seated(tx, event, _application(event, draft), reason=draft.override_reason or "")
    if outcome.status is not Status.CONFIRMED:
        reason = await _seat_who_waits(tx, event, outcome.registration_id, reason=draft.override_reason or "")
    await record(tx, by, Deed("walked_in", event.slug, "registration", outcome.registration_id, ("status",), reason))
    return await registration_by_id(outcome.registration_id)


def _application(event: Event, draft: WalkInDraft) -> Application:
    registration = RegistrationDraft(
        name=draft.name,
        email=draft.email or address_of_nobody(),
        organisation=draft.organisation,
        city=draft.city,
        category=draft.category,
        attendance=Attendance.IN_PERSON,
        language=draft.language,
    )
    return Application(event.slug, registration, by_registrar=True, source=SOURCE, waits=False)


async def _seated(tx: Transaction, event: Event, wish: Application, *, reason: str) -> tuple[Outcome, str]:
    """What became of it, and the reason where it took one."""
    (outcome,) = await seat_batch(tx, [wish])
    if isinstance(outcome, EventFull | QuotaFull) and reason:
        (outcome,) = await seat_batch(tx, [replace(wish, takes_over=True)])
        if not isinstance(outcome, Exception):
            return outcome, reason
    if isinstance(outcome, Exception):
        raise outcome
    return outcome, ""


async def _seat_who_waits(tx: Transaction, event: Event, registration_id: str, *, reason: str) -> str:
    """Seat somebody who was registered before and has no seat yet. Returns the reason where it took one."""
    _, person = await lock_registration(tx, registration_id)
    ledger = (await stand_of(event)).ledger
    # Whatever they waited for or were offered, they sit in the room now.
    pools = ledger.limits.pools(Attendance.IN_PERSON, person.category, person.city)
    kept = ledger.limits.pools(person.attendance, person.category, person.city)
    theirs = kept if person.status is Status.OFFERED else ()
    has_room = all(ledger.room(pool) != 0 for pool in pools if pool not in theirs)
    if not has_room and not reason:
        raise EventFull("This person waits for a seat, and none is free.", capacity=ledger.limits.of.get(pools[0]))
    await tx.execute(
        "UPDATE registration SET attendance = $2, changed_at = $3 WHERE id = $1",
        person.id,
        Attendance.IN_PERSON.value,
        clock.now(),
    )
    await confirm(tx, event, [replace(person, attendance=Attendance.IN_PERSON)], kind="confirmed")
    if not set(theirs) <= set(pools):
        await move_up(tx, event)
    return "" if has_room else reason
