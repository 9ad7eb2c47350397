"""The released agenda by URL in the forms other programs read, and its releases as an Atom feed. For whoever may see the event."""

from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.params import FromPath

from events_service import clock
from events_service.agenda.queries import published_agenda, release_notes
from events_service.agenda.session_files import PUBLIC_LANGUAGE
from events_service.errors import NotFound
from events_service.events.access import visible_event
from events_service.feeds.changes_atom import changes_atom, next_told, told
from events_service.feeds.exports import EXPORTS, export
from events_service.web.kept import file_answer
from events_service.web.shelf import Shelf
from events_service.web.words import in_language

FileRequest = Request[Any, Any, Any]
READING = [HttpMethod.GET, HttpMethod.HEAD]

_shelf = Shelf()


@route("/events/{slug:str}/schedule.xml", http_method=READING, include_in_schema=False, opt={"public": True})
async def schedule_xml_file(request: FileRequest, slug: FromPath[str]) -> Response[bytes]:
    """For conference programs, as frab and pretalx write it."""
    return await _exported(request, slug, "xml")


@route("/events/{slug:str}/schedule.json", http_method=READING, include_in_schema=False, opt={"public": True})
async def schedule_json_file(request: FileRequest, slug: FromPath[str]) -> Response[bytes]:
    """For conference programs and screens, as c3voc describes it."""
    return await _exported(request, slug, "json")


@route("/events/{slug:str}/agenda.csv", http_method=READING, include_in_schema=False, opt={"public": True})
async def agenda_csv_file(request: FileRequest, slug: FromPath[str]) -> Response[bytes]:
    """For spreadsheets."""
    return await _exported(request, slug, "csv", Content_Disposition=f'attachment; filename="{slug}-agenda.csv"')


@route("/events/{slug:str}/agenda/changes.atom", http_method=READING, include_in_schema=False, opt={"public": True})
async def changes_atom_file(request: FileRequest, slug: FromPath[str]) -> Response[bytes]:
    """The releases, the newest first; empty before the first, so that one can follow from the start."""
    event = await visible_event(request, slug)
    now = clock.now()
    published = await published_agenda(event, now=now)
    name, revision = f"changes {event.id}", published.revision if published else str(event.version)
    file = _shelf.find(name, revision, now=now)
    if file is None:
        releases = await release_notes(event.id) if published else []
        with in_language(PUBLIC_LANGUAGE):
            data = changes_atom(event, told(releases, published, now=now) if published else [])
        until = next_told(releases, published, now=now) if published else None
        file = _shelf.keep(name, revision, data, until=until)
    return file_answer(request, file, media_type="application/atom+xml")


async def _exported(request: FileRequest, slug: str, form: str, **headers: str) -> Response[bytes]:
    """Raises `NotFound` before the first release."""
    event = await visible_event(request, slug)
    published = await published_agenda(event, now=clock.now())
    if published is None:
        raise NotFound()
    name = f"{form} {event.id}"
    file = _shelf.find(name, published.revision)
    if file is None:
        file = _shelf.keep(name, published.revision, export(published, form))
    return file_answer(request, file, media_type=EXPORTS[form].media_type, **headers)


ROUTES = [schedule_xml_file, schedule_json_file, agenda_csv_file, changes_atom_file]
