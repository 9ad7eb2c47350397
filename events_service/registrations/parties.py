"""Those who come together: whoever registers brings companions, who get seats with them or as there are any."""

from collections.abc import Sequence
from dataclasses import replace

from events_service.database import Transaction, fetch, transaction
from events_service.errors import FieldError, Invalid, NotFound
from events_service.events.admissions import Admission, admission_of
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event, is_open_to_all
from events_service.identifiers import new_id
from events_service.outbox.rules import leads_nowhere
from events_service.registrations.accepting import accept_invitation
from events_service.registrations.actions import cancel_registration, register
from events_service.registrations.applications import COMPANION, Application, Outcome, email_key
from events_service.registrations.drafts import CompanionForm, RegistrationDraft
from events_service.registrations.naming import address_of_nobody
from events_service.registrations.queries import Registration, registration_from
from events_service.registrations.rules import ENDED, Category, Status
from events_service.registrations.seating import seat_batch
from events_service.registrations.waitlist import lock_event
from events_service.sentences import sentence


async def register_party(host: Application, companions: Sequence[RegistrationDraft], *, together: bool) -> Outcome:
    """A seat for the host and for each companion, in one transaction; the outcome is the host's.

    `together`: seats for all or none. An address that is registered already brings nobody: its owner is told by mail, as always.
    Whoever has an invitation brings as many as that allows.
    Raises `NotFound` to those who may not know of the event, `Invalid` for companions that it does not take, and what `register` raises.
    """
    if host.draft.invitation is not None:
        return await accept_invitation(replace(host, together=together), companions)
    if not companions:
        return await register(host)
    event = await event_by_slug(host.event_slug)
    async with transaction() as tx:
        event = await lock_event(tx, event.id)
        # What is wrong with the companions would say that there is such an event.
        if not (host.by_registrar or host.knows_event or is_open_to_all(event)):
            raise NotFound()
        _check(await admission_of(event), host.draft, companions)
        party = new_id()
        wishes = [replace(host, party=party, together=together)]
        if not await _is_registered(tx, event, host.draft.email):
            wishes += [_companion(wishes[0], draft) for draft in companions]
        outcomes = await seat_batch(tx, wishes)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome
        first = outcomes[0]
        assert isinstance(first, Outcome)
        await tx.execute(
            "UPDATE registration SET party = $3 WHERE event = $1 AND party = $2", event.id, party, first.registration_id
        )
    return first


def companion_drafts(companions: Sequence[CompanionForm], *, host: RegistrationDraft) -> list[RegistrationDraft]:
    """A draft for each companion, in their order: from the host's city and organisation, and as the host takes part."""
    return [
        RegistrationDraft(
            name=one.name,
            email=one.email or address_of_nobody(),
            organisation=host.organisation,
            city=host.city,
            category=Category.GUEST,
            attendance=host.attendance,
            language=host.language,
        )
        for one in companions
    ]


async def companions_of(host: Registration) -> list[Registration]:
    """Those whom this person brings, in the order they were named; who cancelled is left out."""
    rows = await fetch(
        "SELECT * FROM registration WHERE event = $1 AND party = $2 AND id <> $2 AND source = $3 ORDER BY id",
        host.event_id,
        host.id,
        COMPANION,
    )
    return [one for one in map(registration_from, rows) if one.status not in ENDED]


async def take_back(host: Registration, companion_id: str) -> None:
    """Cancel for a companion who has no address, and so no page, of their own. Raises `NotFound`, `Conflict`."""
    for one in await companions_of(host):
        if one.id == companion_id and not one.has_address:
            await cancel_registration(one.id)
            return
    raise NotFound()


def _companion(host: Application, draft: RegistrationDraft) -> Application:
    # The host's try counts for all of them.
    return replace(
        host, draft=draft, source=COMPANION, accompanies=True, proven=False, counted_for=None, counted_around=None
    )


def _check(admission: Admission, host: RegistrationDraft, companions: Sequence[RegistrationDraft]) -> None:
    wrong = list[FieldError]()
    if len(companions) > admission.companions:
        said = sentence("More people than you may bring. At most: %(most)s.", most=admission.companions)
        wrong.append(FieldError("companions", "too_many", said))
    keys = [email_key(one.email) for one in (host, *companions)]
    if len(set(keys)) < len(keys):
        wrong.append(FieldError("companions", "same_address", "Each person needs an address of their own."))
    if admission.mail_check and any(leads_nowhere(one.email) for one in companions):
        message = "Give an address for each person: this event confirms them by mail."
        wrong.append(FieldError("companions", "address_needed", message))
    if wrong:
        raise Invalid(wrong)


async def _is_registered(tx: Transaction, event: Event, email: str) -> bool:
    row = await tx.fetch_one(
        "SELECT status FROM registration WHERE event = $1 AND email_key = $2", event.id, email_key(email)
    )
    return row is not None and Status(row["status"]) not in ENDED
