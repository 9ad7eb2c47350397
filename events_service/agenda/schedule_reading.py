"""Reading schedule.xml as frab, pentabarf, pretalx and their kin write it: bytes to plain structs. Pure.

What cannot be used is left out and told of with its reason; what a file does not carry is None, which is not the same as empty.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from html import escape
from typing import Any

from lxml import etree

from events_service.agenda.drafts import LONGEST_MINUTES
from events_service.agenda.schedule_entries import MOST_PEOPLE, Entry, Person, Schedule, Skipped, TrackSeen, told_apart
from events_service.agenda.schedule_texts import as_markdown, links_as_list, plain_line, shortened, web_address
from events_service.agenda.schedule_values import (
    moment_at,
    near_colour,
    read_clock,
    read_day,
    read_kind,
    read_language,
    read_minutes,
    read_moment,
    read_offset,
)
from events_service.agenda.schedule_xml import NotASchedule, open_xml
from events_service.calendar import WallTimeRefused
from events_service.clock import timezones
from events_service.folding import search_key
from events_service.sentences import sentence

LONGEST_NAME, LONGEST_TITLE, LONGEST_KEY = 200, 300, 200
# Until this hour a day of the programme goes on, where the file does not say.
USUAL_DAY_CHANGE = time(4)
TEXTS = ("abstract", "description")


def read_schedule(data: bytes, *, zone: str) -> Schedule:
    """The schedule in the bytes; wall times are of the zone the file names, else of `zone`.

    Raises `TooLarge`, `NotXml`, and `NotASchedule` for XML that is none or that could harm.
    """
    root = open_xml(data)
    for element in root.iter():
        element.tag = etree.QName(element).localname
    if root.tag != "schedule":
        raise NotASchedule("not_a_schedule", "This is XML, but no schedule: its outermost element is not <schedule>.")
    return _Reader(root, zone).read()


@dataclass
class _Reader:
    root: Any
    zone: str
    base: str = ""
    day_change: time = USUAL_DAY_CHANGE
    first_day: date | None = None
    # What the event that is being read is called, and its title.
    at: tuple[str, str] = ("", "")
    skipped: list[Skipped] = field(default_factory=list)
    skipped_keys: set[str] = field(default_factory=set)

    def read(self) -> Schedule:
        conference = self.root.find("conference")
        self._learn(conference if conference is not None else etree.Element("conference"))
        rooms = _names(room.get("name") for room in self.root.iter("room") if room.get("name"))
        found = [entry for event in self.root.iter("event") if (entry := self._event(event))]
        entries = tuple(told_apart(found))
        return Schedule(
            title=_line(conference, "title") or "",
            rooms=_names([*rooms, *(room for entry in entries for room in entry.rooms or ())]),
            tracks=tuple(self._tracks()),
            entries=entries,
            skipped=tuple(self.skipped),
            skipped_keys=frozenset(self.skipped_keys),
        )

    def _learn(self, conference: Any) -> None:
        """What holds for the whole file."""
        named = _line(conference, "time_zone_name") or ""
        self.zone = named if named in timezones() else self.zone
        self.day_change = read_clock(_line(conference, "day_change") or "") or USUAL_DAY_CHANGE
        self.first_day = read_day(_line(conference, "start"))
        self.base = _line(conference, "base_url") or _line(conference, "url") or ""

    def _tracks(self) -> Iterator[TrackSeen]:
        """Every track once, those that are listed before those that sessions name."""
        seen: set[str] = set()
        for element in sorted(self.root.iter("track"), key=lambda one: one.getparent().tag == "event"):
            name = _track_name(element)
            if name and name not in seen:
                seen.add(name)
                slug = re.sub(r"[^a-z0-9]+", "-", (element.get("slug") or "").lower()).strip("-")[:60].strip("-")
                yield TrackSeen(name, slug or None, near_colour(element.get("color") or element.get("colour")))

    def _event(self, event: Any) -> Entry | None:
        guid, number = (event.get("guid") or "").strip(), (event.get("id") or "").strip()
        full_title = _text(event.find("title"))
        title = plain_line(full_title, most=LONGEST_TITLE)
        self.at = number or guid or title or "?", title
        named = _keys(guid=guid, id=number, code=event.get("code"))
        keys = named or _keys(slug=_line(event, "slug"), title=search_key(title) or title)[:1]
        try:
            starts_at, ends_at = self._times(event)
            if not title:
                raise ValueError("It has no title.")
        except ValueError as error:
            self._leave_out(str(error))
            self.skipped_keys.update(keys)
            return None
        if len(plain_line(full_title, most=len(full_title) + 1)) > LONGEST_TITLE:
            self._leave_out(
                sentence("Its title is longer than %(most)s characters and was shortened.", most=LONGEST_TITLE)
            )
        return Entry(
            keys=keys,
            label=self.at[0],
            title=title,
            starts_at=starts_at,
            ends_at=ends_at,
            guid=_uuid(guid),
            number=int(number) if re.fullmatch(r"0*[1-9][0-9]{0,8}", number) else None,
            subtitle=_line(event, "subtitle", most=LONGEST_TITLE),
            kind=read_kind(_line(event, "type") or ""),
            language=self._language(event),
            rooms=_rooms(event),
            track=_track_name(event.find("track")),
            persons=self._persons(event),
            **self._texts(event),
        )

    def _times(self, event: Any) -> tuple[datetime, datetime]:
        """When it begins and ends. Raises `ValueError` with a sentence where that cannot be."""
        minutes = read_minutes(_line(event, "duration") or "")
        if minutes is None:
            raise ValueError("It does not say how long it lasts.")
        if minutes < 1:
            raise ValueError("It lasts no time at all.")
        if minutes > LONGEST_MINUTES:
            raise ValueError("It lasts longer than two weeks.")
        try:
            starts_at = self._start(event)
        except (OverflowError, WallTimeRefused) as error:
            raise ValueError(f"It begins at an impossible time. {error}") from error
        if starts_at is None:
            raise ValueError("It does not say when it begins.")
        return starts_at, starts_at + timedelta(minutes=minutes)

    def _start(self, event: Any) -> datetime | None:
        dated = _line(event, "date") or ""
        day = _around(event, "day")
        offset = read_offset(dated) or _day_offset(day)
        moment = read_moment(dated, zone=self.zone)
        if moment is not None:
            return moment
        start = _line(event, "start") or ""
        clock = read_clock(start)
        if clock is None:
            return read_moment(start, zone=self.zone)
        said = read_day(dated)
        if said is not None:
            return moment_at(said, clock, zone=self.zone, offset=offset)
        on = self._day(day)
        if on is None:
            return None
        after_midnight = clock < min(self.day_change, _opens(day) or self.day_change)
        return moment_at(on + timedelta(days=1 if after_midnight else 0), clock, zone=self.zone, offset=offset)

    def _day(self, day: Any) -> date | None:
        if day is None:
            return self.first_day
        index = (day.get("index") or "").strip()
        counted = (
            self.first_day + timedelta(days=int(index) - 1)
            if self.first_day and re.fullmatch(r"[1-9]\d{0,3}", index)
            else None
        )
        return read_day(day.get("date")) or read_day(day.get("start")) or counted

    def _language(self, event: Any) -> str | None:
        said = _line(event, "language")
        if not said:
            return said
        language = read_language(said)
        if language is None:
            self._leave_out(
                sentence("Its language “%(language)s” is not one that is known.", language=shortened(said, most=40))
            )
        return language

    def _persons(self, event: Any) -> tuple[Person, ...] | None:
        listed = event.find("persons")
        if listed is None:
            return None
        people: dict[str, Person] = {}
        for element in listed.iter("person"):
            inner = element.find("name") if element.find("name") is not None else element
            name = plain_line(_text(inner), most=LONGEST_NAME)
            if not name:
                self._leave_out("One of its persons has no name.")
                continue
            named = _keys(guid=element.get("guid"), code=element.get("code"), id=element.get("id"))
            keys = named or _keys(name=search_key(name) or name)
            people.setdefault(keys[0], Person(name, keys))
        if len(people) > MOST_PEOPLE:
            self._leave_out(
                sentence(
                    "It names %(count)s people. Only the first ones were taken: %(most)s.",
                    count=len(people),
                    most=MOST_PEOPLE,
                )
            )
        return tuple(people.values())[:MOST_PEOPLE]

    def _texts(self, event: Any) -> dict[str, str | None]:
        texts = {
            name: as_markdown(_markup(event.find(name))) if event.find(name) is not None else None for name in TEXTS
        }
        links = list(self._links(event))
        if links:
            texts["description"] = "\n\n".join(filter(None, (texts["description"], links_as_list(links))))
        for name, text in texts.items():
            if text is not None and len(text) > len(shortened(text)):
                texts[name] = shortened(text)
                self._leave_out(f"Its {name} was too long and was shortened.")
        return texts

    def _links(self, event: Any) -> Iterator[tuple[str, str]]:
        seen: set[str] = set()
        for element in (*event.iterfind("links/link"), *event.iterfind("attachments/attachment")):
            said = plain_line(_text(element), most=LONGEST_TITLE)
            href = element.get("href") or said
            address = web_address(href, base=self.base)
            if address is None:
                if href:
                    self._leave_out(
                        sentence(
                            "The address of “%(link)s” is not one on the web.", link=shortened(said or href, most=60)
                        )
                    )
            elif address not in seen:
                seen.add(address)
                yield said, address

    def _leave_out(self, why: str) -> None:
        self.skipped.append(Skipped(*self.at, why))


def _keys(**named: str | None) -> tuple[str, ...]:
    """What something is called, the surest first, each with what kind of name it is."""
    return tuple(
        f"{kind}:{plain_line(value, most=LONGEST_KEY).lower()}"
        for kind, value in named.items()
        if value and value.strip()
    )


def _names(names: Any) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(plain_line(name, most=LONGEST_NAME) for name in names) if name)


def _rooms(event: Any) -> tuple[str, ...] | None:
    """The room the event stands in, else the one it names; None where it says nothing of rooms."""
    around, said = _around(event, "room"), _line(event, "room")
    name = plain_line(around.get("name") or "", most=LONGEST_NAME) if around is not None else ""
    if not name and said is None:
        return None
    return tuple(filter(None, (name or said,)))


def _track_name(element: Any) -> str | None:
    return None if element is None else plain_line(element.get("name") or _text(element), most=LONGEST_NAME)


def _around(event: Any, tag: str) -> Any:
    return next(event.iterancestors(tag), None)


def _opens(day: Any) -> time | None:
    """When the day begins, if it says so and on that very day."""
    found = (
        re.fullmatch(r"(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2}).*", (day.get("start") or "").strip())
        if day is not None
        else None
    )
    return read_clock(found[2]) if found and day.get("date", found[1]).strip() == found[1] else None


def _day_offset(day: Any) -> timedelta | None:
    return read_offset(day.get("start")) if day is not None else None


def _text(element: Any) -> str:
    return "".join(element.itertext()) if element is not None else ""


def _markup(element: Any) -> str:
    """The text, or where tags stand in it as they are, their markup."""
    inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
    text = element.text or ""
    return f"{escape(text, quote=False)}{inner}" if inner else text


def _line(element: Any, name: str, *, most: int = LONGEST_NAME) -> str | None:
    """The text of the child of that name as one line; None where there is no such child."""
    child = element.find(name) if element is not None else None
    return None if child is None else plain_line(_text(child), most=most)


def _uuid(text: str) -> str | None:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None
