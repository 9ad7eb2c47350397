"""Somebody without a registration at the door: registered and let in at once, by a supervisor's device."""

from dataclasses import dataclass

from events_service import clock
from events_service.audit.rules import Doer
from events_service.database import Transaction, transaction
from events_service.door.answers import ScanAnswer
from events_service.door.drafts import ScanDraft, ScanId
from events_service.door.lookups import stored_answer
from events_service.door.queries import DoorDevice, paired_device
from events_service.door.rules import Grant, Verdict
from events_service.door.scanning import scan_batch, scan_request
from events_service.errors import Conflict, FieldError, Forbidden, Invalid
from events_service.events.rules import Event
from events_service.registrations.badges import badges_of
from events_service.registrations.queries import Registration, registration_at_event
from events_service.registrations.waitlist import lock_event
from events_service.registrations.walk_ins import WalkInDraft, seat_walk_in
from events_service.web.fields import Slug


class DoorWalkIn(WalkInDraft, frozen=True, kw_only=True):
    """Who walks in at the door. `scan_id` names their admission: sent again, it is answered as before."""

    scan_id: ScanId
    checkpoint: Slug | None = None


@dataclass(frozen=True, slots=True)
class LetIn:
    """Somebody who walked in: their registration, the badge's text, and the answer to the scan that let them in."""

    person: Registration
    event: Event
    badge: str
    scan: ScanAnswer


async def registering_device(device_digest: str) -> DoorDevice:
    """The device, if it may register people: a supervisor's, or one that was granted it. Raises `DeviceRefused`, `Forbidden`."""
    device = await paired_device(device_digest)
    if Grant.WALK_IN not in device.powers:
        raise Forbidden("Only a supervisor's device registers people at the door.")
    return device


async def let_in(draft: DoorWalkIn, *, device_digest: str) -> LetIn:
    """Register and admit in one transaction: both, or nothing.

    Raises `DeviceRefused`, `Forbidden`, `Invalid`, what `seat_walk_in` raises, and `Conflict` with the scan's reason where the checkpoint
    refuses them.
    """
    device = await registering_device(device_digest)
    async with transaction() as tx:
        event = await lock_event(tx, device.event_id)
        before = await stored_answer(tx, draft.scan_id)
        if before is not None:
            return await _as_before(event, *before)
        person = await seat_walk_in(tx, event, draft, by=Doer("device", device.id))
        badge = (await badges_of([person], event))[person.id]
        return LetIn(person, event, badge, await _admitted(tx, draft, device, badge, device_digest=device_digest))


async def _as_before(event: Event, event_id: str, answer: ScanAnswer) -> LetIn:
    if event_id != event.id or answer.attendee is None:
        raise Invalid([FieldError("scan_id", "already_used", "Use a fresh id for each scan.")])
    person = await registration_at_event(event.id, answer.attendee.registration_id)
    return LetIn(person, event, (await badges_of([person], event)).get(person.id, ""), answer)


async def _admitted(
    tx: Transaction, draft: DoorWalkIn, device: DoorDevice, badge: str, *, device_digest: str
) -> ScanAnswer:
    scan = ScanDraft(
        scan_id=draft.scan_id,
        badge=badge,
        scanned_at=clock.now().isoformat(),
        checkpoint=draft.checkpoint or device.checkpoint,
        override_reason=draft.override_reason,
    )
    (answer,) = await scan_batch(tx, [scan_request(scan, device_digest=device_digest)])
    if isinstance(answer, Exception):
        raise answer
    if answer.verdict is Verdict.REFUSED:
        assert answer.reason is not None
        raise Conflict(answer.message, code=answer.reason.value)
    return answer
