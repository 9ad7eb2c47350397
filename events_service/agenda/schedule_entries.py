"""What a schedule of somebody else's is made of, once it is read. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from events_service.agenda.guids import guid_in_room
from events_service.agenda.rules import SessionKind

MOST_PEOPLE, MOST_ROOMS = 100, 50


class Skipped(msgspec.Struct, frozen=True):
    """An event of the file, or a part of one, that was left out: what the file calls it, its title, and why."""

    event: str
    title: str
    why: str


class Person(msgspec.Struct, frozen=True):
    """Somebody in the file; `keys` are what it calls them, the surest first."""

    name: str
    keys: tuple[str, ...]


class TrackSeen(msgspec.Struct, frozen=True):
    """A track in the file; `colour` is the nearest of ours."""

    name: str
    slug: str | None = None
    colour: str | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A session in the file. Times are UTC; `keys` are what it is called there, the surest first. None: the file does not say."""

    keys: tuple[str, ...]
    label: str
    title: str
    starts_at: datetime
    ends_at: datetime
    guid: str | None = None
    number: int | None = None
    subtitle: str | None = None
    kind: SessionKind | None = None
    language: str | None = None
    abstract: str | None = None
    description: str | None = None
    rooms: tuple[str, ...] | None = None
    track: str | None = None
    persons: tuple[Person, ...] | None = None


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """All of a file in its order. `skipped_keys` are what the events that were left out are called."""

    title: str
    rooms: tuple[str, ...]
    tracks: tuple[TrackSeen, ...]
    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...]
    skipped_keys: frozenset[str]


def told_apart(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Events of one key at one time are one session in several rooms; at another time a session of its own, counted in time."""
    entries = _recognised(list(entries))
    by_key: dict[str, list[Entry]] = {}
    for entry in entries:
        by_key.setdefault(entry.keys[0], []).append(entry)
    slots: dict[int, Entry] = {}
    for same in by_key.values():
        for place, slot in enumerate(_slots(same)):
            slots[id(slot[0])] = _together(slot, place)
    return (slots[id(entry)] for entry in entries if id(entry) in slots)


def _recognised(entries: list[Entry]) -> list[Entry]:
    """What our own export writes for a session's further rooms is called as the session itself, and comes behind it."""
    at_once: dict[tuple[datetime, datetime, str], list[Entry]] = {}
    for entry in entries:
        at_once.setdefault((entry.starts_at, entry.ends_at, entry.title), []).append(entry)
    itself: dict[int, Entry] = {}
    for same in at_once.values():
        guids = {
            guid_in_room(one.guid, room): one
            for one in same
            for room in {room for other in same for room in other.rooms or ()}
            if one.guid and 1 < len(same) <= MOST_ROOMS
        }
        itself |= {id(one): guids[one.guid] for one in same if one.guid in guids}
    others = [msgspec.structs.replace(one, keys=itself[id(one)].keys) for one in entries if id(one) in itself]
    return [*(one for one in entries if id(one) not in itself), *others]


def _slots(entries: list[Entry]) -> list[list[Entry]]:
    found: dict[tuple[datetime, datetime, str], list[Entry]] = {}
    for entry in entries:
        found.setdefault((entry.starts_at, entry.ends_at, entry.title), []).append(entry)
    return sorted(found.values(), key=lambda slot: slot[0].starts_at)


def _together(slot: list[Entry], place: int) -> Entry:
    first = slot[0]
    if place:
        first = msgspec.structs.replace(
            first, keys=tuple(f"{key}#{place + 1}" for key in first.keys), guid=None, number=None
        )
    if len(slot) == 1:
        return first
    rooms = dict.fromkeys(room for one in slot for room in one.rooms or ())
    people = {person.keys[0]: person for one in slot for person in one.persons or ()}
    return msgspec.structs.replace(
        first,
        rooms=tuple(rooms)[:MOST_ROOMS] if any(one.rooms is not None for one in slot) else None,
        persons=tuple(people.values())[:MOST_PEOPLE] if any(one.persons is not None for one in slot) else None,
    )
