"""What supervisors and devices do at the door."""

import base64
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

import msgspec

from events_service import clock, settings
from events_service.database import Transaction, transaction
from events_service.door.drafts import CheckpointDraft, DeviceDraft, PairDraft, is_scan_id
from events_service.door.moments import read_moment
from events_service.door.queries import Checkpoint, checkpoints_of, paired_device
from events_service.door.rules import (
    MAIN,
    PAIRING_LASTS,
    PAIRING_TRIES,
    PAIRING_TRIES_WITHIN,
    Direction,
    Passage,
    standing_after_all,
)
from events_service.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.people.addresses import network_of
from events_service.people.rules import Role
from events_service.sealing import random_token, token_digest
from events_service.web.limits import allow

_SPACING = re.compile(r"[\s-]+")


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


async def ensure_main(event: Event) -> None:
    """Every event has the checkpoint `main`."""
    async with transaction() as tx:
        await _insert_checkpoint(tx, event, CheckpointDraft(slug=MAIN, name="Main entrance"))


async def doors_of(event: Event) -> list[Checkpoint]:
    """The event's checkpoints, the first one first; `main` is made where nobody asked before."""
    found = await checkpoints_of(event.id)
    if any(one.slug == MAIN for one in found):
        return found
    await ensure_main(event)
    return await checkpoints_of(event.id)


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


async def pair_device(draft: PairDraft, *, address: str) -> PairedDevice:
    """Exchange a pairing code for the device's token. A code works once; case, spaces and hyphens in it do not count.

    Raises `Conflict` for a code that does not work (any more), `TooMany` after 20 tries in 10 minutes from one network.
    """
    await allow(f"pairing|{network_of(address)}", most=PAIRING_TRIES, within=PAIRING_TRIES_WITHIN)
    now = clock.now()
    token = random_token()
    async with transaction() as tx:
        row = await tx.fetch_one(
            """UPDATE device SET token_digest = $2, paired_at = $3, last_seen_at = $3,
                      name = CASE WHEN $4 = '' THEN name ELSE $4 END
               WHERE pairing_digest = $1 AND paired_at IS NULL AND revoked_at IS NULL AND pairing_expires_at > $3
               RETURNING id, event, checkpoint, role""",
            token_digest(_SPACING.sub("", draft.pairing_code).upper()),
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


async def undo_scan(scan_id: str, *, device_digest: str, reason: str) -> int:
    """Take a scan back, as if it had not been; the record stays. Returns how many are inside then.

    A steward takes back what the same device scanned, a supervisor any. Raises `NotFound`, `Forbidden`, `DeviceRefused`.
    """
    device = await paired_device(device_digest)
    if not is_scan_id(scan_id):
        raise NotFound()
    async with transaction() as tx:
        found = await tx.fetch_one(
            "SELECT * FROM scan WHERE scan_id = $1 AND event = $2 FOR UPDATE", scan_id, device.event_id
        )
        if found is None:
            raise NotFound()
        if found["device"] != device.id and device.role is not Role.DOOR_SUPERVISOR:
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
    last_entry = next(row for row in reversed(scans) if row["direction"] == Direction.ENTRY)
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


async def _insert_checkpoint(tx: Transaction, event: Event, draft: CheckpointDraft) -> str | None:
    """The new checkpoint's id, None where the slug is in use."""
    opens_at, closes_at = _hours(draft, zone=event.timezone)
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
        opens_at,
        closes_at,
    )
    return row["id"] if row else None


def _hours(draft: CheckpointDraft, *, zone: str) -> tuple[datetime | None, datetime | None]:
    """When the door opens and closes, in UTC; None for at any time. Raises `Invalid` with every wrong one."""
    errors: list[FieldError] = []
    opens_at = read_moment(draft.opens_at, zone=zone, field="opens_at", errors=errors)
    closes_at = read_moment(draft.closes_at, zone=zone, field="closes_at", errors=errors)
    if opens_at and closes_at and closes_at <= opens_at:
        errors.append(FieldError("closes_at", "before_opens_at", "A door closes after it opens."))
    if errors:
        raise Invalid(errors)
    return opens_at, closes_at


def pairing_url(code: str) -> str:
    """The address that pairs a phone; the code stands behind `#` and so in no log."""
    return f"{settings.current().base_url}/door/pair#{code}"
