"""Sessions as calendars show them: to anyone, and to people who hold them.

Pure but for the settings' public address. Words are in the language of the request or letter at hand (`web/words.py`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from events_service import settings
from events_service.agenda.rules import Agenda, Room, Session, SessionKind, SessionState
from events_service.calendar import Entry, EntryStatus, session_uid
from events_service.events.entries import led_to, local_times
from events_service.events.rules import NORDIC_CLOCKS, Disclosure, Event, Format, Venue
from events_service.web.words import gettext as _

LONGEST_ABSTRACT = 2_000


def session_entry(
    event: Event, session: Session, agenda: Agenda, *, speakers: Sequence[str], sequence: int | None = None
) -> Entry:
    """A session with a time for feeds and downloads that anyone may read: no join link, another house only where disclosed.

    `speakers` are the names to show; `sequence` is what its reader is sent, without it the session's own.
    """
    is_disclosed = event.venue is None or event.venue.disclosure is Disclosure.PUBLIC
    return _entry(event, session, agenda, speakers=speakers, sequence=sequence, is_disclosed=is_disclosed)


def tentative_session_entry(
    event: Event, session: Session, agenda: Agenda, *, speakers: Sequence[str], sequence: int | None = None
) -> Entry:
    """The session for somebody who waits for a place in it, or marked it: as the public sees it, TENTATIVE unless cancelled."""
    entry = session_entry(event, session, agenda, speakers=speakers, sequence=sequence)
    return entry if entry.status is EntryStatus.CANCELLED else replace(entry, status=EntryStatus.TENTATIVE)


def held_session_entry(
    event: Event,
    session: Session,
    agenda: Agenda,
    *,
    speakers: Sequence[str],
    sequence: int | None = None,
    join_page: str = "",
) -> Entry:
    """The session for somebody who has a place or a part in it: the whole address, and the link to join it online.

    Without a link of its own, a session of an online or hybrid event has the event's. `join_page` is where this person joins and is
    checked in by it: named first, before the meeting's own link.
    """
    entry = _entry(event, session, agenda, speakers=speakers, sequence=sequence, is_disclosed=True)
    join_url = session.join_url or (event.join_url if event.is_online else None)
    if join_url is None or entry.status is EntryStatus.CANCELLED:
        return entry
    # The join link takes the place of the word "Online": calendar programs make LOCATION a button.
    location = "" if entry.location == _("Online") else entry.location
    entry = led_to(entry, join_page)
    return replace(entry, location=location, join_url=join_url, join_label=_("Join online"))


def session_url(event: Event, session: Session) -> str:
    """The address of the session's public page."""
    return f"{settings.current().base_url}/events/{event.slug}/sessions/{session.id}"


def session_zone(event: Event, session: Session, agenda: Agenda) -> str:
    """The zone a session is shown in: its first room's, where that has one of its own."""
    return next((room.timezone for room in agenda.rooms_of(session) if room.timezone), event.timezone)


def session_place(event: Event, session: Session, agenda: Agenda, *, is_disclosed: bool) -> str:
    """Where a session is, in words: `Great hall, City Hall, Copenhagen`; houses apart are set apart by a semicolon.

    Undisclosed, a house and its address are left out.
    """
    rooms = agenda.rooms_of(session)
    if not rooms:
        return (
            _("Online") if event.format is Format.ONLINE else ", ".join(_house(event, None, is_disclosed=is_disclosed))
        )
    houses: dict[tuple[str, ...], list[str]] = {}
    for room in rooms:
        house = (_("Online"),) if _is_online(event, room) else tuple(_house(event, room, is_disclosed=is_disclosed))
        houses.setdefault(house, []).append(room.name)
    return "; ".join(", ".join((*names, *house)) for house, names in houses.items())


def session_clocks(event: Event, session: Session, agenda: Agenda) -> list[tuple[tuple[str, ...], str]]:
    """The cities to name local times of, and their zones, from west to east; none where everybody is on one clock.

    They are those of the session's rooms and, where people take part from anywhere, the Nordic capitals'.
    """
    clocks: dict[str, list[str]] = {}
    if event.is_online or any(room.online for room in agenda.rooms_of(session)):
        for cities, zone in NORDIC_CLOCKS:
            clocks.setdefault(zone, []).extend(cities)
    for room in agenda.rooms_of(session):
        city = room.city or (event.venue.city if event.venue else "")
        if not room.online and city:
            clocks.setdefault(room.timezone or event.timezone, []).append(city)
    starts_at = session.starts_at or event.starts_at
    by_clock = sorted(clocks.items(), key=lambda clock: (_offset(starts_at, clock[0]), clock[0]))
    joined = _alike_joined(by_clock, session)
    return [(tuple(dict.fromkeys(cities)), zone) for zone, cities in joined] if len(joined) > 1 else []


def session_local_times(event: Event, session: Session, agenda: Agenda) -> list[str]:
    """A line for each of those clocks; none where everybody is on one."""
    clocks = session_clocks(event, session, agenda)
    if not clocks or session.starts_at is None or session.ends_at is None:
        return []
    zone = session_zone(event, session, agenda)
    here = replace(event, starts_at=session.starts_at, ends_at=session.ends_at, timezone=zone)
    return local_times(here, clocks=clocks)


def session_kind(kind: SessionKind) -> str:
    """What that kind of session is called."""
    return {
        SessionKind.KEYNOTE: _("Keynote"),
        SessionKind.PANEL: _("Panel"),
        SessionKind.TALK: _("Talk"),
        SessionKind.WORKSHOP: _("Workshop"),
        SessionKind.SPARRING: _("Sparring session"),
        SessionKind.CITY_STORY: _("City story"),
        SessionKind.BREAK: _("Break"),
        SessionKind.SOCIAL: _("Social"),
        SessionKind.PLENARY: _("Plenary"),
    }[kind]


def _entry(
    event: Event,
    session: Session,
    agenda: Agenda,
    *,
    speakers: Sequence[str],
    sequence: int | None,
    is_disclosed: bool,
) -> Entry:
    assert session.starts_at is not None and session.ends_at is not None
    track = agenda.track.get(session.track_id) if session.track_id else None
    is_cancelled = session.state is SessionState.CANCELLED
    return Entry(
        uid=session_uid(session.id, settings.current().domain),
        sequence=session.sequence if sequence is None else sequence,
        summary=session.title,
        description=_description(event, session, agenda, speakers=speakers),
        location=session_place(event, session, agenda, is_disclosed=is_disclosed),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        zone=session_zone(event, session, agenda),
        created=session.created_at,
        last_modified=session.changed_at,
        status=EntryStatus.CANCELLED if is_cancelled else EntryStatus.CONFIRMED,
        url=session_url(event, session),
        categories=tuple(filter(None, (session_kind(session.kind), track.name if track else ""))),
        geo=_degrees(event, agenda.rooms_of(session)) if is_disclosed else None,
    )


def _description(event: Event, session: Session, agenda: Agenda, *, speakers: Sequence[str]) -> str:
    """What a reader needs who sees nothing but the calendar; many programs show no URL, so it is said here too."""
    parts = [_("This session is cancelled.")] if session.state is SessionState.CANCELLED else []
    parts += [session.subtitle, event.title]
    if speakers:
        parts.append(_("With %s") % ", ".join(speakers))
    parts.append(_shortened(session.abstract))
    times = session_local_times(event, session, agenda)
    if times:
        parts.append("\n".join([_("Local times:"), *times]))
    parts.append(session_url(event, session))
    return "\n\n".join(filter(None, parts))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_ABSTRACT else f"{text[: LONGEST_ABSTRACT - 1].rstrip()}…"


def _is_online(event: Event, room: Room) -> bool:
    return room.online or event.format is Format.ONLINE


def _house(event: Event, room: Room | None, *, is_disclosed: bool) -> list[str]:
    """The house a room is in, as far as its reader is told: its own, else the event's."""
    venue: Venue | None = event.venue
    city = (room.city if room else "") or (venue.city if venue else "")
    if not is_disclosed:
        return [city] if city else []
    if room is not None and (room.venue or room.city):
        return [part for part in (room.venue, city) if part]
    return [part for part in (venue.name, venue.address, venue.city) if part] if venue else []


def _degrees(event: Event, rooms: Sequence[Room]) -> tuple[float, float] | None:
    """Where to go: the rooms' own place, else the event's; none where the session is in several places, or nowhere."""
    places = {_degrees_of(event, room) for room in rooms if not _is_online(event, room)}
    if not rooms and event.format is not Format.ONLINE:
        places = {_degrees_of(event, None)}
    return places.pop() if len(places) == 1 else None


def _degrees_of(event: Event, room: Room | None) -> tuple[float, float] | None:
    if room is not None and room.latitude is not None and room.longitude is not None:
        return room.latitude, room.longitude
    if room is not None and (room.venue or room.city):
        return None
    venue = event.venue
    if venue is None or venue.latitude is None or venue.longitude is None:
        return None
    return venue.latitude, venue.longitude


def _alike_joined(clocks: Sequence[tuple[str, list[str]]], session: Session) -> list[tuple[str, list[str]]]:
    """Cities of different zones that show the same time and name it alike stand in one line."""
    joined: list[tuple[str, list[str]]] = []
    moments = [moment for moment in (session.starts_at, session.ends_at) if moment is not None]
    for zone, cities in clocks:
        if joined and all(_clock_at(one, zone) == _clock_at(one, joined[-1][0]) for one in moments):
            joined[-1][1].extend(cities)
        else:
            joined.append((zone, list(cities)))
    return joined


def _clock_at(moment: datetime, zone: str) -> tuple[timedelta, str | None]:
    local = moment.astimezone(ZoneInfo(zone))
    return local.utcoffset() or timedelta(), local.tzname()


def _offset(moment: datetime, zone: str) -> timedelta:
    return moment.astimezone(UTC).astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
