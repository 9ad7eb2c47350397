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
from events_service.door.drafts import ScanDraft
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


class Attendee(msgspec.Struct, frozen=True):
    """Who stands at the door."""

    registration_id: str
    name: str
    organisation: str
    category: str
    note: str | None = None


class Previous(msgspec.Struct, frozen=True):
    """When and where the badge was admitted before."""

    at: datetime
    checkpoint: str
    device: str


class ScanAnswer(msgspec.Struct, frozen=True):
    """The verdict on one scan; `inside` counts the people inside at that checkpoint now."""

    scan_id: str
    verdict: Verdict
    reason: Reason | None
    message: str
    replayed: bool
    attendee: Attendee | None
    previous: Previous | None
    inside: int


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """A scan as it arrived: by which device (its token's digest), when, and whether it was decided offline."""

    device_digest: str
    scan: ScanDraft
    badge: str
    received_at: datetime
    scanned_at: datetime | None = None
    offline: bool = False


@dataclass(slots=True)
class _Known:
    """What one batch has looked up, as it changes from scan to scan."""

    devices: dict[str, Row]
    checkpoints: dict[tuple[str, str], Row]
    registrations: dict[str, Row]
    retired: dict[str, Row]
    answers: dict[str, tuple[str, ScanAnswer]]
    standings: dict[tuple[str, str], tuple[Standing, Row]]
    inside: dict[str, int]
    public_keys: dict[int, Row]


@dataclass(slots=True)
class _Writes:
    scans: list[tuple[object, ...]]
    presences: dict[tuple[str, str], tuple[object, ...]]
    conflicts: list[tuple[object, ...]]


async def scan_batch(tx: Transaction, requests: list[ScanRequest]) -> list[ScanAnswer | Exception]:
    """Decide and record a batch in the order it came."""
    known = await _look(tx, requests)
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


async def _look(tx: Transaction, requests: list[ScanRequest]) -> _Known:
    devices = await tx.fetch(
        """SELECT d.id, d.event, d.name, d.role, d.token_digest, d.last_seen_at, e.status AS event_status, e.timezone,
                  e.reentry, e.ends_at
           FROM device d JOIN event e ON e.id = d.event WHERE d.token_digest = ANY($1) AND d.revoked_at IS NULL
           ORDER BY d.id""",
        sorted({request.device_digest for request in requests}),
    )
    digests = sorted({request.badge for request in requests})
    # Lock, then look: what follows is read after every rival for these badges has committed.
    registrations = await tx.fetch(
        """SELECT id, event, name, organisation, category, status, badge_digest FROM registration
           WHERE badge_digest = ANY($1) ORDER BY id FOR NO KEY UPDATE""",
        digests,
    )
    by_digest = {row["badge_digest"]: row for row in registrations}
    unknown = [request for request in requests if request.badge not in by_digest]
    checkpoints = await tx.fetch(
        "SELECT * FROM checkpoint WHERE event = ANY($1)", sorted({device["event"] for device in devices})
    )
    known = _Known(
        devices={device["token_digest"]: device for device in devices},
        checkpoints={(row["event"], row["slug"]): row for row in checkpoints},
        registrations=by_digest,
        retired=await _retired(tx, unknown),
        answers=await _answers_before(tx, requests),
        standings=await _standings(tx, [row["id"] for row in registrations], _asked_for(checkpoints, requests)),
        inside=await _inside(tx, _asked_for(checkpoints, requests)),
        public_keys=await _public_keys(tx, unknown),
    )
    await _mark_seen(tx, devices)
    return known


async def _retired(tx: Transaction, requests: list[ScanRequest]) -> dict[str, Row]:
    if not requests:
        return {}
    rows = await tx.fetch(
        """SELECT b.digest, r.id, r.event, r.name, r.organisation, r.category, r.status
           FROM retired_badge b JOIN registration r ON r.id = b.registration WHERE b.digest = ANY($1)""",
        sorted({request.badge for request in requests}),
    )
    return {row["digest"]: row for row in rows}


async def _answers_before(tx: Transaction, requests: list[ScanRequest]) -> dict[str, tuple[str, ScanAnswer]]:
    rows = await tx.fetch(
        "SELECT scan_id, event, answer FROM scan WHERE scan_id = ANY($1)",
        [request.scan.scan_id for request in requests],
    )
    return {row["scan_id"]: (row["event"], msgspec.json.decode(row["answer"], type=ScanAnswer)) for row in rows}


async def _standings(
    tx: Transaction, ids: list[str], checkpoints: list[str]
) -> dict[tuple[str, str], tuple[Standing, Row]]:
    if not ids:
        return {}
    rows = await tx.fetch(
        """SELECT p.*, d.name AS device_name FROM presence p JOIN device d ON d.id = p.device
           WHERE p.registration = ANY($1) AND p.checkpoint = ANY($2)""",
        ids,
        checkpoints,
    )
    return {
        (row["checkpoint"], row["registration"]): (
            Standing(row["inside"], row["admitted_at"], row["admitted_day"]),
            row,
        )
        for row in rows
    }


def _asked_for(checkpoints: list[Row], requests: list[ScanRequest]) -> list[str]:
    """The ids of the checkpoints of these scans: who is inside elsewhere need not be counted."""
    slugs = {request.scan.checkpoint for request in requests}
    return [row["id"] for row in checkpoints if row["slug"] in slugs]


async def _inside(tx: Transaction, checkpoints: list[str]) -> dict[str, int]:
    rows = await tx.fetch(
        "SELECT checkpoint, COUNT(*) AS people FROM presence WHERE checkpoint = ANY($1) AND inside GROUP BY checkpoint",
        checkpoints,
    )
    return {row["checkpoint"]: row["people"] for row in rows}


async def _public_keys(tx: Transaction, requests: list[ScanRequest]) -> dict[int, Row]:
    marks = sorted({parsed[0].event_mark for request in requests if (parsed := parse(request.scan.badge))})
    if not marks:
        return {}
    rows = await tx.fetch("SELECT event, event_mark, public_key FROM signing_key WHERE event_mark = ANY($1)", marks)
    return {row["event_mark"]: row for row in rows}


async def _mark_seen(tx: Transaction, devices: list[Row]) -> None:
    """Note the contact, at most once a minute: it is for people to read. In id order, as all rows are locked."""
    now = clock.now()
    stale = [d for d in devices if d["last_seen_at"] is None or (now - d["last_seen_at"]).total_seconds() > 60]
    await tx.execute_many(
        "UPDATE device SET last_seen_at = $2 WHERE id = $1", [(device["id"], now) for device in stale]
    )


def _decide(known: _Known, request: ScanRequest, writes: _Writes) -> ScanAnswer:
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
    known: _Known, request: ScanRequest, passage: Passage, *, device: Row, checkpoint: Row, writes: _Writes
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
    known: _Known, writes: _Writes, key: tuple[str, str], standing: Standing, *, request: ScanRequest, device: Row
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


def _stranger(known: _Known, request: ScanRequest, *, event_id: str) -> Reason:
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


def _previous(known: _Known, row: Row | None) -> Previous | None:
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


async def _write(tx: Transaction, known: _Known, writes: _Writes) -> None:
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
