"""Passing a seat on in the browser: by who holds it, by a registrar, and the wishes that wait for a registrar's answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from events_service.errors import Conflict, Invalid, NotFound, TooMany
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_id, event_by_slug
from events_service.events.rules import Event, for_the_public
from events_service.people.api import known_id
from events_service.people.entrances import NothingOpen
from events_service.people.guards import SignInFirst, actor_of, as_doer, needs_account, to_sign_in
from events_service.people.rules import Permission
from events_service.registrations.access import registration_at
from events_service.registrations.drafts import Reason
from events_service.registrations.my_pages import ask_for_code
from events_service.registrations.open_pass import own_registration
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Status
from events_service.registrations.substitute_drafts import SubstituteDraft
from events_service.registrations.substituting import (
    NEEDS_APPROVAL,
    AskedState,
    approve_substitution,
    ask_to_substitute,
    event_of_substitution,
    refuse_substitution,
    substitute,
    substitutions,
)
from events_service.registrations.taking_over import AlreadyRegistered
from events_service.web.forms import read_form
from events_service.web.limits import allow, give_back
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
MY, ONE = "/my/substitute", "/office/registrations/{registration_id:str}/substitute"
LIST = "/office/events/{slug:str}/substitutes"
PUBLIC = {"public": True}
# Whoever names people one after the other to learn who has a seat is stopped soon.
KNOWN_TRIES, KNOWN_TRIES_WITHIN = 5, timedelta(hours=1)


@get(MY, opt=PUBLIC)
async def own_form(request: PageRequest) -> Response[Any]:
    """Who comes instead; how the last wish went. Without a seat, back to the page that says how things stand."""
    person, event = await _own(request)
    if person.status is not Status.CONFIRMED:
        return redirect("/my/registration")
    return await _own_form(request, person, event, typed={"language": person.language, "move_sessions": "true"})


@post(MY, opt=PUBLIC)
async def own_substitute(request: PageRequest) -> Response[Any]:
    """Pass the seat on, or ask a registrar to; or the form again with what is wrong."""
    person, event = await _own(request)
    form = await read_form(request, SubstituteDraft)
    try:
        wanted = form.given()
        async with _counted_try(person):
            state = await ask_to_substitute(person.id, wanted)
    except (Invalid, Conflict, TooMany) as refused:
        return await _own_form(request, person, event, **form.again(refused))
    if state is AskedState.PENDING:
        return redirect(f"{MY}?done=substitute_asked")
    return redirect("/my/registration?done=substituted")


@get(ONE, guards=[needs_account])
async def registrar_form(request: PageRequest, registration_id: FromPath[str]) -> Response[str]:
    """Who comes in this person's place."""
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    return await _registrar_form(request, person, typed={"language": person.language, "move_sessions": "true"})


@post(ONE, guards=[needs_account])
async def registrar_substitute(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Do it and show who comes; or the form again with what is wrong."""
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    form = await read_form(request, SubstituteDraft)
    try:
        coming = await substitute(person.id, form.given(), by=as_doer(await actor_of(request)))
    except (Invalid, Conflict) as refused:
        return await _registrar_form(request, person, **form.again(refused))
    return redirect(f"/office/registrations/{coming.id}?done=substituted")


@get(LIST, guards=[needs_at_event(Permission.SEE_REGISTRATIONS)])
async def substitutes(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """Who waits for an answer, and who came for whom."""
    return await _list(request, await event_by_slug(slug))


@post("/office/substitutions/{substitution_id:str}/approve", guards=[needs_account])
async def approve(request: PageRequest, substitution_id: FromPath[str]) -> Response[Any]:
    """Say yes; or the list with the sentence why it cannot be done."""
    event = await _decided_at(request, substitution_id)
    try:
        await approve_substitution(substitution_id, by=as_doer(await actor_of(request)))
    except Conflict as refused:
        return await _list(request, event, refusal=_(refused.detail), status=409)
    return _to_list(event, done="substituted")


@post("/office/substitutions/{substitution_id:str}/refuse", guards=[needs_account])
async def refuse(request: PageRequest, substitution_id: FromPath[str]) -> Response[Any]:
    """Say no."""
    event = await _decided_at(request, substitution_id)
    form = await read_form(request, Reason)
    try:
        reason = form.value.reason if form.value else ""
        await refuse_substitution(substitution_id, by=as_doer(await actor_of(request)), reason=reason)
    except Conflict as refused:
        return await _list(request, event, refusal=_(refused.detail), status=409)
    return _to_list(event, done="substitute_refused")


@asynccontextmanager
async def _counted_try(person: Registration) -> AsyncIterator[None]:
    """Around passing a seat on. Only those tries count that tell who has one. Raises `TooMany`."""
    bucket = f"substitute|{person.id}"
    await allow(bucket, most=KNOWN_TRIES, within=KNOWN_TRIES_WITHIN)
    try:
        yield
    except AlreadyRegistered:
        raise
    except (Invalid, Conflict):
        await give_back(bucket)
        raise
    await give_back(bucket)


async def _own(request: PageRequest) -> tuple[Registration, Event]:
    person = await own_registration(request)
    return person, await event_by_id(person.event_id)


async def _own_form(
    request: PageRequest,
    person: Registration,
    event: Event,
    *,
    typed: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    asked = await substitutions(event.id, registration_id=person.id, limit=1)
    return page(
        "my/substitute.html",
        request,
        status=status,
        registration=person,
        event=for_the_public(event),
        asked=asked[0] if asked else None,
        is_decided_first=event.registration.mode in NEEDS_APPROVAL,
        form=typed,
        errors=errors or {},
        refusal=refusal,
    )


async def _registrar_form(
    request: PageRequest,
    person: Registration,
    *,
    typed: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    return page(
        "office/substitute.html",
        request,
        status=status,
        registration=person,
        event=await event_by_id(person.event_id),
        form=typed,
        errors=errors or {},
        refusal=refusal,
    )


async def _list(request: PageRequest, event: Event, *, refusal: str = "", status: int = 200) -> Response[str]:
    return page(
        "office/substitutes.html",
        request,
        status=status,
        event=event,
        substitutions=await substitutions(event.id),
        may_edit=(await actor_of(request)).may(Permission.EDIT_REGISTRATIONS, event.slug),
        refusal=refusal,
    )


async def _decided_at(request: PageRequest, substitution_id: str) -> Event:
    """The event, for who may decide there. Raises `NotFound`, `Forbidden`."""
    event = await event_by_id(await event_of_substitution(known_id(substitution_id)))
    actor = await actor_of(request)
    if not actor.may(Permission.SEE_REGISTRATIONS, event.slug):
        raise NotFound()
    actor.require(Permission.EDIT_REGISTRATIONS, event.slug)
    return event


def _to_list(event: Event, *, done: str) -> Redirect:
    return redirect(f"/office/events/{event.slug}/substitutes?done={done}")


ROUTES = [
    Router(
        "/",
        route_handlers=[own_form, own_substitute],
        exception_handlers={NothingOpen: ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    ),
    Router(
        "/",
        route_handlers=[registrar_form, registrar_substitute, substitutes, approve, refuse],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    ),
]
