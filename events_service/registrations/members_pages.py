"""The members' events in the browser: a link by mail proves the address, and opens them for half a day."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.response import Redirect

from events_service import clock
from events_service.events.members import MEMBER, OpenMember, member_of, members_events
from events_service.registrations.event_pages import rows_of
from events_service.registrations.link_entrances import LinkEntrance
from events_service.registrations.magic_links import Opens
from events_service.web.pages import page, redirect

PageRequest = Request[Any, Any, Any]
ENTRANCE, EVENTS = "/members", "/members/events"
PUBLIC = {"public": True}


async def _is_open(request: PageRequest) -> bool:
    return await member_of(request) is not None


WAY_IN = LinkEntrance(
    ENTRANCE,
    "registrations/members.html",
    "members",
    Opens.MEMBERS,
    leads_to=EVENTS,
    cookie_for=lambda email_key: MEMBER.keep(OpenMember(email_key)),
    is_open=_is_open,
    beside={"hours": MEMBER.lasts // timedelta(hours=1)},
)


@get(ENTRANCE, name="members", opt=PUBLIC)
async def entrance(request: PageRequest) -> Response[str]:
    """Where the link in the mail leads, and where one is asked for. Reading it changes nothing: mail scanners follow links."""
    return await WAY_IN.form(request)


@post(ENTRANCE, opt=PUBLIC)
async def ask(request: PageRequest) -> Response[Any]:
    """Have a link sent. The answer is the same for every address, known or not."""
    return await WAY_IN.ask(request, done="member_link_asked")


@post(ENTRANCE + "/open", opt=PUBLIC)
async def open_members(request: PageRequest) -> Response[Any]:
    """Open the members' events for the address that this code was sent to; it does so once."""
    return await WAY_IN.open(request)


@get(EVENTS, name="members.events", opt=PUBLIC)
async def members_list(request: PageRequest) -> Response[Any]:
    """The members' events, for who proved their address; others are led to where they can."""
    member = await member_of(request)
    if member is None:
        return redirect(ENTRANCE)
    now = clock.now()
    events = await rows_of(await members_events(now=now), now=now)
    return page("registrations/members_events.html", request, member=member, events=events)


@post(ENTRANCE + "/leave", opt=PUBLIC)
async def leave() -> Redirect:
    """Forget on this device whose address was proven."""
    gone = redirect(f"{ENTRANCE}?done=members_closed_here")
    gone.set_cookie(MEMBER.take_away())
    return gone


ROUTES = [
    Router(
        "/",
        route_handlers=[entrance, ask, open_members, members_list, leave],
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
