"""Whose registration one may see or change: what is not theirs is not there."""

from typing import Any

from litestar.connection import ASGIConnection

from events_service.errors import NotFound
from events_service.events.queries import event_by_id
from events_service.events.rules import Event
from events_service.people.api import known_id
from events_service.people.guards import actor_of
from events_service.people.rules import Actor, Permission
from events_service.registrations.queries import Registration, registration_by_id


async def registration_at(
    connection: ASGIConnection[Any, Any, Any, Any],
    registration_id: str,
    *,
    to: Permission = Permission.SEE_REGISTRATIONS,
) -> Registration:
    """The registration, for who may do this at its event. Raises `NotFound` where it is not theirs to know of, `Forbidden`."""
    person = await registration_by_id(known_id(registration_id))
    event = await event_by_id(person.event_id)
    actor = await actor_of(connection)
    if not actor.may(Permission.SEE_REGISTRATIONS, event.slug):
        raise NotFound()
    actor.require(to, event.slug)
    return person


def sees_who(actor: Actor, person: Registration, event: Event) -> bool:
    """Whether somebody who gave an address may be shown whose it is: of a protected person that would say who the alias is."""
    return not person.protected or actor.may(Permission.SEE_PROTECTED, event.slug)
