"""The releases of an agenda as an Atom feed (RFC 4287). Words are in the language at hand; links need the settings' public address."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from lxml import etree

from events_service import settings
from events_service.agenda.release_queries import ReleaseNote
from events_service.agenda.rules import Change, ChangeKind, Slot
from events_service.events.entries import page_url
from events_service.events.rules import Event
from events_service.feeds.markup import add, document
from events_service.web.words import clock_time, day, zone_label
from events_service.web.words import gettext as _

NAMESPACE = "http://www.w3.org/2005/Atom"


def changes_atom(event: Event, releases: Sequence[ReleaseNote]) -> bytes:
    """An entry for each of these releases, the newest first, as given. Ids stay the same whatever the event comes to be called."""
    page = f"{page_url(event)}/agenda/changes"
    root = etree.Element(_name("feed"), nsmap={None: NAMESPACE})
    add(root, _name("id"), _id(event))
    add(root, _name("title"), _("%(event)s: changes of the agenda") % {"event": event.title})
    add(root, _name("updated"), _moment(releases[0].created_at if releases else event.created_at))
    add(root, _name("link"), rel="self", type="application/atom+xml", href=f"{page}.atom")
    add(root, _name("link"), rel="alternate", type="text/html", href=page)
    add(add(root, _name("author")), _name("name"), settings.current().organisation)
    for release in releases:
        entry = add(root, _name("entry"))
        add(entry, _name("id"), f"{_id(event)}/{release.number}")
        add(entry, _name("title"), _("Release %(number)s") % {"number": release.number})
        add(entry, _name("updated"), _moment(release.created_at))
        add(entry, _name("link"), rel="alternate", type="text/html", href=f"{page}#release-{release.number}")
        add(entry, _name("content"), "\n\n".join(_paragraphs(event, release)), type="text")
    return document(root)


def _paragraphs(event: Event, release: ReleaseNote) -> Iterator[str]:
    if release.note:
        yield release.note
    if not release.changes:
        yield _("No session changed.")
    for kind in ChangeKind:
        lines = [_line(event, change) for change in release.changes if change.kind is kind]
        if lines:
            yield "\n".join([_headings()[kind], *lines])


def _headings() -> dict[ChangeKind, str]:
    return {
        ChangeKind.ADDED: _("Added:"),
        ChangeKind.MOVED: _("Moved:"),
        ChangeKind.CANCELLED: _("Cancelled:"),
        ChangeKind.EDITED: _("Edited:"),
    }


def _line(event: Event, change: Change) -> str:
    before, after = (_when_and_where(event, slot) if slot else "" for slot in (change.before, change.after))
    if change.kind is ChangeKind.MOVED and before != after:
        return _("%(title)s: from %(before)s to %(after)s") % {
            "title": change.title,
            "before": before,
            "after": after,
        }
    return f"{change.title}: {after or before}"


def _when_and_where(event: Event, slot: Slot) -> str:
    """`Tuesday 10 March 2037, 09.00–09.30 CET, Great hall`."""
    zone = event.timezone
    hours = f"{clock_time(slot.starts_at, zone)}–{clock_time(slot.ends_at, zone)} {zone_label(slot.starts_at, zone)}"
    return ", ".join([day(slot.starts_at, zone), hours, *slot.rooms])


def _id(event: Event) -> str:
    """A tag URI (RFC 4151) of the event's id and the day it was made."""
    return f"tag:{settings.current().domain},{event.created_at:%Y-%m-%d}:event-{event.id}/agenda"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"
