"""What organisers do with delegations, and what time does. Each verb locks the event first, then looks; letters go with the change."""

from dataclasses import replace
from datetime import datetime

from msgspec import UNSET

from events_service import clock, settings
from events_service.audit.actions import record
from events_service.audit.rules import SERVICE, Deed, Doer
from events_service.database import Transaction, fetch, transaction
from events_service.delegations.drafts import DelegationChange, DelegationDraft, Withdrawal
from events_service.delegations.letters import ASKED, RELEASED, WITHDRAWN, letter_about
from events_service.delegations.queries import delegation_from
from events_service.delegations.rules import (
    Delegation,
    DelegationClosed,
    DelegationExists,
    SeatsNamed,
    SeatsShort,
    State,
    delegation_code,
    still_comes,
    unnamed,
)
from events_service.directory.queries import city_called
from events_service.errors import Conflict, FieldError, Invalid, NotFound
from events_service.events.drafts import given
from events_service.events.rules import Event, to_utc
from events_service.identifiers import new_id
from events_service.outbox.actions import post
from events_service.registrations.actions import end_registration
from events_service.registrations.delegate_queries import lock_delegates, lock_delegation
from events_service.registrations.ledgers import stand_of
from events_service.registrations.quotas import Ledger, Pools, city_key
from events_service.registrations.rules import Status, attendance_at
from events_service.registrations.waitlist import lock_event, move_up
from events_service.registrations.wishes import lock_chosen
from events_service.sealing import token_digest

_INSERT = """
INSERT INTO delegation (id, event, city, city_key, seats, attendance, category, coordinator_name, coordinator_email, email_key, language,
                        link_generation, code_digest, closes_at, state, reason, made_by_kind, made_by, created_at, changed_at, asked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, 'open', '', $14, $15, $16, $16, $16)
"""


async def make_delegation(slug: str, draft: DelegationDraft, *, by: Doer) -> Delegation:
    """Keep seats for a city, and send its coordinator the link.

    Raises `NotFound`, `Invalid`, `DelegationExists`, `SeatsShort` with the number left, `Conflict` for an event that is not to come.
    """
    async with transaction() as tx:
        row = await tx.fetch_one("SELECT id FROM event WHERE slug = $1", slug)
        if row is None:
            raise NotFound()
        event = await lock_event(tx, row["id"])
        now = clock.now()
        _check_coming(event, now=now)
        closes_at = event.starts_at if draft.closes_at is None else _deadline(event, draft.closes_at)
        _check_deadline(event, closes_at, now=now)
        made = Delegation(
            id=new_id(),
            event_id=event.id,
            city=await city_called(draft.city),
            seats=draft.seats,
            attendance=attendance_at(event, None).value,
            category=draft.category,
            coordinator_name=draft.coordinator_name,
            coordinator_email=draft.coordinator_email,
            language=draft.language,
            link_generation=0,
            closes_at=closes_at,
            asked_at=now,
            reminded_at=None,
            state=State.OPEN,
            reason="",
            made_by_kind=by.kind,
            made_by=by.id,
            created_at=now,
            changed_at=now,
        )
        await _check_alone(tx, made)
        _check_seats((await stand_of(event)).ledger, made, made.seats)
        await _insert(tx, made)
        await post(tx, [letter_about(ASKED, event, made)])
        await record(tx, by, Deed("made_delegation", event.slug, "delegation", made.id))
    return made


async def change_delegation(delegation_id: str, change: DelegationChange, *, by: Doer) -> Delegation:
    """Other seats, another deadline, another coordinator: only what is given changes, and the coordinator is written to.

    Fewer seats go to the waiting list at once. With another address the old link ends. After its deadline a delegation opens again with a
    later one. Raises `NotFound`, `Invalid`, `SeatsNamed`, `SeatsShort`, `DelegationClosed`, `Conflict`.
    """
    async with transaction() as tx:
        event, before = await lock_delegation(tx, delegation_id)
        now = clock.now()
        _check_coming(event, now=now)
        after = _changed(before, event, change, now=now)
        if after == before:
            return before
        named = len(await lock_delegates(tx, before.id))
        if after.seats < named:
            raise SeatsNamed(named=named)
        more = unnamed(after, named) - unnamed(before, named)
        if more > 0:
            _check_seats((await stand_of(event)).ledger, after, more)
        await _write(tx, after, now=now)
        if more < 0:
            await move_up(tx, event)
        if _is_worth_a_letter(before, after) and after.coordinator_email:
            await _ask(tx, event, after, now=now)
        fields = tuple(name for name in _TOLD if getattr(before, name) != getattr(after, name))
        await record(tx, by, Deed("changed_delegation", event.slug, "delegation", before.id, fields))
    return replace(after, changed_at=now)


async def withdraw_delegation(delegation_id: str, withdrawal: Withdrawal, *, by: Doer) -> None:
    """Give its unnamed seats to whoever follows; the coordinator is told why. Raises `NotFound`, `Conflict`.

    Who is named keeps their seat, unless they are meant too: then it is cancelled, and the reason stands in their letter.
    """
    async with transaction() as tx:
        event, delegation = await lock_delegation(tx, delegation_id)
        if delegation.state is State.WITHDRAWN:
            raise Conflict("This delegation is withdrawn already.", code="wrong_status")
        now = clock.now()
        await _write(tx, replace(delegation, state=State.WITHDRAWN, reason=withdrawal.reason), now=now)
        if withdrawal.delegates_too and still_comes(event, now=now):
            people = await lock_delegates(tx, delegation.id)
            await lock_chosen(tx, people)
            for person in people:
                await end_registration(
                    tx, event, person, to=Status.CANCELLED, kind="cancelled", reason=withdrawal.reason
                )
        await move_up(tx, event)
        if delegation.coordinator_email:
            await post(tx, [letter_about(WITHDRAWN, event, delegation, reason=withdrawal.reason)])
        deed = Deed("withdrew_delegation", event.slug, "delegation", delegation.id, reason=withdrawal.reason)
        await record(tx, by, deed)


async def send_link_again(delegation_id: str, *, by: Doer) -> None:
    """The coordinator's letter once more, with the same link. Raises `NotFound`, `Conflict`."""
    async with transaction() as tx:
        event, delegation = await lock_delegation(tx, delegation_id)
        now = clock.now()
        _check_coming(event, now=now)
        if delegation.state is State.WITHDRAWN:
            raise Conflict("This delegation is withdrawn: its link opens nothing to do.", code="wrong_status")
        if not delegation.coordinator_email:
            raise Conflict("This delegation has no coordinator any more. Name one first.", code="no_coordinator")
        await _ask(tx, event, delegation, now=now)
        await record(tx, by, Deed("sent_delegation_link", event.slug, "delegation", delegation.id))


async def release_delegations() -> int:
    """Give back what nobody was named for, of every delegation whose deadline is past; returns how many delegations that were.

    For the worker: several may run it at once. Each event's line moves up in the same transaction.
    """
    now = clock.now()
    rows = await fetch("SELECT DISTINCT event FROM delegation WHERE state = 'open' AND closes_at <= $1", now)
    return sum([await _release_at(row["event"], now=now) for row in rows])


async def _release_at(event_id: str, *, now: datetime) -> int:
    async with transaction() as tx:
        event = await lock_event(tx, event_id)
        rows = await tx.fetch(
            """SELECT * FROM delegation WHERE event = $1 AND state = 'open' AND closes_at <= $2
               ORDER BY id FOR NO KEY UPDATE""",
            *(event_id, now),
        )
        for delegation in map(delegation_from, rows):
            left = unnamed(delegation, len(await lock_delegates(tx, delegation.id)))
            await _write(tx, replace(delegation, state=State.RELEASED), now=now)
            if left and delegation.coordinator_email and still_comes(event, now=now):
                await post(tx, [letter_about(RELEASED, event, delegation, given_back=left)])
            await record(tx, SERVICE, Deed("released_delegation", event.slug, "delegation", delegation.id))
        if rows:
            await move_up(tx, event)
    return len(rows)


async def _ask(tx: Transaction, event: Event, delegation: Delegation, *, now: datetime) -> None:
    """The letter with the link, once more."""
    await tx.execute("UPDATE delegation SET asked_at = $2 WHERE id = $1", delegation.id, now)
    await post(tx, [letter_about(ASKED, event, delegation)])


_TOLD = ("seats", "coordinator_email", "coordinator_name", "language", "closes_at", "state")


def _is_worth_a_letter(before: Delegation, after: Delegation) -> bool:
    return (before.seats, before.closes_at, before.link_generation) != (
        after.seats,
        after.closes_at,
        after.link_generation,
    )


def _changed(before: Delegation, event: Event, change: DelegationChange, *, now: datetime) -> Delegation:
    if before.state is State.WITHDRAWN:
        raise DelegationClosed("This delegation is withdrawn. Make a new one for the city.", state=before.state.value)
    closes_at, state = before.closes_at, before.state
    if change.closes_at is not UNSET and _deadline(event, change.closes_at) != before.closes_at:
        closes_at, state = _deadline(event, change.closes_at), State.OPEN
        _check_deadline(event, closes_at, now=now)
    if state is State.RELEASED and given(change.seats, before.seats) != before.seats:
        detail = "The deadline is past. Set a later one together with the number of seats."
        raise DelegationClosed(detail, state=before.state.value)
    email = given(change.coordinator_email, before.coordinator_email)
    elsewhere = email.casefold() != before.coordinator_email.casefold()
    return replace(
        before,
        seats=given(change.seats, before.seats),
        coordinator_email=email,
        coordinator_name=given(change.coordinator_name, before.coordinator_name),
        language=given(change.language, before.language),
        link_generation=before.link_generation + 1 if elsewhere else before.link_generation,
        closes_at=closes_at,
        state=state,
    )


def _check_coming(event: Event, *, now: datetime) -> None:
    if not still_comes(event, now=now):
        detail = "The event is not published, or it is over: no city can send anybody now."
        raise Conflict(detail, code="wrong_status")


def _deadline(event: Event, typed: str) -> datetime:
    """The typed moment as UTC. Raises `Invalid` for a wall time that a DST change skips or doubles."""
    try:
        return to_utc(typed, event.timezone)
    except (ValueError, OverflowError) as refused:
        message = "This moment cannot be told in the event's time zone."
        raise Invalid([FieldError("closes_at", "impossible_wall_time", message)]) from refused


def _check_deadline(event: Event, closes_at: datetime, *, now: datetime) -> None:
    if not now < closes_at <= event.ends_at:
        message = "Choose a moment from now to the end of the event."
        raise Invalid([FieldError("closes_at", "outside_time", message)])


def kept_pools(ledger: Ledger, delegation: Delegation) -> Pools:
    """What a seat that waits for a name comes out of."""
    return ledger.limits.pools(delegation.attendance, delegation.category or "", delegation.city)


def _check_seats(ledger: Ledger, delegation: Delegation, seats: int) -> None:
    left = ledger.left_to_keep(kept_pools(ledger, delegation), seats)
    if left < seats:
        raise SeatsShort(left=left)


async def _check_alone(tx: Transaction, made: Delegation) -> None:
    row = await tx.fetch_one(
        "SELECT id FROM delegation WHERE event = $1 AND city_key = $2 AND state <> 'withdrawn'",
        *(made.event_id, city_key(made.city)),
    )
    if row is not None:
        raise DelegationExists(delegation_id=row["id"])


async def _insert(tx: Transaction, made: Delegation) -> None:
    await tx.execute(
        _INSERT,
        *(made.id, made.event_id, made.city, city_key(made.city), made.seats, made.attendance, made.category or ""),
        *(made.coordinator_name, made.coordinator_email, made.coordinator_email.casefold(), made.language),
        *(_code_digest(made), made.closes_at, made.made_by_kind, made.made_by, made.created_at),
    )


async def _write(tx: Transaction, one: Delegation, *, now: datetime) -> None:
    erased = not one.coordinator_email
    await tx.execute(
        """UPDATE delegation SET seats = $2, coordinator_name = $3, coordinator_email = $4, email_key = $5, language = $6,
                  link_generation = $7, code_digest = $8, closes_at = $9, state = $10, reason = $11, changed_at = $12 WHERE id = $1""",
        *(one.id, one.seats, one.coordinator_name, one.coordinator_email),
        *(f"erased:{one.id}" if erased else one.coordinator_email.casefold(), one.language, one.link_generation),
        *(f"erased:{one.id}" if erased else _code_digest(one), one.closes_at, one.state.value, one.reason, now),
    )


def _code_digest(one: Delegation) -> str:
    return token_digest(delegation_code(one.id, one.link_generation, secret_key=settings.current().secret_key))
