"""Calendars by URL: one event, all public events, and a participant's own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from litestar import HttpMethod, Request, Response, route
from litestar.params import FromPath, QueryParameter

from events_service import clock, settings
from events_service.calendar import Entry, Feed, feed_ics
from events_service.errors import NotFound
from events_service.events.access import visible_event
from events_service.events.entries import confirmed_entry, public_entry, tentative_entry
from events_service.events.queries import Wanted, events_revision, list_events
from events_service.feeds.queries import Held, held_events, own_feed
from events_service.registrations.rules import Status
from events_service.sealing import token_digest
from events_service.web.kept import file_answer
from events_service.web.shelf import Shelf
from events_service.web.words import gettext as _
from events_service.web.words import in_language

FeedRequest = Request[Any, Any, Any]
READING = [HttpMethod.GET, HttpMethod.HEAD]
EVENTS_AT_MOST = 1_000
PAST_SHOWN = timedelta(days=365)
# A public calendar is the same for everybody: nothing is negotiated, the language neither.
PUBLIC_LANGUAGE = "en"
CALENDAR = "text/calendar"  # Litestar adds the charset to text
Asked = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\x00]*$")]

_shelf = Shelf()


@route("/events/{slug:str}/calendar.ics", http_method=READING, include_in_schema=False, opt={"public": True})
async def event_calendar(request: FeedRequest, slug: FromPath[str]) -> Response[bytes]:
    """One event, for whoever may see its page."""
    event = await visible_event(request, slug)
    name, revision = f"event {event.id}", str(event.version)
    file = _shelf.find(name, revision)
    if file is None:
        with in_language(PUBLIC_LANGUAGE):
            file = _shelf.keep(name, revision, feed_ics(Feed(event.title, (public_entry(event),))))
    return file_answer(request, file, media_type=CALENDAR)


@route("/calendar.ics", http_method=READING, include_in_schema=False, opt={"public": True})
async def public_calendar(
    request: FeedRequest, kind: Asked = "", city: Asked = "", topic: Asked = ""
) -> Response[bytes]:
    """All public events of the last year and to come, or those of a kind, a city or a topic."""
    kinds = [kind] if kind else []
    wanted = Wanted(kinds=kinds, city=city, topic=topic, starts_after=_a_year_ago(clock.now()))
    # The day is part of the name: with it the oldest events leave.
    name = f"public {wanted}"
    revision = await events_revision(wanted)
    file = _shelf.find(name, revision)
    if file is None:
        listed = await list_events(wanted, limit=EVENTS_AT_MOST)
        with in_language(PUBLIC_LANGUAGE):
            entries = tuple(public_entry(event) for event in listed)
            file = _shelf.keep(name, revision, feed_ics(Feed(settings.current().organisation, entries)))
    return file_answer(request, file, media_type=CALENDAR)


@route("/my/calendar/{file_name:str}", http_method=READING, include_in_schema=False, opt={"public": True})
async def own_calendar(request: FeedRequest, file_name: FromPath[str]) -> Response[bytes]:
    """What the person with this link is registered for (`<token>.ics`); nobody else's, nothing for an unknown link."""
    digest = token_digest(file_name.removesuffix(".ics"))
    feed = await own_feed(digest)
    if feed is None or not file_name.endswith(".ics"):
        raise NotFound()
    name = f"own {digest}"
    file = _shelf.find(name, feed.revision)
    if file is None:
        held = await held_events(feed)
        with in_language(feed.language):
            file = _shelf.keep(name, feed.revision, feed_ics(_own(held)))
    return file_answer(request, file, media_type=CALENDAR, cache="private, no-cache", Referrer_Policy="no-referrer")


def _own(held: Sequence[Held]) -> Feed:
    return Feed(f"{settings.current().organisation}: {_('my events')}", tuple(map(_own_entry, held)))


def _own_entry(held: Held) -> Entry:
    """With the join link and the whole venue for who has a seat; tentative, and as the public sees it, for who waits."""
    sequence = max(held.event.sequence, held.invite_sequence or 0)
    shown = confirmed_entry if held.status is Status.CONFIRMED else tentative_entry
    return replace(shown(held.event, sequence=sequence), last_modified=held.changed_at)


def _a_year_ago(now: datetime) -> datetime:
    """A year ago, at the start of that day in UTC, so that it is the same moment all day long."""
    return datetime.combine((now - PAST_SHOWN).date(), time(), UTC)


ROUTES = [event_calendar, public_calendar, own_calendar]
