"""The live picture for programs."""

from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import Parameter, QueryParameter

from events_service.attendance import examples, queries
from events_service.attendance.blurring import for_viewers
from events_service.attendance.live import LONGEST_SECONDS, watch
from events_service.attendance.queries import Attendance, Picture
from events_service.events.queries import event_by_slug
from events_service.people.guards import actor_of, needs
from events_service.people.rules import Permission
from events_service.web.event_streams import MEDIA_TYPE, EventStream
from events_service.web.problems import answers, problems

AnyRequest = Request[Any, Any, Any]
SEEING = [needs(Permission.SEE_ATTENDANCE)]
SlugInPath = Annotated[str, Parameter(max_length=80, description="The event's slug.")]
SecondsAsked = Annotated[
    int,
    QueryParameter(
        ge=0,
        le=LONGEST_SECONDS,
        description="The answer ends after so many seconds, with 0 after the first event. A browser asks again by itself.",
    ),
]


@get(
    "/api/v1/events/{slug:str}/attendance",
    guards=SEEING,
    operation_id="attendance",
    tags=["door"],
    responses=answers(200, Attendance, examples.ATTENDANCE, 401, 403, 404),
)
async def attendance(request: AnyRequest, slug: SlugInPath) -> Attendance:
    """Who is expected, who came, who is inside. Groups of fewer than five are told to those alone who may see registrations."""
    event = await event_by_slug(slug)
    figures = await queries.attendance(event.id)
    return figures if await sees_all(request, slug) else for_viewers(figures)


@get(
    "/api/v1/events/{slug:str}/attendance/stream",
    guards=SEEING,
    operation_id="attendanceStream",
    tags=["door"],
    media_type=MEDIA_TYPE,
    responses={
        200: ResponseSpec(
            str,
            description="Server-sent events.",
            media_type=MEDIA_TYPE,
            generate_examples=False,
            examples=[Example(value=examples.STREAMED)],
        ),
        **problems(401, 403, 404),
    },
)
async def stream(request: AnyRequest, slug: SlugInPath, seconds: SecondsAsked = LONGEST_SECONDS) -> EventStream:
    """The same figures whenever they change, once a second at most: events `picture`, with the figures as JSON.

    Every event holds all figures, so a `Last-Event-ID` changes nothing.
    """
    event = await event_by_slug(slug)
    everything = await sees_all(request, slug)

    def write(picture: Picture) -> str:
        figures = picture.attendance if everything else for_viewers(picture.attendance)
        return msgspec.json.encode(figures).decode()

    return EventStream(watch(event.id, key=f"json {everything}", write=write, seconds=seconds))


async def sees_all(request: AnyRequest, slug: str) -> bool:
    """Whether small groups are shown to whoever asks: to those who may see who is in them, or stand at the door."""
    actor = await actor_of(request)
    return actor.may(Permission.SEE_REGISTRATIONS, slug) or actor.may(Permission.MANAGE_DOOR, slug)


ROUTES = [attendance, stream]
