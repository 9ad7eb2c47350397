"""What an organiser decides about one registration, on its page in the back office."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response, Router, post
from litestar.params import FromPath

from events_service.errors import Conflict
from events_service.people.guards import SignInFirst, doer_of, needs_account, to_sign_in
from events_service.people.rules import Permission
from events_service.registrations import actions
from events_service.registrations.access import registration_at
from events_service.registrations.drafts import Reason
from events_service.registrations.link_renewing import renew_links
from events_service.registrations.office_pages import ONE, person_page, to_person
from events_service.web.forms import read_form
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]


@post(ONE + "/approve", guards=[needs_account])
async def approve(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Say yes."""
    by = await doer_of(request)

    async def verb(one: str) -> object:
        return await actions.approve_registration(one, by=by)

    return await _do(request, registration_id, verb, done="approved")


@post(ONE + "/decline", guards=[needs_account])
async def decline(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Say no, with the reason in the letter."""
    return await _end(request, registration_id, actions.decline_registration, done="registration_declined")


@post(ONE + "/cancel", guards=[needs_account])
async def cancel(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Take the seat back, with the reason in the letter."""
    return await _end(request, registration_id, actions.cancel_registration, done="registration_cancelled")


@post(ONE + "/resend", guards=[needs_account])
async def resend(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Send the letter that tells how things stand once more."""
    by = await doer_of(request)

    async def verb(one: str) -> None:
        await actions.resend_letter(one, by=by)

    return await _do(request, registration_id, verb, done="resent")


@post(ONE + "/new-links", guards=[needs_account])
async def replace_links(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """The links in letters that were lost or passed on open nothing any more; a letter brings new ones."""
    by = await doer_of(request)

    async def verb(one: str) -> object:
        return await renew_links(one, by=by)

    return await _do(request, registration_id, verb, done="links_replaced_for")


async def _do(
    request: PageRequest, registration_id: str, verb: Callable[[str], Awaitable[object]], *, done: str
) -> Response[Any]:
    """Do it and show the person; or show them with the sentence why it cannot be done."""
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    try:
        await verb(person.id)
    except Conflict as refused:
        return await person_page(request, person, refusal=_(refused.detail), status=409)
    return to_person(person.id, done=done)


async def _end(
    request: PageRequest, registration_id: str, verb: Callable[..., Awaitable[object]], *, done: str
) -> Response[Any]:
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    form = await read_form(request, Reason)
    if form.value is None:
        return await person_page(request, person, form=form.typed, errors=form.errors, status=422)
    reason, by = form.value.reason, await doer_of(request)

    async def end(one: str) -> object:
        return await verb(one, reason=reason, by=by)

    return await _do(request, registration_id, end, done=done)


ROUTES = [
    Router(
        "/",
        route_handlers=[approve, decline, cancel, resend, replace_links],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
