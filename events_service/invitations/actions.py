"""Inviting people, and taking invitations back. Every verb locks the event's row first, then looks; letters go with the change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import transaction
from events_service.errors import Conflict, FieldError, Invalid
from events_service.events.rules import Event
from events_service.invitations.drafts import GuestDraft
from events_service.invitations.letters import INVITED, REMINDED, letters_about
from events_service.invitations.queries import invitation_from
from events_service.invitations.reserve import invite_again, invite_from_reserve
from events_service.invitations.rules import REMIND_BY_HAND_AFTER, WAITING, State, can_be_answered, check_step
from events_service.invitations.terms import Offered
from events_service.invitations.writing import insert_invitations, lock_event_at, lock_invitation, new_invitation, step
from events_service.outbox.actions import post
from events_service.web.bodies import read_values


@dataclass(frozen=True, slots=True)
class Rejected:
    """A person who cannot be invited as given: the line (1 is the first), and what is wrong."""

    line: int
    errors: tuple[FieldError, ...]


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
        event = await lock_event_at(tx, slug)
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
            new_invitation(event, guest, offered, number=number + place if offered.reserve else None, by=by, now=now)
            for place, guest in enumerate(fresh.values(), start=1)
        ]
        await insert_invitations(tx, event, made, now=now)
        if not offered.reserve:
            await post(tx, letters_about(INVITED, event, made))
        await record(tx, by, Deed("invited", event.slug, "event", event.id))
    return len(made)


async def withdraw(invitation_id: str, *, by: Doer) -> None:
    """Take an invitation back that nobody answered; the next of the reserve is invited. Raises `NotFound`, `Conflict`."""
    async with transaction() as tx:
        event, invitation = await lock_invitation(tx, invitation_id)
        now = clock.now()
        check_step(invitation.state, State.WITHDRAWN)
        await step(tx, invitation, State.WITHDRAWN, now=now)
        if invitation.state in WAITING:
            await invite_from_reserve(tx, event, 1, now=now)
        await record(tx, by, Deed("withdrew_invitation", event.slug, "invitation", invitation.id))


async def send_again(invitation_id: str, *, by: Doer) -> None:
    """The letter once more; who declined, lapsed, was withdrawn or is in the reserve is invited anew. Raises `NotFound`, `Conflict`."""
    async with transaction() as tx:
        event, invitation = await lock_invitation(tx, invitation_id)
        now = clock.now()
        _check_coming(event, now=now)
        if invitation.state in WAITING:
            await post(tx, letters_about(INVITED, event, [invitation]))
        else:
            check_step(invitation.state, State.INVITED)
            await invite_again(tx, event, invitation, now=now)
        await record(tx, by, Deed("invited", event.slug, "invitation", invitation.id))


async def remind_by_hand(slug: str, *, by: Doer) -> int:
    """Remind everyone who has not answered, nobody twice within half a day; returns how many. Raises `NotFound`, `Conflict`."""
    async with transaction() as tx:
        event = await lock_event_at(tx, slug)
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


def _check_deadline(event: Event, lapses_at: datetime | None, *, now: datetime) -> None:
    _check_coming(event, now=now)
    if lapses_at is not None and not now < lapses_at <= event.ends_at:
        raise Invalid([FieldError("lapses_at", "outside_time", "Choose a moment from now to the end of the event.")])


def _check_coming(event: Event, *, now: datetime) -> None:
    if not can_be_answered(event, now=now):
        raise Conflict("The event is not published, or it is over: nobody can be invited now.", code="wrong_status")
