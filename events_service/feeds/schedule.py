"""The released agenda as other programs read schedules: days, in them rooms, in those what takes place. Pure but for the public address.

The forms are frab's schedule.xml and c3voc's schedule.json. They know neither cancelled sessions, which are left out, nor sessions in
several rooms: such a one stands in each of them, in the first as itself, in the others under a guid, an id and a slug of their own,
so that every room's column (and the screen at its door) is complete. Our own import takes them for one again.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from events_service import settings
from events_service.agenda.entries import session_url
from events_service.agenda.guids import guid_in_room, guid_of
from events_service.agenda.release_queries import Published
from events_service.agenda.rules import Room, Session, SessionState, Track
from events_service.events.entries import page_url
from events_service.events.rules import Disclosure, Event, Format, Status
from events_service.speakers.rules import Speaker

TIMESLOT = timedelta(minutes=5)
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# Ids that are drawn from a text lie above those that are counted, and still within 31 bits, as phones expect.
_DRAWN_FROM = 2**30


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody shown in the agenda. `guid` is the id on the roster, `number` drawn from it: neither tells of an address."""

    number: int
    guid: str
    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """A session in one of its rooms, with times in the event's zone. No two items share a number, a guid or a slug."""

    session: Session
    number: int
    guid: str
    slug: str
    room: str
    starts_at: datetime
    ends_at: datetime
    track: Track | None
    people: tuple[Person, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Day:
    """What starts on a day (`2037-03-10`), from the first start to the last end, which may lie past midnight."""

    index: int
    date: str
    starts_at: datetime
    ends_at: datetime
    rooms: Mapping[str, tuple[Item, ...]]


@dataclass(frozen=True, slots=True)
class Schedule:
    """All of it. `acronym` and the slugs have the shapes that both forms ask for."""

    event: Event
    acronym: str
    version: str
    url: str
    rooms: tuple[Room, ...]
    tracks: tuple[Track, ...]
    days: tuple[Day, ...]


def schedule_of(published: Published) -> Schedule:
    """The schedule of what the public may see. An event that is cancelled has one day and nothing on it."""
    event = published.event
    return Schedule(
        event=event,
        acronym=acronym_of(event.slug),
        version=str(published.release.number),
        url=page_url(event),
        rooms=published.agenda.rooms,
        tracks=published.agenda.tracks,
        days=_days(event, _items(published), in_order=[room.name for room in published.agenda.rooms]),
    )


def takes_place(session: Session, event: Event) -> bool:
    """Whether it is on: neither the session nor the whole event is cancelled."""
    return session.state is not SessionState.CANCELLED and event.status is not Status.CANCELLED


def acronym_of(slug: str) -> str:
    """The event's slug with underscores, four characters at least: `guide_launch`."""
    plain = slug.replace("-", "_")
    return plain if len(plain) >= 4 else f"event_{plain}"


def people_of(speakers: Mapping[str, Speaker]) -> dict[str, Person]:
    """Everyone who is shown, by the id on the roster."""
    taken: set[int] = set()
    return {key: Person(_drawn(key, taken), _as_guid(key), speakers[key].name) for key in sorted(speakers)}


def _as_guid(speaker_id: str) -> str:
    """The id as a UUID, so that our own import knows whom we mean."""
    try:
        return str(uuid.UUID(hex=speaker_id))
    except ValueError:
        return guid_of(f"person {speaker_id}")


def _items(published: Published) -> list[Item]:
    event, agenda, zone = published.event, published.agenda, ZoneInfo(published.event.timezone)
    people, nowhere = people_of(published.speakers), _place_without_room(event)
    acronym, taken = acronym_of(event.slug), {session.number for session in agenda.sessions}
    found = []
    for session in agenda.sessions:
        if session.starts_at is None or session.ends_at is None or not takes_place(session, event):
            continue
        appearing = tuple(people[speaker.id] for _, speaker in published.appearing(session))
        for place, room in enumerate(agenda.rooms_of(session) or (None,)):
            number, guid = session.number, session.guid if _GUID.fullmatch(session.guid) else guid_of(session.id)
            if place and room is not None:
                number, guid = _drawn(f"{session.id} {room.id}", taken), guid_in_room(guid, room.name)
            found.append(
                Item(
                    session=session,
                    number=number,
                    guid=guid,
                    slug=_slug(acronym, number, session),
                    room=room.name if room else nowhere,
                    starts_at=session.starts_at.astimezone(zone),
                    ends_at=session.ends_at.astimezone(zone),
                    track=agenda.track.get(session.track_id or ""),
                    people=appearing,
                    url=session_url(event, session),
                )
            )
    return found


def _days(event: Event, items: Iterable[Item], *, in_order: Sequence[str]) -> tuple[Day, ...]:
    by_date: dict[str, list[Item]] = {}
    for item in items:
        by_date.setdefault(item.starts_at.date().isoformat(), []).append(item)
    if not by_date:
        zone = ZoneInfo(event.timezone)
        starts_at, ends_at = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
        return (Day(1, starts_at.date().isoformat(), starts_at, ends_at, {}),)
    return tuple(_day(index, date, by_date[date], in_order) for index, date in enumerate(sorted(by_date), start=1))


def _day(index: int, date: str, items: list[Item], in_order: Sequence[str]) -> Day:
    rooms: dict[str, list[Item]] = {name: [] for name in in_order}
    for item in items:
        rooms.setdefault(item.room, []).append(item)
    return Day(
        index=index,
        date=date,
        starts_at=min(item.starts_at for item in items),
        ends_at=max(item.ends_at for item in items),
        rooms={name: tuple(there) for name, there in rooms.items() if there},
    )


def _slug(acronym: str, number: int, session: Session) -> str:
    """`guide_launch-12-opening`; a slug that was once exported is not lengthened when it comes back."""
    plain = re.sub(r"[^a-z0-9]+", "-", session.slug.lower()).strip("-") or "session"
    for prefix in (f"{acronym}-{number}-", f"{acronym.replace('_', '-')}-{number}-"):
        plain = plain.removeprefix(prefix)
    tail = f"{number}-{plain}"
    return f"{acronym}-{tail if len(tail) >= 4 else f'session-{tail}'}"


def _drawn(text: str, taken: set[int]) -> int:
    """A positive number that is nearly always the same for the same text, and not taken."""
    number = _DRAWN_FROM + int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % _DRAWN_FROM
    while number in taken:
        number += 1
    taken.add(number)
    return number


def _place_without_room(event: Event) -> str:
    """Where a session without a room is, as far as the public is told."""
    if event.venue is None or event.format is Format.ONLINE:
        return "Online"
    return event.venue.city if event.venue.disclosure is Disclosure.REGISTERED else event.venue.name


def system() -> str:
    """The address of this installation."""
    return settings.current().base_url
