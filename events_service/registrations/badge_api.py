"""Badges for programs, under `/api/v1`."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import PathParameter
from litestar.response import Stream

from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_id, event_by_slug
from events_service.events.rules import Event
from events_service.people.guards import needs_account
from events_service.people.rules import Permission
from events_service.registrations import shapes
from events_service.registrations.access import registration_at
from events_service.registrations.badges import all_badges, badge_picture
from events_service.registrations.shapes import BadgeLine
from events_service.web.problems import problems

ApiRequest = Request[Any, Any, Any]
ONE = "/api/v1/registrations/{registration_id:str}"
TAGS = ["badges"]

SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]
IdInPath = Annotated[str, PathParameter(description="The registration's id.")]


def _file(media_type: str, description: str, example: str, *refusals: int) -> dict[int, ResponseSpec]:
    examples = [Example(value=example)] if example else None
    good = ResponseSpec(str, description=description, media_type=media_type, generate_examples=False, examples=examples)
    return {200: good, **problems(*refusals)}


@get(
    "/api/v1/events/{slug:str}/badges",
    operation_id="listBadges",
    summary="Badges of everyone confirmed",
    tags=TAGS,
    guards=[needs_at_event(Permission.SEE_BADGES)],
    media_type="application/jsonl",
    responses=_file(
        "application/jsonl",
        "JSON Lines, one badge a line.",
        msgspec.json.encode(shapes.EXAMPLE_BADGE_LINE).decode() + "\n",
        401,
        403,
        404,
    ),
)
async def badges(slug: SlugInPath) -> Stream:
    """Everyone with a seat, in the order they registered: `{"registration_id", "name", "badge"}` a line."""
    event = await event_by_slug(slug)
    return Stream(_badge_lines(event), media_type="application/jsonl", headers={"Cache-Control": "no-store"})


@get(
    ONE + "/badge.svg",
    operation_id="getBadgeSvg",
    summary="A badge's code as SVG",
    tags=TAGS,
    guards=[needs_account],
    media_type="image/svg+xml",
    responses=_file("image/svg+xml", "The code.", '<svg xmlns="http://www.w3.org/2000/svg"/>', 401, 403, 404, 409),
)
async def badge_svg(request: ApiRequest, registration_id: IdInPath) -> Response[bytes]:
    """The QR code alone, with its quiet zone: print it at 30 mm or more."""
    return await _picture(request, registration_id, "svg")


@get(
    ONE + "/badge.png",
    operation_id="getBadgePng",
    summary="A badge's code as PNG",
    tags=TAGS,
    guards=[needs_account],
    media_type="image/png",
    responses=_file("image/png", "The code.", "", 401, 403, 404, 409),
)
async def badge_png(request: ApiRequest, registration_id: IdInPath) -> Response[bytes]:
    """The QR code alone, with its quiet zone: print it at 30 mm or more."""
    return await _picture(request, registration_id, "png")


async def _picture(request: ApiRequest, registration_id: str, form: Literal["png", "svg"]) -> Response[bytes]:
    person = await registration_at(request, registration_id, to=Permission.SEE_BADGES)
    picture = await badge_picture(person, await event_by_id(person.event_id), form)
    media_type = "image/png" if form == "png" else "image/svg+xml"
    return Response(picture, media_type=media_type, headers={"Cache-Control": "no-store"})


async def _badge_lines(event: Event) -> AsyncIterator[bytes]:
    async for some in all_badges(event):
        yield b"".join(msgspec.json.encode(BadgeLine(person.id, person.name, badge)) + b"\n" for person, badge in some)


ROUTES = [badges, badge_svg, badge_png]
