"""What the editor's script does: one session is moved, made longer or shorter, or laid on the shelf."""

from typing import Any

from litestar import Request, Response, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from events_service.agenda.conflict_queries import conflicts_of
from events_service.agenda.draft_queries import session_by_id
from events_service.agenda.drafts import Minutes, Rooms, SessionChange
from events_service.agenda.rules import Session
from events_service.agenda.sessions import edit_session
from events_service.errors import Conflict, Invalid, Refused
from events_service.events.access import needs_at_event
from events_service.events.drafts import Version
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.people.rules import Permission
from events_service.planning.editor_days import placed, told
from events_service.registrations.sign_up_queries import confirmed_by_session
from events_service.web.bodies import Body
from events_service.web.fields import Moment
from events_service.web.problems import STATUS
from events_service.web.words import gettext as _

JsonRequest = Request[Any, Any, Any]


class MoveDraft(Body, frozen=True):
    """Where a session goes. Times without an offset are wall time of the event, `starts_at: null` is the shelf."""

    version: Version
    starts_at: Moment | UnsetType | None = UNSET
    minutes: Minutes | UnsetType = UNSET
    room_ids: Rooms | UnsetType = UNSET


def answer_in_json(request: JsonRequest, error: Exception) -> Response[dict[str, Any]]:
    """A refusal as the script reads it: `code` and a `detail` in words."""
    if isinstance(error, Refused):
        status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
        detail = error.errors[0].message if isinstance(error, Invalid) and error.errors else error.detail
        return Response({"code": error.code, "detail": _(detail)}, status_code=status)
    assert isinstance(error, HTTPException)
    return Response({"code": "refused", "detail": _(error.detail)}, status_code=error.status_code)


@post(
    "/office/events/{slug:str}/agenda/sessions/{session_id:str}/move",
    guards=[needs_at_event(Permission.EDIT_AGENDA)],
    exception_handlers={Refused: answer_in_json, HTTPException: answer_in_json},
    status_code=200,
    include_in_schema=False,
)
async def move(slug: FromPath[str], session_id: FromPath[str], data: JSONBody[MoveDraft]) -> Response[dict[str, Any]]:
    """Where the session is now, and all that does not fit; 409 with where somebody else put it meanwhile."""
    event = await event_by_slug(slug)
    change = SessionChange(version=data.version, starts_at=data.starts_at, minutes=data.minutes, room_ids=data.room_ids)
    try:
        session = await edit_session(slug, session_id, change)
    except Conflict as conflict:
        now = await _as_it_is(event, await session_by_id(event, session_id))
        return Response({"code": conflict.code, "detail": _(conflict.detail), **now}, status_code=409)
    return Response(await _as_it_is(event, session))


async def _as_it_is(event: Event, session: Session) -> dict[str, Any]:
    conflicts = await conflicts_of(event, sign_ups=await confirmed_by_session(event.id))
    return {**placed(session), "title": session.title, "conflicts": [told(one) for one in conflicts]}


ROUTES = [move]
