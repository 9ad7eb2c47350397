"""Pages of events that say how the seats stand: for visitors and for the back office."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.params import FromPath, QueryParameter

from events_service import clock
from events_service.agenda.queries import is_released
from events_service.events.access import needs_at_event, visible_event
from events_service.events.entries import page_url
from events_service.events.queries import Wanted, event_by_slug, list_events, list_key, public_cities
from events_service.events.rules import Event, Status, for_the_public
from events_service.people.guards import actor_of, needs_somewhere
from events_service.people.rules import Permission
from events_service.registrations.queries import Seats, seats, seats_of
from events_service.registrations.rules import InvitationRequired, RegistrationClosed, check_open
from events_service.web.lists import cursor_for, key_in
from events_service.web.pages import page
from events_service.web.words import gettext as _
from events_service.web.words import month, wall, zone_label

PageRequest = Request[Any, Any, Any]
ON_THE_FIRST_PAGE, ON_A_PAGE = 4, 24
Typed = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\x00]*$")]
CursorTyped = Annotated[str, QueryParameter(max_length=400)]


@dataclass(frozen=True, slots=True)
class Row:
    """An event in a list, how its seats stand, and whether one can register now."""

    event: Event
    seats: Seats
    is_open: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Whether one can register now, and what a visitor should know about it."""

    is_open: bool
    note: str = ""


@get("/", name="home", include_in_schema=False, opt={"public": True})
async def home(request: PageRequest) -> Response[str]:
    """What the alliance is, and what comes next."""
    now = clock.now()
    upcoming = await list_events(Wanted(starts_after=now), limit=ON_THE_FIRST_PAGE)
    return page("home.html", request, upcoming=await rows_of(upcoming, now=now))


@get("/events", name="events", include_in_schema=False, opt={"public": True})
async def events(
    request: PageRequest, kind: Typed = "", city: Typed = "", q: Typed = "", cursor: CursorTyped = ""
) -> Response[str]:
    """The public events that are not over, by month."""
    now, typed = clock.now(), {"kind": kind, "city": city, "q": q}
    wanted = Wanted(kinds=[kind] if kind else [], city=city, text=q, starts_after=now)
    found = await list_events(wanted, after=key_in(cursor), limit=ON_A_PAGE + 1)
    return page(
        "events/list.html",
        request,
        months=_by_month(await rows_of(found[:ON_A_PAGE], now=now)),
        form=typed,
        cities=await public_cities(),
        first=_address("/events", typed) if cursor else None,
        later=_next_page("/events", typed, found),
    )


@get("/events/{slug:str}", name="event", include_in_schema=False, opt={"public": True})
async def event_page(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """One event, in its time zone; those it is not for find nothing here."""
    event = await visible_event(request, slug)
    counted = await seats(event)
    window = registration_window(event, counted, now=clock.now())
    return page(
        "events/page.html",
        request,
        event=for_the_public(event),
        seats=counted,
        registration_open=window.is_open,
        registration_note=window.note,
        has_agenda=await is_released(event.id),
    )


@get("/office", name="office", guards=[needs_somewhere(Permission.SEE_EVENTS)], include_in_schema=False)
async def office(request: PageRequest, q: Typed = "", status: Typed = "", cursor: CursorTyped = "") -> Response[str]:
    """The events one has a role at, by start."""
    actor, typed = await actor_of(request), {"q": q, "status": status}
    wanted = Wanted(
        text=q,
        status=status,
        slugs=actor.events_with(Permission.SEE_EVENTS),
        public=False,
    )
    found = await list_events(wanted, after=key_in(cursor), limit=ON_A_PAGE + 1)
    return page(
        "office/home.html",
        request,
        events=await rows_of(found[:ON_A_PAGE], now=clock.now()),
        form=typed,
        may_create=actor.may(Permission.CREATE_EVENTS),
        first=_address("/office", typed) if cursor else None,
        later=_next_page("/office", typed, found),
    )


@get(
    "/office/events/{slug:str}",
    name="office.event",
    guards=[needs_at_event(Permission.SEE_EVENTS)],
    include_in_schema=False,
)
async def office_event(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """One event for its organisers: how it stands, and what they can do with it."""
    event = await event_by_slug(slug)
    actor = await actor_of(request)
    return page(
        "office/event.html",
        request,
        event=event,
        seats=await seats(event),
        public_url=page_url(event),
        may_edit=actor.may(Permission.EDIT_EVENTS, slug),
        may_publish=actor.may(Permission.PUBLISH_EVENTS, slug),
        may_copy=actor.may(Permission.CREATE_EVENTS),
    )


def registration_window(event: Event, counted: Seats, *, now: datetime) -> Window:
    """Whether a visitor can register now, and why not or until when, in the language of this request."""
    try:
        check_open(event, by_registrar=False, now=now)
    except InvitationRequired:
        return Window(is_open=False, note=_("Registration is by personal invitation."))
    except RegistrationClosed:
        return Window(is_open=False, note=_why_closed(event, now=now))
    if counted.left == 0 and not event.registration.waitlist:
        return Window(is_open=False, note=_("All seats are taken."))
    closes = event.registration.closes_at
    return Window(is_open=True, note=_("Registration closes %s.") % _moment(closes, event) if closes else "")


def _why_closed(event: Event, *, now: datetime) -> str:
    opens = event.registration.opens_at
    match event.status:
        case Status.DRAFT:
            return _("Registration opens when the event is published.")
        case Status.CANCELLED:
            return _("This event is cancelled.")
        case Status.COMPLETED:
            return _("This event is over.")
    if now >= event.ends_at:
        return _("This event is over.")
    if opens is not None and now < opens:
        return _("Registration opens %s.") % _moment(opens, event)
    return _("Registration is closed.")


def _moment(moment: datetime, event: Event) -> str:
    return f"{wall(moment, event.timezone)} {zone_label(moment, event.timezone)}"


async def rows_of(listed: Sequence[Event], *, now: datetime) -> list[Row]:
    """These events as rows of a list."""
    counted = await seats_of(listed)
    return [
        Row(event, counted[event.id], registration_window(event, counted[event.id], now=now).is_open)
        for event in listed
    ]


def _by_month(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """The rows under their months' names, each event in its own time zone."""
    months = groupby(rows, key=lambda row: month(row.event.starts_at, row.event.timezone))
    return [(name, list(within)) for name, within in months]


def _next_page(path: str, typed: dict[str, str], found: Sequence[Event]) -> str | None:
    """The address of the page after this one, where one event too many was found."""
    if len(found) <= ON_A_PAGE:
        return None
    return _address(path, typed | {"cursor": cursor_for(list_key(found[ON_A_PAGE - 1]))})


def _address(path: str, typed: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in typed.items() if value})
    return f"{path}?{query}" if query else path


ROUTES = [home, events, event_page, office, office_event]
