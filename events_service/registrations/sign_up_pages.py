"""Sign-ups in the back office: how the sessions' places stand, who has one or waits, and what can be done about it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from events_service import clock
from events_service.agenda.release_queries import current_release
from events_service.agenda.rules import Agenda, Session
from events_service.errors import Conflict, NotFound
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.people.api import known_id
from events_service.people.guards import SignInFirst, actor_of, doer_of, to_sign_in
from events_service.people.rules import Permission
from events_service.registrations import sign_ups
from events_service.registrations.access import sees_who
from events_service.registrations.answer_queries import answers_to_session
from events_service.registrations.drafts import RecordedReason, SignUpByAddress
from events_service.registrations.queries import registration_at_event, registration_by_address
from events_service.registrations.sign_up_queries import attenders_of, places_of, session_title
from events_service.registrations.sign_up_rules import OverlapUnconfirmed, is_signable
from events_service.web.forms import read_form
from events_service.web.lists import cursor_for, key_in
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
ALL = "/office/events/{slug:str}/sign-ups"
OF_SESSION = "/office/events/{slug:str}/sessions/{session_id:str}/sign-ups"
ONE = OF_SESSION + "/{registration_id:str}"
SEEING = [needs_at_event(Permission.SEE_REGISTRATIONS)]
EDITING = [needs_at_event(Permission.EDIT_REGISTRATIONS)]
PAGE_LENGTH = 100
CursorTyped = Annotated[str, QueryParameter(max_length=400)]


@dataclass(frozen=True, slots=True)
class Listed:
    """An event's session with its title; `session` is None where the current release does not hold it."""

    event: Event
    id: str
    title: str
    session: Session | None
    agenda: Agenda


@get(ALL, name="office.sign_ups", guards=SEEING)
async def sessions(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The released sessions that take sign-ups, and how their places stand."""
    event = await event_by_slug(slug)
    release = await current_release(event.id)
    agenda = release.agenda if release else Agenda()
    places = await places_of(event, agenda)
    return page(
        "office/sign_ups.html",
        request,
        event=event,
        sessions=[(one, agenda.rooms_of(one), places[one.id]) for one in agenda.sessions if one.id in places],
        is_released=release is not None,
    )


@get(OF_SESSION, name="office.session_sign_ups", guards=SEEING)
async def of_session(
    request: PageRequest, slug: FromPath[str], session_id: FromPath[str], cursor: CursorTyped = ""
) -> Response[str]:
    """Who has a place in the session or waits for one, in the order they came."""
    return await _page(request, await _listed(slug, session_id), cursor=cursor)


@post(OF_SESSION, guards=EDITING)
async def add(request: PageRequest, slug: FromPath[str], session_id: FromPath[str]) -> Response[Any]:
    """Sign somebody up, by their address; or the form again with what is wrong."""
    listed = await _listed(slug, session_id)
    form = await read_form(request, SignUpByAddress)
    if form.value is None:
        return await _page(request, listed, form=form.typed, errors=form.errors, status=422)
    try:
        person = await registration_by_address(listed.event.id, form.value.email)
        # The list would show whose alias just joined it.
        if not sees_who(await actor_of(request), person, listed.event):
            raise NotFound()
    except NotFound:
        errors = {"email": [_("Nobody has registered for this event with that address.")]}
        return await _page(request, listed, form=form.typed, errors=errors, status=422)

    async def sign_up(one: str, session: str) -> object:
        return await sign_ups.sign_up(
            one, session, despite_overlap=form.value is not None and form.value.despite_overlap
        )

    return await _do(request, listed, person.id, sign_up, done="signed_up_for", form=form.typed)


@post(ONE + "/withdraw", guards=EDITING)
async def withdraw(
    request: PageRequest, slug: FromPath[str], session_id: FromPath[str], registration_id: FromPath[str]
) -> Response[Any]:
    """Take the place back; it goes to the first in line."""
    listed = await _listed(slug, session_id)
    person = await registration_at_event(listed.event.id, known_id(registration_id))
    return await _do(request, listed, person.id, sign_ups.withdraw, done="session_withdrawn_for")


@post(ONE + "/first", guards=EDITING)
async def put_first(
    request: PageRequest, slug: FromPath[str], session_id: FromPath[str], registration_id: FromPath[str]
) -> Response[Any]:
    """Let somebody who waits be the next in line; a reason, where one is given, is recorded."""
    listed = await _listed(slug, session_id)
    person = await registration_at_event(listed.event.id, known_id(registration_id))
    by = await doer_of(request)
    why = await read_form(request, RecordedReason)
    if why.value is None:
        return await _page(request, listed, refusal=" ".join(why.errors.get("reason", [])), status=422)
    reason = why.value.reason

    async def first(one: str, session: str) -> object:
        return await sign_ups.put_first(one, session, by=by, reason=reason)

    return await _do(request, listed, person.id, first, done="put_first")


async def _do(
    request: PageRequest,
    listed: Listed,
    registration_id: str,
    verb: Callable[[str, str], Awaitable[object]],
    *,
    done: str,
    form: dict[str, Any] | None = None,
) -> Response[Any]:
    """Do it and show the list; or show it with the sentence why it cannot be done."""
    try:
        await verb(registration_id, listed.id)
    except OverlapUnconfirmed as refused:
        return await _page(request, listed, form=form, refusal=_(refused.detail), asks_for_both=True, status=409)
    except Conflict as refused:
        return await _page(request, listed, form=form, refusal=_(refused.detail), status=409)
    except NotFound:
        # Whoever may be here knows of the session: that it is not out yet is no secret to them.
        return await _page(request, listed, form=form, refusal=_("This session is not released yet."), status=409)
    return _to_session(listed, done=done)


async def _page(
    request: PageRequest,
    listed: Listed,
    *,
    cursor: str = "",
    form: dict[str, Any] | None = None,
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    asks_for_both: bool = False,
    status: int = 200,
) -> Response[str]:
    found = await attenders_of(listed.id, after=key_in(cursor), limit=PAGE_LENGTH + 1)
    shown, session = found[:PAGE_LENGTH], listed.session
    path = _path(listed)
    return page(
        "office/session_sign_ups.html",
        request,
        status=status,
        event=listed.event,
        listed=listed,
        rooms=listed.agenda.rooms_of(session) if session else (),
        places=(await places_of(listed.event, listed.agenda)).get(listed.id),
        attenders=shown,
        said=await answers_to_session(listed.id),
        may_edit=(await actor_of(request)).may(Permission.EDIT_REGISTRATIONS, listed.event.slug),
        takes_sign_ups=session is not None and is_signable(session, now=clock.now()),
        earlier=path if cursor else None,
        later=f"{path}?cursor={cursor_for(shown[-1].id)}" if len(found) > PAGE_LENGTH else None,
        form=form or {},
        errors=errors or {},
        refusal=refusal,
        asks_for_both=asks_for_both,
    )


async def _listed(slug: str, session_id: str) -> Listed:
    """The session, whether or not it is released. Raises `NotFound`."""
    event = await event_by_slug(slug)
    title = await session_title(event, known_id(session_id))
    release = await current_release(event.id)
    agenda = release.agenda if release else Agenda()
    session = agenda.session.get(session_id)
    return Listed(event, session_id, session.title if session else title, session, agenda)


def _path(listed: Listed) -> str:
    return f"/office/events/{listed.event.slug}/sessions/{listed.id}/sign-ups"


def _to_session(listed: Listed, *, done: str) -> Redirect:
    return redirect(f"{_path(listed)}?done={done}")


ROUTES = [
    Router(
        "/",
        route_handlers=[sessions, of_session, add, withdraw, put_first],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
