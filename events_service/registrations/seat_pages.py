"""What a participant answers about a seat in the browser: yes to one that is kept for them, and that an address is theirs."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.response import Redirect

from events_service.errors import Conflict, NotFound, TooMany
from events_service.people.addresses import network_of, visitor_address
from events_service.registrations.checking import confirm_address
from events_service.registrations.my_pages import (
    PUBLIC,
    TRIES,
    TRIES_WITHIN,
    CodeForm,
    NothingOpen,
    ask_for_code,
)
from events_service.registrations.offers import accept_offer
from events_service.registrations.open_pass import open_registration, opening_cookie
from events_service.web.forms import read_form
from events_service.web.limits import allow, give_back
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]


@post("/my/accept", include_in_schema=False, opt=PUBLIC)
async def accept(request: PageRequest) -> Redirect:
    """Take the seat that is kept. Where it is kept no longer, the page says how things stand."""
    person = await open_registration(request)
    if person is None:
        raise NothingOpen()
    try:
        await accept_offer(person.id)
    except Conflict:
        return redirect("/my/registration?done=offer_over")
    return redirect("/my/registration?done=offer_accepted")


@get("/my/confirm", name="my.confirm", include_in_schema=False, opt=PUBLIC)
async def confirm_form(request: PageRequest) -> Response[str]:
    """Where the link in the mail leads. Reading it changes nothing: mail scanners follow links."""
    return page("my/confirm.html", request, errors={})


@post("/my/confirm", include_in_schema=False, opt=PUBLIC)
async def confirm(request: PageRequest) -> Response[Any]:
    """The address is theirs: the registration counts from now on, and its page is open."""
    bucket = f"my|{network_of(visitor_address(request))}"
    try:
        await allow(bucket, most=TRIES, within=TRIES_WITHIN)
    except TooMany as refused:
        shown = _again(request, _(refused.detail), status=429)
        shown.headers["Retry-After"] = str(refused.retry_after)
        return shown
    form = await read_form(request, CodeForm)
    try:
        person = await confirm_address(form.value.code if form.value else "")
    except NotFound:
        error = _("This code confirms nothing: it was used, or it is too old. Register again to get another.")
        return _again(request, error, status=422)
    except Conflict as conflict:
        return _again(request, _(conflict.detail), status=409)
    await give_back(bucket)
    opened = redirect("/my/registration?done=address_confirmed")
    opened.set_cookie(opening_cookie(person))
    return opened


def _again(request: PageRequest, error: str, *, status: int) -> Response[str]:
    return page("my/confirm.html", request, status=status, errors={"code": [error]})


ROUTES = [
    Router(
        "/",
        route_handlers=[accept, confirm_form, confirm],
        exception_handlers={NothingOpen: ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
