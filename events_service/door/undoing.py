"""Taking scans back."""

from datetime import datetime

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import Row, Transaction, transaction
from events_service.door.drafts import is_scan_id
from events_service.door.kiosk_rules import refuse_at_kiosk
from events_service.door.queries import DoorDevice, paired_device
from events_service.door.rules import UNDO_LASTS, Grant
from events_service.door.settling import doors_around, open_books
from events_service.errors import FieldError, Forbidden, Invalid, NotFound


async def undo_scan(scan_id: str, *, device_digest: str, reason: str) -> int:
    """Take a scan back, as if it had not been; the record stays. Returns how many are inside then.

    A steward takes back what the same device sent within five minutes; a supervisor, and who was granted it, any, with a reason.
    Raises `NotFound`, `Forbidden`, `Invalid`, `DeviceRefused`.
    """
    device = await paired_device(device_digest)
    refuse_at_kiosk(device.kiosk)
    if not is_scan_id(scan_id):
        raise NotFound()
    now = clock.now()
    async with transaction() as tx:
        found = await tx.fetch_one(
            """SELECT s.*, e.slug, e.reentry, k.slug AS checkpoint_slug
               FROM scan s JOIN event e ON e.id = s.event JOIN checkpoint k ON k.id = s.checkpoint
               WHERE s.scan_id = $1 AND s.event = $2""",
            scan_id,
            device.event_id,
        )
        if found is None:
            raise NotFound()
        _may_undo(device, found, reason=reason, now=now)
        # The person before the scan, as everybody who scans does.
        await tx.fetch("SELECT id FROM registration WHERE id = $1 FOR NO KEY UPDATE", found["registration"])
        done = await tx.fetch_one(
            "UPDATE scan SET undone_at = $2, undo_reason = $3 WHERE scan_id = $1 AND undone_at IS NULL RETURNING scan_id",
            scan_id,
            now,
            reason,
        )
        if found["registration"] is not None:
            if done is not None:
                deed = Deed("undid_scan", found["slug"], "registration", found["registration"], reason=reason)
                await record(tx, Doer("device", device.id), deed)
            await stand_anew(tx, found)
        inside = await tx.fetch_one(
            "SELECT COUNT(*) AS people FROM presence WHERE checkpoint = $1 AND inside", found["checkpoint"]
        )
    return int(inside["people"]) if inside else 0


async def stand_anew(tx: Transaction, scan: Row) -> None:
    """Work out where the person of this scan stands at its door from the scans that count."""
    checkpoints = await tx.fetch("SELECT id, slug, reentry, zone FROM checkpoint WHERE event = $1", scan["event"])
    doors = doors_around(checkpoints, [scan["checkpoint_slug"]], reentry=scan["reentry"])
    books = await open_books(tx, scan["event"], registrations=[scan["registration"]], doors=doors)
    # Also where no scan of theirs is left.
    books.ledger((scan["checkpoint"], scan["registration"]))
    await books.write(tx)


def _may_undo(device: DoorDevice, scan: Row, *, reason: str, now: datetime) -> None:
    own = scan["device"] == device.id
    if own and now - scan["received_at"] <= UNDO_LASTS:
        return
    if Grant.UNDO not in device.powers:
        if own:
            raise Forbidden("This scan is older than five minutes. Ask a supervisor to take it back.")
        raise Forbidden("Only a supervisor takes back what another device scanned.")
    if not reason:
        raise Invalid([FieldError("reason", "required", "Say why this scan is taken back.")])
