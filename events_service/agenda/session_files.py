"""Released sessions as calendar files that anyone may read: no join link, nobody who is not shown, nothing under embargo."""

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Request, Response

from events_service import clock
from events_service.agenda.entries import session_entry
from events_service.agenda.queries import Published, published_agenda
from events_service.agenda.rules import Session, SessionState
from events_service.calendar import Entry, Feed, feed_ics
from events_service.errors import NotFound
from events_service.events.rules import Event, Status
from events_service.web.kept import file_answer
from events_service.web.shelf import Shelf
from events_service.web.words import in_language

CALENDAR = "text/calendar"  # Litestar adds the charset to text
# A public calendar is the same for everybody: nothing is negotiated, the language neither.
PUBLIC_LANGUAGE = "en"

_shelf = Shelf()


async def session_file(request: Request[Any, Any, Any], event: Event, session_id: str) -> Response[bytes]:
    """A session of the current release as a calendar of its own. Raises `NotFound`; whether the event is visible is the caller's to see."""
    published = await published_agenda(event, now=clock.now())
    session = published.agenda.session.get(session_id) if published else None
    if published is None or session is None:
        raise NotFound()
    file = _shelf.find(session.id, published.revision)
    if file is None:
        with in_language(PUBLIC_LANGUAGE):
            data = feed_ics(Feed(session.title, tuple(released_entries(published, [session]))))
        file = _shelf.keep(session.id, published.revision, data)
    return file_answer(request, file, media_type=CALENDAR)


def released_entries(published: Published, sessions: Iterable[Session]) -> list[Entry]:
    """These sessions of the released agenda for anyone's calendar, in the language at hand."""
    event, agenda = published.event, published.agenda
    return [
        session_entry(event, session, agenda, speakers=[speaker.name for _, speaker in published.appearing(session)])
        for session in (as_it_stands(event, one) for one in sessions)
    ]


def as_it_stands(event: Event, session: Session) -> Session:
    """The session, which is called off with its event: then SEQUENCE is one above what the release gave it."""
    if event.status is not Status.CANCELLED or session.state is SessionState.CANCELLED:
        return session
    return msgspec.structs.replace(
        session,
        state=SessionState.CANCELLED,
        sequence=session.sequence + 1,
        changed_at=max(session.changed_at, event.changed_at),
    )
