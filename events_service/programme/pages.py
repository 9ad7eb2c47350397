"""The agenda for the public: a day in a grid or a list, and what it is narrowed to."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from events_service.agenda.release_queries import Published
from events_service.programme import visits
from events_service.programme.filters import (
    ALL_DAYS,
    Choice,
    Shown,
    View,
    date_in,
    known_zone,
    noon_of,
    offer_of,
    settle,
)
from events_service.programme.grid import grid_of
from events_service.programme.shown import by_day, cards_of, event_place
from events_service.programme.visits import NOTHING, PageRequest, Visit, visit
from events_service.web.pages import page

Asked = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\x00]*$")]


@get("/events/{slug:str}/agenda", name="agenda", include_in_schema=False, opt={"public": True})
async def agenda_page(
    request: PageRequest,
    slug: FromPath[str],
    view: Asked = "",
    day: Asked = "",
    zone: Asked = "",
    track: Asked = "",
    room: Asked = "",
    topic: Asked = "",
    language: Asked = "",
    kind: Asked = "",
    q: Asked = "",
    only: Asked = "",
) -> Response[Any]:
    """The released agenda as the visitor chose to see it. Strangers get it as it was kept until something of it changes."""
    seen = await visit(request, slug)
    if seen.published is None:
        return page("programme/none.html", request, event=seen.event)
    choice = Choice(view, day, zone, track, room, topic, language, kind, q, only)
    if seen.is_stranger and "done" not in request.query_params:
        return await kept_agenda(request, seen, seen.published, choice, template="programme/agenda.html")
    shown = settle(choice, seen.published, starred=seen.starred, now=seen.now)
    places = await visits.places(seen.published)
    return _page(request, seen, seen.published, shown, template="programme/agenda.html", places=places)


async def kept_agenda(
    request: PageRequest, seen: Visit, published: Published, choice: Choice, *, template: str
) -> Response[Any]:
    """The page for strangers. It is found by what was typed; what was typed wrongly is kept under what it came to mean."""
    revision = await visits.revision_of(published)
    found = visits.kept(request, _name(template, seen, choice), revision)
    if found is not None:
        return found
    shown = settle(choice, published, now=seen.now)
    name = _name(template, seen, shown.asked)
    found = visits.kept(request, name, revision) if shown.asked != choice else None
    if found is not None:
        return found
    places = await visits.places(published)
    if shown.asked.q or shown.asked.only:
        return _page(request, seen, published, shown, template=template, places=places)
    return visits.keep(
        request, name, revision, lambda: _page(request, seen, published, shown, template=template, places=places)
    )


def _name(template: str, seen: Visit, choice: Choice) -> str:
    """While the event lasts, the day of today is another one each day."""
    return f"{template} {seen.event.id} {choice} {_today(seen, choice)}"


def _today(seen: Visit, choice: Choice) -> str:
    """The date in the zone chosen, "" when nothing of the agenda is near."""
    if not visits.is_near(seen.event, now=seen.now):
        return ""
    return date_in(known_zone(choice.zone) or seen.event.timezone, seen.now)


def _page(
    request: PageRequest, seen: Visit, published: Published, shown: Shown, *, template: str, places: Any = NOTHING
) -> Response[str]:
    choice, event = shown.choice, published.event
    cards = cards_of(published, shown.sessions, choice.zone)
    is_grid = choice.view == View.GRID
    return page(
        template,
        request,
        event=event,
        release=published.release,
        shown=shown,
        choice=choice,
        days=[(day, noon_of(day, choice.zone), shown.counts[day]) for day in shown.days],
        all_days=ALL_DAYS,
        grid=grid_of(cards, published.agenda.rooms, choice.zone) if is_grid and cards else None,
        listed=[] if is_grid else by_day(cards, choice.zone),
        shown_at=next((card.starts_at for card in cards), event.starts_at),
        offer=offer_of(published, zone=choice.zone),
        event_place=event_place(event),
        starred=seen.starred,
        own=seen.own,
        places=places,
        total=len(cards),
    )


ROUTES = [agenda_page]
