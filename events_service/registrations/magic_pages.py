"""All of one's registrations in the browser: a link by mail opens them, a sealed cookie keeps them open for a while."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.response import Redirect
from msgspec import Meta

from events_service.errors import NotFound, TooMany
from events_service.events.queries import event_by_id
from events_service.events.rules import for_the_public
from events_service.people.addresses import network_of, visitor_address
from events_service.registrations.magic_links import ask_for_link, open_link, registrations_of
from events_service.registrations.open_pass import opening_cookie
from events_service.web.bodies import Body
from events_service.web.fields import Email
from events_service.web.forms import read_form
from events_service.web.limits import allow, give_back
from events_service.web.pages import page, redirect
from events_service.web.sealed_cookies import SealedCookie
from events_service.web.words import gettext as _
from events_service.web.words import language

PageRequest = Request[Any, Any, Any]
PUBLIC = {"public": True}
ASKED_PER_ADDRESS, ASKED_PER_NETWORK, ASKED_WITHIN = 3, 20, timedelta(minutes=15)
TRIES, TRIES_WITHIN = 20, timedelta(minutes=10)


class OpenAddress(msgspec.Struct, frozen=True, array_like=True):
    """Whose registrations are open: the address, folded."""

    email_key: str


OPEN_ADDRESS = SealedCookie("my-all", "address-cookie", OpenAddress, timedelta(hours=1))


class AskForm(Body, frozen=True):
    """Where the link is to go."""

    email: Email


class LinkForm(Body, frozen=True):
    """The code from the mail."""

    code: Annotated[str, Meta(max_length=200)]


class OneForm(Body, frozen=True):
    """Which of the registrations to open."""

    registration_id: Annotated[str, Meta(max_length=64)]


class NoAddressOpen(NotFound):
    """No address is open in this browser."""

    code = "no_address_open"


@get("/my/link", name="my.link", include_in_schema=False, opt=PUBLIC)
async def link_form(request: PageRequest) -> Response[str]:
    """Where the link in the mail leads, and where one is asked for. Reading it changes nothing: mail scanners follow links."""
    return _link_form(request)


@post("/my/link", include_in_schema=False, opt=PUBLIC)
async def ask(request: PageRequest) -> Response[Any]:
    """Have a link sent. The answer is the same for every address, known or not."""
    form = await read_form(request, AskForm)
    if form.value is None:
        return _link_form(request, form=form.typed, errors=form.errors, status=422)
    try:
        network = network_of(visitor_address(request))
        await allow(f"link-from|{network}", most=ASKED_PER_NETWORK, within=ASKED_WITHIN)
        await allow(f"link-to|{form.value.email.casefold()}", most=ASKED_PER_ADDRESS, within=ASKED_WITHIN)
    except TooMany as refused:
        return _too_many(request, refused, "email", typed=form.typed)
    await ask_for_link(form.value.email, language.get())
    return redirect("/my/link?done=link_asked")


@post("/my/link/open", include_in_schema=False, opt=PUBLIC)
async def open_address(request: PageRequest) -> Response[Any]:
    """Open all registrations of the address that this code was sent to; it does so once."""
    bucket = f"link|{network_of(visitor_address(request))}"
    try:
        await allow(bucket, most=TRIES, within=TRIES_WITHIN)
    except TooMany as refused:
        return _too_many(request, refused, "code")
    form = await read_form(request, LinkForm)
    try:
        email_key = await open_link(form.value.code if form.value else "")
    except NotFound:
        error = _("This link was used already or is too old. Have a new one sent.")
        return _link_form(request, errors={"code": [error]}, status=422)
    await give_back(bucket)
    opened = redirect("/my/all")
    opened.set_cookie(OPEN_ADDRESS.keep(OpenAddress(email_key)))
    return opened


@get("/my/all", name="my.all", include_in_schema=False, opt=PUBLIC)
async def own_registrations(request: PageRequest) -> Response[str]:
    """Everything registered under the address, and what can be done with all of it."""
    people = await registrations_of(open_address_of(request))
    both = [(person, for_the_public(await event_by_id(person.event_id))) for person in people]
    return page("my/all.html", request, registrations=sorted(both, key=lambda one: one[1].starts_at, reverse=True))


@post("/my/all", include_in_schema=False, opt=PUBLIC)
async def open_one(request: PageRequest) -> Response[Any]:
    """Open one of them as its own page."""
    form = await read_form(request, OneForm)
    people = await registrations_of(open_address_of(request))
    chosen = [one for one in people if form.value and one.id == form.value.registration_id]
    if not chosen:
        raise NotFound()
    opened = redirect("/my/registration")
    opened.set_cookie(opening_cookie(chosen[0]))
    return opened


@post("/my/all/leave", include_in_schema=False, opt=PUBLIC)
async def leave() -> Redirect:
    """Forget on this device whose registrations were open."""
    gone = redirect("/my/link?done=registration_closed_here")
    gone.set_cookie(OPEN_ADDRESS.take_away())
    return gone


def open_address_of(request: PageRequest) -> str:
    """The address, folded, that is open in this browser. Raises `NoAddressOpen`."""
    held = OPEN_ADDRESS.find(request)
    if held is None:
        raise NoAddressOpen()
    return held.email_key


def ask_for_link_first(request: PageRequest, error: Exception) -> Redirect:
    """The answer to `NoAddressOpen`: the way in."""
    return redirect("/my/link")


def _link_form(
    request: PageRequest,
    *,
    form: dict[str, Any] | None = None,
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> Response[str]:
    is_open = OPEN_ADDRESS.find(request) is not None
    return page("my/link.html", request, status=status, form=form or {}, errors=errors or {}, is_open=is_open)


def _too_many(
    request: PageRequest, refused: TooMany, field: str, *, typed: dict[str, Any] | None = None
) -> Response[str]:
    shown = _link_form(request, form=typed, errors={field: [_(refused.detail)]}, status=429)
    shown.headers["Retry-After"] = str(refused.retry_after)
    return shown


ROUTES = [
    Router(
        "/",
        route_handlers=[link_form, ask, open_address, own_registrations, open_one, leave],
        exception_handlers={NoAddressOpen: ask_for_link_first},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
