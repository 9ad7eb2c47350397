"""Saying yes to an invitation: whoever has its code gets a seat, past window and mode, never past the seats."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from events_service import clock
from events_service.database import transaction
from events_service.errors import FieldError, Invalid, NotFound
from events_service.events.queries import find_event
from events_service.events.rules import is_open_to_all
from events_service.identifiers import new_id
from events_service.invitations.places import note_accepted, take_up
from events_service.invitations.queries import find_by_code
from events_service.invitations.rules import AnsweredAlready, Invitation, check_answerable
from events_service.registrations.applications import COMPANION, Application, Outcome, email_key
from events_service.registrations.drafts import RegistrationDraft
from events_service.registrations.placing import let_in
from events_service.registrations.rules import Category
from events_service.registrations.seating import seat_batch
from events_service.sentences import sentence


async def accept_invitation(application: Application, companions: Sequence[RegistrationDraft] = ()) -> Outcome:
    """The guest's seat, and one for each companion, in one transaction; the first outcome is the guest's.

    The code stands in the draft; the category is the invitation's. Raises `Invalid` for a code that is wrong, used or lapsed, for another
    address than the invited one, and for too many companions; `NotFound` where the event may not be known of; and what `register` raises.
    """
    invitation = await _known(application)
    _check(invitation, application.draft, companions)
    wishes = _wishes(application, invitation, companions)
    async with transaction() as tx:
        try:
            event, invitation = await take_up(tx, invitation.id)
        except AnsweredAlready as answered:
            raise _wrong_code("used_invitation", answered.detail) from answered
        outcomes = await seat_batch(tx, wishes)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome
        guest = outcomes[0]
        assert not isinstance(guest, Exception)
        if not guest.is_new:
            guest = replace(guest, status=await let_in(tx, event, guest.registration_id))
        await tx.execute(
            "UPDATE registration SET party = $3 WHERE event = $1 AND party = $2",
            *(event.id, wishes[0].party, guest.registration_id),
        )
        await note_accepted(tx, invitation, registration_id=guest.registration_id)
    return guest


def _wishes(guest: Application, invitation: Invitation, companions: Sequence[RegistrationDraft]) -> list[Application]:
    draft = msgspec.structs.replace(guest.draft, category=Category(invitation.category))
    party = new_id() if companions else None
    host = replace(guest, draft=draft, invited=True, source="invitation", party=party)
    # The guest's try counts for all of them.
    one = replace(host, source=COMPANION, accompanies=True, proven=False, counted_for=None, counted_around=None)
    return [host, *(replace(one, draft=draft) for draft in companions)]


async def _known(application: Application) -> Invitation:
    """The invitation, if it is one to this event; a stranger with a wrong code is not told that a hidden event is there."""
    event = await find_event(application.event_slug)
    if event is None:
        raise NotFound()
    invitation = await find_by_code(application.draft.invitation or "")
    if invitation is not None and invitation.event_id == event.id:
        try:
            check_answerable(invitation, event, now=clock.now())
        except AnsweredAlready as answered:
            raise _wrong_code("used_invitation", answered.detail) from answered
        return invitation
    if not (application.by_registrar or application.knows_event or is_open_to_all(event)):
        raise NotFound()
    raise _wrong_code("unknown_invitation", "This invitation is not known. Use the link in your mail, or leave it out.")


def _check(invitation: Invitation, draft: RegistrationDraft, companions: Sequence[RegistrationDraft]) -> None:
    wrong = list[FieldError]()
    if email_key(draft.email) != email_key(invitation.email):
        message = "Use the address that was invited, or pass the invitation on."
        wrong.append(FieldError("email", "other_address", message))
    if len(companions) > invitation.plus_ones:
        wrong.append(
            FieldError(
                "companions",
                "too_many",
                sentence("More people than you may bring. At most: %(most)s.", most=invitation.plus_ones),
            )
        )
    keys = [email_key(one.email) for one in (draft, *companions)]
    if len(set(keys)) < len(keys):
        wrong.append(FieldError("companions", "same_address", "Each person needs an address of their own."))
    if wrong:
        raise Invalid(wrong)


def _wrong_code(code: str, message: str) -> Invalid:
    return Invalid([FieldError("invitation", code, message)])
