"""Substitutes for programs, under `/api/v1`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter

from events_service.audit.rules import ActorKind
from events_service.errors import NotFound
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_id, event_by_slug
from events_service.people.api import known_id
from events_service.people.guards import actor_of, as_doer, needs_account
from events_service.people.rules import Actor, Permission
from events_service.registrations import shapes
from events_service.registrations.access import registration_at
from events_service.registrations.drafts import Reason
from events_service.registrations.queries import Registration
from events_service.registrations.shapes import EXAMPLE_ID, EXAMPLE_REGISTRATION, RegistrationOut, registrations_out
from events_service.registrations.substitute_drafts import SubstituteDraft
from events_service.registrations.substituting import (
    AskedState,
    Substitution,
    approve_substitution,
    event_of_substitution,
    refuse_substitution,
    substitute,
    substitutions,
)
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers

ApiRequest = Request[Any, Any, Any]
TAGS = ["registrations"]
EXAMPLE_DRAFT = {
    "name": "Jónas Þórðarson",
    "email": "jonas@example.org",
    "organisation": "Reykjavíkurborg",
    "language": "is",
    "move_sessions": True,
    "reason": "Åsa is ill.",
}
EXAMPLE_COMING = {
    **EXAMPLE_REGISTRATION,
    "name": "Jónas Þórðarson",
    "email": "jonas@example.org",
    "organisation": "Reykjavíkurborg",
    "language": "is",
    "source": "substitute",
}
EXAMPLE_SUBSTITUTION = {
    "id": "0190f6b2d7a97c10b1f2a3c4d5e6f708",
    "leaving_id": EXAMPLE_ID,
    "leaving_name": "Åsa Ðórsdóttir",
    "coming_id": None,
    "coming_name": "Jónas Þórðarson",
    "state": "pending",
    "reason": "Åsa is ill.",
    "asked_by_kind": "participant",
    "asked_by": EXAMPLE_ID,
    "asked_at": "2027-03-06T18:40:00Z",
    "decided_by_kind": None,
    "decided_by": None,
    "decided_at": None,
}

SubstitutionId = Annotated[str, PathParameter(description="The substitution's id.")]
WhyBody = Annotated[Reason | None, Body(examples=[Example(value=shapes.EXAMPLE_REASON)])]


class SubstitutionOut(msgspec.Struct, frozen=True):
    """Who comes or came in whose place; times are UTC. Who was refused is not named.

    `asked_by` and `decided_by` are ids: of an account or a token, or of a participant's registration, as their kind says.
    """

    id: str
    leaving_id: str
    leaving_name: str
    coming_id: str | None
    coming_name: str | None
    state: AskedState
    reason: str
    asked_by_kind: ActorKind
    asked_by: str
    asked_at: datetime
    decided_by_kind: ActorKind | None
    decided_by: str | None
    decided_at: datetime | None


@post(
    "/api/v1/registrations/{registration_id:str}/substitute",
    status_code=200,
    operation_id="substituteRegistration",
    summary="Let somebody come in their place",
    tags=TAGS,
    guards=[needs_account],
    responses=answers(200, RegistrationOut, EXAMPLE_COMING, 401, 403, 404, 409, 415),
)
async def substitute_one(
    request: ApiRequest,
    registration_id: Annotated[str, PathParameter(description="The registration of the one who leaves.")],
    data: Annotated[SubstituteDraft, Body(examples=[Example(value=EXAMPLE_DRAFT)])],
) -> RegistrationOut:
    """The same seat, in one step: the one badge ends and another is sent, the one calendar gets a CANCEL and the other a REQUEST.

    The answer is the registration that holds the seat now. What is left out is taken from the one who leaves.
    """
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    return await _shown(request, await substitute(person.id, data, by=as_doer(await actor_of(request))))


@get(
    "/api/v1/events/{slug:str}/substitutions",
    operation_id="listSubstitutions",
    summary="List substitutions",
    tags=TAGS,
    guards=[needs_at_event(Permission.SEE_REGISTRATIONS)],
    responses=answers(200, Page[SubstitutionOut], {"items": [EXAMPLE_SUBSTITUTION], "next": None}, 401, 403, 404),
)
async def list_all(
    slug: Annotated[str, PathParameter(description="The event's slug.")],
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[SubstitutionOut]:
    """Those that wait for an answer first, then the newest."""
    event = await event_by_slug(slug)
    found = await substitutions(event.id, after=key_in(cursor), limit=limit + 1)
    shown = page_of(found, limit=limit, key=lambda one: one.place)
    return Page(_out(shown.items), shown.next)


@post(
    "/api/v1/substitutions/{substitution_id:str}/approve",
    status_code=200,
    operation_id="approveSubstitution",
    summary="Approve a substitution",
    tags=TAGS,
    guards=[needs_account],
    responses=answers(200, RegistrationOut, EXAMPLE_COMING, 401, 403, 404, 409),
)
async def approve(request: ApiRequest, substitution_id: SubstitutionId) -> RegistrationOut:
    """The answer is the registration that holds the seat now."""
    actor = await _may_decide(request, substitution_id)
    return await _shown(request, await approve_substitution(substitution_id, by=as_doer(actor)))


@post(
    "/api/v1/substitutions/{substitution_id:str}/refuse",
    status_code=204,
    operation_id="refuseSubstitution",
    summary="Refuse a substitution",
    tags=TAGS,
    guards=[needs_account],
    responses=answers(204, None, None, 401, 403, 404, 409, 415),
)
async def refuse(request: ApiRequest, substitution_id: SubstitutionId, data: WhyBody = None) -> None:
    """Who holds the seat keeps it; whoever was named is forgotten."""
    actor = await _may_decide(request, substitution_id)
    await refuse_substitution(substitution_id, by=as_doer(actor), reason=data.reason if data else "")


async def _may_decide(request: ApiRequest, substitution_id: str) -> Actor:
    event = await event_by_id(await event_of_substitution(known_id(substitution_id)))
    actor = await actor_of(request)
    if not actor.may(Permission.SEE_REGISTRATIONS, event.slug):
        raise NotFound()
    actor.require(Permission.EDIT_REGISTRATIONS, event.slug)
    return actor


async def _shown(request: ApiRequest, person: Registration) -> RegistrationOut:
    event = await event_by_id(person.event_id)
    (shown,) = await registrations_out([person], event, actor=await actor_of(request))
    return shown


def _out(found: Sequence[Substitution]) -> list[SubstitutionOut]:
    return [
        SubstitutionOut(
            id=one.id,
            leaving_id=one.leaving.id,
            leaving_name=one.leaving.name,
            coming_id=one.coming.id if one.coming else None,
            coming_name=one.coming.name if one.coming else one.draft.name if one.draft else None,
            state=one.state,
            reason=one.reason,
            asked_by_kind=one.asked_by.kind,
            asked_by=one.asked_by.id,
            asked_at=one.asked_at,
            decided_by_kind=one.decided_by.kind if one.decided_by else None,
            decided_by=one.decided_by.id if one.decided_by else None,
            decided_at=one.decided_at,
        )
        for one in found
    ]


ROUTES = [substitute_one, list_all, approve, refuse]
