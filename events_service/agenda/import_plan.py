"""What an import would do to an agenda, decided before anything is written. Pure, but for the fresh ids it gives.

The file is asked what it carries: those fields follow it, and nothing else of a session does. What is gone from it is told, never deleted.
"""

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from events_service.agenda.rules import COLOURS, Agenda, Appearance, Part, Room, Session, Track
from events_service.agenda.schedule_entries import Entry, Person, Schedule, Skipped, TrackSeen
from events_service.agenda.times import minutes_between
from events_service.agenda.tracks import slug_from
from events_service.events.rules import Event, to_wall
from events_service.folding import search_key
from events_service.identifiers import new_id
from events_service.speakers.rules import Speaker, State


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the sessions of a file. `missing` are ids of imported sessions that it no longer holds; they stay as they are.

    `rooms`, `tracks` and `speakers` are how many of them were not there before, `renamed` how many speakers have another name there.
    """

    created: int
    updated: int
    unchanged: int
    skipped: tuple[Skipped, ...]
    missing: tuple[str, ...]
    rooms: int
    tracks: int
    speakers: int
    renamed: int

    @property
    def changes_something(self) -> bool:
        """Whether anything is written at all."""
        return any((self.created, self.updated, self.rooms, self.tracks, self.speakers, self.renamed))


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there already. `numbers` and `guids` are those in use, by deleted sessions too; `last_number` is the last one given."""

    event: Event
    agenda: Agenda
    speakers: tuple[Speaker, ...]
    numbers: frozenset[int]
    guids: frozenset[str]
    last_number: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written: everything new, sessions as (before, after), speakers as they will be called."""

    rooms: tuple[Room, ...]
    tracks: tuple[Track, ...]
    speakers: tuple[Speaker, ...]
    renamed: tuple[Speaker, ...]
    created: tuple[Session, ...]
    changed: tuple[tuple[Session, Session], ...]
    last_number: int
    report: Report


def plan_import(standing: Standing, schedule: Schedule, *, now: datetime) -> Plan:
    """What the file changes."""
    return _Planner(standing, schedule, now).plan()


@dataclass
class _Planner:
    standing: Standing
    schedule: Schedule
    now: datetime
    rooms: dict[str, Room] = field(default_factory=dict)
    tracks: dict[str, Track] = field(default_factory=dict)
    speakers: dict[str, Speaker] = field(default_factory=dict)
    renamed: dict[str, Speaker] = field(default_factory=dict)
    matched: set[str] = field(default_factory=set)
    guids: set[str] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)

    def plan(self) -> Plan:
        agenda = self.standing.agenda
        self.rooms = {room.name: room for room in agenda.rooms} | _new_rooms(agenda, self.schedule.rooms)
        self.tracks = _tracks(agenda, self.schedule.tracks)
        self.guids = set(self.standing.guids)
        self._meet_everybody()
        pairs = list(self._matches())
        numbers = self._numbers([entry for entry, before in pairs if before is None])
        created = tuple(self._created(entry, numbers) for entry, before in pairs if before is None)
        compared = [(before, self._changed(before, entry)) for entry, before in pairs if before is not None]
        changed = tuple((before, after) for before, after in compared if after is not before)
        rooms, tracks = _unknown(self.rooms, agenda.room), _unknown(self.tracks, agenda.track)
        new_speakers = tuple(_unknown(self.speakers, {one.id for one in self.standing.speakers}))
        return Plan(
            rooms=tuple(rooms),
            tracks=tuple(tracks),
            speakers=new_speakers,
            renamed=tuple(self.renamed.values()),
            created=created,
            changed=changed,
            last_number=max([self.standing.last_number, *(one.number for one in created)]),
            report=Report(
                created=len(created),
                updated=len(changed),
                unchanged=len(compared) - len(changed),
                skipped=(*self.schedule.skipped, *self.skipped),
                missing=tuple(self._missing()),
                rooms=len(rooms),
                tracks=len(tracks),
                speakers=len(new_speakers),
                renamed=len(self.renamed),
            ),
        )

    def _meet_everybody(self) -> None:
        """Everyone in the file as somebody on the roster, by the surest key. Those with a name alone come last: it may be another's."""
        roster = self.standing.speakers
        by_key = {one.import_key: one for one in roster if one.import_key}
        by_id = {one.id: one for one in roster}
        by_name: dict[str, list[Speaker]] = {}
        for one in roster:
            by_name.setdefault(search_key(one.name), []).append(one)
        everybody = {who.keys[0]: who for entry in self.schedule.entries for who in entry.persons or ()}
        for key, who in sorted(everybody.items(), key=lambda item: _is_name(item[0])):
            known = next((by_key[name] for name in who.keys if name in by_key), None) or by_id.get(_as_id(key))
            if known is None and _is_name(key):
                called_so = by_name.get(search_key(who.name), [])
                known = called_so[0] if len(called_so) == 1 else None
            if known is None:
                known = self._new_speaker(who)
                by_name.setdefault(search_key(who.name), []).append(known)
            elif known.import_key in who.keys:
                known = self._called(known, who.name)
            self.speakers[key] = known

    def _new_speaker(self, who: Person) -> Speaker:
        return Speaker(
            id=new_id(),
            event_id=self.standing.event.id,
            name=who.name,
            state=State.CONFIRMED,
            import_key=who.keys[0],
            created_at=self.now,
            changed_at=self.now,
        )

    def _called(self, speaker: Speaker, name: str) -> Speaker:
        """Under the file's name for them, as long as nobody but the file has said how they are called."""
        if speaker.name == name or speaker.email is not None or speaker.answered_at is not None:
            return speaker
        after = msgspec.structs.replace(speaker, name=name, version=speaker.version + 1, changed_at=self.now)
        self.renamed.setdefault(speaker.id, after)
        return after

    def _matches(self) -> Iterator[tuple[Entry, Session | None]]:
        """Each entry with the session it is, None for a new one."""
        sessions = self.standing.agenda.sessions
        by_key = {one.import_key: one for one in sessions if one.import_key}
        by_guid = {one.guid: one for one in sessions}
        keys_given: set[str] = set()
        for entry in self.schedule.entries:
            known = next((by_key[key] for key in entry.keys if key in by_key), None) or by_guid.get(entry.guid or "")
            if known is not None and known.id not in self.matched:
                self.matched.add(known.id)
                yield entry, known
            elif entry.keys[0] in by_key or entry.keys[0] in keys_given:
                self.skipped.append(
                    Skipped(entry.label, entry.title, "Another session of the file is called the same.")
                )
            else:
                keys_given.add(entry.keys[0])
                yield entry, None

    def _numbers(self, entries: list[Entry]) -> dict[str, int]:
        """A number for each new session by its key: the file's where it is free, else one that nobody has."""
        taken = set(self.standing.numbers)
        numbers: dict[str, int] = {}
        for entry in entries:
            if entry.number is not None and entry.number not in taken:
                taken.add(entry.number)
                numbers[entry.keys[0]] = entry.number
        fresh = max([self.standing.last_number, *taken])
        for entry in entries:
            if entry.keys[0] not in numbers:
                fresh += 1
                numbers[entry.keys[0]] = fresh
        return numbers

    def _created(self, entry: Entry, numbers: dict[str, int]) -> Session:
        guid = entry.guid if entry.guid and entry.guid not in self.guids else str(uuid.uuid4())
        self.guids.add(guid)
        blank = Session(
            id=new_id(),
            number=numbers[entry.keys[0]],
            guid=guid,
            slug=slug_from(entry.title, taken=set(), otherwise="session"),
            title=entry.title,
            import_key=entry.keys[0],
            created_at=self.now,
            changed_at=self.now,
        )
        return msgspec.structs.replace(blank, **self._fields(blank, entry))

    def _changed(self, before: Session, entry: Entry) -> Session:
        """The session as the file has it; the very same where nothing differs."""
        after = msgspec.structs.replace(before, **self._fields(before, entry))
        if after == before:
            return before
        return msgspec.structs.replace(after, version=before.version + 1, changed_at=self.now)

    def _fields(self, before: Session, entry: Entry) -> dict[str, Any]:
        said: dict[str, Any] = {
            "title": entry.title,
            "subtitle": entry.subtitle,
            "kind": entry.kind,
            "language": entry.language,
            "abstract": entry.abstract,
            "description": entry.description,
        }
        fields = {name: value for name, value in said.items() if value is not None}
        if (before.starts_at, before.ends_at) != (entry.starts_at, entry.ends_at):
            fields |= self._times(entry)
        if entry.rooms is not None:
            fields["room_ids"] = tuple(self.rooms[name].id for name in entry.rooms)
        if entry.track is not None:
            fields["track_id"] = self.tracks[entry.track].id if entry.track else None
        if entry.persons is not None:
            fields["speakers"] = tuple(self._appearances(before, entry.persons))
        return fields

    def _times(self, entry: Entry) -> dict[str, Any]:
        zone = self.standing.event.timezone
        return {
            "starts_at": entry.starts_at,
            "ends_at": entry.ends_at,
            "starts_wall": to_wall(entry.starts_at, zone),
            "ends_wall": to_wall(entry.ends_at, zone),
            "minutes": minutes_between(entry.starts_at, entry.ends_at),
        }

    def _appearances(self, before: Session, persons: Iterable[Person]) -> Iterator[Appearance]:
        """Whom the file names, in its order, their part and answer as they were; then those of ours whom it cannot know of."""
        held = {one.speaker_id: one for one in before.speakers}
        named = {self.speakers[who.keys[0]].id: self.speakers[who.keys[0]] for who in persons}
        for speaker in named.values():
            yield held.get(speaker.id) or Appearance(speaker_id=speaker.id, role=Part.SPEAKER, state=speaker.state)
        ours = {one.id for one in self.standing.speakers if one.import_key is None}
        yield from (one for one in before.speakers if one.speaker_id in ours and one.speaker_id not in named)

    def _missing(self) -> Iterator[str]:
        """Imported sessions that the file does not hold, not even as something that had to be left out."""
        for one in self.standing.agenda.sessions:
            key = re.sub(r"#\d+$", "", one.import_key or "")
            if key and one.id not in self.matched and key not in self.schedule.skipped_keys:
                yield one.id


def _new_rooms(agenda: Agenda, names: Iterable[str]) -> dict[str, Room]:
    known = {room.name for room in agenda.rooms}
    first = max((room.position + 1 for room in agenda.rooms), default=0)
    fresh = [name for name in names if name not in known]
    return {name: Room(id=new_id(), name=name, position=first + place) for place, name in enumerate(fresh)}


def _tracks(agenda: Agenda, seen: Iterable[TrackSeen]) -> dict[str, Track]:
    """The tracks by the file's names for them: ours of that name, else ours of that slug, else a new one."""
    by_name = {track.name: track for track in agenda.tracks}
    by_slug = {track.slug: track for track in agenda.tracks}
    position = max((track.position + 1 for track in agenda.tracks), default=0)
    count = len(agenda.tracks)
    for one in seen:
        if one.name in by_name:
            continue
        known = by_slug.get(one.slug or "")
        if known is None:
            known = Track(
                id=new_id(),
                name=one.name,
                slug=one.slug or slug_from(one.name, taken=set(by_slug), otherwise="track"),
                colour=one.colour or COLOURS[count % len(COLOURS)],
                position=position,
            )
            count, position = count + 1, position + 1
            by_slug[known.slug] = known
        by_name[one.name] = known
    return by_name


def _unknown(found: dict[str, Any], known: Iterable[str]) -> list[Any]:
    """Those that are not known, each once, in their order."""
    ids = set(known)
    return list({one.id: one for one in found.values() if one.id not in ids}.values())


def _is_name(key: str) -> bool:
    return key.startswith("name:")


def _as_id(key: str) -> str:
    """What our own exports call somebody, as the id on the roster."""
    return key.removeprefix("guid:").replace("-", "")
