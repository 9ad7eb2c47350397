"""Who looks at an agenda: a stranger, for whom finished pages are kept, or somebody with stars, places or a role of their own."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from litestar import MediaType, Request, Response

from events_service import clock
from events_service.agenda.release_queries import Published, published_agenda
from events_service.database import look_up
from events_service.errors import NotFound
from events_service.events.access import visible_event
from events_service.events.queries import event_by_id
from events_service.events.rules import Event
from events_service.events.rules import Status as EventStatus
from events_service.programme.stars import has_own_choice, participant_of, starred_in
from events_service.registrations.open_pass import open_registration
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Status
from events_service.registrations.sign_up_queries import own_sign_ups, places_of
from events_service.registrations.sign_up_rules import Places, SignUp
from events_service.web.kept import file_answer
from events_service.web.shelf import Shelf
from events_service.web.words import language

PageRequest = Request[Any, Any, Any]
# Strangers see how many places are left as they were at most this long ago.
COUNTED_FOR = timedelta(seconds=2)
EVENTS_COUNTED = 256
A_DAY = timedelta(days=1)
NOTHING: Mapping[str, Any] = MappingProxyType({})

_shelf = Shelf()
_counted: OrderedDict[str, tuple[datetime, str]] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Visit:
    """An event's released agenda (None before the first), and what of it is this visitor's own."""

    event: Event
    published: Published | None
    now: datetime
    person: Registration | None = None
    starred: frozenset[str] = frozenset()
    own: Mapping[str, SignUp] = field(default_factory=lambda: NOTHING)
    is_stranger: bool = True


async def visit(request: PageRequest, slug: str) -> Visit:
    """What this visitor looks at. Raises `NotFound` for an event that is not theirs to know of."""
    event, now = await _event(request, slug), clock.now()
    published = await published_agenda(event, now=now)
    signed_in = getattr(request.state, "person", None) is not None
    if published is None or not has_own_choice(request):
        return Visit(event, published, now, is_stranger=not signed_in)
    person = await participant_of(request, event)
    starred = await starred_in(request, published, person)
    own = await own_sign_ups(person.id) if person else NOTHING
    return Visit(event, published, now, person, starred, own, is_stranger=False)


async def _event(request: PageRequest, slug: str) -> Event:
    """Whoever has a seat at an event may see its agenda, whomever else it is hidden from."""
    try:
        return await visible_event(request, slug)
    except NotFound:
        person = await open_registration(request)
        if person is None or person.status is not Status.CONFIRMED:
            raise
        event = await event_by_id(person.event_id)
        if event.slug != slug or event.status is EventStatus.DRAFT:
            raise
        return event


def is_near(event: Event, *, now: datetime) -> bool:
    """Whether it lasts, or does in a neighbouring day, wherever on earth one is."""
    return event.starts_at - A_DAY <= now <= event.ends_at + A_DAY


async def places(published: Published) -> Mapping[str, Places]:
    """How the places of those sessions stand that take sign-ups, at this moment."""
    return await places_of(published.event, published.agenda) if published.agenda.takes_sign_ups else NOTHING


async def revision_of(published: Published) -> str:
    """A text that changes whenever a page of this agenda may have, the places left among it."""
    if not published.agenda.takes_sign_ups:
        return published.revision
    return f"{published.revision} {await _sign_ups_at(published.event, now=clock.now())}"


def kept(request: PageRequest, name: str, revision: str) -> Response[bytes] | None:
    """The page of that name as it was kept, or 304 for who has it; None where it is of another revision or was never asked for."""
    file = _shelf.find(_name(name), revision, now=clock.now())
    return _answer(request, file) if file else None


def keep(
    request: PageRequest, name: str, revision: str, make: Callable[[], Response[str]], *, until: datetime | None = None
) -> Response[bytes]:
    """Make the page, keep it under its name and this request's language, at most until that moment, and answer with it."""
    return _answer(request, _shelf.keep(_name(name), revision, make().content.encode(), until=until))


def _answer(request: PageRequest, file: Any) -> Response[bytes]:
    return file_answer(request, file, media_type=MediaType.HTML, Vary="Cookie, Accept-Language")


def _name(name: str) -> str:
    return f"{language.get()} {name}"


async def _sign_ups_at(event: Event, *, now: datetime) -> str:
    """Counting thousands for every look at a page would cost more than the page."""
    counted_at, revision = _counted.get(event.id, (None, ""))
    if counted_at is not None and now - counted_at < COUNTED_FOR:
        return revision
    row = await look_up(
        """SELECT COUNT(*) AS sign_ups, COALESCE(SUM(sign_up.version), 0) AS versions
           FROM sign_up JOIN session ON session.id = sign_up.session WHERE session.event = $1""",
        event.id,
    )
    revision = f"{row['sign_ups']}-{row['versions']}" if row else ""
    _counted[event.id] = (now, revision)
    while len(_counted) > EVENTS_COUNTED:
        _counted.popitem(last=False)
    return revision
