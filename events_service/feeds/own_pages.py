"""A person's own calendar by a secret address."""

from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.params import FromPath

from events_service import clock
from events_service.calendar import feed_ics
from events_service.errors import NotFound
from events_service.feeds.own import own_calendar_of
from events_service.feeds.queries import own_feed
from events_service.feeds.released_entries import CALENDAR
from events_service.sealing import token_digest
from events_service.web.kept import file_answer
from events_service.web.shelf import Shelf
from events_service.web.words import in_language

_shelf = Shelf()


@route(
    "/my/calendar/{file_name:str}",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    include_in_schema=False,
    opt={"public": True},
)
async def own_calendar(request: Request[Any, Any, Any], file_name: FromPath[str]) -> Response[bytes]:
    """What the person with this link holds, chose or speaks in (`<token>.ics`); nobody else's, nothing for an unknown link."""
    digest = token_digest(file_name.removesuffix(".ics"))
    feed = await own_feed(digest)
    if feed is None or not file_name.endswith(".ics"):
        raise NotFound()
    name, now = f"own {digest}", clock.now()
    file = _shelf.find(name, feed.revision, now=now)
    if file is None:
        with in_language(feed.language):
            calendar = await own_calendar_of(feed, now=now)
            file = _shelf.keep(name, feed.revision, feed_ics(calendar.feed), until=calendar.until)
    return file_answer(request, file, media_type=CALENDAR, cache="private, no-cache", Referrer_Policy="no-referrer")


ROUTES = [own_calendar]
