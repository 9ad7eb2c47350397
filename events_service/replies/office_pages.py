"""Answers to invites in the back office: what did not match, for a registrar to decide, and what became of the rest."""

import asyncio
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from events_service import settings
from events_service.errors import Conflict, NotFound
from events_service.people.guards import SignInFirst, actor_of, needs_account, needs_somewhere, to_sign_in
from events_service.people.rules import Actor, Permission
from events_service.replies import actions, queries
from events_service.replies.queries import Taken
from events_service.replies.reading import words_of
from events_service.replies.rules import State
from events_service.web.lists import cursor_for, key_in
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
REPLIES, ONE = "/office/replies", "/office/replies/{mail_id:str}"
PAGE_LENGTH = 20
StateAsked = Annotated[str, QueryParameter(name="state", max_length=20)]
CursorTyped = Annotated[str, QueryParameter(max_length=400)]


@get(REPLIES, name="office.replies", guards=[needs_somewhere(Permission.SEE_REGISTRATIONS)])
async def replies(request: PageRequest, asked: StateAsked = "", cursor: CursorTyped = "") -> Response[str]:
    """The mail of one state, the newest first; what waits for a decision where none is asked for."""
    return await _list(request, State(asked) if asked in set(State) else State.REVIEW, cursor=cursor)


@post(ONE + "/apply", guards=[needs_account])
async def apply(request: PageRequest, mail_id: FromPath[str]) -> Response[Any]:
    """Let the answer count."""
    found = await _mine(request, mail_id)
    try:
        await actions.apply_reviewed(found.id, by=(await actor_of(request)).id)
    except Conflict as refused:
        return await _list(request, State.REVIEW, refusal=_(refused.detail), status=409)
    return _done("reply_applied")


@post(ONE + "/dismiss", guards=[needs_account])
async def dismiss(request: PageRequest, mail_id: FromPath[str]) -> Response[Any]:
    """Put it aside."""
    found = await _mine(request, mail_id)
    try:
        await actions.dismiss_reviewed(found.id, by=(await actor_of(request)).id)
    except Conflict as refused:
        return await _list(request, State.REVIEW, refusal=_(refused.detail), status=409)
    return _done("reply_dismissed")


async def _list(
    request: PageRequest, state: State, *, cursor: str = "", refusal: str = "", status: int = 200
) -> Response[str]:
    actor = await actor_of(request)
    slugs = actor.events_with(Permission.SEE_REGISTRATIONS)
    events = None if slugs is None else sorted(slugs)
    found = await queries.mails(state, events=events, before=key_in(cursor), limit=PAGE_LENGTH + 1)
    shown = found[:PAGE_LENGTH]
    later = None
    if len(found) > PAGE_LENGTH:
        later = f"{REPLIES}?{urlencode({'state': state.value, 'cursor': cursor_for(shown[-1].id)})}"
    return page(
        "office/replies.html",
        request,
        status=status,
        state=state.value,
        states=[one.value for one in State],
        mails=[(one, await _words(one), _may_decide(actor, one)) for one in shown],
        waiting=await queries.how_many_wait(events),
        earlier=f"{REPLIES}?{urlencode({'state': state.value})}" if cursor else None,
        later=later,
        refusal=refusal,
        zone=settings.current().default_timezone,
    )


async def _words(found: Taken) -> str:
    return await asyncio.to_thread(words_of, found.contents) if found.contents else ""


async def _mine(request: PageRequest, mail_id: str) -> Taken:
    """The mail, for who may decide about it: at its event, or everywhere where no event is known. Raises `NotFound`, `Forbidden`."""
    found, actor = await queries.mail(mail_id), await actor_of(request)
    if not actor.may(Permission.SEE_REGISTRATIONS, found.event_slug):
        raise NotFound()
    actor.require(Permission.EDIT_REGISTRATIONS, found.event_slug)
    return found


def _may_decide(actor: Actor, found: Taken) -> bool:
    return found.state is State.REVIEW and actor.may(Permission.EDIT_REGISTRATIONS, found.event_slug)


def _done(code: str) -> Redirect:
    return redirect(f"{REPLIES}?done={code}")


ROUTES = [
    Router(
        "/",
        route_handlers=[replies, apply, dismiss],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
