"""Events for programs, under `/api/v1`."""

from typing import Annotated, Any

from litestar import Request, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter, QueryParameter

from events_service.events import actions, shapes
from events_service.events.access import needs_at_event, visible_event
from events_service.events.cloning import clone_event
from events_service.events.drafts import CancelDraft, CloneDraft, EventChange, EventDraft
from events_service.events.queries import Wanted, list_events, list_key
from events_service.events.rules import Event, Kind
from events_service.events.shapes import EXAMPLE_EVENT, EventOut, bound, event_out
from events_service.people.guards import actor_of, doer_of, needs
from events_service.people.rules import Permission
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers

ApiRequest = Request[Any, Any, Any]
EVENTS = "/api/v1/events"
EVENT = EVENTS + "/{slug:str}"
TAGS = ["events"]
# PostgreSQL takes no NUL in a text.
NO_NUL = r"^[^\x00]*$"

SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]
KindAsked = Annotated[Kind | None, QueryParameter(description="Only events of this kind.")]
From = Annotated[
    str | None,
    QueryParameter(name="from", max_length=40, description="Only events that end after it: a day (UTC) or a moment."),
]
To = Annotated[
    str | None,
    QueryParameter(name="to", max_length=40, description="Only events that start by then: a day (UTC) or a moment."),
]
City = Annotated[str, QueryParameter(max_length=200, pattern=NO_NUL, description="Only events in this city.")]
Topic = Annotated[
    str, QueryParameter(max_length=80, pattern=NO_NUL, description="Only events about this area or topic.")
]
Text = Annotated[
    str,
    QueryParameter(
        max_length=200, pattern=NO_NUL, description="Words of title, summary, slug or city; accents are folded."
    ),
]


@get(
    EVENTS,
    operation_id="listEvents",
    summary="List events",
    tags=TAGS,
    responses=answers(200, Page[EventOut], {"items": [{**EXAMPLE_EVENT, "status": "published"}], "next": None}, 401),
    opt={"public": True},
)
async def list_all(
    request: ApiRequest,
    kind: KindAsked = None,
    from_: From = None,
    to: To = None,
    city: City = "",
    topic: Topic = "",
    q: Text = "",
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[EventOut]:
    """Public events by start; with a token also those that its role may see."""
    actor = await actor_of(request)
    wanted = Wanted(
        kinds=[kind.value] if kind else [],
        city=city,
        topic=topic,
        text=q,
        starts_after=bound("from", from_),
        starts_before=bound("to", to, end_of_day=True),
        slugs=actor.events_with(Permission.SEE_EVENTS),
    )
    found = page_of(await list_events(wanted, after=key_in(cursor), limit=limit + 1), limit=limit, key=list_key)
    items = [event_out(event, in_full=actor.may(Permission.EDIT_EVENTS, event.slug)) for event in found.items]
    return Page(items, found.next)


@post(
    EVENTS,
    operation_id="createEvent",
    summary="Create an event",
    tags=TAGS,
    guards=[needs(Permission.CREATE_EVENTS)],
    responses=answers(201, EventOut, EXAMPLE_EVENT, 401, 403, 409, 415),
)
async def create(
    request: ApiRequest, data: Annotated[EventDraft, Body(examples=[Example(value=shapes.EXAMPLE_DRAFT)])]
) -> EventOut:
    """As a draft that only organisers see. What is left out follows the kind of event."""
    return event_out(await actions.create_event(data, by=await doer_of(request)), in_full=True)


@get(
    EVENT,
    operation_id="getEvent",
    summary="Read an event",
    tags=TAGS,
    responses=answers(200, EventOut, {**EXAMPLE_EVENT, "status": "published"}, 401, 404),
    opt={"public": True},
)
async def read(request: ApiRequest, slug: SlugInPath) -> EventOut:
    """Drafts and events for members or invited people are there for those whose role may see them."""
    event = await visible_event(request, slug)
    return await _shown_to(request, event)


@patch(
    EVENT,
    operation_id="changeEvent",
    summary="Change an event",
    tags=TAGS,
    guards=[needs_at_event(Permission.EDIT_EVENTS)],
    responses=answers(200, EventOut, {**EXAMPLE_EVENT, "title": "Launch of the Guide"}, 401, 403, 404, 409, 415),
)
async def change(
    request: ApiRequest,
    slug: SlugInPath,
    data: Annotated[EventChange, Body(examples=[Example(value=shapes.EXAMPLE_CHANGE)])],
) -> EventOut:
    """Only what is given changes. People who hold a seat are told when time or place do."""
    return event_out(await actions.edit_event(slug, data, by=await doer_of(request)), in_full=True)


@post(
    EVENT + "/publish",
    status_code=200,
    operation_id="publishEvent",
    summary="Publish an event",
    tags=TAGS,
    guards=[needs_at_event(Permission.PUBLISH_EVENTS)],
    responses=answers(200, EventOut, {**EXAMPLE_EVENT, "status": "published"}, 401, 403, 404, 409),
)
async def publish(request: ApiRequest, slug: SlugInPath) -> EventOut:
    """Those it is for see it now, and its registration opens."""
    return await _shown_to(request, await actions.publish_event(slug, by=await doer_of(request)))


@post(
    EVENT + "/cancel",
    status_code=200,
    operation_id="cancelEvent",
    summary="Cancel an event",
    tags=TAGS,
    guards=[needs_at_event(Permission.PUBLISH_EVENTS)],
    responses=answers(200, EventOut, {**EXAMPLE_EVENT, "status": "cancelled"}, 401, 403, 404, 409, 415),
)
async def cancel(
    request: ApiRequest,
    slug: SlugInPath,
    data: Annotated[CancelDraft | None, Body(examples=[Example(value=shapes.EXAMPLE_CANCEL)])] = None,
) -> EventOut:
    """For good. Everyone who is registered is told, with the reason if there is one."""
    reason = data.reason if data else ""
    return await _shown_to(request, await actions.cancel_event(slug, reason=reason, by=await doer_of(request)))


@post(
    EVENT + "/clone",
    operation_id="cloneEvent",
    summary="Copy an event",
    tags=TAGS,
    guards=[needs_at_event(Permission.EDIT_EVENTS), needs(Permission.CREATE_EVENTS)],
    responses=answers(201, EventOut, {**EXAMPLE_EVENT, **shapes.EXAMPLE_CLONE}, 401, 403, 404, 409, 415),
)
async def clone(
    request: ApiRequest,
    slug: SlugInPath,
    data: Annotated[CloneDraft, Body(examples=[Example(value=shapes.EXAMPLE_CLONE)])],
) -> EventOut:
    """A draft at another time that lasts as long: with its questions, its own words, its quotas and settings and its checkpoints,
    without its people, its agenda, and the times at which registration and doors open and close.
    """
    along = request.app.state.get("copied_along", ())
    copy = await clone_event(slug, data, along=along, by=await doer_of(request))
    return event_out(copy, in_full=True)


async def _shown_to(request: ApiRequest, event: Event) -> EventOut:
    actor = await actor_of(request)
    return event_out(event, in_full=actor.may(Permission.EDIT_EVENTS, event.slug))


ROUTES = [list_all, create, read, change, publish, cancel, clone]
