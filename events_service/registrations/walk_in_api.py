"""Walk-ins for programs of the registrars."""

from typing import Annotated, Any

from litestar import Request, post
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter

from events_service.events.access import needs_at_event
from events_service.people.guards import actor_of, doer_of
from events_service.people.rules import Permission
from events_service.registrations.api import received_by_registrar
from events_service.registrations.shapes import EXAMPLE_FOR_REGISTRAR, Received
from events_service.registrations.walk_ins import WalkInDraft, register_walk_in
from events_service.web.problems import answers

EXAMPLE_WALK_IN: dict[str, Any] = {
    "name": "Åsa Ðórsdóttir",
    "email": None,
    "organisation": "City of Malmö",
    "city": "Malmö",
    "category": "guest",
    "language": "sv",
    "override_reason": None,
}


@post(
    "/api/v1/events/{slug:str}/walk-ins",
    operation_id="registerWalkIn",
    summary="Register somebody at the entrance",
    tags=["registrations"],
    guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)],
    responses=answers(201, Received, EXAMPLE_FOR_REGISTRAR, 401, 403, 404, 409, 415),
)
async def walk_in(
    request: Request[Any, Any, Any],
    slug: Annotated[str, PathParameter(description="The event's slug.")],
    data: Annotated[WalkInDraft, Body(examples=[Example(value=EXAMPLE_WALK_IN)])],
) -> Received:
    """No address is needed. Where all seats are taken, 409 `event_full` or `quota_full`, unless `override_reason` says why not."""
    person = await register_walk_in(slug, data, by=await doer_of(request))
    return await received_by_registrar(person, actor=await actor_of(request))


ROUTES = [walk_in]
