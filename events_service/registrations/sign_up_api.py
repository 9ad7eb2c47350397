"""Sign-ups for sessions for programs, under `/api/v1`: who has a place, and places on behalf of somebody."""

from typing import Annotated, Any

from litestar import Request, delete, get, post
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter

from events_service.errors import FieldError, Invalid, NotFound
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.people.api import known_id
from events_service.people.guards import doer_of
from events_service.people.rules import Permission
from events_service.registrations import shapes, sign_ups
from events_service.registrations.drafts import RecordedReason, SignUpDraft
from events_service.registrations.queries import Registration, registration_at_event
from events_service.registrations.shapes import EXAMPLE_SIGN_UP, SignUpOut, sign_up_out
from events_service.registrations.sign_up_queries import attender_of, attenders_of, session_title
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers, problems

ApiRequest = Request[Any, Any, Any]
SIGN_UPS = "/api/v1/events/{slug:str}/sessions/{session_id:str}/sign-ups"
ONE = SIGN_UPS + "/{registration_id:str}"
TAGS = ["registrations"]
READERS = [needs_at_event(Permission.SEE_REGISTRATIONS)]
REGISTRARS = [needs_at_event(Permission.EDIT_REGISTRATIONS)]

SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]
SessionInPath = Annotated[str, PathParameter(description="The session's id.")]
PersonInPath = Annotated[str, PathParameter(description="The registration's id.")]
WhyBody = Annotated[RecordedReason | None, Body(examples=[Example(value={"reason": "Speaks there."})])]


@get(
    SIGN_UPS,
    operation_id="listSignUps",
    summary="Who signed up for a session",
    tags=TAGS,
    guards=READERS,
    responses=answers(200, Page[SignUpOut], {"items": [EXAMPLE_SIGN_UP], "next": None}, 401, 403, 404),
)
async def list_sign_ups(
    slug: SlugInPath, session_id: SessionInPath, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SignUpOut]:
    """In the order they came; without those who withdrew. A session that left the agenda keeps its list until that is announced."""
    await _session(slug, session_id)
    found = page_of(
        await attenders_of(session_id, after=key_in(cursor), limit=limit + 1), limit=limit, key=lambda one: one.id
    )
    return Page([sign_up_out(session_id, one) for one in found.items], found.next)


@post(
    SIGN_UPS,
    operation_id="signUp",
    summary="Sign somebody up for a session",
    tags=TAGS,
    guards=REGISTRARS,
    responses=answers(201, SignUpOut, EXAMPLE_SIGN_UP, 401, 403, 404, 409, 415),
)
async def add_sign_up(
    slug: SlugInPath,
    session_id: SessionInPath,
    data: Annotated[SignUpDraft, Body(examples=[Example(value=shapes.EXAMPLE_SIGN_UP_DRAFT)])],
) -> SignUpOut:
    """By the rules that hold for the participants themselves; who has a place or waits for one keeps it. The person is told by mail."""
    await _session(slug, session_id)
    try:
        person = await _person(slug, data.registration_id)
    except NotFound:
        message = "This event has no such registration."
        raise Invalid([FieldError("registration_id", "unknown_registration", message)]) from None
    await sign_ups.sign_up(person.id, session_id, despite_overlap=data.despite_overlap)
    return sign_up_out(session_id, await attender_of(session_id, person.id))


@delete(
    ONE,
    operation_id="withdrawSignUp",
    summary="Withdraw somebody from a session",
    tags=TAGS,
    guards=REGISTRARS,
    responses=problems(401, 403, 404, 409),
)
async def withdraw_sign_up(slug: SlugInPath, session_id: SessionInPath, registration_id: PersonInPath) -> None:
    """The place goes to the first in line; both are told by mail. Withdrawing who has not signed up changes nothing."""
    await _session(slug, session_id)
    person = await _person(slug, registration_id)
    await sign_ups.withdraw(person.id, session_id)


@post(
    ONE + "/first",
    status_code=200,
    operation_id="putFirst",
    summary="Let somebody who waits be the next in line",
    tags=TAGS,
    guards=REGISTRARS,
    responses=answers(
        200, SignUpOut, EXAMPLE_SIGN_UP | {"status": "waitlisted", "waitlist_position": 1}, 401, 403, 404, 409, 415
    ),
)
async def put_first(
    request: ApiRequest,
    slug: SlugInPath,
    session_id: SessionInPath,
    registration_id: PersonInPath,
    data: WhyBody = None,
) -> SignUpOut:
    """The next place that becomes free is theirs; a free one at once. That is recorded, with the reason."""
    await _session(slug, session_id)
    person = await _person(slug, registration_id)
    await sign_ups.put_first(person.id, session_id, by=await doer_of(request), reason=data.reason if data else "")
    return sign_up_out(session_id, await attender_of(session_id, person.id))


async def _session(slug: str, session_id: str) -> None:
    """Raises `NotFound` where the event has no such session."""
    await session_title(await event_by_slug(slug), known_id(session_id))


async def _person(slug: str, registration_id: str) -> Registration:
    """The registration at this event. Raises `NotFound`."""
    return await registration_at_event((await event_by_slug(slug)).id, known_id(registration_id))


ROUTES = [list_sign_ups, add_sign_up, withdraw_sign_up, put_first]
