"""Inviting people, and what guests answer. Every verb locks the event's row first, then looks; letters go with the change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from events_service import clock, settings
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import Transaction, fetch_one, transaction
from events_service.errors import Conflict, FieldError, Invalid, NotFound
from events_service.events.admissions import admissions_of
from events_service.events.queries import event_from
from events_service.events.rules import Event
from events_service.folding import search_key
from events_service.identifiers import new_id
from events_service.invitations.drafts import GuestDraft, PassedOn
from events_service.invitations.letters import DELEGATED, INVITED, REMINDED, letters_about
from events_service.invitations.queries import invitation_from
from events_service.invitations.rules import (
    ALLOWED,
    REMIND_BY_HAND_AFTER,
    WAITING,
    Invitation,
    State,
    can_be_answered,
    check_answerable,
    check_step,
    has_lapsed,
    invitation_code,
    lapse_from_reserve,
    next_reminder,
)
from events_service.outbox.actions import post
from events_service.sealing import token_digest
from events_service.web.bodies import read_values

_INSERT = """
INSERT INTO invitation (id, event, email, email_key, name, search_key, organisation, city, category, language, state, reserve_number,
                        plus_ones, code_digest, lapses_at, remind_at, invited_by_kind, invited_by, host, word, created_at,
                        invited_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, '', $20, $21, $20)
"""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A person who cannot be invited as given: the line (1 is the first), and what is wrong."""

    line: int
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """On which terms: `lapses_at` UTC or None, so many companions, at once or as a reserve."""

    lapses_at: datetime | None = None
    plus_ones: int = 0
    reserve: bool = False


def read_people(people: Iterable[dict[str, Any]]) -> tuple[list[GuestDraft], list[Rejected]]:
    """Each person on their own: a wrong one keeps nobody else out."""
    good, rejected = list[GuestDraft](), list[Rejected]()
    for line, values in enumerate(people, start=1):
        try:
            good.append(read_values(GuestDraft, values, from_text=False))
        except Invalid as invalid:
            rejected.append(Rejected(line, invalid.errors))
    return good, rejected


async def invite(slug: str, guests: Sequence[GuestDraft], offered: Offered, *, by: Doer) -> int:
    """Invite everyone who has no invitation yet, each by a letter; returns how many. The reserve is written to when its turn comes.

    Raises `NotFound`, `Invalid` for a deadline that is past or after the end, `Conflict` for an event that is not to come.
    """
    async with transaction() as tx:
        event = await _lock_event(tx, "slug = $1", slug)
        now = clock.now()
        _check_deadline(event, offered.lapses_at, now=now)
        fresh = {guest.email.casefold(): guest for guest in guests}
        known = await tx.fetch(
            "SELECT email_key FROM invitation WHERE event = $1 AND email_key = ANY($2)", event.id, list(fresh)
        )
        for row in known:
            del fresh[row["email_key"]]
        last = await tx.fetch_one("SELECT MAX(reserve_number) AS last FROM invitation WHERE event = $1", event.id)
        number = (last["last"] or 0) if last else 0
        made = [
            _new(event, guest, offered, number=number + place if offered.reserve else None, by=by, now=now)
            for place, guest in enumerate(fresh.values(), start=1)
        ]
        await _insert(tx, event, made, now=now)
        if not offered.reserve:
            await post(tx, letters_about(INVITED, event, made))
        await record(tx, by, Deed("invited", event.slug, "event", event.id))
    return len(made)


async def open_invitation(code: str) -> Invitation:
    """The invitation of this code; from now on it counts as opened. Raises `NotFound`."""
    found = await fetch_one("SELECT id FROM invitation WHERE code_digest = $1", token_digest(code.strip().lower()))
    if found is None:
        raise NotFound()
    async with transaction() as tx:
        _, invitation = await _lock(tx, found["id"])
        now = clock.now()
        if invitation.state is State.INVITED and not has_lapsed(invitation, now=now):
            await _step(tx, invitation, State.OPENED, now=now, opened_at=now)
            invitation = replace(invitation, state=State.OPENED, opened_at=now)
    return invitation


async def decline(invitation_id: str, *, word: str = "") -> None:
    """Say no, with a word or without; the next of the reserve is invited at once. Raises `NotFound`, `AnsweredAlready`."""
    async with transaction() as tx:
        event, invitation = await _lock(tx, invitation_id)
        now = clock.now()
        check_answerable(invitation, event, now=now)
        await _step(tx, invitation, State.DECLINED, now=now, word=word, answered_at=now)
        await invite_from_reserve(tx, event, 1, now=now)


async def pass_on(invitation_id: str, to: PassedOn) -> None:
    """Let somebody else be invited in one's place, once: what was passed on is not passed on again.

    Whether that person was known already is nothing the host is told. Raises `NotFound`, `AnsweredAlready`, `Conflict`, `Invalid`.
    """
    async with transaction() as tx:
        event, host = await _lock(tx, invitation_id)
        now = clock.now()
        check_answerable(host, event, now=now)
        if host.host_id is not None:
            raise Conflict("This invitation was passed on to you: it goes no further.", code="passed_on_already")
        key = to.email.casefold()
        if key == host.email.casefold():
            raise Invalid([FieldError("email", "same_person", "This is your own address.")])
        await _step(tx, host, State.DELEGATED, now=now, answered_at=now)
        row = await tx.fetch_one("SELECT * FROM invitation WHERE event = $1 AND email_key = $2", event.id, key)
        if row is None:
            guest = GuestDraft(
                name=to.name, email=to.email, organisation=host.organisation, city=host.city, language=host.language
            )
            terms = Offered(lapses_at=host.lapses_at, plus_ones=host.plus_ones)
            new = _new(event, guest, terms, number=None, by=Doer("participant", host.id), now=now)
            new = replace(new, host_id=host.id, category=host.category)
            await _insert(tx, event, [new], now=now)
            await post(tx, letters_about(INVITED, event, [new], hosts={new.id: host.name}))
        elif State.INVITED in ALLOWED[State(row["state"])]:
            await _invite_again(tx, event, invitation_from(row), now=now)
        await post(tx, letters_about(DELEGATED, event, [host]))


async def withdraw(invitation_id: str, *, by: Doer) -> None:
    """Take an invitation back that nobody answered; the next of the reserve is invited. Raises `NotFound`, `Conflict`."""
    async with transaction() as tx:
        event, invitation = await _lock(tx, invitation_id)
        now = clock.now()
        check_step(invitation.state, State.WITHDRAWN)
        await _step(tx, invitation, State.WITHDRAWN, now=now)
        if invitation.state in WAITING:
            await invite_from_reserve(tx, event, 1, now=now)
        await record(tx, by, Deed("withdrew_invitation", event.slug, "invitation", invitation.id))


async def send_again(invitation_id: str, *, by: Doer) -> None:
    """The letter once more; who declined, lapsed, was withdrawn or is in the reserve is invited anew. Raises `NotFound`, `Conflict`."""
    async with transaction() as tx:
        event, invitation = await _lock(tx, invitation_id)
        now = clock.now()
        _check_coming(event, now=now)
        if invitation.state in WAITING:
            await post(tx, letters_about(INVITED, event, [invitation]))
        else:
            check_step(invitation.state, State.INVITED)
            await _invite_again(tx, event, invitation, now=now)
        await record(tx, by, Deed("invited", event.slug, "invitation", invitation.id))


async def remind_by_hand(slug: str, *, by: Doer) -> int:
    """Remind everyone who has not answered, nobody twice within half a day; returns how many. Raises `NotFound`, `Conflict`."""
    async with transaction() as tx:
        event = await _lock_event(tx, "slug = $1", slug)
        now = clock.now()
        _check_coming(event, now=now)
        rows = await tx.fetch(
            """UPDATE invitation SET reminded_at = $2, changed_at = $2
               WHERE event = $1 AND state IN ('invited', 'opened') AND COALESCE(reminded_at, invited_at) <= $3
                 AND (lapses_at IS NULL OR lapses_at > $2) RETURNING *""",
            *(event.id, now, now - REMIND_BY_HAND_AFTER),
        )
        await post(tx, letters_about(REMINDED, event, [invitation_from(row) for row in rows]))
        await record(tx, by, Deed("reminded_guests", event.slug, "event", event.id))
    return len(rows)


async def take_up(tx: Transaction, invitation_id: str) -> tuple[Event, Invitation]:
    """Event and invitation, locked in that order until the transaction ends. Raises `NotFound`, `AnsweredAlready`."""
    event, invitation = await _lock(tx, invitation_id)
    check_answerable(invitation, event, now=clock.now())
    return event, invitation


async def note_accepted(tx: Transaction, invitation: Invitation, *, registration_id: str) -> None:
    """Said yes, and this is what came of it. The invitation is locked."""
    now = clock.now()
    await _step(tx, invitation, State.ACCEPTED, now=now, answered_at=now, registration_id=registration_id)


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
        await _invite_again(tx, event, invitation_from(row), now=now)
    return len(rows)


async def lock_event(tx: Transaction, event_id: str) -> Event:
    """The event, its row locked until the transaction ends. Raises `NotFound`."""
    return await _lock_event(tx, "id = $1", event_id)


async def _lock_event(tx: Transaction, where: str, value: str) -> Event:
    row = await tx.fetch_one(f"SELECT * FROM event WHERE {where} FOR NO KEY UPDATE", value)  # noqa: S608
    if row is None:
        raise NotFound()
    return event_from(row)


async def _lock(tx: Transaction, invitation_id: str) -> tuple[Event, Invitation]:
    found = await tx.fetch_one("SELECT event FROM invitation WHERE id = $1", invitation_id)
    if found is None:
        raise NotFound()
    event = await lock_event(tx, found["event"])
    row = await tx.fetch_one("SELECT * FROM invitation WHERE id = $1 FOR NO KEY UPDATE", invitation_id)
    if row is None:
        raise NotFound()
    return event, invitation_from(row)


async def _step(tx: Transaction, invitation: Invitation, to: State, *, now: datetime, **more: object) -> None:
    check_step(invitation.state, to)
    fields = {"state": to.value, "changed_at": now, **more}
    assignments = ", ".join(f"{name} = ${place}" for place, name in enumerate(fields, start=2))
    await tx.execute(
        f"UPDATE invitation SET {assignments} WHERE id = $1",  # noqa: S608
        invitation.id,
        *fields.values(),
    )


async def _invite_again(tx: Transaction, event: Event, invitation: Invitation, *, now: datetime) -> None:
    """From the reserve, or after a no: with as much time to answer as the first ones had."""
    lapses_at = lapse_from_reserve(invitation, event, now=now)
    days = (await admissions_of([event.id]))[event.id].reminder_days
    await _step(
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


def _new(
    event: Event, guest: GuestDraft, offered: Offered, *, number: int | None, by: Doer, now: datetime
) -> Invitation:
    return Invitation(
        id=new_id(),
        event_id=event.id,
        email=guest.email,
        name=guest.name,
        organisation=guest.organisation,
        city=guest.city,
        category=guest.category.value,
        language=guest.language,
        state=State.RESERVE if offered.reserve else State.INVITED,
        reserve_number=number,
        plus_ones=offered.plus_ones,
        lapses_at=offered.lapses_at,
        invited_by_kind=by.kind,
        invited_by=by.id,
        host_id=None,
        registration_id=None,
        word="",
        created_at=now,
        invited_at=None if offered.reserve else now,
        opened_at=None,
        answered_at=None,
        reminded_at=None,
    )


async def _insert(tx: Transaction, event: Event, made: Sequence[Invitation], *, now: datetime) -> None:
    days = (await admissions_of([event.id]))[event.id].reminder_days
    secret_key = settings.current().secret_key
    await tx.execute_many(
        _INSERT,
        [
            (
                one.id,
                one.event_id,
                one.email,
                one.email.casefold(),
                one.name,
                search_key(f"{one.name} {one.email} {one.organisation} {one.city}"),
                one.organisation,
                one.city,
                one.category,
                one.language,
                one.state.value,
                one.reserve_number,
                one.plus_ones,
                token_digest(invitation_code(one.id, secret_key=secret_key)),
                one.lapses_at,
                next_reminder(one.lapses_at, days, now=now) if one.invited_at else None,
                one.invited_by_kind,
                one.invited_by,
                one.host_id,
                now,
                one.invited_at,
            )
            for one in made
        ],
    )


def _check_deadline(event: Event, lapses_at: datetime | None, *, now: datetime) -> None:
    _check_coming(event, now=now)
    if lapses_at is not None and not now < lapses_at <= event.ends_at:
        raise Invalid([FieldError("lapses_at", "outside_time", "Choose a moment from now to the end of the event.")])


def _check_coming(event: Event, *, now: datetime) -> None:
    if not can_be_answered(event, now=now):
        raise Conflict("The event is not published, or it is over: nobody can be invited now.", code="wrong_status")
