"""A session's attendance for programs."""

from typing import Annotated, Any

from litestar import Request, get
from litestar.params import PathParameter

from events_service.attendance import examples
from events_service.attendance.api import SEEING, sees_all
from events_service.attendance.session_queries import people_of_session
from events_service.attendance.session_rules import SessionAttendance, count, session_for_viewers
from events_service.events.queries import event_by_slug
from events_service.people.api import known_id
from events_service.registrations.sign_up_queries import session_title
from events_service.web.problems import answers

AnyRequest = Request[Any, Any, Any]
SlugInPath = Annotated[str, PathParameter(max_length=80, description="The event's slug.")]
SessionInPath = Annotated[str, PathParameter(description="The session's id.")]


@get(
    "/api/v1/events/{slug:str}/sessions/{session_id:str}/attendance",
    guards=SEEING,
    operation_id="sessionAttendance",
    tags=["door"],
    responses=answers(200, SessionAttendance, examples.SESSION_ATTENDANCE, 401, 403, 404),
)
async def session_attendance(request: AnyRequest, slug: SlugInPath, session_id: SessionInPath) -> SessionAttendance:
    """Who signed up for it, who came through its doors, who is inside. Small numbers are for those who may see registrations."""
    event = await event_by_slug(slug)
    await session_title(event, known_id(session_id))
    figures = count(session_id, await people_of_session(event, session_id))
    return figures if await sees_all(request, slug) else session_for_viewers(figures)


ROUTES = [session_attendance]
