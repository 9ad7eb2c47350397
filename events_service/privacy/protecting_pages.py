"""Protected people in the back office."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from events_service.errors import Conflict
from events_service.events.queries import event_by_id
from events_service.people.guards import SignInFirst, actor_of, doer_of, needs_account, to_sign_in
from events_service.people.rules import Permission
from events_service.privacy.protecting import end_protection, look_behind, protect
from events_service.privacy.protecting_api import Protection, Why
from events_service.registrations.access import registration_at
from events_service.registrations.naming import Identity
from events_service.registrations.queries import Registration
from events_service.web.forms import read_form
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
ONE = "/office/registrations/{registration_id:str}/protection"


@get(ONE, name="office.protection", guards=[needs_account])
async def protection(request: PageRequest, registration_id: FromPath[str]) -> Response[str]:
    """Whether the person is protected, and what can be done about it."""
    return await _shown(request, await registration_at(request, registration_id))


@post(ONE, guards=[needs_account])
async def begin(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Show the person under an alias from now on."""
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    form = await read_form(request, Protection)
    if form.value is None:
        return await _shown(request, person, form=form.typed, errors=form.errors, status=422)
    try:
        await protect(person.id, alias=form.value.alias, doer=await doer_of(request), reason=form.value.reason)
    except Conflict as refused:
        return await _shown(request, person, refusal=_(refused.detail), status=409)
    return redirect(f"/office/registrations/{person.id}?done=protected")


@post(ONE + "/end", guards=[needs_account])
async def end(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Show the person under their own name again."""
    person = await registration_at(request, registration_id, to=Permission.SEE_PROTECTED)
    form = await read_form(request, Why)
    if form.value is None:
        return await _shown(request, person, form=form.typed, errors=form.errors, status=422)
    try:
        await end_protection(person.id, doer=await doer_of(request), reason=form.value.reason)
    except Conflict as refused:
        return await _shown(request, person, refusal=_(refused.detail), status=409)
    return redirect(f"/office/registrations/{person.id}?done=unprotected")


@post(ONE + "/reveal", guards=[needs_account])
async def reveal(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Who stands behind the alias; the page is not kept anywhere."""
    person = await registration_at(request, registration_id, to=Permission.SEE_PROTECTED)
    form = await read_form(request, Why)
    if form.value is None:
        return await _shown(request, person, form=form.typed, errors=form.errors, status=422)
    try:
        who = await look_behind(person.id, doer=await doer_of(request), reason=form.value.reason)
    except Conflict as refused:
        return await _shown(request, person, refusal=_(refused.detail), status=409)
    return await _shown(request, person, who=who)


async def _shown(
    request: PageRequest,
    person: Registration,
    *,
    who: Identity | None = None,
    form: dict[str, Any] | None = None,
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    event = await event_by_id(person.event_id)
    actor = await actor_of(request)
    return page(
        "office/protection.html",
        request,
        status=status,
        event=event,
        registration=person,
        who=who,
        may_protect=actor.may(Permission.EDIT_REGISTRATIONS, event.slug) and not person.protected,
        may_see=actor.may(Permission.SEE_PROTECTED, event.slug) and person.protected,
        form=form or {},
        errors=errors or {},
        refusal=refusal,
    )


ROUTES = [
    Router(
        "/",
        route_handlers=[protection, begin, end, reveal],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
