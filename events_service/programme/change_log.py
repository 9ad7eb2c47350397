"""The change log: every release with its note and what it changed, as far as anyone may know of it already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from events_service.agenda.release_queries import Published, ReleaseNote, release_notes
from events_service.agenda.rules import Change, ChangeKind
from events_service.agenda.told import more_told_from, told_changes
from events_service.programme import visits
from events_service.programme.shown import event_place
from events_service.programme.visits import PageRequest, visit
from events_service.web.pages import page

# In the order of what readers must know.
ORDER = (ChangeKind.CANCELLED, ChangeKind.MOVED, ChangeKind.ADDED, ChangeKind.EDITED)
LISTED_AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """A release in the log: its changes by kind, those that readers must know first."""

    number: int
    note: str
    created_at: datetime
    changes: list[tuple[ChangeKind, list[Change]]]


@get("/events/{slug:str}/agenda/changes", name="agenda.changes", include_in_schema=False, opt={"public": True})
async def change_log(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """The releases, the newest first."""
    seen = await visit(request, slug)
    published = seen.published
    if published is None:
        return page("programme/none.html", request, event=seen.event)
    name = f"changes {seen.event.id}"
    found = visits.kept(request, name, published.revision) if seen.is_stranger else None
    if found is not None:
        return found
    notes = await release_notes(seen.event.id)
    log = log_of(published, notes, now=seen.now)

    def make() -> Response[str]:
        return page(
            "programme/changes.html",
            request,
            event=seen.event,
            log=log,
            event_place=event_place(seen.event),
            # Only what is still in the agenda has a page to lead to.
            linked=published.agenda.session.keys(),
            listed_at_once=LISTED_AT_ONCE,
        )

    if not seen.is_stranger:
        return make()
    changes = [change for note in notes for change in note.changes]
    until = more_told_from(changes, published.release.agenda, now=seen.now)
    return visits.keep(request, name, published.revision, make, until=until)


def log_of(published: Published, notes: Iterable[ReleaseNote], *, now: datetime) -> list[Entry]:
    """What may be told at that moment: nothing of a session whose time to be known has not come."""
    current = published.release.agenda
    return [
        Entry(note.number, note.note, note.created_at, _by_kind(told_changes(note.changes, current, now=now)))
        for note in notes
    ]


def _by_kind(changes: Sequence[Change]) -> list[tuple[ChangeKind, list[Change]]]:
    by_kind = [(kind, [one for one in changes if one.kind is kind]) for kind in ORDER]
    return [(kind, of_kind) for kind, of_kind in by_kind if of_kind]


ROUTES = [change_log]
