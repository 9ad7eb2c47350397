"""Reading the door: checkpoints and devices."""

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from events_service import clock
from events_service.database import Row, fetch, fetch_one
from events_service.door.kiosk_rules import Paper
from events_service.door.rules import DeviceRefused, Grant, powers_of, refuse_when_over
from events_service.errors import NotFound
from events_service.people.rules import Role

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Device:
    """A phone, a scanner or a kiosk. `status`: unpaired, expired, paired or revoked."""

    id: str
    event_id: str
    name: str
    role: str
    grants: list[str]
    kiosk: Paper | None
    checkpoint: str
    status: str
    last_seen_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DoorDevice:
    """A paired device: what it is, where it stands, and the event it serves. `kiosk` is its paper where it is one."""

    id: str
    name: str
    role: Role
    powers: frozenset[Grant]
    kiosk: Paper | None
    checkpoint: str
    event_id: str
    event_slug: str
    event_title: str
    timezone: str
    event_ends_at: datetime
    last_seen_at: datetime | None


async def paired_device(token_digest: str, *, sends: bool = False) -> DoorDevice:
    """The device that holds the token of this digest. Raises `DeviceRefused`, and `EventOver` unless it only `sends` what it scanned."""
    row = await fetch_one(
        """SELECT d.id, d.name, d.role, d.grants, d.kiosk, k.slug AS checkpoint, d.event AS event_id,
                  e.slug AS event_slug, e.title AS event_title, e.timezone, e.ends_at AS event_ends_at, d.last_seen_at
           FROM device d JOIN checkpoint k ON k.id = d.checkpoint JOIN event e ON e.id = d.event
           WHERE d.token_digest = $1 AND d.revoked_at IS NULL""",
        token_digest,
    )
    if row is None:
        raise DeviceRefused()
    refuse_when_over(event_ends_at=row["event_ends_at"], now=clock.now(), sends=sends)
    role = Role(row["role"])
    told = {name: value for name, value in row.items() if name not in ("role", "grants", "kiosk")}
    powers = powers_of(role, read_grants(row["grants"]))
    return DoorDevice(**told, role=role, powers=powers, kiosk=_paper(row))


def read_grants(stored: str) -> list[Grant]:
    """What a device's column holds."""
    return msgspec.json.decode(stored, type=list[Grant])


async def devices_of(event_id: str) -> list[Device]:
    """The event's devices, newest first."""
    return [
        _device(row)
        for row in await fetch(f"{_DEVICES} WHERE d.event = $1 AND NOT k.online ORDER BY d.id DESC", event_id)
    ]


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


_DEVICES = "SELECT d.*, k.slug AS checkpoint_slug FROM device d JOIN checkpoint k ON k.id = d.checkpoint"


def _device(row: Row) -> Device:
    return Device(
        row["id"],
        row["event"],
        row["name"],
        row["role"],
        [grant.value for grant in read_grants(row["grants"])],
        _paper(row),
        row["checkpoint_slug"],
        _status(row),
        row["last_seen_at"],
        row["created_at"],
    )


def _paper(row: Row) -> Paper | None:
    return Paper(row["kiosk"]) if row["kiosk"] else None


def _status(row: Row) -> str:
    if row["revoked_at"] is not None:
        return "revoked"
    if row["paired_at"] is not None:
        return "paired"
    return "unpaired" if row["pairing_expires_at"] > clock.now() else "expired"
