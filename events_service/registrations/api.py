"""Registrations for programs, under `/api/v1`."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from litestar import Request, get, patch, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter, QueryParameter

from events_service.errors import Forbidden
from events_service.events.access import needs_at_event, visible_event
from events_service.events.drafts import given
from events_service.events.queries import event_by_id, event_by_slug
from events_service.people.addresses import network_of, visitor_address
from events_service.people.guards import actor_of, doer_of, needs_account
from events_service.people.rules import Actor, Permission
from events_service.people.visitors import wide_network_of
from events_service.registrations import actions, admission_api, badge_api, shapes, sign_up_api
from events_service.registrations.access import registration_at, sees_who
from events_service.registrations.answers_seen import record_answers_seen, record_list_seen, record_person_seen
from events_service.registrations.applications import Application
from events_service.registrations.badges import badges_of
from events_service.registrations.drafts import OwnPartyDraft, PartyDraft, Reason, RegistrationChange
from events_service.registrations.parties import companion_drafts, register_party
from events_service.registrations.queries import (
    Registration,
    Wanted,
    list_registrations,
    registration_by_id,
    waitlist_position,
)
from events_service.registrations.rules import Category, HiddenBehindAlias, Status
from events_service.registrations.shapes import (
    EXAMPLE_REGISTRATION,
    Received,
    RegistrationOut,
    manage_url,
    registrations_out,
)
from events_service.web.bodies import JsonBody
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers, problems

ApiRequest = Request[Any, Any, Any]
OF_EVENT = "/api/v1/events/{slug:str}/registrations"
ONE = "/api/v1/registrations/{registration_id:str}"
TAGS = ["registrations"]
# PostgreSQL takes no NUL in a text.
NO_NUL = r"^[^\x00]*$"

SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]
IdInPath = Annotated[str, PathParameter(description="The registration's id.")]
Text = Annotated[
    str,
    QueryParameter(
        max_length=200, pattern=NO_NUL, description="Words of name, address, organisation or city; accents are folded."
    ),
]
StatusAsked = Annotated[Status | None, QueryParameter(description="Only those of this status.")]
CategoryAsked = Annotated[Category | None, QueryParameter(description="Only those of this category.")]
City = Annotated[str, QueryParameter(max_length=200, pattern=NO_NUL, description="Only those of this city.")]
WhyBody = Annotated[Reason | None, Body(examples=[Example(value=shapes.EXAMPLE_REASON)])]


class DraftBody(JsonBody):
    """Reads a registration more strictly where people register themselves, without a token: they must agree."""

    def kind(self) -> Any:
        return PartyDraft if "authorization" in self.asgi_connection.headers else OwnPartyDraft


def _read(example: dict[str, Any]) -> dict[int, ResponseSpec]:
    return answers(200, RegistrationOut, {**EXAMPLE_REGISTRATION, **example}, 401, 404)


def _changed(example: dict[str, Any]) -> dict[int, ResponseSpec]:
    return answers(200, RegistrationOut, {**EXAMPLE_REGISTRATION, **example}, 401, 403, 404, 409, 415)


def _received() -> dict[int, ResponseSpec]:
    spec = ResponseSpec(
        Received,
        description="Registered. Only a registrar is told more than status and position.",
        generate_examples=False,
        examples=[
            Example(summary="To the public", value=shapes.EXAMPLE_PUBLIC),
            Example(summary="To a registrar", value=shapes.EXAMPLE_FOR_REGISTRAR),
        ],
    )
    return {201: spec, **problems(401, 403, 404, 409, 415)}


@post(
    OF_EVENT,
    operation_id="register",
    summary="Register",
    tags=TAGS,
    dto=DraftBody,
    return_dto=None,
    responses=_received(),
    opt={"public": True},
)
async def register(
    request: ApiRequest,
    slug: SlugInPath,
    data: Annotated[PartyDraft, Body(examples=[Example(value=shapes.EXAMPLE_DRAFT)])],
) -> Received:
    """Without a token as the public form does; with a registrar's on behalf of somebody, past window and mode.

    `companions` come along, as many as the event takes: together or not at all, or as seats come.
    """
    actor = await actor_of(request)
    companions = companion_drafts(data.companions, host=data)
    if actor.may(Permission.EDIT_REGISTRATIONS, slug):
        wish = Application(slug, data, by_registrar=True, source="registrar", by=await doer_of(request))
        outcome = await register_party(wish, companions, together=data.together)
        return await received_by_registrar(await registration_by_id(outcome.registration_id), actor=actor)
    if not actor.is_anonymous:
        await visible_event(request, slug)
        raise Forbidden(needed=Permission.EDIT_REGISTRATIONS.value)
    visitor = visitor_address(request)
    wish = Application(
        slug,
        data,
        counted_for=f"register|{network_of(visitor)}",
        counted_around=f"register|around {wide_network_of(visitor)}",
    )
    outcome = await register_party(wish, companions, together=data.together)
    return Received(outcome.status, outcome.waitlist_position)


@get(
    OF_EVENT,
    operation_id="listRegistrations",
    summary="List registrations",
    tags=TAGS,
    guards=[needs_at_event(Permission.SEE_REGISTRATIONS)],
    responses=answers(200, Page[RegistrationOut], {"items": [EXAMPLE_REGISTRATION], "next": None}, 401, 403, 404),
)
async def list_all(
    request: ApiRequest,
    slug: SlugInPath,
    q: Text = "",
    status: StatusAsked = None,
    category: CategoryAsked = None,
    city: City = "",
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[RegistrationOut]:
    """In the order they came."""
    event = await event_by_slug(slug)
    wanted = Wanted(text=q, status=status or "", category=category or "", city=city)
    actor = await actor_of(request)
    await record_list_seen(actor, event)
    people = await list_registrations(event.id, wanted, after=key_in(cursor), limit=limit + 1)
    found = page_of(people, limit=limit, key=lambda person: person.id)
    return Page(await registrations_out(found.items, event, actor=actor), found.next)


@get(
    ONE,
    operation_id="getRegistration",
    summary="Read a registration",
    tags=TAGS,
    guards=[needs_account],
    responses=_read({}),
)
async def read(request: ApiRequest, registration_id: IdInPath) -> RegistrationOut:
    """With the badge's text, the address of the participant's own page, and sensitive answers: that these were read is written down."""
    person = await registration_at(request, registration_id)
    actor, event = await actor_of(request), await event_by_id(person.event_id)
    await record_person_seen(actor, person, event)
    await record_answers_seen(actor, person, event)
    (shown,) = await registrations_out([person], event, actor=actor, sensitive=True)
    return shown


@patch(
    ONE,
    operation_id="changeRegistration",
    summary="Correct a registration",
    tags=TAGS,
    guards=[needs_account],
    responses=_changed({**shapes.EXAMPLE_CHANGE, "version": 2}),
)
async def change(
    request: ApiRequest,
    registration_id: IdInPath,
    data: Annotated[RegistrationChange, Body(examples=[Example(value=shapes.EXAMPLE_CHANGE)])],
) -> RegistrationOut:
    """Only what is given changes, of the answers too: `null` takes one away. The category of a confirmed person stands on the badge.

    How a protected person is called, only those change who may see them. The `reason` is recorded.
    """
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    names = (given(data.name, person.name), given(data.organisation, person.organisation))
    event = await event_by_id(person.event_id)
    if names != (person.name, person.organisation) and not sees_who(await actor_of(request), person, event):
        raise HiddenBehindAlias()
    return await _shown(request, await actions.edit_registration(person.id, data, by=await doer_of(request)))


@post(
    ONE + "/approve",
    status_code=200,
    operation_id="approveRegistration",
    summary="Approve a registration",
    tags=TAGS,
    guards=[needs_account],
    responses=_changed({"version": 2}),
)
async def approve(request: ApiRequest, registration_id: IdInPath, data: WhyBody = None) -> RegistrationOut:
    """A seat if there is one, else a place on the waiting list; the person is told, with the reason if there is one."""
    return await _decided(request, registration_id, data, actions.approve_registration)


@post(
    ONE + "/decline",
    status_code=200,
    operation_id="declineRegistration",
    summary="Decline a registration",
    tags=TAGS,
    guards=[needs_account],
    responses=_changed({"status": "declined", "badge": None, "version": 2}),
)
async def decline(request: ApiRequest, registration_id: IdInPath, data: WhyBody = None) -> RegistrationOut:
    """The person is told, with the reason if there is one. A seat goes to the next in line."""
    return await _decided(request, registration_id, data, actions.decline_registration)


@post(
    ONE + "/cancel",
    status_code=200,
    operation_id="cancelRegistration",
    summary="Cancel a registration",
    tags=TAGS,
    guards=[needs_account],
    responses=_changed({"status": "cancelled", "badge": None, "version": 2}),
)
async def cancel(request: ApiRequest, registration_id: IdInPath, data: WhyBody = None) -> RegistrationOut:
    """The badge ends, the calendar gets a CANCEL, and the seat goes to the next in line."""
    return await _decided(request, registration_id, data, actions.cancel_registration)


@post(
    ONE + "/resend",
    status_code=200,
    operation_id="resendLetter",
    summary="Send the letter again",
    tags=TAGS,
    guards=[needs_account],
    responses=_changed({}),
)
async def resend(request: ApiRequest, registration_id: IdInPath) -> RegistrationOut:
    """The letter that tells how things stand: the same seat, badge and invite."""
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    await actions.resend_letter(person.id, by=await doer_of(request))
    return await _shown(request, person)


async def _decided(
    request: ApiRequest, registration_id: str, data: Reason | None, verb: Callable[..., Awaitable[Registration]]
) -> RegistrationOut:
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    reason, by = data.reason if data else "", await doer_of(request)
    return await _shown(request, await verb(person.id, reason=reason, by=by))


async def _shown(request: ApiRequest, person: Registration) -> RegistrationOut:
    event = await event_by_id(person.event_id)
    (shown,) = await registrations_out([person], event, actor=await actor_of(request))
    return shown


async def received_by_registrar(person: Registration, *, actor: Actor) -> Received:
    """What a registrar is told of somebody they registered: of a protected person nothing that leads from the address to the alias.

    The page of a protected person says who they are: it is theirs alone.
    """
    event = await event_by_id(person.event_id)
    if not sees_who(actor, person, event):
        return Received(person.status, None)
    badge = (await badges_of([person], event)).get(person.id)
    page_url = msgspec.UNSET if person.protected else manage_url(person)
    return Received(person.status, await waitlist_position(person), person.id, page_url, badge)


ROUTES = [
    register,
    list_all,
    read,
    change,
    approve,
    decline,
    cancel,
    resend,
    *admission_api.ROUTES,
    *badge_api.ROUTES,
    *sign_up_api.ROUTES,
]
