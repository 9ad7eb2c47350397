"""What supervisors and devices do at the door."""

import base64
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

import msgspec

from events_service import clock, settings
from events_service.audit.actions import record
from events_service.audit.rules import SERVICE, Deed, Doer
from events_service.database import transaction
from events_service.door.checkpoint_actions import ensure_main
from events_service.door.drafts import DeviceDraft, PairDraft
from events_service.door.rules import (
    PAIRING_LASTS,
    PAIRING_TRIES,
    PAIRING_TRIES_WITHIN,
    is_device_done,
)
from events_service.errors import Conflict, FieldError, Invalid
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


async def add_device(event: Event, draft: DeviceDraft, *, by: Doer = SERVICE) -> Pairing:
    """A device to be paired within 15 minutes.

    Raises `Conflict` once the event is over, `Invalid` for a checkpoint the event does not have, and for a kiosk with powers.
    """
    _refuse_over(event.ends_at)
    if draft.kiosk is not None and (draft.role is not Role.DOOR_STEWARD or draft.grants):
        told = "A self check-in kiosk lets people in and does nothing else: it is a steward's, without grants."
        raise Invalid([FieldError("kiosk", "has_powers", told)])
    await ensure_main(event)
    # 128 bits in letters and digits that are easy to type.
    code = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")
    now = clock.now()
    pairing = Pairing(new_id(), code, now + PAIRING_LASTS)
    async with transaction() as tx:
        checkpoint = await tx.fetch_one(
            "SELECT id FROM checkpoint WHERE event = $1 AND slug = $2 AND NOT online", event.id, draft.checkpoint
        )
        if checkpoint is None:
            raise Invalid([FieldError("checkpoint", "unknown_checkpoint", "This event has no such checkpoint.")])
        await tx.execute(
            """INSERT INTO device (id, event, checkpoint, name, role, pairing_digest, pairing_expires_at, created_at, grants, kiosk)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
            pairing.device_id,
            event.id,
            checkpoint["id"],
            draft.name,
            draft.role.value,
            token_digest(code),
            pairing.expires_at,
            now,
            msgspec.json.encode(sorted(set(draft.grants))).decode(),
            draft.kiosk.value if draft.kiosk else None,
        )
        fields = (draft.role.value, *sorted({grant.value for grant in draft.grants}))
        await record(tx, by, Deed("added_device", event.slug, "device", pairing.device_id, fields))
    return pairing


async def pair_device(draft: PairDraft, *, address: str) -> PairedDevice:
    """Exchange a pairing code for the device's token. A code works once; case, spaces and hyphens in it do not count.

    Raises `Conflict` for a code that does not work (any more) and for an event that is over, and
    `TooMany` after 20 tries in 10 minutes from one network.
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
        checkpoint = await tx.fetch_one(
            "SELECT k.slug, e.slug AS event, e.ends_at FROM checkpoint k JOIN event e ON e.id = k.event WHERE k.id = $1",
            row["checkpoint"],
        )
        assert checkpoint is not None
        _refuse_over(checkpoint["ends_at"])
        await record(tx, Doer("device", row["id"]), Deed("paired_device", checkpoint["event"], "device", row["id"]))
    return PairedDevice(token, row["id"], row["event"], checkpoint["slug"], Role(row["role"]))


async def revoke_device(device_id: str, *, by: Doer = SERVICE) -> None:
    """From now on its token opens nothing. Revoking twice is the same as once."""
    async with transaction() as tx:
        revoked = await tx.fetch_one(
            """UPDATE device SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL
               RETURNING (SELECT slug FROM event WHERE id = device.event) AS event""",
            device_id,
            clock.now(),
        )
        if revoked is not None:
            await record(tx, by, Deed("revoked_device", revoked["event"], "device", device_id))


def _refuse_over(event_ends_at: datetime) -> None:
    if is_device_done(event_ends_at=event_ends_at, now=clock.now()):
        raise Conflict("This event is over: no device is paired for it any more.", code="event_over")


def pairing_url(code: str) -> str:
    """The address that pairs a phone; the code stands behind `#` and so in no log."""
    return f"{settings.current().base_url}/door/pair#{code}"
