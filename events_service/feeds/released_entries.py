"""Released sessions for anyone's calendar: no join link, nobody who is not shown, nothing under embargo."""

from collections.abc import Iterable

import msgspec

from events_service.agenda.entries import session_entry
from events_service.agenda.release_queries import Published
from events_service.agenda.rules import Session, SessionState
from events_service.calendar import Entry
from events_service.events.rules import Event, Status

CALENDAR = "text/calendar"  # Litestar adds the charset to text
# A public calendar is the same for everybody: nothing is negotiated, the language neither.
PUBLIC_LANGUAGE = "en"


def released_entries(published: Published, sessions: Iterable[Session]) -> list[Entry]:
    """These sessions of the released agenda, in the language at hand."""
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
