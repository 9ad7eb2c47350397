"""schedule.xml as frab and pretalx write it, and conference programs for phones and halls read it."""

import re
from datetime import timedelta
from typing import Any

from lxml import etree

from events_service import __version__
from events_service.agenda.guids import guid_of
from events_service.agenda.rules import Track
from events_service.feeds.markup import add, document
from events_service.feeds.schedule import TIMESLOT, Day, Item, Schedule, system
from events_service.feeds.track_colours import TRACK_COLOURS

GENERATOR = "events-service"
# Two digits of hours are all there is room for.
LONGEST = timedelta(hours=99, minutes=59)
_TRACK_SLUG = re.compile(r"[a-z][a-z0-9-]+")


def schedule_xml(schedule: Schedule) -> bytes:
    """The file in UTF-8. Elements that would be empty are left out, but for those that the form asks for (abstract, track)."""
    root = etree.Element("schedule")
    add(root, "generator", name=GENERATOR, version=__version__, system=system())
    add(root, "url", f"{schedule.url}/schedule.xml")
    add(root, "version", schedule.version)
    _conference(root, schedule)
    for day in schedule.days:
        _day(root, day, {room.name: guid_of(f"room {room.id}") for room in schedule.rooms})
    return document(root)


def hours_and_minutes(length: timedelta) -> str:
    """`01:30`."""
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    return f"{hours:02}:{minutes:02}"


def _conference(root: Any, schedule: Schedule) -> None:
    event = schedule.event
    conference = add(root, "conference")
    add(conference, "title", event.title)
    add(conference, "acronym", schedule.acronym)
    add(conference, "start", schedule.days[0].date)
    add(conference, "end", schedule.days[-1].date)
    add(conference, "days", str(len(schedule.days)))
    add(conference, "timeslot_duration", hours_and_minutes(TIMESLOT))
    add(conference, "base_url", schedule.url)
    add(conference, "url", schedule.url)
    add(conference, "time_zone_name", event.timezone)
    for track in schedule.tracks:
        _track(conference, track)


def _track(conference: Any, track: Track) -> None:
    slug = {"slug": track.slug} if _TRACK_SLUG.fullmatch(track.slug) else {}
    add(conference, "track", track.name, name=track.name, color=TRACK_COLOURS[track.colour], **slug)


def _day(root: Any, day: Day, guids: dict[str, str]) -> None:
    times = {"start": day.starts_at.isoformat(), "end": day.ends_at.isoformat()}
    element = add(root, "day", index=str(day.index), date=day.date, **times)
    for name, items in day.rooms.items():
        guid = {"guid": guids[name]} if name in guids else {}
        room = add(element, "room", name=name, **guid)
        for item in items:
            _event(room, item)


def _event(room: Any, item: Item) -> None:
    session = item.session
    event = add(room, "event", id=str(item.number), guid=item.guid)
    add(event, "room", item.room)
    add(event, "title", session.title)
    if session.subtitle:
        add(event, "subtitle", session.subtitle)
    add(event, "type", session.kind.value)
    add(event, "date", item.starts_at.isoformat())
    add(event, "start", f"{item.starts_at:%H:%M}")
    add(event, "duration", hours_and_minutes(min(item.ends_at - item.starts_at, LONGEST)))
    add(event, "abstract", session.abstract)
    add(event, "slug", item.slug)
    add(event, "track", item.track.name if item.track else "")
    if item.people:
        persons = add(event, "persons")
        for person in item.people:
            add(persons, "person", person.name, id=str(person.number), guid=person.guid)
    if session.language:
        add(event, "language", session.language)
    if session.description:
        add(event, "description", session.description)
    add(event, "url", item.url)
