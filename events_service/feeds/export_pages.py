"""The released agenda by URL in the forms other programs read, and its releases as an Atom feed. For whoever may see the event."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.params import FromPath

from events_service import clock
from events_service.agenda.release_queries import Published, ReleaseNote, published_agenda, release_notes
from events_service.agenda.told import more_told_from, told_changes
from events_service.errors import NotFound
from events_service.events.access import visible_event
from events_service.feeds.changes_atom import changes_atom
from events_service.feeds.exports import EXPORTS, export
from events_service.feeds.released_entries import PUBLIC_LANGUAGE
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
        releases, until = await _told(published, now=now) if published else ([], None)
        with in_language(PUBLIC_LANGUAGE):
            file = _shelf.keep(name, revision, changes_atom(event, releases), until=until)
    return file_answer(request, file, media_type="application/atom+xml")


async def _told(published: Published, *, now: datetime) -> tuple[list[ReleaseNote], datetime | None]:
    """The releases as anyone may know of them, and when there will be more to tell."""
    releases, current = await release_notes(published.event.id), published.release.agenda
    until = more_told_from((one for release in releases for one in release.changes), current, now=now)
    return [replace(one, changes=told_changes(one.changes, current, now=now)) for one in releases], until


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
