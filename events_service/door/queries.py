"""Reading the door: checkpoints, devices, and who is inside."""

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from events_service import clock
from events_service.database import Row, fetch, fetch_one
from events_service.door.rules import DeviceRefused, is_device_done
from events_service.errors import NotFound
from events_service.people.rules import Role

_ID = re.compile(r"[0-9a-f]{32}")


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
class Checkpoint:
    """A door within an event."""

    id: str
    slug: str
    name: str
    categories: tuple[str, ...]
    session_id: str | None
    reentry: str | None
    opens_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Device:
    """A phone or scanner. `status`: unpaired, expired, paired or revoked."""

    id: str
    event_id: str
    name: str
    role: str
    checkpoint: str
    status: str
    last_seen_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DoorDevice:
    """A paired device: what it is, where it stands, and the event it serves."""

    id: str
    name: str
    role: Role
    checkpoint: str
    event_id: str
    event_title: str
    timezone: str
    event_ends_at: datetime


async def paired_device(token_digest: str) -> DoorDevice:
    """The device that holds the token of this digest. Raises `DeviceRefused`."""
    row = await fetch_one(
        """SELECT d.id, d.name, d.role, k.slug AS checkpoint, d.event AS event_id, e.title AS event_title, e.timezone,
                  e.ends_at AS event_ends_at
           FROM device d JOIN checkpoint k ON k.id = d.checkpoint JOIN event e ON e.id = d.event
           WHERE d.token_digest = $1 AND d.revoked_at IS NULL""",
        token_digest,
    )
    if row is None or is_device_done(event_ends_at=row["event_ends_at"], now=clock.now()):
        raise DeviceRefused()
    return DoorDevice(**{**row, "role": Role(row["role"])})


async def checkpoints_of(event_id: str) -> list[Checkpoint]:
    """The event's doors, the first one first."""
    rows = await fetch("SELECT * FROM checkpoint WHERE event = $1 ORDER BY id", event_id)
    return [
        Checkpoint(
            row["id"],
            row["slug"],
            row["name"],
            tuple(msgspec.json.decode(row["categories"])) if row["categories"] else (),
            row["session_id"],
            row["reentry"],
            row["opens_at"],
            row["closes_at"],
        )
        for row in rows
    ]


async def devices_of(event_id: str) -> list[Device]:
    """The event's devices, newest first."""
    return [_device(row) for row in await fetch(f"{_DEVICES} WHERE d.event = $1 ORDER BY d.id DESC", event_id)]


async def device_by_id(device_id: str) -> Device:
    """Raises `NotFound`."""
    rows = await fetch(f"{_DEVICES} WHERE d.id = $1", device_id) if _ID.fullmatch(device_id) else []
    if not rows:
        raise NotFound()
    return _device(rows[0])


async def public_keys(event_id: str) -> list[dict[str, Any]]:
    """What a device needs to tell a true badge from a forged one: key ids and public keys (Ed25519, base64)."""
    rows = await fetch("SELECT key_id, event_mark, public_key FROM signing_key WHERE event = $1", event_id)
    return [
        {
            "key_id": row["key_id"],
            "event_mark": row["event_mark"],
            "public_key": base64.b64encode(row["public_key"]).decode(),
        }
        for row in rows
    ]


async def attendance(event_id: str) -> Attendance:
    """The figures as they stand now. People are counted once, however many doors they passed."""
    expected = await fetch(
        "SELECT COUNT(*) AS people FROM registration WHERE event = $1 AND status = 'confirmed'", event_id
    )
    came = await fetch(
        """SELECT r.category, r.city, COUNT(*) AS people FROM registration r
           WHERE r.event = $1 AND EXISTS (SELECT 1 FROM presence p WHERE p.registration = r.id)
           GROUP BY r.category, r.city""",
        event_id,
    )
    doors = await fetch(
        """SELECT k.slug, COUNT(*) AS people
           FROM presence p JOIN checkpoint k ON k.id = p.checkpoint WHERE p.event = $1 GROUP BY k.slug""",
        event_id,
    )
    inside = await fetch(
        "SELECT COUNT(DISTINCT registration) AS people FROM presence WHERE event = $1 AND inside", event_id
    )
    conflicts = await fetch("SELECT COUNT(*) AS raised FROM scan_conflict WHERE event = $1", event_id)
    return Attendance(
        expected=expected[0]["people"],
        admitted=sum(row["people"] for row in came),
        inside=inside[0]["people"],
        by_category=_summed(came, "category"),
        by_city=_summed(came, "city"),
        by_checkpoint={row["slug"]: row["people"] for row in doors},
        per_minute=await _per_minute(event_id),
        conflicts=conflicts[0]["raised"],
    )


async def _per_minute(event_id: str) -> list[PerMinute]:
    rows = await fetch("SELECT admitted_at FROM presence WHERE event = $1 ORDER BY admitted_at", event_id)
    minutes: dict[datetime, int] = {}
    for row in rows:
        minute = row["admitted_at"].replace(second=0, microsecond=0)
        minutes[minute] = minutes.get(minute, 0) + 1
    return [PerMinute(minute, admitted) for minute, admitted in minutes.items()]


def _summed(rows: list[Row], column: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[row[column]] = sums.get(row[column], 0) + row["people"]
    return sums


_DEVICES = "SELECT d.*, k.slug AS checkpoint_slug FROM device d JOIN checkpoint k ON k.id = d.checkpoint"


def _device(row: Row) -> Device:
    return Device(
        row["id"],
        row["event"],
        row["name"],
        row["role"],
        row["checkpoint_slug"],
        _status(row),
        row["last_seen_at"],
        row["created_at"],
    )


def _status(row: Row) -> str:
    if row["revoked_at"] is not None:
        return "revoked"
    if row["paired_at"] is not None:
        return "paired"
    return "unpaired" if row["pairing_expires_at"] > clock.now() else "expired"
