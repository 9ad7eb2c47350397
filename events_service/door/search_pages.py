"""Finding people by name on a page of its own, for browsers without scripts."""

from typing import Any

from litestar import Request, Response, Router, get

from events_service.door.pages import answer_not_paired
from events_service.door.queries import paired_device
from events_service.door.rules import DeviceRefused
from events_service.door.search import LONGEST, search
from events_service.door.tokens import door_token
from events_service.identifiers import new_id
from events_service.sealing import token_digest
from events_service.web.pages import page


@get("/door/search", opt={"device": True})
async def find_people(request: Request[Any, Any, Any]) -> Response[str]:
    """Who is found, each with a button that lets them in."""
    device = await paired_device(token_digest(door_token(request)))
    text = request.query_params.get("q", "").strip()[:LONGEST]
    found = await search(text, device=device)
    return page("door/search.html", request, device=device, text=text, found=[(one, new_id()) for one in found])


ROUTES = [
    Router(
        "/",
        route_handlers=[find_people],
        include_in_schema=False,
        exception_handlers={DeviceRefused: answer_not_paired},
    )
]
