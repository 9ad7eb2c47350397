"""Who may see an event: what is not theirs is not there."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from events_service.errors import NotFound
from events_service.events.members import member_of
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event, Status, Visibility, is_open_to_all
from events_service.people.guards import actor_of, needs
from events_service.people.rules import Permission

Connection = ASGIConnection[Any, Any, Any, Any]


async def visible_event(connection: Connection, slug: str) -> Event:
    """The event, if this visitor may know of it. Raises `NotFound`."""
    event = await event_by_slug(slug)
    # Most visitors of most events need not be known: nobody is looked up for them.
    if is_open_to_all(event) or (await actor_of(connection)).may(Permission.SEE_EVENTS, slug):
        return event
    if event.visibility is Visibility.MEMBERS and event.status is not Status.DRAFT and await member_of(connection):
        return event
    raise NotFound()


def needs_at_event(permission: Permission) -> Guard:
    """A guard for routes with `{slug}`: a stranger must sign in, a hidden event is not there, then the role counts."""
    needs_role = needs(permission)

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        if not (await actor_of(connection)).is_anonymous:
            await visible_event(connection, connection.path_params["slug"])
        await needs_role(connection, handler)  # type: ignore[misc]

    return guard
