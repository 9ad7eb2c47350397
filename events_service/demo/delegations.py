"""Three cities' delegations to the summit: one is named, one half so, and one still waits for its coordinator."""

from dataclasses import dataclass

from events_service import clock
from events_service.audit.rules import SERVICE
from events_service.delegations.drafts import DelegateDraft, DelegationDraft
from events_service.delegations.queries import delegations_of
from events_service.delegations.rules import is_open
from events_service.demo.guests import city_name
from events_service.demo.happenings import SUMMIT
from events_service.demo.people import everyone
from events_service.directory.rules import Contact
from events_service.events.queries import find_event
from events_service.events.rules import Status, to_utc
from events_service.registrations.delegate_queries import delegates_of
from events_service.registrations.delegates import name_delegate
from events_service.registrations.delegations import make_delegation
from events_service.web.bodies import read_values

# The first practitioners of each city are guests of the summit by their own invitation.
GUESTS_BEFORE = 2
CLOSES_AT = "2027-11-25T12:00"


@dataclass(frozen=True, slots=True)
class Sent:
    """A city, by its slug, with so many seats of which so many are named."""

    city: str
    seats: int
    named: int


DELEGATIONS = (Sent("tromso", 2, 2), Sent("bergen", 3, 1), Sent("aarhus", 4, 0))


async def send_delegations() -> int:
    """Make those that never were, and name their people; returns how many are new."""
    event, now = await find_event(SUMMIT), clock.now()
    if event is None or event.status is not Status.PUBLISHED or now >= to_utc(CLOSES_AT, event.timezone):
        return 0
    there = {one.city: one for one in await delegations_of(event.id)}
    for sent in DELEGATIONS:
        coordinator, *people = _people(sent)
        one = there.get(city_name(sent.city))
        if one is None:
            one = await make_delegation(SUMMIT, _delegation(sent, coordinator), by=SERVICE)
        # All are named already, but for an attempt that was cut short; what an organiser closed meanwhile stays closed.
        known = {person.email for person in await delegates_of(one.id)}
        if is_open(one, event, now=now) and len(known) < sent.named:
            for person in people[: sent.named]:
                if person.email not in known:
                    await name_delegate(one.id, _delegate(person), by=SERVICE)
    return sum(city_name(sent.city) not in there for sent in DELEGATIONS)


def _people(sent: Sent) -> list[Contact]:
    """Practitioners of that city who are no guests yet; the first of them coordinates."""
    of_the_city = [one for one in everyone() if one.city == sent.city and one.category == "practitioner"]
    return of_the_city[GUESTS_BEFORE : GUESTS_BEFORE + 1 + sent.seats]


def _delegation(sent: Sent, coordinator: Contact) -> DelegationDraft:
    body = {
        "city": sent.city,
        "seats": sent.seats,
        "coordinator_email": coordinator.email,
        "coordinator_name": coordinator.name,
        "language": coordinator.language,
        "closes_at": CLOSES_AT,
    }
    return read_values(DelegationDraft, body, from_text=False)


def _delegate(person: Contact) -> DelegateDraft:
    body = {
        "name": person.name,
        "email": person.email,
        "organisation": person.organisation or "",
        "category": person.category,
        "language": person.language,
    }
    return read_values(DelegateDraft, body, from_text=False)
