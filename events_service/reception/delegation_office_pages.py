"""Delegations in the back office: which city has how many seats, how many are named, and who coordinates."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from events_service.delegations.drafts import DelegationChange, DelegationDraft, Withdrawal
from events_service.delegations.queries import delegations_of
from events_service.delegations.rules import DELEGATE_CATEGORIES, Delegation, State, unnamed
from events_service.errors import Conflict, Invalid
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event, to_wall
from events_service.people.guards import SignInFirst, actor_of, as_doer, needs_account, to_sign_in
from events_service.people.rules import Permission
from events_service.reception.delegation_api import may_edit, may_see
from events_service.registrations.delegate_queries import delegates_of, named_at
from events_service.registrations.delegations import (
    change_delegation,
    make_delegation,
    send_link_again,
    withdraw_delegation,
)
from events_service.registrations.rules import Status
from events_service.web.forms import read_form
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
LIST, ONE = "/office/events/{slug:str}/delegations", "/office/delegations/{delegation_id:str}"


@get(LIST, name="office.delegations", guards=[needs_at_event(Permission.SEE_REGISTRATIONS)])
async def delegations(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """All of an event, by city."""
    event = await event_by_slug(slug)
    named = await named_at(event.id)
    found = await delegations_of(event.id)
    shown = [(one, named[one.id], unnamed(one, named[one.id])) for one in found]
    there = [line for line in shown if line[0].state is not State.WITHDRAWN]
    return page(
        "office/delegations.html",
        request,
        event=event,
        delegations=shown,
        seats=sum(one.seats for one, _named, _left in there),
        named=sum(people for _one, people, _left in there),
        unnamed=sum(left for _one, _named, left in there),
        may_edit=(await actor_of(request)).may(Permission.EDIT_REGISTRATIONS, slug),
    )


@get(LIST + "/new", guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)])
async def new(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """Which city, how many seats, and who names the people."""
    event = await event_by_slug(slug)
    return _new(request, event, typed={"closes_at": to_wall(event.starts_at, event.timezone), "language": "en"})


@post(LIST + "/new", guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)])
async def make(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Keep the seats and send the link; or the form again with what is wrong."""
    event = await event_by_slug(slug)
    form = await read_form(request, DelegationDraft)
    try:
        made = await make_delegation(slug, form.given(), by=as_doer(await actor_of(request)))
    except (Invalid, Conflict) as refused:
        return _new(request, event, **form.again(refused))
    return redirect(f"/office/delegations/{made.id}?done=delegation_made")


@get(ONE, guards=[needs_account])
async def delegation(request: PageRequest, delegation_id: FromPath[str]) -> Response[str]:
    """One of them with its delegates, and what can be changed."""
    one, event = await may_see(request, delegation_id)
    return await _one(request, one, event, typed=_known(one, event))


@post(ONE, guards=[needs_account])
async def change(request: PageRequest, delegation_id: FromPath[str]) -> Response[Any]:
    """Other seats, another deadline, another coordinator; or the form again with what is wrong."""
    one, event = await may_edit(request, delegation_id)
    form = await read_form(request, DelegationChange, blank={"coordinator_name": ""})
    try:
        await change_delegation(one.id, form.given(), by=as_doer(await actor_of(request)))
    except (Invalid, Conflict) as refused:
        return await _one(request, one, event, **form.again(refused))
    return redirect(f"/office/delegations/{one.id}?done=saved")


@post(ONE + "/resend", guards=[needs_account])
async def resend(request: PageRequest, delegation_id: FromPath[str]) -> Response[Any]:
    """The coordinator's link once more."""
    one, event = await may_edit(request, delegation_id)
    try:
        await send_link_again(one.id, by=as_doer(await actor_of(request)))
    except Conflict as refused:
        return await _one(request, one, event, typed=_known(one, event), refusal=_(refused.detail), status=409)
    return redirect(f"/office/delegations/{one.id}?done=resent")


@post(ONE + "/withdraw", guards=[needs_account])
async def withdraw(request: PageRequest, delegation_id: FromPath[str]) -> Response[Any]:
    """Take the seats back that nobody is named for, and, where that is ticked, those of its delegates."""
    one, event = await may_edit(request, delegation_id)
    form = await read_form(request, Withdrawal)
    if form.value is None:
        typed = _known(one, event) | form.typed
        return await _one(request, one, event, typed=typed, errors=form.errors, status=422)
    try:
        await withdraw_delegation(one.id, form.value, by=as_doer(await actor_of(request)))
    except Conflict as refused:
        return await _one(request, one, event, typed=_known(one, event), refusal=_(refused.detail), status=409)
    return redirect(f"/office/delegations/{one.id}?done=delegation_withdrawn")


def _known(one: Delegation, event: Event) -> dict[str, Any]:
    return {
        "seats": one.seats,
        "closes_at": to_wall(one.closes_at, event.timezone),
        "coordinator_name": one.coordinator_name,
        "coordinator_email": one.coordinator_email,
        "language": one.language,
    }


def _new(
    request: PageRequest,
    event: Event,
    *,
    typed: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    return page(
        "office/delegation_new.html",
        request,
        status=status,
        event=event,
        categories=[one.value for one in DELEGATE_CATEGORIES],
        form=typed,
        errors=errors or {},
        refusal=refusal,
    )


async def _one(
    request: PageRequest,
    one: Delegation,
    event: Event,
    *,
    typed: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    people = await delegates_of(one.id)
    named = sum(person.status is Status.CONFIRMED for person in people)
    return page(
        "office/delegation.html",
        request,
        status=status,
        event=event,
        delegation=one,
        people=people,
        named=named,
        unnamed=unnamed(one, named),
        may_edit=(await actor_of(request)).may(Permission.EDIT_REGISTRATIONS, event.slug),
        form=typed,
        errors=errors or {},
        refusal=refusal,
    )


ROUTES = [
    Router(
        "/",
        route_handlers=[delegations, new, make, delegation, change, resend, withdraw],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
