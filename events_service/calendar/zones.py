"""Time zones for calendars: our own VTIMEZONE, and wall times that exist exactly once.

Exchange reads one STANDARD and one DAYLIGHT, each with a yearly rule of a single weekday, and ignores lists of dates;
so a zone is written as the rule it keeps (RFC 5545 §3.6.5), read off the offsets that `zoneinfo` gives.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST = -1

# Twenty-eight years see every date on every weekday, so "last Sunday" cannot be taken for "fourth Sunday".
# They lie ahead, where a zone file has nothing but the rule in force.
CYCLE = range(2028, 2056)

# The first year a written rule covers, for calendars disagree about onsets before 1970; and the last one counted.
FIRST_YEAR, LAST_YEAR = 1970, 9998


class WallTimeRefused(ValueError):
    """A wall time that is no single moment in its zone. Carries `wall` (naive) and `zone` (IANA name)."""

    def __init__(self, wall: datetime, zone: str) -> None:
        super().__init__(f"{wall.isoformat()} in {zone}")
        self.wall = wall
        self.zone = zone


class SkippedWallTime(WallTimeRefused):
    """The clock jumps over this wall time in spring."""


class DoubledWallTime(WallTimeRefused):
    """The clock shows this wall time twice in autumn."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of offset as it happened: `wall` is the naive time on the clock about to be moved."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str


@dataclass(frozen=True, slots=True)
class Onset:
    """A yearly change of offset: the `week`th (1-4, or LAST) `weekday` (Monday is 0) of `month`, at `clock`."""

    month: int
    week: int
    weekday: int
    clock: time
    before: timedelta
    after: timedelta
    name: str

    def wall(self, year: int) -> datetime:
        """The naive local time of the change in that year, by the clock about to be moved."""
        first, length = monthrange(year, self.month)
        day = 1 + (self.weekday - first) % 7
        if self.week == LAST:
            day += 7 * ((length - day) // 7)
        else:
            day += 7 * (self.week - 1)
        return datetime.combine(datetime(year, self.month, day), self.clock)  # noqa: DTZ001 - a wall time

    def change(self, year: int) -> Change:
        return Change(wall=self.wall(year), before=self.before, after=self.after, name=self.name)


@dataclass(frozen=True, slots=True)
class YearlyRule:
    """What a zone does every year: nothing (`onsets` empty), or one change to summer time and one back.

    `offset` and `name` are those of 1 January.
    """

    zone: str
    offset: timedelta
    name: str
    onsets: tuple[Onset, ...]


def wall_to_utc(wall: datetime, zone: str) -> datetime:
    """The UTC moment at which clocks in the IANA zone show `wall` (naive).

    Raises SkippedWallTime or DoubledWallTime where a change of the clock leaves no such moment, or two, and plain
    WallTimeRefused at the ends of the years 1 and 9999, where the moment is past what can be counted.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time carries no zone of its own")
    place = ZoneInfo(zone)
    try:
        moment = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    except OverflowError as error:
        raise WallTimeRefused(wall, zone) from error
    if moment.astimezone(place).replace(tzinfo=None, fold=0) != wall.replace(fold=0):
        raise SkippedWallTime(wall, zone)
    if wall.replace(tzinfo=place, fold=1).astimezone(UTC) != moment:
        raise DoubledWallTime(wall, zone)
    return moment


def zone_label(moment: datetime, zone: str) -> str:
    """What people call the zone's time at an aware moment: "CET" in winter, "CEST" in summer, else "UTC-03:00"."""
    name = moment.astimezone(ZoneInfo(zone)).tzname() or zone
    numeric = re.fullmatch(r"([+-]\d{2})(\d{2})?", name)
    return f"UTC{numeric[1]}:{numeric[2] or '00'}" if numeric else name


@lru_cache(maxsize=1024)
def yearly_rule(zone: str) -> YearlyRule | None:
    """The rule in force for an IANA zone, or None where no yearly rule of single weekdays tells it (Morocco, Nuuk)."""
    years = [_changes(zone, year) for year in CYCLE]
    january = datetime(CYCLE[0], 1, 1, tzinfo=UTC).astimezone(ZoneInfo(zone))
    if any(len(year) != len(years[0]) for year in years):
        return None
    onsets = tuple(onset for column in zip(*years, strict=True) if (onset := _onset(column)))
    if len(onsets) != len(years[0]) or len(onsets) not in (0, 2):
        return None
    return YearlyRule(zone, offset=_offset(january), name=january.tzname() or zone, onsets=onsets)


@lru_cache(maxsize=4096)
def keeps_rule(zone: str, year: int) -> bool:
    """Whether the zone's offsets of that UTC year are those its VTIMEZONE states (false before a law changed)."""
    rule = yearly_rule(zone)
    if rule is None or not FIRST_YEAR <= year <= LAST_YEAR:
        return False
    january = datetime(year, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(zone))
    expected = tuple(onset.change(year) for onset in rule.onsets)
    return _offset(january) == rule.offset and _changes(zone, year) == expected


@lru_cache(maxsize=1024)
def vtimezone(zone: str) -> tuple[str, ...]:
    """The content lines, unfolded, of the zone's VTIMEZONE; none for a zone without a yearly rule.

    One STANDARD and at most one DAYLIGHT; summer time is the one further ahead, whatever the law calls it.
    """
    rule = yearly_rule(zone)
    if rule is None:
        return ()
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone}"]
    if not rule.onsets:
        lines += _observance("STANDARD", start=datetime(FIRST_YEAR, 1, 1), rule=rule)  # noqa: DTZ001 - a wall time
    for onset in sorted(rule.onsets, key=lambda onset: onset.after):
        lines += _observance(
            "DAYLIGHT" if onset.after > onset.before else "STANDARD", start=onset.wall(FIRST_YEAR), rule=onset
        )
    return (*lines, "END:VTIMEZONE")


def _observance(kind: str, *, start: datetime, rule: Onset | YearlyRule) -> list[str]:
    """One sub-component; DTSTART is local by the clock about to be moved, as RFC 5545 §3.6.5 asks."""
    lines = [f"BEGIN:{kind}", f"DTSTART:{start:%Y%m%dT%H%M%S}"]
    if isinstance(rule, Onset):
        day = f"{rule.week}{WEEKDAYS[rule.weekday]}"
        lines.append(f"RRULE:FREQ=YEARLY;BYMONTH={rule.month};BYDAY={day}")
        before, after = rule.before, rule.after
    else:
        before = after = rule.offset
    return [
        *lines,
        f"TZOFFSETFROM:{_offset_text(before)}",
        f"TZOFFSETTO:{_offset_text(after)}",
        f"TZNAME:{rule.name}",
        f"END:{kind}",
    ]


def _offset_text(offset: timedelta) -> str:
    """An UTC-OFFSET (RFC 5545 §3.3.14), "+0100"; seconds only where there are any."""
    seconds = int(offset.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    text = f"{'-' if seconds < 0 else '+'}{hours:02}{rest // 60:02}"
    return f"{text}{rest % 60:02}" if rest % 60 else text


def _onset(column: Sequence[Change]) -> Onset | None:
    """The yearly rule that all these changes, one a year, follow; None when there is no such rule."""
    first = column[0]
    last_week = all(change.wall.day > _length(change.wall) - 7 for change in column)
    candidate = Onset(
        month=first.wall.month,
        week=LAST if last_week else (first.wall.day + 6) // 7,
        weekday=first.wall.weekday(),
        clock=first.wall.time(),
        before=first.before,
        after=first.after,
        name=first.name,
    )
    # A fifth week that is not always the last has no month-independent rule: BYDAY=5SU skips months.
    if candidate.week > 4:
        return None
    return candidate if all(candidate.change(change.wall.year) == change for change in column) else None


def _length(day: datetime) -> int:
    return monthrange(day.year, day.month)[1]


def _changes(zone: str, year: int) -> tuple[Change, ...]:
    """The changes of offset within a UTC year, found by looking a week apart (no summer time is shorter)."""
    place = ZoneInfo(zone)
    moment, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    found: list[Change] = []
    while moment < end:
        later = min(moment + timedelta(weeks=1), end)
        if _offset(moment.astimezone(place)) != _offset(later.astimezone(place)):
            found.append(_change_between(moment, later, place=place))
        moment = later
    return tuple(found)


def _change_between(early: datetime, late: datetime, *, place: ZoneInfo) -> Change:
    """The one change of offset in a span of whole seconds, by halving the span."""
    before = _offset(early.astimezone(place))
    while (span := int((late - early).total_seconds())) > 1:
        middle = early + timedelta(seconds=span // 2)
        if _offset(middle.astimezone(place)) == before:
            early = middle
        else:
            late = middle
    local = late.astimezone(place)
    return Change(
        wall=late.replace(tzinfo=None) + before, before=before, after=_offset(local), name=local.tzname() or place.key
    )


def _offset(local: datetime) -> timedelta:
    offset = local.utcoffset()
    if offset is None:
        raise ValueError("a moment without an offset")
    return offset
