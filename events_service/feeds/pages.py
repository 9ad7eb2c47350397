"""Calendars by URL that anyone may read: an event with its released agenda, and all public events."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from litestar import HttpMethod, Request, Response, route
from litestar.params import FromPath, QueryParameter

from events_service import clock, settings
from events_service.agenda.release_queries import Published, published_agenda
from events_service.calendar import Feed, feed_ics
from events_service.errors import NotFound
from events_service.events.access import visible_event
from events_service.events.entries import public_entry
from events_service.events.queries import Wanted
from events_service.events.rules import Event
from events_service.feeds.choosing import Chosen
from events_service.feeds.event_feed import event_feed
from events_service.feeds.released_entries import CALENDAR, PUBLIC_LANGUAGE, released_entries
from events_service.feeds.topics import events_about, revision_about
from events_service.web.kept import file_answer
from events_service.web.shelf import KeptFile, Shelf
from events_service.web.words import in_language

FeedRequest = Request[Any, Any, Any]
READING = [HttpMethod.GET, HttpMethod.HEAD]
PAST_SHOWN = timedelta(days=365)
Asked = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\x00]*$")]
AllOrNone = Annotated[str, QueryParameter(pattern="^(all|none)$")]

_shelf = Shelf()


@route("/events/{slug:str}/calendar.ics", http_method=READING, include_in_schema=False, opt={"public": True})
async def event_calendar(
    request: FeedRequest,
    slug: FromPath[str],
    sessions: AllOrNone = "all",
    track: Asked = "",
    room: Asked = "",
    topic: Asked = "",
    language: Asked = "",
    kind: Asked = "",
    day: Asked = "",
) -> Response[bytes]:
    """One event and its released sessions, for whoever may see its page; with `sessions=none` the event alone.

    Asked for a track, a room and so on, it holds those sessions, and the event itself no longer.
    """
    event = await visible_event(request, slug)
    published = await published_agenda(event, now=clock.now()) if sessions == "all" else None
    chosen = Chosen(track, room, topic, language, kind, day) if sessions == "all" else Chosen()
    return file_answer(request, _event_file(event, published, chosen), media_type=CALENDAR)


async def session_file(request: FeedRequest, slug: str, session_id: str) -> Response[bytes]:
    """One released session, for whoever may see its event. Raises `NotFound`.

    It has no route of its own: its address is that of the session's page with `.ics` behind it.
    """
    event = await visible_event(request, slug)
    published = await published_agenda(event, now=clock.now())
    session = published.agenda.session.get(session_id) if published else None
    if published is None or session is None:
        raise NotFound()
    name = f"session {session.id}"
    file = _shelf.find(name, published.revision)
    if file is None:
        with in_language(PUBLIC_LANGUAGE):
            data = feed_ics(Feed(session.title, tuple(released_entries(published, [session]))))
        file = _shelf.keep(name, published.revision, data)
    return file_answer(request, file, media_type=CALENDAR)


@route("/calendar.ics", http_method=READING, include_in_schema=False, opt={"public": True})
async def public_calendar(
    request: FeedRequest, kind: Asked = "", city: Asked = "", topic: Asked = ""
) -> Response[bytes]:
    """All public events of the last year and to come, or those of a kind, in a city, or about a topic, their sessions' topics too."""
    now = clock.now()
    wanted = Wanted(kinds=[kind] if kind else [], city=city, topic=topic, starts_after=_a_year_ago(now))
    # The day is part of the name: with it the oldest events leave.
    name = f"public {wanted}"
    revision = await revision_about(wanted)
    file = _shelf.find(name, revision, now=now)
    if file is None:
        about = await events_about(wanted, now=now)
        with in_language(PUBLIC_LANGUAGE):
            entries = tuple(public_entry(event) for event in about.events)
            data = feed_ics(Feed(settings.current().organisation, entries))
        file = _shelf.keep(name, revision, data, until=about.until)
    return file_answer(request, file, media_type=CALENDAR)


def _event_file(event: Event, published: Published | None, chosen: Chosen) -> KeptFile:
    """What nobody would ask for is not kept: only what finds something has a place on the shelf."""
    if published is None:
        name, revision = f"event {event.id}", str(event.version)
    else:
        name, revision = f"agenda {event.id} {chosen}", published.revision
    file = _shelf.find(name, revision)
    if file is not None:
        return file
    with in_language(PUBLIC_LANGUAGE):
        feed = event_feed(event, published, chosen)
        return (_shelf if feed.entries else Shelf()).keep(name, revision, feed_ics(feed))


def _a_year_ago(now: datetime) -> datetime:
    """A year ago, at the start of that day in UTC, so that it is the same moment all day long."""
    return datetime.combine((now - PAST_SHOWN).date(), time(), UTC)


ROUTES = [event_calendar, public_calendar]
