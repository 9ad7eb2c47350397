"""The join page: when the meeting opens, the button that joins it, and what the page tells while it stays open.

Reading changes nothing, for mail scanners follow links: joining is a form, and so is every sign.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import Parameter

from events_service import clock
from events_service.errors import FieldError, Invalid
from events_service.events.queries import event_by_id
from events_service.events.rules import Event, for_the_public
from events_service.online import actions
from events_service.online.actions import CannotJoin
from events_service.online.open_join import (
    ENTRANCE,
    JOIN_PASS,
    JoinPass,
    joining_person,
    pass_by_code,
    path_by_code,
    path_for,
)
from events_service.online.queries import meeting_for, own_zone, stays_of
from events_service.online.rules import SIGN_EVERY, Hindrance, Meeting, Sign, hindrance, presence
from events_service.people.entrances import CodeForm, NothingOpen
from events_service.registrations.naming import seen_by
from events_service.registrations.open_pass import own_registration
from events_service.registrations.queries import Registration
from events_service.web.bodies import Body
from events_service.web.forms import read_form
from events_service.web.pages import page, redirect

PageRequest = Request[Any, Any, Any]
PUBLIC = {"public": True}
EVENTS, SESSIONS = "/my/join/meeting", "/my/join/meeting/{session_id:str}"
SessionId = Annotated[
    str | None, Parameter(max_length=80, description="The session, where it has a meeting of its own.")
]


class SignForm(Body, frozen=True):
    """What the page tells by itself: that it is there, or that it is being closed."""

    sign: Literal["there", "closed"] = "there"


class There(msgspec.Struct, frozen=True):
    """Whether they count as being in the meeting."""

    there: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """How long it is until the meeting opens, in whole minutes rounded up."""

    days: int
    hours: int
    minutes: int

    @classmethod
    def of(cls, left: timedelta) -> "Wait":
        """From a length of time."""
        minutes = max(0, -(-int(left.total_seconds()) // 60))
        return cls(minutes // 1440, minutes % 1440 // 60, minutes % 60)


@dataclass(frozen=True, slots=True)
class _Joining:
    person: Registration
    event: Event
    meeting: Meeting
    session_id: str | None
    now: datetime

    @property
    def hindrance(self) -> Hindrance | None:
        return hindrance(
            self.event, self.meeting, status=self.person.status, attendance=self.person.attendance, now=self.now
        )

    @property
    def path(self) -> str:
        return path_for(self.session_id)


@get("/my/join", opt=PUBLIC)
async def open_form(request: PageRequest) -> Response[str]:
    """Where the link in a letter or a calendar leads; a script posts the code it holds."""
    return ENTRANCE.form(request)


@post("/my/join", opt=PUBLIC)
async def open_join_page(request: PageRequest) -> Response[Any]:
    """Open the join page that this code is for, or ask again."""
    form = await read_form(request, CodeForm)
    entrance = replace(ENTRANCE, leads_to=path_by_code(form.value.code if form.value else ""))
    return await entrance.open(request, pass_by_code)


@post(["/my/join/own", "/my/join/own/{session_id:str}"], opt=PUBLIC)
async def open_own(request: PageRequest, session_id: SessionId = None) -> Response[Any]:
    """From one's own page to the join page, without the code."""
    person = await own_registration(request)
    opened = redirect(path_for(session_id))
    opened.set_cookie(JOIN_PASS.keep(JoinPass(person.id, person.links_generation)))
    return opened


@get([EVENTS, SESSIONS], opt=PUBLIC)
async def join_page(request: PageRequest, session_id: SessionId = None) -> Response[str]:
    """When the meeting opens, the button that joins it, or what is in the way."""
    joining = await _joining(request, session_id)
    stays = await stays_of(joining.person.id, joining.event.id, joining.session_id)
    meeting, now = joining.meeting, joining.now
    return page(
        "my/join.html",
        request,
        # Neither the template nor the page holds the meeting's address.
        meeting=replace(meeting, join_url=None),
        event=for_the_public(joining.event),
        own_zone=await own_zone(joining.person, joining.event),
        hindrance=joining.hindrance,
        wait=Wait.of(meeting.opens_at - now),
        presence=presence(stays, meeting, now=now),
        path=joining.path,
        sign_seconds=int(SIGN_EVERY.total_seconds()),
    )


@post([f"{EVENTS}/enter", f"{SESSIONS}/enter"], opt=PUBLIC)
async def enter(request: PageRequest, session_id: SessionId = None) -> Response[Any]:
    """Record that they join and lead on to the meeting; where something is in the way, back to the page that says so."""
    joining = await _joining(request, session_id)
    try:
        await actions.join(joining.person, joining.event, joining.meeting)
    except CannotJoin:
        return redirect(joining.path)
    return redirect(f"{joining.path}/go")


@get([f"{EVENTS}/go", f"{SESSIONS}/go"], opt=PUBLIC)
async def go_on(request: PageRequest, session_id: SessionId = None) -> Response[Any]:
    """On to the meeting, for whoever has just joined it.

    A page of ours in between: browsers forbid a form to be led off to another site (`form-action` in the content policy).
    """
    joining = await _joining(request, session_id)
    stays = await stays_of(joining.person.id, joining.event.id, joining.session_id)
    said = presence(stays, joining.meeting, now=joining.now)
    if joining.hindrance is not None or said is None or not said.is_there:
        return redirect(joining.path)
    return page("my/join_go.html", request, meeting=joining.meeting)


@post([f"{EVENTS}/here", f"{SESSIONS}/here"], status_code=200, opt=PUBLIC)
async def take_sign(request: PageRequest, session_id: SessionId = None) -> There:
    """What the open page tells once a minute, and when it is closed."""
    form, joining = await read_form(request, SignForm), await _joining(request, session_id)
    if form.value is None:
        raise Invalid([FieldError(field, "invalid", message) for field, (message, *_) in form.errors.items()])
    return There(await actions.tell(joining.person, joining.event, joining.meeting, Sign(form.value.sign)))


@post([f"{EVENTS}/left", f"{SESSIONS}/left"], opt=PUBLIC)
async def leave(request: PageRequest, session_id: SessionId = None) -> Response[Any]:
    """They say that they left. Doing it again changes nothing."""
    joining = await _joining(request, session_id)
    await actions.tell(joining.person, joining.event, joining.meeting, Sign.LEFT)
    return redirect(joining.path)


async def _joining(request: PageRequest, session_id: str | None) -> _Joining:
    """Who is about to join what. Raises `NothingOpen`, and `NotFound` for a session that is none of theirs."""
    now = clock.now()
    person = seen_by(await joining_person(request), may_see_protected=True)
    event = await event_by_id(person.event_id)
    return _Joining(person, event, await meeting_for(person, event, session_id, now=now), session_id, now)


ROUTES = [
    Router(
        "/",
        route_handlers=[open_form, open_join_page, open_own, join_page, enter, go_on, take_sign, leave],
        exception_handlers={NothingOpen: ENTRANCE.ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
