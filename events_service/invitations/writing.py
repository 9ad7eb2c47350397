"""Locking invitations and writing their rows: the event first, then the invitation. Within the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from events_service import settings
from events_service.audit.rules import Doer
from events_service.database import Transaction
from events_service.errors import NotFound
from events_service.events.admissions import admissions_of
from events_service.events.queries import event_from
from events_service.events.rules import Event
from events_service.folding import search_key
from events_service.identifiers import new_id
from events_service.invitations.drafts import GuestDraft
from events_service.invitations.queries import invitation_from
from events_service.invitations.rules import Invitation, State, check_step, invitation_code, next_reminder
from events_service.invitations.terms import Offered
from events_service.sealing import token_digest

_INSERT = """
INSERT INTO invitation (id, event, email, email_key, name, search_key, organisation, city, category, language, state, reserve_number,
                        plus_ones, code_digest, lapses_at, remind_at, invited_by_kind, invited_by, host, word, created_at,
                        invited_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, '', $20, $21, $20)
"""


async def lock_event(tx: Transaction, event_id: str) -> Event:
    """The event, its row locked until the transaction ends. Raises `NotFound`."""
    return await _lock_event(tx, "id = $1", event_id)


async def lock_event_at(tx: Transaction, slug: str) -> Event:
    """The same for the event under this slug. Raises `NotFound`."""
    return await _lock_event(tx, "slug = $1", slug)


async def lock_invitation(tx: Transaction, invitation_id: str) -> tuple[Event, Invitation]:
    """Event and invitation, locked in that order until the transaction ends. Raises `NotFound`."""
    found = await tx.fetch_one("SELECT event FROM invitation WHERE id = $1", invitation_id)
    if found is None:
        raise NotFound()
    event = await lock_event(tx, found["event"])
    row = await tx.fetch_one("SELECT * FROM invitation WHERE id = $1 FOR NO KEY UPDATE", invitation_id)
    if row is None:
        raise NotFound()
    return event, invitation_from(row)


async def step(tx: Transaction, invitation: Invitation, to: State, *, now: datetime, **more: object) -> None:
    """Bring a locked invitation into that state; `more` are columns that change with it. Raises `Conflict` where it may not go there."""
    check_step(invitation.state, to)
    fields = {"state": to.value, "changed_at": now, **more}
    assignments = ", ".join(f"{name} = ${place}" for place, name in enumerate(fields, start=2))
    await tx.execute(
        f"UPDATE invitation SET {assignments} WHERE id = $1",  # noqa: S608
        invitation.id,
        *fields.values(),
    )


def new_invitation(
    event: Event, guest: GuestDraft, offered: Offered, *, number: int | None, by: Doer, now: datetime
) -> Invitation:
    """An invitation on these terms, not yet stored; `number` is its place in the reserve."""
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


async def insert_invitations(tx: Transaction, event: Event, made: Sequence[Invitation], *, now: datetime) -> None:
    """Store them, each with its code and the moment of its first reminder."""
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


async def _lock_event(tx: Transaction, where: str, value: str) -> Event:
    row = await tx.fetch_one(f"SELECT * FROM event WHERE {where} FOR NO KEY UPDATE", value)  # noqa: S608
    if row is None:
        raise NotFound()
    return event_from(row)
