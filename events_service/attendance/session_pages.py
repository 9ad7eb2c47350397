"""A session's attendance in the back office: who of those who signed up came."""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import FromPath, QueryParameter

from events_service.attendance.api import sees_all
from events_service.attendance.pages import SEEING
from events_service.attendance.rules import draw
from events_service.attendance.session_queries import doors_of_session, people_of_session
from events_service.attendance.session_rules import Attender, count, session_for_viewers
from events_service.events.queries import event_by_slug
from events_service.exchange.report_rules import LEAST_SHOWN
from events_service.people.api import known_id
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.registrations.sign_up_queries import session_title
from events_service.web.lists import cursor_for, key_in
from events_service.web.pages import page

PageRequest = Request[Any, Any, Any]
PAGE_LENGTH = 100
CursorTyped = Annotated[str, QueryParameter(max_length=400)]


@get(
    "/office/events/{slug:str}/sessions/{session_id:str}/attendance",
    name="office.session_attendance",
    guards=SEEING,
    include_in_schema=False,
)
async def show_session(
    request: PageRequest, slug: FromPath[str], session_id: FromPath[str], cursor: CursorTyped = ""
) -> Response[str]:
    """The figures; and, for who may see registrations, the people by name."""
    event = await event_by_slug(slug)
    title = await session_title(event, known_id(session_id))
    people = await people_of_session(event, session_id)
    everything = await sees_all(request, slug)
    figures = count(session_id, people)
    if not everything:
        figures = session_for_viewers(figures)
    actor = await actor_of(request)
    sees_names = actor.may(Permission.SEE_REGISTRATIONS, slug)
    listed, later = _part(people, after=key_in(cursor or None)) if sees_names else ([], None)
    return page(
        "office/session_attendance.html",
        request,
        event=event,
        session_id=session_id,
        title=title,
        attendance=figures,
        doors=await doors_of_session(event, session_id),
        chart=draw([(one.minute, one.admitted) for one in figures.per_minute]),
        people=listed,
        later=later,
        sees_names=sees_names,
        may_manage=actor.may(Permission.MANAGE_DOOR, slug),
        least_shown=None if everything else LEAST_SHOWN,
    )


def _part(people: list[Attender], *, after: str) -> tuple[list[Attender], str | None]:
    """The people after that one, in their order, as many as a page shows; and where the next page begins, if there is one."""
    ids = [one.id for one in people]
    start = ids.index(after) + 1 if after in ids else 0
    some = people[start : start + PAGE_LENGTH]
    return some, cursor_for(some[-1].id) if start + PAGE_LENGTH < len(people) else None


ROUTES = [show_session]
