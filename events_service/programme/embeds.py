"""The agenda alone, for a frame on a city's own web site: for events open to all, the same for everybody, no cookie looked at."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from events_service import clock
from events_service.agenda.release_queries import published_agenda
from events_service.errors import NotFound
from events_service.events.queries import event_by_slug
from events_service.events.rules import is_open_to_all
from events_service.programme.filters import Choice
from events_service.programme.pages import Asked, kept_agenda
from events_service.programme.visits import PageRequest, Visit
from events_service.web.pages import accepted_language, page
from events_service.web.words import language as spoken_language
from events_service.web.words import spoken


async def _speak(request: Request[Any, Any, Any]) -> None:
    """What the address asks for, else what the browser does: all that is known of who looks. A frame keeps no cookie."""
    asked = request.query_params.get("lang", "")
    spoken_language.set(asked if asked and spoken(asked) == asked else accepted_language(request))


@get(
    "/events/{slug:str}/agenda/embed",
    name="agenda.embed",
    include_in_schema=False,
    opt={"public": True},
    before_request=_speak,
)
async def embedded(
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
    lang: Asked = "",
) -> Response[Any]:
    """The agenda as strangers see it, without anything around it; links open a page of their own."""
    event = await event_by_slug(slug)
    if not is_open_to_all(event):
        raise NotFound()
    seen = Visit(event, await published_agenda(event, now=clock.now()), clock.now())
    # What is none of our languages is not carried on.
    lang = lang if spoken(lang) == lang else ""
    if seen.published is None:
        return page("programme/embed_none.html", request, event=event, asked=Choice(lang=lang))
    choice = Choice(view, day, zone, track, room, topic, language, kind, lang=lang)
    return await kept_agenda(request, seen, seen.published, choice, template="programme/embed.html")


ROUTES = [embedded]
