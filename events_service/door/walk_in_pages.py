"""Somebody without a registration at the door, in a browser: a short form, then the badge to print."""

import base64
from typing import Any

from litestar import Request, Response, Router, get, post

from events_service.door.pages import ShownScan, answer_not_paired
from events_service.door.queries import DoorDevice
from events_service.door.rules import DeviceRefused, Direction
from events_service.door.tokens import door_token
from events_service.door.walk_ins import DoorWalkIn, LetIn, let_in, registering_device
from events_service.identifiers import new_id
from events_service.registrations.badges import badge_picture
from events_service.registrations.walk_in_pages import WalkInForm, take_form
from events_service.sealing import token_digest
from events_service.web.pages import page
from events_service.web.words import language

PageRequest = Request[Any, Any, Any]
PAGE = "/door/walk-in"


@get(PAGE, opt={"device": True})
async def walk_in_form(request: PageRequest) -> Response[str]:
    """The short form: a name is enough."""
    device = await registering_device(token_digest(door_token(request)))
    return _page(request, device, WalkInForm({"language": language.get()}))


@post(PAGE, status_code=200, opt={"device": True})
async def take_walk_in(request: PageRequest) -> Response[str]:
    """Registered and let in, with the badge; or the form again. Sent twice, it is one admission."""
    digest = token_digest(door_token(request))
    device = await registering_device(digest)

    async def act(draft: DoorWalkIn) -> LetIn:
        return await let_in(draft, device_digest=digest)

    taken = await take_form(request, DoorWalkIn, act)
    if isinstance(taken, WalkInForm):
        return _page(request, device, taken)
    return await _badge(request, device, taken)


async def _badge(request: PageRequest, device: DoorDevice, one: LetIn) -> Response[str]:
    picture = await badge_picture(one.person, one.event, "png") if one.badge else b""
    return page(
        "door/walked_in.html",
        request,
        device=device,
        person=one.person,
        scan=ShownScan.of(one.scan, direction=Direction.ENTRY),
        badge_image=f"data:image/png;base64,{base64.b64encode(picture).decode()}" if picture else "",
    )


def _page(request: PageRequest, device: DoorDevice, form: WalkInForm) -> Response[str]:
    return form.in_page("door/walk_in.html", request, device=device, scan_id=new_id())


ROUTES = [
    Router(
        "/",
        route_handlers=[walk_in_form, take_walk_in],
        exception_handlers={DeviceRefused: answer_not_paired},
        include_in_schema=False,
    )
]
