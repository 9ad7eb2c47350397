"""What readers of schedule.xml and schedule.json rely on, in words of our own: unique ids, offsets, patterns, nothing extra."""

import re
from datetime import datetime
from typing import Any

import jsonschema
from lxml import etree

GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
OFFSET_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"

# What readers of schedule.xml ask for, each element in the order we write it: a pattern for its text, and for each attribute.
CONFERENCE = {
    "title": r".+", "acronym": r"[a-z0-9_]{4,}", "start": r"\d{4}-\d\d-\d\d", "end": r"\d{4}-\d\d-\d\d", "days": r"[1-9]\d*",
    "timeslot_duration": r"\d\d:\d\d", "base_url": r"https?://.+", "url": r"https?://.+", "time_zone_name": r"[\w+-]+(/[\w+-]+)*",
}  # fmt: skip
EVENT = {
    "room": r".+", "title": r".+", "subtitle": r".+", "type": r"[a-z_]+", "date": OFFSET_TIME, "start": r"[0-2]\d:[0-5]\d",
    "duration": r"\d\d:[0-5]\d", "abstract": r".*", "slug": r"[a-z0-9_]{4,}-[a-z0-9_-]{3,}[a-z0-9]", "track": r".*",
    "persons": None, "language": r"[a-z-]+", "description": r".+", "url": r"https?://.+",
}  # fmt: skip
ALWAYS = {"room", "title", "type", "date", "start", "duration", "abstract", "slug", "track", "url"}

TEXT, TEXT_OR_NONE = {"type": "string", "minLength": 1}, {"type": ["string", "null"], "minLength": 1}
MOMENT, LINK = {"type": "string", "pattern": f"^{OFFSET_TIME}$"}, {"type": "string", "pattern": "^https?://"}
UUID, DATE = {"type": "string", "pattern": f"^{GUID}$"}, {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}


def an_object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    properties = required | optional
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def a_list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


PERSON = an_object({"id": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}, "guid": UUID, "name": TEXT})
JSON_EVENT = an_object(
    {
        "guid": UUID, "id": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}, "date": MOMENT, "end": MOMENT,
        "start": {"type": "string", "pattern": r"^[0-2]\d:[0-5]\d$"},
        "duration": {"type": "string", "pattern": r"^\d{2,}:[0-5]\d$"}, "room": TEXT,
        "slug": {"type": "string", "pattern": r"^[a-z0-9_-]+[a-z0-9]$"}, "url": LINK, "title": TEXT, "subtitle": TEXT_OR_NONE,
        "track": TEXT_OR_NONE, "type": TEXT, "language": TEXT_OR_NONE, "abstract": TEXT_OR_NONE, "description": TEXT_OR_NONE,
        "persons": a_list(PERSON), "links": {"type": "array", "maxItems": 0},
    }
)  # fmt: skip
DAY = an_object(
    {
        "index": {"type": "integer", "minimum": 1}, "date": DATE, "day_start": MOMENT, "day_end": MOMENT,
        "rooms": {"type": "object", "additionalProperties": a_list(JSON_EVENT)},
    }
)  # fmt: skip
TRACK = an_object({"name": TEXT, "slug": TEXT, "color": {"type": "string", "pattern": "^#[0-9a-f]{6}$"}})
ROOM = an_object(
    {
        "name": TEXT, "guid": UUID, "type": {"enum": ["other", "online"]}, "description": TEXT_OR_NONE,
        "capacity": {"type": ["integer", "null"]},
    }
)  # fmt: skip
CONFERENCE_OF_JSON = an_object(
    {
        "acronym": {"type": "string", "pattern": "^[a-z0-9_]{4,}$"}, "title": TEXT, "description": {"type": "string"},
        "start": DATE, "end": DATE, "daysCount": {"type": "integer", "minimum": 1}, "timeslot_duration": TEXT, "url": LINK,
        "keywords": a_list(TEXT), "tracks": a_list(TRACK), "rooms": a_list(ROOM), "days": a_list(DAY),
    },
    time_zone_name={"type": "string", "pattern": "^([A-Z][a-z]+/[A-Z][a-z]+|UTC$)"},
)  # fmt: skip
SCHEDULE = an_object(
    {
        "$schema": LINK,
        "generator": an_object({"name": TEXT, "version": TEXT, "url": LINK}),
        "schedule": an_object({"version": TEXT, "base_url": LINK, "conference": CONFERENCE_OF_JSON}),
    }
)


def texts(element: Any) -> dict[str, str]:
    return {child.tag: child.text or "" for child in element}


def check_xml(data: bytes) -> Any:
    """The schedule as an element, after everything that its readers rely on was looked at."""
    root = etree.fromstring(data)
    assert [child.tag for child in root][:4] == ["generator", "url", "version", "conference"]
    days = root.findall("day")
    assert [child.tag for child in root][4:] == ["day"] * len(days)
    assert [day.get("index") for day in days] == [str(place) for place in range(1, len(days) + 1)]
    conference = root.find("conference")
    plain = [child for child in conference if child.tag != "track"]
    assert [child.tag for child in plain] == list(CONFERENCE)
    assert [child.tag for child in plain if not re.fullmatch(CONFERENCE[child.tag], child.text)] == []
    for track in conference.findall("track"):
        assert (track.get("name"), bool(re.fullmatch("#[0-9a-f]{6}", track.get("color")))) == (track.text, True)
    for day in days:
        assert re.fullmatch(OFFSET_TIME, day.get("start")) and re.fullmatch(OFFSET_TIME, day.get("end"))
        for event in day.iter("event"):
            check_event(day, event)
    for name in ("id", "guid"):
        given = [event.get(name) for event in root.iter("event")]
        assert len(set(given)) == len(given)
    slugs = [slug.text for slug in root.iter("slug")]
    assert len(set(slugs)) == len(slugs)
    return root


def check_event(day: Any, event: Any) -> None:
    found = texts(event)
    assert list(found) == [name for name in EVENT if name in found]
    assert set(found) >= ALWAYS
    wrong = {name: text for name, text in found.items() if (form := EVENT[name]) and not re.fullmatch(form, text, re.S)}
    assert wrong == {}
    assert re.fullmatch(r"[1-9]\d*", event.get("id")) and re.fullmatch(GUID, event.get("guid"))
    assert event.getparent().get("name") == found["room"]
    assert found["date"][:10] == day.get("date") and found["date"][11:16] == found["start"]
    starts = datetime.fromisoformat(found["date"])
    assert datetime.fromisoformat(day.get("start")) <= starts < datetime.fromisoformat(day.get("end"))
    for person in event.iter("person"):
        assert person.text and int(person.get("id")) > 0 and re.fullmatch(GUID, person.get("guid"))


def check_json(data: Any) -> Any:
    """The conference, after everything that its readers rely on was looked at."""
    jsonschema.Draft6Validator(SCHEDULE).validate(data)
    items = [item for day in data["schedule"]["conference"]["days"] for room in day["rooms"].values() for item in room]
    for name in ("id", "guid", "slug"):
        assert len({item[name] for item in items}) == len(items)
    return data["schedule"]["conference"]
