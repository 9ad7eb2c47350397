"""schedule.json, version 1, as c3voc describes it."""

import re
from typing import Any

import msgspec

from events_service import __version__
from events_service.agenda.guids import guid_of
from events_service.agenda.rules import Room
from events_service.feeds.schedule import TIMESLOT, Day, Item, Schedule, system
from events_service.feeds.schedule_xml import GENERATOR, hours_and_minutes
from events_service.feeds.track_colours import TRACK_COLOURS

FORM = "https://c3voc.de/schedule/schema.json"
# What the form takes for the name of a zone; others are left out, for every time has its offset.
_ZONE = re.compile(r"([A-Z][a-z]+/[A-Z][a-z]+)|UTC$")


def schedule_json(schedule: Schedule) -> bytes:
    """The file in UTF-8."""
    whole = {
        "$schema": FORM,
        "generator": {"name": GENERATOR, "version": __version__, "url": system()},
        "schedule": {
            "version": schedule.version,
            "base_url": schedule.url,
            "conference": _conference(schedule),
        },
    }
    return msgspec.json.encode(whole)


def _conference(schedule: Schedule) -> dict[str, Any]:
    event = schedule.event
    zone = {"time_zone_name": event.timezone} if _ZONE.match(event.timezone) else {}
    return {
        "acronym": schedule.acronym,
        "title": event.title,
        "description": event.summary,
        "start": schedule.days[0].date,
        "end": schedule.days[-1].date,
        "daysCount": len(schedule.days),
        "timeslot_duration": hours_and_minutes(TIMESLOT),
        **zone,
        "url": schedule.url,
        "keywords": list(event.topics),
        "tracks": [
            {"name": track.name, "slug": track.slug, "color": TRACK_COLOURS[track.colour]} for track in schedule.tracks
        ],
        "rooms": [_room(room) for room in schedule.rooms],
        "days": [_day(day) for day in schedule.days],
    }


def _room(room: Room) -> dict[str, Any]:
    return {
        "name": room.name,
        "guid": guid_of(f"room {room.id}"),
        "type": "online" if room.online else "other",
        "description": room.description or None,
        "capacity": room.capacity,
    }


def _day(day: Day) -> dict[str, Any]:
    return {
        "index": day.index,
        "date": day.date,
        "day_start": day.starts_at.isoformat(),
        "day_end": day.ends_at.isoformat(),
        "rooms": {name: [_event(item) for item in items] for name, items in day.rooms.items()},
    }


def _event(item: Item) -> dict[str, Any]:
    session = item.session
    return {
        "guid": item.guid,
        "id": item.number,
        "date": item.starts_at.isoformat(),
        "start": f"{item.starts_at:%H:%M}",
        "end": item.ends_at.isoformat(),
        "duration": hours_and_minutes(item.ends_at - item.starts_at),
        "room": item.room,
        "slug": item.slug,
        "url": item.url,
        "title": session.title,
        "subtitle": session.subtitle or None,
        "track": item.track.name if item.track else None,
        "type": session.kind.value,
        "language": session.language or None,
        "abstract": session.abstract or None,
        "description": session.description or None,
        "persons": [{"id": one.number, "guid": one.guid, "name": one.name} for one in item.people],
        "links": [],
    }
