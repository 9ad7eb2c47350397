"""Single values as other people's schedules write them: lengths, times of day, moments, languages, kinds, colours. Pure."""

import re
from colorsys import rgb_to_hls
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from babel import Locale

from events_service.agenda.rules import SessionKind
from events_service.calendar import wall_to_utc
from events_service.folding import search_key

EARLIEST_YEAR, LATEST_YEAR = 2000, 2200

_UNITS = {"d": 1440, "h": 60, "m": 1, "s": 1 / 60}
_ISO_LENGTH = re.compile(
    r"P(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?(?:T(?=\d)(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+)S)?)?"
)
_SAID_LENGTH = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?![a-z])\.?,?\s*"
)
_DATED = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(Z|[+-]\d{1,2}:?\d{2}|[+-]\d{2})?", re.IGNORECASE
)
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}|\d{3}))?(?:[-_.@][A-Za-z0-9]+)*")

# The first word of a type that fits says the kind; our own names come first, as they mean themselves.
_KINDS = (
    (SessionKind.CITY_STORY, ("city_story", "city story", "city-story")),
    (SessionKind.SPARRING, ("sparring",)),
    (SessionKind.KEYNOTE, ("keynote",)),
    (SessionKind.PANEL, ("panel", "podium", "roundtable", "round table", "discussion", "debate", "diskussion")),
    (SessionKind.WORKSHOP, ("workshop", "tutorial", "hands-on", "hands on", "training", "masterclass")),
    (SessionKind.PLENARY, ("plenary", "plenum", "opening", "closing", "ceremony", "welcome")),
    (SessionKind.BREAK, ("break", "pause", "lunch", "coffee", "kaffe", "fika", "breakfast", "registration")),
    (SessionKind.SOCIAL, ("social", "party", "reception", "dinner", "networking", "concert", "music", "performance")),
    (SessionKind.TALK, ("talk", "lecture", "presentation", "devroom", "session", "vortrag", "maintrack")),
)  # fmt: skip
_HUES = {"fjord": 194, "moss": 88, "rowan": 5, "heather": 292, "amber": 38, "lichen": 166, "dusk": 239}


def read_minutes(text: str) -> int | None:
    """How long it lasts: `01:00`, `1:5`, `00:90`, `01:30:00`, `PT1H`, `2 days`, `90`; a begun minute counts. None for what is no length."""
    text = " ".join(text.lower().split())
    sign = -1 if text.startswith("-") else 1
    text = text.lstrip("+-")
    if re.fullmatch(r"\d{1,6}(:\d{1,6}){0,2}", text):
        parts = [int(part) for part in text.split(":")]
        hours, minutes, seconds = (0, parts[0], 0) if len(parts) == 1 else (*parts, 0)[:3]
        total = hours * 60 + minutes + seconds / 60
    elif (found := _ISO_LENGTH.fullmatch(text.upper())) and any(found.groups()):
        weeks, days, hours_, minutes_, seconds_ = (float((part or "0").replace(",", ".")) for part in found.groups())
        total = (weeks * 7 + days) * 1440 + hours_ * 60 + minutes_ + seconds_ / 60
    elif _SAID_LENGTH.sub("", text.replace(" and ", " ")).strip() == "" and text:
        said = _SAID_LENGTH.findall(text)
        total = sum(float(amount.replace(",", ".")) * _UNITS[unit[0]] for amount, unit in said)
    else:
        return None
    # What is longer than ten thousand hours is no length of anything; it need not fit into a number either.
    return sign * int(-(-min(total, 600_000) // 1))


def read_clock(text: str) -> time | None:
    """A time of day, to the minute: `9:30`, `09:30:00`. None for what is none."""
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?:[:.]\d{2})?", text.strip())
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))


def read_day(text: str | None) -> date | None:
    """A calendar day, alone or with a time after it. None for what is none."""
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None


def read_offset(text: str | None) -> timedelta | None:
    """How far from UTC a date and time says it is. None where it does not."""
    found = _DATED.fullmatch((text or "").strip())
    if not found or not found[3]:
        return None
    if found[3] in "Zz":
        return timedelta()
    sign, digits = (-1 if found[3][0] == "-" else 1), found[3][1:].replace(":", "").rjust(2, "0")
    hours, minutes = (int(digits), 0) if len(digits) == 2 else (int(digits[:-2]), int(digits[-2:]))
    return sign * timedelta(hours=hours, minutes=minutes) if hours < 24 and minutes < 60 else None


def read_moment(text: str, *, zone: str) -> datetime | None:
    """A date and time as UTC, to the minute; without an offset it is wall time in the zone. None for what is none.

    Raises `WallTimeRefused` for a wall time that a change of clocks skips or doubles.
    """
    found = _DATED.fullmatch(text.strip())
    day, clock = (read_day(found[1]), read_clock(found[2])) if found else (None, None)
    if day is None or clock is None:
        return None
    return moment_at(day, clock, zone=zone, offset=read_offset(text))


def moment_at(day: date, clock: time, *, zone: str, offset: timedelta | None) -> datetime | None:
    """That time of that day as UTC: so far from UTC where an offset is known, else wall time in the zone. None for impossible years.

    Raises `WallTimeRefused` for a wall time that a change of clocks skips or doubles.
    """
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        return None
    wall = datetime.combine(day, clock)  # wall time, its zone is beside it
    return wall_to_utc(wall, zone) if offset is None else (wall - offset).replace(tzinfo=UTC)


def read_kind(text: str) -> SessionKind | None:
    """The kind that a type means, by its words. None where it says nothing to us."""
    words = search_key(text)
    lightning = SessionKind.TALK if "lightning" in words else None
    return lightning or next((kind for kind, names in _KINDS if any(name in words for name in names)), None)


def read_language(text: str) -> str | None:
    """A language tag from `en`, `English`, `de_DE`, of several the first. None for what is no language."""
    first = re.split(r"[,;/|+&]", text)[0].strip()
    found = _TAG.fullmatch(first)
    if found and found[1].lower() in _names().values():
        return found[1].lower() + (f"-{found[2].upper()}" if found[2] else "")
    return _names().get(first.casefold()) or _names().get(re.sub(r"\s*\(.*", "", first).casefold())


def near_colour(text: str | None) -> str | None:
    """The palette's colour nearest to `#rrggbb`. None for what is no colour."""
    found = re.fullmatch(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", (text or "").strip())
    if not found:
        return None
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    hue, light, depth = rgb_to_hls(*(int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)))
    if depth < 0.15 or light < 0.05 or light > 0.97:
        return "birch"
    return min(_HUES, key=lambda name: abs((_HUES[name] - hue * 360 + 180) % 360 - 180))


@cache
def _names() -> dict[str, str]:
    """Languages by their names in English and in some of themselves."""
    english = {
        name.casefold(): code for code, name in Locale("en").languages.items() if re.fullmatch(r"[a-z]{2,3}", code)
    }
    own = {}
    for code in (
        "da",
        "sv",
        "nb",
        "nn",
        "fi",
        "is",
        "de",
        "fr",
        "es",
        "it",
        "nl",
        "pl",
        "pt",
        "et",
        "lv",
        "lt",
        "uk",
        "se",
    ):
        name = Locale.parse(code).get_language_name(code)
        own[(name or code).casefold()] = code
    return english | own | {"norsk": "nb"}
