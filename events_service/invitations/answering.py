"""What a guest does with an invitation: opens it, says no to it, passes it on. A yes is a place, see places.py."""

from dataclasses import replace

from events_service import clock
from events_service.audit.rules import Doer
from events_service.database import fetch_one, transaction
from events_service.errors import Conflict, FieldError, Invalid, NotFound
from events_service.invitations.drafts import GuestDraft, PassedOn
from events_service.invitations.letters import DELEGATED, INVITED, letters_about
from events_service.invitations.queries import invitation_from
from events_service.invitations.reserve import invite_again, invite_from_reserve
from events_service.invitations.rules import ALLOWED, Invitation, State, check_answerable, has_lapsed
from events_service.invitations.terms import Offered
from events_service.invitations.writing import insert_invitations, lock_invitation, new_invitation, step
from events_service.outbox.actions import post
from events_service.sealing import token_digest


async def open_invitation(code: str) -> Invitation:
    """The invitation of this code; from now on it counts as opened. Raises `NotFound`."""
    found = await fetch_one("SELECT id FROM invitation WHERE code_digest = $1", token_digest(code.strip().lower()))
    if found is None:
        raise NotFound()
    async with transaction() as tx:
        _, invitation = await lock_invitation(tx, found["id"])
        now = clock.now()
        if invitation.state is State.INVITED and not has_lapsed(invitation, now=now):
            await step(tx, invitation, State.OPENED, now=now, opened_at=now)
            invitation = replace(invitation, state=State.OPENED, opened_at=now)
    return invitation


async def decline(invitation_id: str, *, word: str = "") -> None:
    """Say no, with a word or without; the next of the reserve is invited at once. Raises `NotFound`, `AnsweredAlready`."""
    async with transaction() as tx:
        event, invitation = await lock_invitation(tx, invitation_id)
        now = clock.now()
        check_answerable(invitation, event, now=now)
        await step(tx, invitation, State.DECLINED, now=now, word=word, answered_at=now)
        await invite_from_reserve(tx, event, 1, now=now)


async def pass_on(invitation_id: str, to: PassedOn) -> None:
    """Let somebody else be invited in one's place, once: what was passed on is not passed on again.

    Whether that person was known already is nothing the host is told. Raises `NotFound`, `AnsweredAlready`, `Conflict`, `Invalid`.
    """
    async with transaction() as tx:
        event, host = await lock_invitation(tx, invitation_id)
        now = clock.now()
        check_answerable(host, event, now=now)
        if host.host_id is not None:
            raise Conflict("This invitation was passed on to you: it goes no further.", code="passed_on_already")
        key = to.email.casefold()
        if key == host.email.casefold():
            raise Invalid([FieldError("email", "same_person", "This is your own address.")])
        await step(tx, host, State.DELEGATED, now=now, answered_at=now)
        row = await tx.fetch_one("SELECT * FROM invitation WHERE event = $1 AND email_key = $2", event.id, key)
        if row is None:
            guest = GuestDraft(
                name=to.name, email=to.email, organisation=host.organisation, city=host.city, language=host.language
            )
            terms = Offered(lapses_at=host.lapses_at, plus_ones=host.plus_ones)
            new = new_invitation(event, guest, terms, number=None, by=Doer("participant", host.id), now=now)
            new = replace(new, host_id=host.id, category=host.category)
            await insert_invitations(tx, event, [new], now=now)
            await post(tx, letters_about(INVITED, event, [new], hosts={new.id: host.name}))
        elif State.INVITED in ALLOWED[State(row["state"])]:
            await invite_again(tx, event, invitation_from(row), now=now)
        await post(tx, letters_about(DELEGATED, event, [host]))
