"""What a visitor asks of an agenda: the day, the view, the zone, and which sessions. Pure; what nobody knows counts as not asked."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache, lru_cache
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, available_timezones

from events_service.agenda.release_queries import Published
from events_service.agenda.rules import Agenda, Room, Session, SessionKind, Track, days_of
from events_service.events.rules import AREAS_OF_ACTION
from events_service.folding import search_key

ALL_DAYS = "all"
STARRED = "starred"
# Past this many rooms a grid no longer fits a desk's width: the list comes first.
ROOMS_IN_SIGHT = 8
NORDIC_ZONES = ("Europe/Copenhagen", "Europe/Helsinki", "Europe/Oslo", "Europe/Stockholm", "Atlantic/Reykjavik")


class View(StrEnum):
    """How sessions are laid out."""

    GRID = "grid"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, "" for nothing. `day` is a date in the zone (`2027-03-07`) or "all"; `room` an id, `track` a slug.

    `lang` is what the page itself speaks, where a frame on another site keeps no choice of it.
    """

    view: str = ""
    day: str = ""
    zone: str = ""
    track: str = ""
    room: str = ""
    topic: str = ""
    language: str = ""
    kind: str = ""
    q: str = ""
    only: str = ""
    lang: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether sessions are left out for another reason than their day."""
        return any((self.track, self.room, self.topic, self.language, self.kind, self.q, self.only))

    def address(self, path: str, **other: str) -> str:
        """The path with this choice, some of it chosen otherwise."""
        chosen = replace(self, **other)
        query = urlencode([(one.name, value) for one in fields(chosen) if (value := getattr(chosen, one.name))])
        return f"{path}?{query}" if query else path


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to choose from in an agenda. Zones are IANA names, the event's first."""

    tracks: Sequence[Track]
    rooms: Sequence[Room]
    topics: Sequence[str]
    languages: Sequence[str]
    kinds: Sequence[str]
    zones: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows: `asked` is what of the choice holds, `choice` the same with everything settled."""

    asked: Choice
    choice: Choice
    days: Sequence[str]
    sessions: Sequence[Session]
    # Day → how many sessions of it match, whatever the day shown.
    counts: dict[str, int]


def offer_of(published: Published, *, zone: str = "") -> Offer:
    """The tracks, rooms and so on that sessions of this agenda have; `zone` is offered besides the usual ones."""
    agenda, event = published.agenda, published.event
    topics = {topic for one in agenda.sessions for topic in one.topics}
    kinds = {one.kind for one in agenda.sessions}
    rooms = (room.timezone for room in agenda.rooms if room.timezone)
    return Offer(
        tracks=agenda.tracks,
        rooms=agenda.rooms,
        topics=[*(one for one in AREAS_OF_ACTION if one in topics), *sorted(topics - set(AREAS_OF_ACTION))],
        languages=sorted({one.language for one in agenda.sessions if one.language}),
        kinds=[one.value for one in SessionKind if one in kinds],
        zones=list(dict.fromkeys((event.timezone, *NORDIC_ZONES, *rooms, *filter(None, [zone])))),
    )


def settle(choice: Choice, published: Published, *, starred: Collection[str] = (), now: datetime) -> Shown:
    """What to show for that choice: today while the event lasts, else its first day; all days where a search asks for none."""
    agenda, event = published.agenda, published.event
    asked = _known(choice, agenda)
    zone = asked.zone or event.timezone
    view = asked.view or (View.GRID if len(agenda.rooms) <= ROOMS_IN_SIGHT else View.LIST)
    by_day = days_of(agenda, zone)
    matching = {day: [one for one in of_day if matches(one, asked, published, starred)] for day, of_day in by_day}
    days = [day for day, _ in by_day]
    day = _day(asked, view, matching, today=date_in(zone, now))
    sessions = [one for of_day in matching.values() for one in of_day] if day == ALL_DAYS else matching.get(day, [])
    counts = {day: len(of_day) for day, of_day in matching.items()}
    return Shown(asked, replace(asked, zone=zone, view=view, day=day), days, sessions, counts)


def matches(session: Session, choice: Choice, published: Published, starred: Collection[str]) -> bool:
    """Whether the session is of that track, room, topic, language and kind, and holds every word that is looked for."""
    track = published.agenda.track.get(session.track_id or "")
    return (
        (not choice.track or (track is not None and track.slug == choice.track))
        and (not choice.room or choice.room in session.room_ids)
        and (not choice.topic or choice.topic in session.topics)
        and (not choice.language or choice.language == session.language)
        and (not choice.kind or choice.kind == session.kind)
        and (not choice.only or session.id in starred)
        and (not choice.q or _holds(session, published, search_key(choice.q).split()))
    )


def known_zone(name: str) -> str:
    """The zone of that IANA name, "" where there is none."""
    return name if name in _zones() else ""


def date_in(zone: str, moment: datetime) -> str:
    """The date it is there at that moment: `2027-03-07`."""
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()


def noon_of(day: str, zone: str) -> datetime:
    """A moment of that date there, to name the day by."""
    return datetime.combine(date.fromisoformat(day), time(12), ZoneInfo(zone))


def _known(choice: Choice, agenda: Agenda) -> Choice:
    return Choice(
        view=choice.view if choice.view in set(View) else "",
        day=choice.day if choice.day == ALL_DAYS or _is_date(choice.day) else "",
        zone=known_zone(choice.zone),
        track=_one_of(choice.track, (one.slug for one in agenda.tracks)),
        room=_one_of(choice.room, (one.id for one in agenda.rooms)),
        topic=_one_of(choice.topic, (topic for one in agenda.sessions for topic in one.topics)),
        language=_one_of(choice.language, (one.language for one in agenda.sessions)),
        kind=_one_of(choice.kind, SessionKind),
        q=" ".join(choice.q.split()),
        only=STARRED if choice.only == STARRED else "",
    )


def _day(asked: Choice, view: str, matching: dict[str, list[Session]], *, today: str) -> str:
    if asked.day in matching:
        return asked.day
    if view == View.LIST and (asked.day == ALL_DAYS or asked.is_narrowed):
        return ALL_DAYS
    if today in matching:
        return today
    found = (day for day, sessions in matching.items() if sessions)
    return next(found, next(iter(matching), ""))


def _holds(session: Session, published: Published, words: Sequence[str]) -> bool:
    people = (f"{who.name} {who.organisation}" for _, who in published.appearing(session))
    text = " ".join(map(_folded, (session.title, session.subtitle, *people, session.abstract)))
    return all(word in text for word in words)


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    return search_key(text)


def _one_of(value: str, known: Iterable[str]) -> str:
    return value if value and value in set(known) else ""


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
