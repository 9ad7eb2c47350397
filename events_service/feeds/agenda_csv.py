"""agenda.csv: a line for each released session, for spreadsheets."""

import csv
import io
from zoneinfo import ZoneInfo

from events_service.agenda.entries import session_url
from events_service.agenda.release_queries import Published
from events_service.agenda.rules import Session, SessionState
from events_service.feeds.schedule import takes_place

COLUMNS = (
    "number", "guid", "title", "subtitle", "kind", "state", "starts_at", "ends_at", "minutes", "rooms", "track", "topics",
    "language", "speakers", "capacity", "signup", "abstract", "description", "url",
)  # fmt: skip
# What a spreadsheet may take for the beginning of a formula.
_SUSPECT = ("=", "+", "-", "@", "\t", "\r", "\n")


def agenda_csv(published: Published) -> bytes:
    """In UTF-8, CRLF after each line (RFC 4180); a line for each session by start, cancelled ones among them.

    Times are RFC 3339 in the event's zone. Several rooms, topics or speakers are divided by "; ". A cell that a spreadsheet
    could take for a formula begins with an apostrophe.
    """
    file = io.StringIO(newline="")
    lines = csv.writer(file, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    for session in published.agenda.sessions:
        lines.writerow([_defused(value) for value in _cells(published, session)])
    return file.getvalue().encode()


def _cells(published: Published, session: Session) -> list[str]:
    event, agenda = published.event, published.agenda
    zone, track = ZoneInfo(event.timezone), agenda.track.get(session.track_id or "")
    assert session.starts_at is not None and session.ends_at is not None
    state = session.state if takes_place(session, event) else SessionState.CANCELLED
    return [
        str(session.number),
        session.guid,
        session.title,
        session.subtitle,
        session.kind.value,
        state.value,
        session.starts_at.astimezone(zone).isoformat(),
        session.ends_at.astimezone(zone).isoformat(),
        str(session.minutes),
        "; ".join(room.name for room in agenda.rooms_of(session)),
        track.name if track else "",
        "; ".join(session.topics),
        session.language,
        "; ".join(speaker.name for _, speaker in published.appearing(session)),
        "" if session.capacity is None else str(session.capacity),
        "yes" if session.signup else "no",
        session.abstract,
        session.description,
        session_url(event, session),
    ]


def _defused(value: str) -> str:
    return f"'{value}" if value.startswith(_SUSPECT) else value
