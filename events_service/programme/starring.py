"""Stars: a participant's are kept with the registration open in the browser, anyone else's in a small cookie of that event."""

import re
from collections.abc import Iterable
from typing import Annotated, Any

from litestar import Request, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from events_service import clock, settings
from events_service.agenda.queries import Published, published_agenda
from events_service.agenda.rules import Session
from events_service.errors import NotFound
from events_service.events.access import visible_event
from events_service.events.rules import Event
from events_service.registrations.open_pass import cookie_name as pass_cookie
from events_service.registrations.open_pass import open_registration
from events_service.registrations.queries import Registration
from events_service.registrations.stars import set_star, starred_by
from events_service.web.bodies import Body
from events_service.web.forms import read_form
from events_service.web.pages import redirect

StarRequest = Request[Any, Any, Any]
STARS_AT_MOST = 200
KEPT_SECONDS = 400 * 24 * 3600
# Sessions by their numbers within the event, "12.7.301": two hundred of them stay far below what a cookie may hold.
_NUMBERS = re.compile(rf"[0-9]{{1,9}}(?:\.[0-9]{{1,9}}){{0,{STARS_AT_MOST - 1}}}")
# Of our own pages of this event, the path behind its slug and the query: no host can be named in it.
_WAY_BACK = re.compile(r"/[A-Za-z0-9/_.~%-]{0,200}(?:\?[A-Za-z0-9_.~%&=+:/*-]{0,1000})?")


class StarForm(Body, frozen=True):
    """Whether the star shall be there, and the page it was set on."""

    on: bool = True
    back: Annotated[str, Meta(max_length=1_500)] = ""


@post("/events/{slug:str}/sessions/{session_id:str}/star", include_in_schema=False, opt={"public": True})
async def star(request: StarRequest, slug: FromPath[str], session_id: FromPath[str]) -> Redirect:
    """Mark the session, or take the mark away, and go back to where one was. Doing it twice changes nothing."""
    event = await visible_event(request, slug)
    published = await published_agenda(event, now=clock.now())
    session = published.agenda.session.get(session_id) if published else None
    if published is None or session is None:
        raise NotFound()
    form = (await read_form(request, StarForm)).value or StarForm()
    answer = redirect(f"{way_back(event, form.back)}#s-{session.number}")
    person = await participant_of(request, event)
    if person is not None:
        await set_star(person.id, session.id, form.on)
    else:
        answer.set_cookie(_cookie(event, _after(_numbers(request), session, on=form.on)))
    return answer


async def participant_of(request: StarRequest, event: Event) -> Registration | None:
    """Whose registration at this event is open in the browser."""
    person = await open_registration(request)
    return person if person is not None and person.event_id == event.id else None


async def starred_in(request: StarRequest, published: Published, person: Registration | None) -> frozenset[str]:
    """The ids of the sessions that this visitor marked."""
    if person is not None:
        return await starred_by(person.id)
    numbers = set(_numbers(request))
    return frozenset(one.id for one in published.agenda.sessions if one.number in numbers) if numbers else frozenset()


def has_own_choice(request: StarRequest) -> bool:
    """Whether this visitor may see the agenda otherwise than a stranger: by a star, or by an open registration."""
    return bool(request.cookies.get(_cookie_name()) or request.cookies.get(pass_cookie()))


def way_back(event: Event, back: str) -> str:
    """The page of this event that was named, or its agenda for anything else: never another site's."""
    prefix = f"/events/{event.slug}"
    rest = back.removeprefix(prefix)
    return back if back.startswith(f"{prefix}/") and _WAY_BACK.fullmatch(rest) else f"{prefix}/agenda"


def _after(numbers: Iterable[int], session: Session, *, on: bool) -> list[int]:
    """The newest last; past the bound the oldest is forgotten."""
    kept = [one for one in numbers if one != session.number]
    return [*kept, session.number][-STARS_AT_MOST:] if on else kept


def _numbers(request: StarRequest) -> list[int]:
    text = request.cookies.get(_cookie_name(), "")
    return [int(one) for one in text.split(".")] if _NUMBERS.fullmatch(text) else []


def _cookie_name() -> str:
    return "__Secure-stars" if settings.current().is_https else "stars"


def _cookie(event: Event, numbers: list[int]) -> Cookie:
    """Of this event's pages alone; without a star it goes."""
    return Cookie(
        key=_cookie_name(),
        value=".".join(map(str, numbers)),
        path=f"/events/{event.slug}",
        httponly=True,
        samesite="lax",
        secure=settings.current().is_https,
        max_age=KEPT_SECONDS if numbers else 0,
    )


ROUTES = [star]
