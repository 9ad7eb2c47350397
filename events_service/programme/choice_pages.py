"""A participant's own choice, in the browser where their registration is open: signing up, withdrawing, and their own agenda."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from events_service import clock, settings
from events_service.errors import Conflict
from events_service.events.access import visible_event
from events_service.events.queries import event_by_id
from events_service.events.rules import Event, for_the_public, is_open_to_all
from events_service.people.api import known_id
from events_service.people.entrances import NothingOpen
from events_service.registrations import sign_ups
from events_service.registrations.choices import Choice, own_agenda
from events_service.registrations.links import feed_url
from events_service.registrations.my_pages import ask_for_code
from events_service.registrations.open_pass import open_registration, own_registration
from events_service.registrations.queries import Registration
from events_service.registrations.sign_up_rules import SignUpStatus
from events_service.registrations.stars import set_star
from events_service.web.bodies import Body
from events_service.web.forms import read_form
from events_service.web.pages import page, redirect
from events_service.web.words import day
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
SESSION = "/events/{slug:str}/sessions/{session_id:str}"
PUBLIC = {"public": True}
OWN_PAGES = {"sessions": "/my/sessions", "programme": "/my/programme", "registration": "/my/registration"}
Back = Literal["session", "sessions", "programme", "registration"]
Days = list[tuple[datetime, list[Choice]]]


class ChoiceForm(Body, frozen=True):
    """Which page it was chosen on, and whether two sessions at the same time are meant."""

    back: Back = "session"
    despite_overlap: bool = False


class UnstarForm(Body, frozen=True):
    """The session that loses its star."""

    session_id: str


@post(SESSION + "/sign-up", include_in_schema=False, opt=PUBLIC)
async def sign_up(request: PageRequest, slug: FromPath[str], session_id: FromPath[str]) -> Response[Any]:
    """A place, or a place in line, for whose registration is open here; else the way to open it. Refused: why, and what can be done."""
    person, event = await _participant(request, slug)
    if person is None:
        return redirect("/my?done=open_first")
    form = (await read_form(request, ChoiceForm)).value or ChoiceForm()
    try:
        given = await sign_ups.sign_up(person.id, known_id(session_id), despite_overlap=form.despite_overlap)
    except Conflict as refused:
        return await _refused(request, person, event, session_id, back=form.back, refusal=_(refused.detail))
    done = "signed_up" if given.status is SignUpStatus.CONFIRMED else "session_waiting"
    return redirect(f"{_way_back(slug, session_id, form.back)}?done={done}")


@post(SESSION + "/withdraw", include_in_schema=False, opt=PUBLIC)
async def withdraw(request: PageRequest, slug: FromPath[str], session_id: FromPath[str]) -> Response[Any]:
    """Give the place back, or leave the line. Doing it again changes nothing."""
    person, event = await _participant(request, slug)
    if person is None:
        return redirect("/my?done=open_first")
    form = (await read_form(request, ChoiceForm)).value or ChoiceForm()
    try:
        await sign_ups.withdraw(person.id, known_id(session_id))
    except Conflict as refused:
        return await _refused(request, person, event, session_id, back=form.back, refusal=_(refused.detail))
    return redirect(f"{_way_back(slug, session_id, form.back)}?done=session_left")


@get("/my/programme", include_in_schema=False, opt=PUBLIC)
async def own_programme(request: PageRequest) -> Response[str]:
    """What they signed up for, wait for, starred and speak in, by day."""
    person, event = await _own(request)
    own = await own_agenda(person, event, now=clock.now())
    return page(
        "my/programme.html",
        request,
        registration=person,
        event=for_the_public(event),
        days=by_day(own.chosen, event.timezone),
        may_choose=bool(own.offered),
        is_listed=is_open_to_all(event),
        feed_url=feed_url(person.id, person.links_generation, settings.current()),
    )


@get("/my/sessions", include_in_schema=False, opt=PUBLIC)
async def own_choice(request: PageRequest) -> Response[str]:
    """The sessions that take sign-ups, by day, each with how its places stand and the form."""
    person, event = await _own(request)
    own = await own_agenda(person, event, now=clock.now())
    return page(
        "my/sessions.html",
        request,
        registration=person,
        event=for_the_public(event),
        days=by_day(own.offered, event.timezone),
        overlap=own.overlap,
        is_listed=is_open_to_all(event),
    )


@post("/my/programme/unstar", include_in_schema=False, opt=PUBLIC)
async def unstar(request: PageRequest) -> Redirect:
    """Take a star away."""
    person, _event = await _own(request)
    form = await read_form(request, UnstarForm)
    if form.value is not None:
        await set_star(person.id, known_id(form.value.session_id), on=False)
    return redirect("/my/programme")


def by_day(choices: Iterable[Choice], zone: str) -> Days:
    """Choices in the order of time under the start of the first one of each day in that zone."""
    placed = [(one.session.starts_at, one) for one in choices if one.session.starts_at is not None]
    days = groupby(placed, key=lambda pair: day(pair[0], zone))
    grouped = [list(pairs) for _name, pairs in days]
    return [(pairs[0][0], [one for _starts_at, one in pairs]) for pairs in grouped]


async def _participant(request: PageRequest, slug: str) -> tuple[Registration | None, Event]:
    """Whose registration at this event is open here, None for none. Raises `NotFound` for an event not theirs to know of."""
    person = await open_registration(request)
    if person is not None:
        event = await event_by_id(person.event_id)
        if event.slug == slug:
            return person, event
    return None, await visible_event(request, slug)


async def _own(request: PageRequest) -> tuple[Registration, Event]:
    """The registration open in this browser, and its event. Raises `NothingOpen`."""
    person = await own_registration(request)
    return person, await event_by_id(person.event_id)


async def _refused(
    request: PageRequest, person: Registration, event: Event, session_id: str, *, back: Back, refusal: str
) -> Response[str]:
    """The session once more, with why it cannot be, and the form for what still can."""
    own = await own_agenda(person, event, now=clock.now())
    choice = next((one for one in (*own.offered, *own.chosen) if one.session.id == session_id), None)
    return page(
        "my/session_refused.html",
        request,
        status=409,
        registration=person,
        event=for_the_public(event),
        choice=choice,
        overlap=own.overlap,
        refusal=refusal,
        back=back,
        back_url=_way_back(event.slug, session_id, back),
    )


def _way_back(slug: str, session_id: str, back: Back) -> str:
    return OWN_PAGES.get(back) or f"/events/{slug}/sessions/{known_id(session_id)}"


ROUTES = [
    Router(
        "/",
        route_handlers=[sign_up, withdraw, own_programme, own_choice, unstar],
        exception_handlers={NothingOpen: ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
