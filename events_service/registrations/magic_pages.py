"""All of one's registrations in the browser: a link by mail opens them, a sealed cookie keeps them open for a while."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.response import Redirect
from msgspec import Meta

from events_service.errors import NotFound
from events_service.events.queries import event_by_id
from events_service.events.rules import for_the_public
from events_service.registrations.link_entrances import LinkEntrance
from events_service.registrations.magic_links import Opens, registrations_of
from events_service.registrations.open_pass import PASS, Pass
from events_service.web.bodies import Body
from events_service.web.forms import read_form
from events_service.web.pages import page, redirect
from events_service.web.sealed_cookies import SealedCookie

PageRequest = Request[Any, Any, Any]
PUBLIC = {"public": True}
ENTRANCE, ALL = "/my/link", "/my/all"


class OpenAddress(msgspec.Struct, frozen=True, array_like=True):
    """Whose registrations are open: the address, folded."""

    email_key: str


OPEN_ADDRESS = SealedCookie("my-all", "address-cookie", OpenAddress, timedelta(hours=1))


class OneForm(Body, frozen=True):
    """Which of the registrations to open."""

    registration_id: Annotated[str, Meta(max_length=64)]


class NoAddressOpen(NotFound):
    """No address is open in this browser."""

    code = "no_address_open"


async def _is_open(request: PageRequest) -> bool:
    return OPEN_ADDRESS.find(request) is not None


WAY_IN = LinkEntrance(
    ENTRANCE,
    "my/link.html",
    "link",
    Opens.REGISTRATIONS,
    leads_to=ALL,
    cookie_for=lambda email_key: OPEN_ADDRESS.keep(OpenAddress(email_key)),
    is_open=_is_open,
)


@get(ENTRANCE, name="my.link", include_in_schema=False, opt=PUBLIC)
async def link_form(request: PageRequest) -> Response[str]:
    """Where the link in the mail leads, and where one is asked for. Reading it changes nothing: mail scanners follow links."""
    return await WAY_IN.form(request)


@post(ENTRANCE, include_in_schema=False, opt=PUBLIC)
async def ask(request: PageRequest) -> Response[Any]:
    """Have a link sent. The answer is the same for every address, known or not."""
    return await WAY_IN.ask(request, done="link_asked")


@post(ENTRANCE + "/open", include_in_schema=False, opt=PUBLIC)
async def open_address(request: PageRequest) -> Response[Any]:
    """Open all registrations of the address that this code was sent to; it does so once."""
    return await WAY_IN.open(request)


@get(ALL, name="my.all", include_in_schema=False, opt=PUBLIC)
async def own_registrations(request: PageRequest) -> Response[str]:
    """Everything registered under the address, and what can be done with all of it."""
    people = await registrations_of(open_address_of(request))
    both = [(person, for_the_public(await event_by_id(person.event_id))) for person in people]
    return page("my/all.html", request, registrations=sorted(both, key=lambda one: one[1].starts_at, reverse=True))


@post(ALL, include_in_schema=False, opt=PUBLIC)
async def open_one(request: PageRequest) -> Response[Any]:
    """Open one of them as its own page."""
    form = await read_form(request, OneForm)
    people = await registrations_of(open_address_of(request))
    chosen = [one for one in people if form.value and one.id == form.value.registration_id]
    if not chosen:
        raise NotFound()
    opened = redirect("/my/registration")
    opened.set_cookie(PASS.keep(Pass.of(chosen[0])))
    return opened


@post(ALL + "/leave", include_in_schema=False, opt=PUBLIC)
async def leave() -> Redirect:
    """Forget on this device whose registrations were open."""
    gone = redirect(f"{ENTRANCE}?done=registration_closed_here")
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
    return redirect(ENTRANCE)


ROUTES = [
    Router(
        "/",
        route_handlers=[link_form, ask, open_address, own_registrations, open_one, leave],
        exception_handlers={NoAddressOpen: ask_for_link_first},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
