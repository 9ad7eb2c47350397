"""What a device scanned without a network and sends once it has one."""

from dataclasses import replace
from datetime import datetime

import msgspec

from events_service import clock
from events_service.database import Transaction, is_collision, transaction
from events_service.door.answers import ScanAnswer, ScanRequest
from events_service.door.drafts import BatchDraft
from events_service.door.moments import read_moment
from events_service.door.queries import paired_device
from events_service.door.scanning import scan_batch, scan_request
from events_service.errors import FieldError, Invalid

TRIES = 3


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


async def scan_offline_batch(draft: BatchDraft, *, device_digest: str) -> BatchAnswer:
    """Record what a device scanned without a network, in the order of its scans; its clock is set right by `device_time`.

    All or nothing: raises `DeviceRefused`, or `Invalid` with every wrong scan, and nothing is written then.
    """
    device = await paired_device(device_digest)
    requests = _in_order(draft, zone=device.timezone, device_digest=device_digest)
    for _ in range(TRIES - 1):
        try:
            return await _record(requests)
        except Exception as error:
            # Another request recorded one of these scans meanwhile; its answer is there now and is given again.
            if not is_collision(error):
                raise
    return await _record(requests)


def _in_order(draft: BatchDraft, *, zone: str, device_digest: str) -> dict[int, ScanRequest]:
    """The scans by the time they were made, each under its place in the batch. Raises `Invalid` with every wrong time."""
    now = clock.now()
    errors: list[FieldError] = []
    device_time = read_moment(draft.device_time, zone=zone, field="device_time", errors=errors)
    made: dict[int, datetime] = {}
    for place, scan in enumerate(draft.scans):
        moment = read_moment(scan.scanned_at, zone=zone, field=f"scans.{place}.scanned_at", errors=errors)
        if moment is not None:
            made[place] = moment
    if errors or device_time is None:
        raise Invalid(errors)
    skew = now - device_time
    # One moment of receipt for all: what is sorted by it later keeps the order of the scans.
    return {
        place: replace(
            scan_request(draft.scans[place], device_digest=device_digest),
            received_at=now,
            scanned_at=made[place] + skew,
            offline=True,
        )
        for place in sorted(made, key=lambda place: made[place])
    }


async def _record(requests: dict[int, ScanRequest]) -> BatchAnswer:
    async with transaction() as tx:
        answers = await scan_batch(tx, list(requests.values()))
        _refuse_wrong(dict(zip(requests, answers, strict=True)))
        conflicts = await _conflicts_of(tx, [request.scan.scan_id for request in requests.values()])
    return BatchAnswer([answer for answer in answers if isinstance(answer, ScanAnswer)], conflicts)


def _refuse_wrong(answers: dict[int, ScanAnswer | Exception]) -> None:
    """Raise what refuses the batch: the device's refusal, or every wrong field of every scan at once."""
    errors: list[FieldError] = []
    for place, answer in answers.items():
        if isinstance(answer, Invalid):
            errors += [FieldError(f"scans.{place}.{one.field}", one.code, one.message) for one in answer.errors]
        elif isinstance(answer, Exception):
            raise answer
    if errors:
        raise Invalid(errors)


async def _conflicts_of(tx: Transaction, scan_ids: list[str]) -> list[BatchConflict]:
    rows = await tx.fetch(
        """SELECT c.registration, c.first_scan, c.second_scan, k.slug
           FROM scan_conflict c JOIN checkpoint k ON k.id = c.checkpoint
           WHERE c.second_scan = ANY($1) ORDER BY c.created_at, c.id""",
        scan_ids,
    )
    return [BatchConflict(row["registration"], row["slug"], row["first_scan"], row["second_scan"]) for row in rows]
