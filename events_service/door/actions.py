"""What supervisors and devices do at the door."""

import base64
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from events_service import clock, settings
from events_service.calendar import WallTimeRefused
from events_service.database import Row, Transaction, fetch_one, transaction
from events_service.door.drafts import BatchDraft, CheckpointDraft, DeviceDraft, PairDraft
from events_service.door.rules import MAIN, PAIRING_LASTS, Direction, Passage, standing_after_all
from events_service.door.scanning import DeviceRefused, ScanAnswer, ScanRequest, scan, scan_batch, scan_request
from events_service.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from events_service.events.rules import Event, to_utc
from events_service.identifiers import new_id
from events_service.people.rules import Role
from events_service.sealing import random_token, token_digest

__all__ = ["scan", "scan_request"]


@dataclass(frozen=True, slots=True)
class Pairing:
    """A fresh device with the code that pairs it, once, until `expires_at`."""

    device_id: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PairedDevice:
    """What a device holds once it is paired. The token is told this once."""

    token: str
    device_id: str
    event_id: str
    checkpoint: str
    role: Role


class BatchConflict(msgspec.Struct, frozen=True):
    """One badge admitted by two devices that did not know of each other."""

    registration_id: str
    checkpoint: str
    first_scan: str
    second_scan: str


class BatchAnswer(msgspec.Struct, frozen=True):
    """The verdicts in `scanned_at` order, and the conflicts this batch raised."""

    results: list[ScanAnswer]
    conflicts: list[BatchConflict]


async def ensure_main(event: Event) -> None:
    """Every event has the checkpoint `main`."""
    async with transaction() as tx:
        await _insert_checkpoint(tx, event, CheckpointDraft(slug=MAIN, name="Main entrance"))


async def add_checkpoint(event: Event, draft: CheckpointDraft) -> str:
    """A new checkpoint's id. Raises `Conflict` for a slug in use, `Invalid` for impossible times."""
    await ensure_main(event)
    async with transaction() as tx:
        made = await _insert_checkpoint(tx, event, draft)
    if made is None:
        raise Conflict(f"This event has a checkpoint {draft.slug} already.", code="slug_taken")
    return made


async def add_device(event: Event, draft: DeviceDraft) -> Pairing:
    """A device to be paired within 15 minutes. Raises `Invalid` for a checkpoint the event does not have."""
    await ensure_main(event)
    # 128 bits in letters and digits that are easy to type.
    code = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")
    now = clock.now()
    pairing = Pairing(new_id(), code, now + PAIRING_LASTS)
    async with transaction() as tx:
        checkpoint = await tx.fetch_one(
            "SELECT id FROM checkpoint WHERE event = $1 AND slug = $2", event.id, draft.checkpoint
        )
        if checkpoint is None:
            raise Invalid([FieldError("checkpoint", "unknown_checkpoint", "This event has no such checkpoint.")])
        await tx.execute(
            """INSERT INTO device (id, event, checkpoint, name, role, pairing_digest, pairing_expires_at, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
            pairing.device_id,
            event.id,
            checkpoint["id"],
            draft.name,
            draft.role.value,
            token_digest(code),
            pairing.expires_at,
            now,
        )
    return pairing


async def pair_device(draft: PairDraft) -> PairedDevice:
    """Exchange a pairing code for the device's token. A code works once. Raises `Conflict` for one that does not (any more)."""
    now = clock.now()
    token = random_token()
    async with transaction() as tx:
        row = await tx.fetch_one(
            """UPDATE device SET token_digest = $2, paired_at = $3, last_seen_at = $3,
                      name = CASE WHEN $4 = '' THEN name ELSE $4 END
               WHERE pairing_digest = $1 AND paired_at IS NULL AND revoked_at IS NULL AND pairing_expires_at > $3
               RETURNING id, event, checkpoint, role""",
            token_digest(draft.pairing_code.strip().upper()),
            token_digest(token),
            now,
            draft.name,
        )
        if row is None:
            raise Conflict(
                "This pairing code is wrong, used or too old. Ask for a new one.", code="pairing_code_invalid"
            )
        checkpoint = await tx.fetch_one("SELECT slug FROM checkpoint WHERE id = $1", row["checkpoint"])
    assert checkpoint is not None
    return PairedDevice(token, row["id"], row["event"], checkpoint["slug"], Role(row["role"]))


async def revoke_device(device_id: str) -> None:
    """From now on its token opens nothing. Revoking twice is the same as once."""
    async with transaction() as tx:
        await tx.execute(
            "UPDATE device SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", device_id, clock.now()
        )


async def scan_offline_batch(draft: BatchDraft, *, device_digest: str) -> BatchAnswer:
    """Record what a device scanned without a network, in the order of its scans; its clock is set right by `device_time`.

    All or nothing: raises `DeviceRefused` or `Invalid` before anything is written.
    """
    now = clock.now()
    skew = now - _moment(draft.device_time, field="device_time")
    requests = [
        replace(
            scan_request(one, device_digest=device_digest),
            scanned_at=_moment(one.scanned_at, field=f"scans.{index}.scanned_at") + skew,
            offline=True,
        )
        for index, one in enumerate(draft.scans)
    ]
    requests.sort(key=_in_time)
    async with transaction() as tx:
        answers = await scan_batch(tx, requests)
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        conflicts = await _conflicts_of(tx, [request.scan.scan_id for request in requests])
        if not requests:
            await _check_device(tx, device_digest)
    return BatchAnswer([answer for answer in answers if isinstance(answer, ScanAnswer)], conflicts)


async def undo_scan(scan_id: str, *, device_digest: str, reason: str) -> int:
    """Take a scan back, as if it had not been; the record stays. Returns how many are inside then.

    A steward takes back what the same device scanned, a supervisor any. Raises `NotFound`, `Forbidden`, `DeviceRefused`.
    """
    async with transaction() as tx:
        device = await _check_device(tx, device_digest)
        found = await tx.fetch_one(
            "SELECT * FROM scan WHERE scan_id = $1 AND event = $2 FOR UPDATE", scan_id, device["event"]
        )
        if found is None:
            raise NotFound()
        if found["device"] != device["id"] and device["role"] != Role.DOOR_SUPERVISOR:
            raise Forbidden("Only a supervisor takes back what another device scanned.")
        await tx.execute(
            "UPDATE scan SET undone_at = $2, undo_reason = $3 WHERE scan_id = $1 AND undone_at IS NULL",
            scan_id,
            clock.now(),
            reason,
        )
        if found["registration"] is not None:
            await _stand_anew(tx, checkpoint=found["checkpoint"], registration=found["registration"])
        inside = await tx.fetch_one(
            "SELECT COUNT(*) AS people FROM presence WHERE checkpoint = $1 AND inside", found["checkpoint"]
        )
    return int(inside["people"]) if inside else 0


async def _stand_anew(tx: Transaction, *, checkpoint: str, registration: str) -> None:
    """Work out where this person stands at this checkpoint from the scans that count."""
    await tx.fetch("SELECT id FROM registration WHERE id = $1 FOR NO KEY UPDATE", registration)
    scans = await tx.fetch(
        """SELECT * FROM scan WHERE checkpoint = $1 AND registration = $2 AND verdict = 'admitted' AND undone_at IS NULL
           ORDER BY received_at, scanned_at""",
        checkpoint,
        registration,
    )
    standing = standing_after_all(
        Passage(Direction(row["direction"]), row["scanned_at"], row["local_day"]) for row in scans
    )
    if standing is None:
        await tx.execute("DELETE FROM presence WHERE checkpoint = $1 AND registration = $2", checkpoint, registration)
        return
    last_entry = next((row for row in reversed(scans) if row["direction"] == "entry"), scans[-1])
    await tx.execute(
        """UPDATE presence SET inside = $3, admitted_at = $4, admitted_day = $5, admitted_by = $6, device = $7
           WHERE checkpoint = $1 AND registration = $2""",
        checkpoint,
        registration,
        standing.inside,
        standing.admitted_at,
        standing.day,
        last_entry["scan_id"],
        last_entry["device"],
    )


async def device_of(device_digest: str) -> Row:
    """The paired device of that token. Raises `DeviceRefused`."""
    row = await fetch_one("SELECT * FROM device WHERE token_digest = $1 AND revoked_at IS NULL", device_digest)
    if row is None:
        raise DeviceRefused()
    return row


async def _check_device(tx: Transaction, device_digest: str) -> Row:
    row = await tx.fetch_one("SELECT * FROM device WHERE token_digest = $1 AND revoked_at IS NULL", device_digest)
    if row is None:
        raise DeviceRefused()
    return row


async def _conflicts_of(tx: Transaction, scan_ids: list[str]) -> list[BatchConflict]:
    rows = await tx.fetch(
        """SELECT c.registration, c.first_scan, c.second_scan, k.slug
           FROM scan_conflict c JOIN checkpoint k ON k.id = c.checkpoint
           WHERE c.second_scan = ANY($1) ORDER BY c.created_at, c.second_scan""",
        scan_ids,
    )
    return [BatchConflict(row["registration"], row["slug"], row["first_scan"], row["second_scan"]) for row in rows]


async def _insert_checkpoint(tx: Transaction, event: Event, draft: CheckpointDraft) -> str | None:
    """The new checkpoint's id, None where the slug is in use."""
    categories = [category.value for category in draft.admits.categories]
    row = await tx.fetch_one(
        """INSERT INTO checkpoint (id, event, slug, name, categories, session_id, reentry, opens_at, closes_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (event, slug) DO NOTHING RETURNING id""",
        new_id(),
        event.id,
        draft.slug,
        draft.name,
        msgspec.json.encode(categories).decode() if categories else None,
        draft.admits.session_id,
        draft.reentry.value if draft.reentry else None,
        _in_zone(draft.opens_at, event, field="opens_at"),
        _in_zone(draft.closes_at, event, field="closes_at"),
    )
    return row["id"] if row else None


def _in_zone(text: str | None, event: Event, *, field: str) -> datetime | None:
    return None if text is None else _moment(text, field=field, zone=event.timezone)


def _moment(text: str, *, field: str, zone: str = "UTC") -> datetime:
    try:
        return to_utc(text, zone)
    except WallTimeRefused as refused:
        raise Invalid([FieldError(field, "impossible_wall_time", str(refused))]) from refused
    except (OverflowError, ValueError) as error:
        raise Invalid([FieldError(field, "invalid_time", "This moment cannot be told.")]) from error


def _in_time(request: ScanRequest) -> datetime:
    assert request.scanned_at is not None
    return request.scanned_at


def pairing_url(code: str) -> str:
    """The address that pairs a phone; the code stands behind `#` and so in no log."""
    return f"{settings.current().base_url}/door/pair#{code}"
