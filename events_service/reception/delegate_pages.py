"""One of a delegation's people as its coordinator sees them: correcting who they are, sending somebody else, taking the seat back."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from events_service.delegations.drafts import DelegateChange
from events_service.errors import Conflict, Invalid, NotFound, TooMany
from events_service.events.rules import Format, for_the_public
from events_service.people.api import known_id
from events_service.people.entrances import NothingOpen
from events_service.reception.open_delegation import (
    ENTRANCE,
    OWN,
    WAY_IN,
    OwnDelegation,
    counted_try,
    own_delegation,
)
from events_service.registrations.delegate_queries import delegates_of
from events_service.registrations.delegates import change_delegate, substitute_delegate, withdraw_delegate
from events_service.registrations.drafts import Reason
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Status
from events_service.registrations.substitute_drafts import SubstituteDraft
from events_service.web.forms import read_form
from events_service.web.pages import page, redirect

PageRequest = Request[Any, Any, Any]
ONE = ENTRANCE + "/delegates/{registration_id:str}"
PUBLIC = {"public": True}


@get(ONE, opt=PUBLIC)
async def details(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """How somebody is called and takes part."""
    own, person = await _delegate(request, registration_id)
    return _form(request, "details", own, person, typed=_known(person))


@post(ONE, opt=PUBLIC)
async def change(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Correct it; or the form again with what is wrong."""
    own, person = await _delegate(request, registration_id)
    form = await read_form(request, DelegateChange)
    try:
        await change_delegate(own.delegation.id, person.id, form.given(), by=own.doer)
    except (Invalid, Conflict) as refused:
        return _form(request, "details", own, person, **form.again(refused))
    return redirect(f"{OWN}?done=delegate_changed")


@get(ONE + "/substitute", opt=PUBLIC)
async def substitute_form(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Who comes in this person's place."""
    own, person = await _delegate(request, registration_id)
    typed = {"language": person.language, "move_sessions": "true"}
    return _form(request, "substitute", own, person, typed=typed)


@post(ONE + "/substitute", opt=PUBLIC)
async def substitute(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Let them come, in one step; or the form again with what is wrong."""
    own, person = await _delegate(request, registration_id)
    form = await read_form(request, SubstituteDraft)
    try:
        wanted = form.given()
        async with counted_try(own):
            await substitute_delegate(own.delegation.id, person.id, wanted, by=own.doer)
    except (Invalid, Conflict, TooMany) as refused:
        return _form(request, "substitute", own, person, **form.again(refused))
    return redirect(f"{OWN}?done=delegate_substituted")


@get(ONE + "/withdraw", opt=PUBLIC)
async def withdraw_form(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Whether this person is really not to come, and why."""
    own, person = await _delegate(request, registration_id)
    return _form(request, "withdraw", own, person, typed={})


@post(ONE + "/withdraw", opt=PUBLIC)
async def withdraw(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """End their registration; the seat waits for another name."""
    own, person = await _delegate(request, registration_id)
    form = await read_form(request, Reason)
    try:
        await withdraw_delegate(own.delegation.id, person.id, reason=form.given().reason, by=own.doer)
    except (Invalid, Conflict) as refused:
        return _form(request, "withdraw", own, person, **form.again(refused))
    return redirect(f"{OWN}?done=delegate_withdrawn")


async def _delegate(request: PageRequest, registration_id: str) -> tuple[OwnDelegation, Registration]:
    """Somebody who has one of its seats. Raises `NotFound`."""
    own = await own_delegation(request)
    wanted = known_id(registration_id)
    for person in await delegates_of(own.delegation.id):
        if person.id == wanted and person.status is Status.CONFIRMED:
            return own, person
    raise NotFound()


def _known(person: Registration) -> dict[str, Any]:
    return {
        "name": person.name,
        "organisation": person.organisation,
        "attendance": person.attendance.value,
        "language": person.language,
    }


def _form(
    request: PageRequest,
    template: str,
    own: OwnDelegation,
    person: Registration,
    *,
    typed: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[Any]:
    if not own.is_open and status == 200:
        return redirect(OWN)
    return page(
        f"delegation/{template}.html",
        request,
        status=status,
        event=for_the_public(own.event),
        person=person,
        here=f"{ENTRANCE}/delegates/{person.id}",
        is_hybrid=own.event.format is Format.HYBRID,
        form=typed,
        errors=errors or {},
        refusal=refusal,
    )


ROUTES = [
    Router(
        "/",
        route_handlers=[details, change, substitute_form, substitute, withdraw_form, withdraw],
        exception_handlers={NothingOpen: WAY_IN.ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
