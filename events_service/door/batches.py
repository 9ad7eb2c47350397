"""What a device scanned without a network and sends once it has one."""

from datetime import datetime, timedelta

import msgspec

from events_service import clock
from events_service.database import Transaction, fetch_one, is_collision, transaction
from events_service.door.answers import ScanAnswer, ScanRequest
from events_service.door.drafts import BatchDraft
from events_service.door.hindsight import scan_afterwards
from events_service.door.ledgers import ConflictKind
from events_service.door.moments import read_moment
from events_service.door.queries import paired_device
from events_service.door.rules import believed, is_device_done
from events_service.errors import FieldError, Invalid
from events_service.registrations.badge_tokens import badge_digest

TRIES = 3


class BatchConflict(msgspec.Struct, frozen=True):
    """A gate that contradicts what is known. `first_scan` is null where there is but one scan to it."""

    registration_id: str
    checkpoint: str
    first_scan: str | None
    second_scan: str
    kind: ConflictKind


class BatchAnswer(msgspec.Struct, frozen=True):
    """The verdicts in `scanned_at` order, and the conflicts that its scans are part of."""

    results: list[ScanAnswer]
    conflicts: list[BatchConflict]


async def scan_offline_batch(draft: BatchDraft, *, device_digest: str) -> BatchAnswer:
    """Record what a device scanned without a network, in the order of its scans; its clock is set right by `device_time`.

    A scan that the device dates after it was sent, or long before it was paired, is kept and judged as made when it is sent.
    Once the event is over it is still taken, for 30 days more, but no names are told in return.
    All or nothing: raises `DeviceRefused`, or `Invalid` with every wrong scan, and nothing is written then.
    """
    device = await paired_device(device_digest, sends=True)
    paired = await fetch_one("SELECT paired_at FROM device WHERE id = $1", device.id)
    assert paired is not None
    requests = _in_order(draft, zone=device.timezone, device_digest=device_digest, paired_at=paired["paired_at"])
    for _ in range(TRIES - 1):
        try:
            answer = await _record(requests)
            break
        except Exception as error:
            # Another request recorded one of these scans meanwhile; its answer is there now and is given again.
            if not is_collision(error):
                raise
    else:
        answer = await _record(requests)
    return _without_names(answer) if is_device_done(event_ends_at=device.event_ends_at, now=clock.now()) else answer


def _in_order(draft: BatchDraft, *, zone: str, device_digest: str, paired_at: datetime) -> dict[int, ScanRequest]:
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
    requests: dict[int, ScanRequest] = {}
    for place in sorted(made, key=lambda place: made[place]):
        at = made[place] + skew
        trusted = believed(at, paired_at=paired_at, now=now)
        scan = draft.scans[place]
        requests[place] = ScanRequest(
            device_digest,
            scan,
            badge_digest(scan.badge),
            # One moment of receipt for all: what is sorted by it later keeps the order of the scans.
            received_at=now,
            # Those whose time is not believed keep their order all the same.
            scanned_at=at if trusted else now - timedelta(microseconds=len(made) - len(requests)),
            claimed_at=None if trusted else made[place],
            offline=True,
        )
    return dict(sorted(requests.items(), key=lambda one: one[1].scanned_at or now))


def _without_names(answer: BatchAnswer) -> BatchAnswer:
    results = [msgspec.structs.replace(one, attendee=None) for one in answer.results]
    return msgspec.structs.replace(answer, results=results)


async def _record(requests: dict[int, ScanRequest]) -> BatchAnswer:
    async with transaction() as tx:
        answers = await scan_afterwards(tx, list(requests.values()))
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
        """SELECT c.registration, c.kind, c.first_scan, c.second_scan, k.slug
           FROM scan_conflict c JOIN checkpoint k ON k.id = c.checkpoint
           WHERE c.second_scan = ANY($1) OR c.first_scan = ANY($1) ORDER BY c.created_at, c.second_scan""",
        scan_ids,
    )
    return [
        BatchConflict(
            row["registration"],
            row["slug"],
            row["first_scan"] or None,
            row["second_scan"],
            ConflictKind(row["kind"]),
        )
        for row in rows
    ]
