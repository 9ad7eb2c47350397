"""Setting a star, and the way back to where one was."""

import re
from typing import Annotated

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from events_service.errors import NotFound
from events_service.events.rules import Event
from events_service.programme.stars import cookie_after, has_starred
from events_service.programme.visits import PageRequest, visit
from events_service.registrations.stars import set_star
from events_service.web.bodies import Body
from events_service.web.forms import read_form
from events_service.web.pages import redirect

# Of our own pages of this event, the path behind its slug and the query: no host can be named in it.
_WAY_BACK = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9_.~-]*)+(?:\?[A-Za-z0-9_.~%&=+:/*-]{0,1500})?")


class StarForm(Body, frozen=True):
    """Whether the star shall be there, and the page it was set on."""

    on: bool = True
    back: Annotated[str, Meta(max_length=2_000)] = ""


@post("/events/{slug:str}/sessions/{session_id:str}/star", include_in_schema=False, opt={"public": True})
async def star(request: PageRequest, slug: FromPath[str], session_id: FromPath[str]) -> Redirect:
    """Mark the session, or take the mark away, and go back to where one was. Doing it twice changes nothing."""
    seen = await visit(request, slug)
    session = seen.published.agenda.session.get(session_id) if seen.published else None
    if session is None:
        raise NotFound()
    form = (await read_form(request, StarForm)).value or StarForm()
    answer = redirect(f"{way_back(seen.event, form.back)}#s-{session.number}")
    if seen.person is not None:
        await set_star(seen.person.id, session.id, form.on)
    if seen.person is None or (has_starred(request) and not form.on):
        answer.set_cookie(cookie_after(request, seen.event, session, on=form.on))
    return answer


def way_back(event: Event, back: str) -> str:
    """The page of this event that was named, or its agenda for anything else: never another site's."""
    prefix = f"/events/{event.slug}"
    rest = back.removeprefix(prefix)
    return back if back.startswith(f"{prefix}/") and _WAY_BACK.fullmatch(rest) else f"{prefix}/agenda"


ROUTES = [star]
