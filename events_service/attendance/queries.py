"""Counting an event's attendance: from indexes, and of the people who came their city and category; no scan is read."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from events_service.database import Row, fetch, fetch_one, is_postgres


class PerMinute(msgspec.Struct, frozen=True):
    """How many were admitted within one minute (UTC)."""

    minute: datetime
    admitted: int


class Attendance(msgspec.Struct, frozen=True):
    """How an event is attended: expected is who has a seat, admitted who came, inside who is there now."""

    expected: int
    admitted: int
    inside: int
    by_category: dict[str, int]
    by_city: dict[str, int]
    by_checkpoint: dict[str, int]
    per_minute: list[PerMinute]
    conflicts: int


@dataclass(frozen=True, slots=True)
class DoorFigures:
    """A checkpoint: how many it admitted, and how many are behind it now; `online` where it is the join page of a meeting.

    None where viewers are not told.
    """

    slug: str
    name: str
    admitted: int | None
    inside: int | None
    online: bool = False


@dataclass(frozen=True, slots=True)
class DeviceState:
    """A paired device as it told of itself last. `battery` in percent; what it never told is None."""

    name: str
    checkpoint: str
    last_seen_at: datetime | None
    battery: int | None
    charging: bool | None
    waiting: int | None
    roster_at: datetime | None


@dataclass(frozen=True, slots=True)
class Picture:
    """All of one moment."""

    attendance: Attendance
    doors: tuple[DoorFigures, ...]
    devices: tuple[DeviceState, ...]


async def attendance(event_id: str) -> Attendance:
    """The figures as they stand now. People are counted once, however many doors they passed."""
    return _attendance(*await _counts(event_id), doors=await _doors(event_id))


async def picture(event_id: str) -> Picture:
    """The figures with doors and devices."""
    doors = await _doors(event_id)
    return Picture(_attendance(*await _counts(event_id), doors=doors), tuple(doors), await _devices(event_id))


async def revision(event_id: str) -> tuple[Any, ...]:
    """What changes when the picture may have: the ends of a few indexes, so it can be asked for every second."""
    row = await fetch_one(
        """SELECT (SELECT MAX(received_at) FROM scan WHERE event = $1) AS scanned,
                  (SELECT MAX(undone_at) FROM scan WHERE event = $1 AND undone_at IS NOT NULL) AS undone,
                  (SELECT MAX(changed_at) FROM registration WHERE event = $1) AS changed,
                  (SELECT MAX(last_seen_at) FROM device WHERE event = $1) AS seen,
                  (SELECT COUNT(*) FROM scan_conflict WHERE event = $1 AND settled_at IS NULL) AS conflicts""",
        event_id,
    )
    return tuple(row.values()) if row else ()


async def _counts(event_id: str) -> tuple[int, int, int, list[Row], list[PerMinute]]:
    numbers = await fetch_one(
        """SELECT (SELECT COUNT(*) FROM registration WHERE event = $1 AND status = 'confirmed') AS expected,
                  (SELECT COUNT(DISTINCT registration) FROM presence WHERE event = $1 AND inside
                     AND checkpoint NOT IN (SELECT id FROM checkpoint WHERE event = $1 AND online)) AS inside,
                  (SELECT COUNT(*) FROM scan_conflict WHERE event = $1 AND settled_at IS NULL) AS conflicts""",
        event_id,
    )
    assert numbers is not None
    came = await fetch(
        """SELECT category, city, COUNT(*) AS people FROM registration
           WHERE id IN (SELECT registration FROM presence WHERE event = $1) GROUP BY category, city ORDER BY category, city""",
        event_id,
    )
    return numbers["expected"], numbers["inside"], numbers["conflicts"], came, await _per_minute(event_id)


def _attendance(
    expected: int,
    inside: int,
    conflicts: int,
    came: list[Row],
    per_minute: list[PerMinute],
    *,
    doors: list[DoorFigures],
) -> Attendance:
    return Attendance(
        expected=expected,
        admitted=sum(row["people"] for row in came),
        inside=inside,
        by_category=_summed(came, "category"),
        by_city=_summed(came, "city"),
        by_checkpoint={door.slug: door.admitted for door in doors if door.admitted},
        per_minute=per_minute,
        conflicts=conflicts,
    )


async def _doors(event_id: str) -> list[DoorFigures]:
    rows = await fetch(
        """SELECT k.slug, k.name, k.online, COUNT(p.registration) AS admitted, COUNT(CASE WHEN p.inside THEN 1 END) AS inside
           FROM checkpoint k LEFT JOIN presence p ON p.checkpoint = k.id AND p.event = k.event
           WHERE k.event = $1 GROUP BY k.id, k.slug, k.name, k.online ORDER BY k.id""",
        event_id,
    )
    return [DoorFigures(row["slug"], row["name"], row["admitted"], row["inside"], row["online"]) for row in rows]


async def _devices(event_id: str) -> tuple[DeviceState, ...]:
    rows = await fetch(
        """SELECT d.name, k.name AS checkpoint, d.last_seen_at, d.battery, d.charging, d.waiting, d.roster_at
           FROM device d JOIN checkpoint k ON k.id = d.checkpoint
           WHERE d.event = $1 AND d.paired_at IS NOT NULL AND d.revoked_at IS NULL ORDER BY k.id, d.name, d.id""",
        event_id,
    )
    return tuple(DeviceState(**row) for row in rows)


# Whoever went and came back was admitted twice. In the words of the index `scan_admitted`.
_ADMITTED = """FROM scan WHERE event = $1 AND verdict = 'admitted' AND direction = 'entry' AND undone_at IS NULL
               GROUP BY 1 ORDER BY 1"""


async def _per_minute(event_id: str) -> list[PerMinute]:
    if is_postgres():
        rows = await fetch(
            f"SELECT date_trunc('minute', scanned_at, 'UTC') AS minute, COUNT(*) AS admitted {_ADMITTED}",
            event_id,
        )
        return [PerMinute(row["minute"].astimezone(UTC), row["admitted"]) for row in rows]
    # There a moment is text in UTC: its first sixteen characters are the minute.
    rows = await fetch(
        f"SELECT substr(scanned_at, 1, 16) AS minute, COUNT(*) AS admitted {_ADMITTED}",
        event_id,
    )
    return [PerMinute(datetime.fromisoformat(row["minute"]).replace(tzinfo=UTC), row["admitted"]) for row in rows]


def _summed(rows: list[Row], column: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[row[column]] = sums.get(row[column], 0) + row["people"]
    return sums
