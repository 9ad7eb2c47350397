"""Sessions as pages show them: times told in a zone, rooms, people and tracks by name. Pure, in the language of the request."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from events_service.agenda.release_queries import Published
from events_service.agenda.rules import Room, Session, SessionState
from events_service.events.rules import Disclosure, Event
from events_service.web.words import clock_time, day_short, zone_city


@dataclass(frozen=True, slots=True)
class LocalTime:
    """The same hours by another clock: whose (a place's name), and from when to when; `day` where it is another one there."""

    place: str
    starts: str
    ends: str
    day: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A session in a list or grid. `starts` and `ends` are times of day in the zone shown, the others moments.

    `where` names its rooms; `who` those who appear. `track` and `colour` are "" without a track. `language` is told only where
    sessions are in several.
    """

    id: str
    number: int
    title: str
    subtitle: str
    kind: str
    starts: str
    ends: str
    starts_at: datetime
    ends_at: datetime
    starts_iso: str
    ends_iso: str
    minutes: int
    room_ids: tuple[str, ...]
    where: str
    who: str
    track: str
    colour: str
    language: str
    local: tuple[LocalTime, ...]
    signup: bool
    is_cancelled: bool


def cards_of(published: Published, sessions: Iterable[Session], zone: str) -> list[Card]:
    """A card for each of the sessions, in their order."""
    return [card_of(published, session, zone) for session in sessions]


def card_of(published: Published, session: Session, zone: str) -> Card:
    """The card of one session with a time."""
    assert session.starts_at is not None and session.ends_at is not None
    event, agenda = published.event, published.agenda
    starts, ends = (moment.astimezone(ZoneInfo(zone)) for moment in (session.starts_at, session.ends_at))
    rooms, track = agenda.rooms_of(session), agenda.track.get(session.track_id or "")
    return Card(
        id=session.id,
        number=session.number,
        title=session.title,
        subtitle=session.subtitle,
        kind=session.kind.value,
        starts=clock_time(session.starts_at, zone),
        ends=clock_time(session.ends_at, zone),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        starts_iso=starts.isoformat(),
        ends_iso=ends.isoformat(),
        minutes=int((ends - starts).total_seconds() // 60),
        room_ids=session.room_ids,
        where=", ".join(room_label(room, event) for room in rooms),
        who=", ".join(who.name for _, who in published.appearing(session)),
        track=track.name if track else "",
        colour=track.colour if track else "",
        language=session.language if len(agenda.languages) > 1 else "",
        local=local_times(session, event, rooms, zone),
        signup=session.signup,
        is_cancelled=session.state is SessionState.CANCELLED,
    )


def local_times(session: Session, event: Event, rooms: Sequence[Room], zone: str) -> tuple[LocalTime, ...]:
    """The session's hours by the clocks of its rooms, and by the event's, where those are not the zone shown."""
    places = {event.timezone: event_place(event)} if zone != event.timezone else {}
    for room in rooms:
        if room.timezone and room.timezone != zone:
            places.setdefault(room.timezone, room.city or zone_city(room.timezone))
    return tuple(_local(session, other, place, than=zone) for other, place in places.items())


def event_place(event: Event) -> str:
    """Where the event's own clock hangs."""
    return event.venue.city if event.venue and event.venue.city else zone_city(event.timezone)


def room_label(room: Room, event: Event) -> str:
    """The room's name, with its city where that is not the event's."""
    here = event.venue.city if event.venue else ""
    return f"{room.name} ({room.city})" if room.city and room.city != here and room.city not in room.name else room.name


def shows_houses(event: Event) -> bool:
    """Whether anyone may know in which houses rooms are: as with the venue's address."""
    return event.venue is None or event.venue.disclosure is Disclosure.PUBLIC


def by_start(cards: Iterable[Card]) -> list[tuple[str, list[Card]]]:
    """The cards under the time of day they start at, in their order."""
    return [(starts, list(of_time)) for starts, of_time in groupby(cards, key=lambda card: card.starts)]


def by_day(cards: Iterable[Card], zone: str) -> list[tuple[datetime, list[tuple[str, list[Card]]]]]:
    """The cards under their days in that zone (each named by a moment of it), and there by start."""
    days = groupby(cards, key=lambda card: card.starts_at.astimezone(ZoneInfo(zone)).date())
    of_days = [list(of_day) for _, of_day in days]
    return [(of_day[0].starts_at, by_start(of_day)) for of_day in of_days]


def _local(session: Session, zone: str, place: str, *, than: str) -> LocalTime:
    assert session.starts_at is not None and session.ends_at is not None
    elsewhere = (
        session.starts_at.astimezone(ZoneInfo(zone)).date() != session.starts_at.astimezone(ZoneInfo(than)).date()
    )
    return LocalTime(
        place,
        clock_time(session.starts_at, zone),
        clock_time(session.ends_at, zone),
        day_short(session.starts_at, zone) if elsewhere else "",
    )
