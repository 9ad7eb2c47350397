"""That somebody looked at who takes part, and at what was told in confidence, is written down before they see it."""

from events_service.audit.actions import record_look, record_seen
from events_service.audit.rules import Deed
from events_service.events.rules import Event
from events_service.people.guards import as_doer
from events_service.people.rules import Actor
from events_service.questions.queries import sensitive_names
from events_service.registrations.queries import Registration


async def record_list_seen(actor: Actor, event: Event) -> None:
    """Write down that the list of registrations was looked at."""
    await record_look(as_doer(actor), Deed("saw_registrations", event.slug, "event", event.id))


async def record_person_seen(actor: Actor, person: Registration, event: Event) -> None:
    """Write down that this person's registration was looked at."""
    await record_look(as_doer(actor), Deed("saw_registration", event.slug, "registration", person.id))


async def record_answers_seen(actor: Actor, person: Registration, event: Event) -> None:
    """Write down that this person's sensitive answers were looked at, where there are any."""
    names = tuple(sorted(set(person.answers) & await sensitive_names(event.id)))
    if names:
        await record_seen(as_doer(actor), Deed("saw_sensitive_answers", event.slug, "registration", person.id, names))
