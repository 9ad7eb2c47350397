"""The scan: concurrent ones share a transaction, and a refusal is an answer that is stored like any other.

The registrations of a batch are locked in id order before anything is looked at, so that of two processes that hold the same badge
the second sees what the first decided.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

import msgspec

from events_service import clock
from events_service.database import GroupCommit, Row, Transaction
from events_service.door.answers import Attendee, Previous, ScanAnswer, ScanRequest
from events_service.door.drafts import ScanDraft
from events_service.door.lookups import Known, look
from events_service.door.moments import read_moment
from events_service.door.rules import (
    MESSAGES,
    DeviceRefused,
    Direction,
    Door,
    Holder,
    Judgement,
    Passage,
    Reason,
    Standing,
    Verdict,
    is_device_done,
    judge,
)
from events_service.errors import FieldError, Invalid, Refused
from events_service.events.rules import Reentry
from events_service.events.rules import Status as EventStatus
from events_service.identifiers import new_id
from events_service.people.rules import Role
from events_service.registrations.badge_tokens import badge_digest, is_signed_by, parse
from events_service.registrations.rules import Status as RegistrationStatus


@dataclass(slots=True)
class _Writes:
    scans: list[tuple[object, ...]]
    presences: dict[tuple[str, str], tuple[object, ...]]
    conflicts: list[tuple[object, ...]]


async def scan_batch(tx: Transaction, requests: list[ScanRequest]) -> list[ScanAnswer | Exception]:
    """Decide and record a batch in the order it came."""
    known = await look(tx, requests)
    writes = _Writes([], {}, [])
    answers: list[ScanAnswer | Exception] = []
    for request in requests:
        try:
            answers.append(_decide(known, request, writes))
        except Refused as refused:
            answers.append(refused)
    await _write(tx, known, writes)
    return answers


# While one batch waits for the disk, the next is already being decided; badges are locked one by one.
_batches = GroupCommit(scan_batch, lanes=2)


async def scan(request: ScanRequest) -> ScanAnswer:
    """Decide and record one scan; the answer comes after COMMIT. Raises `DeviceRefused`, `Invalid`, `Unavailable`."""
    return await _batches.submit(request)


def scan_request(draft: ScanDraft, *, device_digest: str) -> ScanRequest:
    """The request for a draft that just arrived."""
    return ScanRequest(device_digest, draft, badge_digest(draft.badge), clock.now())


def _decide(known: Known, request: ScanRequest, writes: _Writes) -> ScanAnswer:
    device = known.devices.get(request.device_digest)
    if device is None or is_device_done(event_ends_at=device["ends_at"], now=request.received_at):
        raise DeviceRefused()
    before = known.answers.get(request.scan.scan_id)
    if before is not None:
        if before[0] != device["event"]:
            raise Invalid([FieldError("scan_id", "already_used", "Use a fresh id for each scan.")])
        return msgspec.structs.replace(before[1], replayed=True)
    checkpoint = known.checkpoints.get((device["event"], request.scan.checkpoint))
    if checkpoint is None:
        raise Invalid([FieldError("checkpoint", "unknown_checkpoint", "This event has no such checkpoint.")])
    passage = _passage(request, zone=device["timezone"])
    answer, person = _judge(known, request, passage, device=device, checkpoint=checkpoint, writes=writes)
    known.answers[request.scan.scan_id] = (device["event"], answer)
    writes.scans.append(_scan_row(request, passage, answer, device=device, checkpoint=checkpoint, person=person))
    return answer


def _judge(
    known: Known, request: ScanRequest, passage: Passage, *, device: Row, checkpoint: Row, writes: _Writes
) -> tuple[ScanAnswer, Row | None]:
    person = known.registrations.get(request.badge) or known.retired.get(request.badge)
    inside = known.inside.get(checkpoint["id"], 0)
    if person is None or person["event"] != device["event"]:
        reason = Reason.OTHER_EVENT if person is not None else _stranger(known, request, event_id=device["event"])
        return _answer(request, Judgement(Verdict.REFUSED, reason), inside=inside), None
    key = (checkpoint["id"], person["id"])
    standing, row = known.standings.get(key, (None, None))
    judgement = judge(
        passage,
        holder=Holder(
            person["category"],
            RegistrationStatus(person["status"]),
            replaced=request.badge not in known.registrations,
        ),
        door=_door(checkpoint, reentry=device["reentry"]),
        event_status=EventStatus(device["event_status"]),
        standing=standing,
        may_override=bool(request.scan.override_reason) and device["role"] == Role.DOOR_SUPERVISOR,
    )
    if judgement.standing is not None:
        inside += judgement.standing.inside - (standing.inside if standing else False)
        known.inside[checkpoint["id"]] = inside
        _stand(known, writes, key, judgement.standing, request=request, device=device)
    elif judgement.reason is Reason.ALREADY_ADMITTED and _is_conflict(request, row, device=device):
        assert row is not None
        writes.conflicts.append(
            (new_id(), device["event"], *key, row["admitted_by"], request.scan.scan_id, request.received_at)
        )
    previous = _previous(known, row) if judgement.reason is Reason.ALREADY_ADMITTED else None
    return _answer(request, judgement, inside=inside, person=person, previous=previous), person


def _is_conflict(request: ScanRequest, row: Row | None, *, device: Row) -> bool:
    """Whether two devices admitted the same badge without knowing of each other."""
    admitted_there = request.scan.device_verdict in (None, Verdict.ADMITTED)
    return request.offline and admitted_there and row is not None and row["device"] != device["id"]


def _stand(
    known: Known, writes: _Writes, key: tuple[str, str], standing: Standing, *, request: ScanRequest, device: Row
) -> None:
    """Remember the new standing, for the next scan of this batch and for the table."""
    if request.scan.direction is Direction.ENTRY:
        row: Row = {
            "checkpoint": key[0],
            "admitted_at": standing.admitted_at,
            "admitted_by": request.scan.scan_id,
            "device": device["id"],
            "device_name": device["name"],
        }
    else:
        # Whoever leaves was admitted once, and stays admitted by that scan.
        _, row = known.standings[key]
    known.standings[key] = (standing, row)
    writes.presences[key] = (
        new_id(), device["event"], *key, standing.inside, standing.admitted_at, standing.day,
        row["admitted_by"], row["device"],
    )  # fmt: skip


def _stranger(known: Known, request: ScanRequest, *, event_id: str) -> Reason:
    """A badge that is not stored: ours of another event, forged, or no badge at all."""
    parsed = parse(request.scan.badge)
    if parsed is None:
        return Reason.UNKNOWN_BADGE
    token, body, signature = parsed
    key = known.public_keys.get(token.event_mark)
    if key is None or not is_signed_by(body, signature, key["public_key"]):
        return Reason.FORGED_BADGE
    return Reason.UNKNOWN_BADGE if key["event"] == event_id else Reason.OTHER_EVENT


def _passage(request: ScanRequest, *, zone: str) -> Passage:
    at = request.scanned_at
    if at is None:
        errors: list[FieldError] = []
        at = read_moment(request.scan.scanned_at, zone=zone, field="scanned_at", errors=errors)
        if at is None:
            raise Invalid(errors)
    return Passage(request.scan.direction, at, local_day(at, zone))


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_day(moment: datetime, zone: str) -> date:
    """The event's own date at that moment."""
    return moment.astimezone(_zone(zone)).date()


def _door(checkpoint: Row, *, reentry: str) -> Door:
    categories = checkpoint["categories"]
    return Door(
        reentry=Reentry(checkpoint["reentry"] or reentry),
        categories=frozenset(msgspec.json.decode(categories)) if categories else None,
        opens_at=checkpoint["opens_at"],
        closes_at=checkpoint["closes_at"],
    )


def _previous(known: Known, row: Row | None) -> Previous | None:
    if row is None:
        return None
    name = next(door["name"] for door in known.checkpoints.values() if door["id"] == row["checkpoint"])
    return Previous(row["admitted_at"], name, row["device_name"])


def _answer(
    request: ScanRequest,
    judgement: Judgement,
    *,
    inside: int,
    person: Row | None = None,
    previous: Previous | None = None,
) -> ScanAnswer:
    leaving = judgement.verdict is Verdict.ADMITTED and request.scan.direction is Direction.EXIT
    return ScanAnswer(
        scan_id=request.scan.scan_id,
        verdict=judgement.verdict,
        reason=judgement.reason,
        message="Goodbye" if leaving else MESSAGES[judgement.reason],
        replayed=False,
        attendee=Attendee(person["id"], person["name"], person["organisation"], person["category"]) if person else None,
        previous=previous,
        inside=inside,
    )


def _scan_row(
    request: ScanRequest, passage: Passage, answer: ScanAnswer, *, device: Row, checkpoint: Row, person: Row | None
) -> tuple[object, ...]:
    return (
        request.scan.scan_id,
        device["event"],
        checkpoint["id"],
        device["id"],
        person["id"] if person else None,
        passage.direction.value,
        passage.at,
        request.received_at,
        passage.day,
        answer.verdict.value,
        answer.reason.value if answer.reason else None,
        request.scan.override_reason,
        msgspec.json.encode(answer).decode(),
    )


async def _write(tx: Transaction, known: Known, writes: _Writes) -> None:
    await tx.execute_many(
        """INSERT INTO scan (scan_id, event, checkpoint, device, registration, direction, scanned_at, received_at, local_day,
                             verdict, reason, override_reason, answer)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)""",
        writes.scans,
    )
    await tx.execute_many(
        """INSERT INTO presence (id, event, checkpoint, registration, inside, admitted_at, admitted_day, admitted_by, device)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (checkpoint, registration) DO UPDATE SET
             inside = excluded.inside, admitted_at = excluded.admitted_at, admitted_day = excluded.admitted_day,
             admitted_by = excluded.admitted_by, device = excluded.device""",
        list(writes.presences.values()),
    )
    await tx.execute_many(
        """INSERT INTO scan_conflict (id, event, checkpoint, registration, first_scan, second_scan, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        writes.conflicts,
    )
