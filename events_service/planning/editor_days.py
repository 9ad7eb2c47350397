"""What the editor shows of one day of a draft: its sessions by room, the shelf, and what does not fit. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from events_service.agenda.conflict_kinds import AgendaConflict
from events_service.agenda.rules import Agenda, Room, Session, days_of
from events_service.events.rules import Event
from events_service.speakers.rules import Speaker

# An event's own days are offered up to so many, others where something takes place.
MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class DayTab:
    """A day to choose: its date (`2037-03-10`), a moment in it, how many sessions it has and how many conflicts are open."""

    date: str
    noon: datetime
    sessions: int
    conflicts: int


@dataclass(frozen=True, slots=True)
class EditorDay:
    """One day: sessions under the room they are in (None: in no room), and the conflicts of what is seen here."""

    date: str
    tabs: tuple[DayTab, ...]
    sessions: tuple[Session, ...]
    by_room: tuple[tuple[Room | None, tuple[Session, ...]], ...]
    shelf: tuple[Session, ...]
    conflicts: tuple[AgendaConflict, ...]
    elsewhere: int

    @property
    def open_conflicts(self) -> int:
        """How many of the conflicts here nobody said are meant."""
        return sum(1 for one in self.conflicts if one.override is None)


def editor_day(
    event: Event, draft: Agenda, conflicts: Sequence[AgendaConflict], *, wanted: str, now: datetime
) -> EditorDay:
    """The wanted day where the event has it; else today while it lasts, else the first with sessions, else its first."""
    by_day = dict(days_of(draft, event.timezone))
    dates = sorted({*by_day, *_own_days(event)})
    chosen = _choose(dates, by_day, wanted=wanted, today=now.astimezone(ZoneInfo(event.timezone)).date().isoformat())
    sessions = tuple(by_day.get(chosen, ()))
    shelf = tuple(one for one in draft.sessions if not one.is_placed)
    seen = {one.id for one in (*sessions, *shelf)}
    here = tuple(one for one in conflicts if not seen.isdisjoint(one.session_ids))
    return EditorDay(
        date=chosen,
        tabs=tuple(_tab(event, day, by_day.get(day, ()), conflicts) for day in dates),
        sessions=sessions,
        by_room=_by_room(draft, sessions),
        shelf=shelf,
        conflicts=here,
        elsewhere=len(conflicts) - len(here),
    )


def day_of(event: Event, session: Session) -> str:
    """The day a session starts on in the event's zone; "" on the shelf."""
    return session.starts_at.astimezone(ZoneInfo(event.timezone)).date().isoformat() if session.starts_at else ""


def agenda_address(slug: str, *, done: str, day: str, view: str = "") -> str:
    """The editor's page at that day, with what was just done."""
    asked = {name: value for name, value in {"day": day, "view": view, "done": done}.items() if value}
    return f"/office/events/{slug}/agenda" + (f"?{urlencode(asked)}" if asked else "")


def on_the_grid(draft: Agenda, session: Session, roster: Mapping[str, Speaker]) -> dict[str, Any]:
    """A session as the editor's script knows it: `starts_at` is wall time in the event's zone, None on the shelf."""
    track = draft.track.get(session.track_id or "")
    return {
        **placed(session),
        "title": session.title,
        "kind": session.kind.value,
        "state": session.state.value,
        "colour": track.colour if track else "",
        "who": ", ".join(roster[one.speaker_id].name for one in session.appearing if one.speaker_id in roster),
    }


def placed(session: Session) -> dict[str, Any]:
    """When and where a session is, and the version that says so."""
    return {
        "id": session.id,
        "version": session.version,
        "starts_at": session.starts_wall,
        "minutes": session.minutes,
        "room_ids": list(session.room_ids),
    }


def told(conflict: AgendaConflict) -> dict[str, Any]:
    """A conflict as the editor's script knows it."""
    return {
        "key": conflict.key,
        "code": conflict.code,
        "severity": conflict.severity.value,
        "session_ids": list(conflict.session_ids),
        "message": conflict.message,
        "reason": conflict.override.reason if conflict.override else None,
    }


def _own_days(event: Event) -> Iterable[str]:
    zone = ZoneInfo(event.timezone)
    first = event.starts_at.astimezone(zone).date()
    # An event that ends at midnight does not have the day that begins then.
    last = (event.ends_at - timedelta(seconds=1)).astimezone(zone).date()
    for later in range(min((last - first).days + 1, MOST_DAYS)):
        yield (first + timedelta(days=later)).isoformat()


def _choose(dates: Sequence[str], by_day: Mapping[str, Any], *, wanted: str, today: str) -> str:
    if wanted in dates:
        return wanted
    return today if today in dates else min(by_day, default=dates[0])


def _tab(event: Event, day: str, sessions: Sequence[Session], conflicts: Sequence[AgendaConflict]) -> DayTab:
    noon = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(event.timezone)).replace(hour=12)
    ids = {one.id for one in sessions}
    opened = sum(1 for one in conflicts if one.override is None and not ids.isdisjoint(one.session_ids))
    return DayTab(day, noon, len(sessions), opened)


def _by_room(draft: Agenda, sessions: Sequence[Session]) -> tuple[tuple[Room | None, tuple[Session, ...]], ...]:
    """A session in several rooms stands under each of them."""
    found: dict[str | None, list[Session]] = {}
    for session in sessions:
        for room in draft.rooms_of(session) or (None,):
            found.setdefault(room.id if room else None, []).append(session)
    rooms: tuple[Room | None, ...] = (*draft.rooms, None)
    return tuple((room, tuple(found[key])) for room in rooms if (key := room.id if room else None) in found)
