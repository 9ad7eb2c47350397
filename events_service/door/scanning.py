"""The scan: concurrent ones share a transaction, and a refusal is an answer that is stored like any other.

The registrations of a batch are locked in id order before anything is looked at, so that of two processes that hold the same badge
the second sees what the first decided.
"""

from datetime import date, datetime
from functools import cache, lru_cache, partial
from zoneinfo import ZoneInfo

import msgspec

from events_service import clock
from events_service.database import GroupCommit, Row, Transaction
from events_service.door.answers import Previous, ScanAnswer, ScanRequest, attendee_of
from events_service.door.drafts import ScanDraft
from events_service.door.kiosk_answers import told_at_kiosk
from events_service.door.kiosk_rules import refuse_passage
from events_service.door.lookups import Known, look
from events_service.door.moments import read_moment
from events_service.door.queries import read_grants
from events_service.door.records import Asked, Judged, Judging, Writes, write_presences
from events_service.door.rules import (
    MESSAGES,
    DeviceRefused,
    Direction,
    Door,
    Grant,
    Holder,
    Judgement,
    Passage,
    Reason,
    Verdict,
    judge,
    powers_of,
    refuse_when_over,
)
from events_service.door.standings import Presences, stand
from events_service.door.typed_codes import WRONG_CODES_WITHIN
from events_service.errors import FieldError, Invalid, Refused, TooMany
from events_service.events.rules import Reentry
from events_service.events.rules import Status as EventStatus
from events_service.people.rules import Role
from events_service.registrations.badge_tokens import badge_digest, is_signed_by, parse
from events_service.registrations.rules import Status as RegistrationStatus
from events_service.registrations.short_codes import read_code


async def scan_batch(tx: Transaction, requests: list[ScanRequest]) -> list[ScanAnswer | Exception]:
    """Decide and record a batch in the order it came."""
    known = await look(tx, requests)
    writes, presences = Writes(), Presences()
    answers: list[ScanAnswer | Exception] = []
    for request in known.requests:
        try:
            answers.append(decide(known, request, writes, lambda asked: _judge(known, asked, presences)))
        except Refused as refused:
            answers.append(refused)
    await writes.write(tx)
    await write_presences(tx, list(presences.values()))
    return answers


# While one batch waits for the disk, the next is already being decided; badges are locked one by one.
_batches = GroupCommit(scan_batch, lanes=2)


async def scan(request: ScanRequest) -> ScanAnswer:
    """Decide and record one scan; the answer comes after COMMIT. Raises `DeviceRefused`, `Invalid`, `Unavailable`."""
    return await _batches.submit(request)


def scan_request(draft: ScanDraft, *, device_digest: str) -> ScanRequest:
    """The request for a draft that just arrived."""
    return ScanRequest(device_digest, draft, badge_digest(draft.badge), clock.now())


def decide(known: Known, request: ScanRequest, writes: Writes, judging: Judging) -> ScanAnswer:
    """The answer to one scan: the one it got before, or what `judging` says. Raises `DeviceRefused`, `Forbidden`, `Invalid`, `TooMany`."""
    device = known.devices.get(request.device_digest)
    if device is None:
        raise DeviceRefused()
    refuse_when_over(event_ends_at=device["ends_at"], now=request.received_at, sends=request.offline)
    before = known.answers.get(request.scan.scan_id)
    if before is not None:
        if before[0] != device["event"]:
            raise Invalid([FieldError("scan_id", "already_used", "Use a fresh id for each scan.")])
        return _told(device, msgspec.structs.replace(before[1], replayed=True))
    if device["id"] in known.slowed and not request.offline and read_code(request.scan.badge):
        raise TooMany(retry_after=int(WRONG_CODES_WITHIN.total_seconds()))
    checkpoint = known.checkpoints.get((device["event"], request.scan.checkpoint))
    if checkpoint is None:
        raise Invalid([FieldError("checkpoint", "unknown_checkpoint", "This event has no such checkpoint.")])
    refuse_passage(device["kiosk"], request.scan.direction, is_own_door=checkpoint["id"] == device["checkpoint"])
    asked = Asked(request, _passage(request, zone=device["timezone"]), device, checkpoint)
    judged = judging(asked)
    known.answers[request.scan.scan_id] = (device["event"], judged.answer)
    writes.add(asked, judged)
    return _told(device, judged.answer)


def _told(device: Row, answer: ScanAnswer) -> ScanAnswer:
    return told_at_kiosk(answer) if device["kiosk"] else answer


def _judge(known: Known, asked: Asked, presences: Presences) -> Judged:
    """Decide at once, by where the person stands now."""
    checkpoint = asked.checkpoint
    inside = known.inside.get(checkpoint["id"], 0)
    person, reason = holder_of(known, asked)
    if person is None:
        return Judged(answer_to(asked, Judgement(Verdict.REFUSED, reason), inside=inside))
    key = (checkpoint["id"], person["id"])
    standing, row = known.standings.get(key, (None, None))
    asking = partial(
        judge,
        asked.passage,
        holder=as_holder(known, asked, person),
        door=as_door(asked),
        event_status=EventStatus(asked.device["event_status"]),
        standing=standing,
    )
    judgement = asking()
    forced = judgement.reason is not None and may_override(asked)
    if forced:
        judgement = asking(may_override=True)
    if judgement.standing is not None:
        inside += judgement.standing.inside - (standing.inside if standing else False)
        known.inside[checkpoint["id"]] = inside
        stand(known, presences, key, judgement.standing, asked)
    previous = _previous(known, row) if judgement.reason is Reason.ALREADY_ADMITTED else None
    return Judged(
        answer_to(asked, judgement, inside=inside, person=person, previous=previous),
        person,
        barred=judgement.barred,
        forced=forced,
    )


def holder_of(known: Known, asked: Asked) -> tuple[Row, None] | tuple[None, Reason]:
    """Whose badge this is, at this event; or why it is nobody's here."""
    badge, event_id = asked.request.badge, asked.device["event"]
    person = known.registrations.get(badge) or known.retired.get(badge)
    if person is None:
        return None, _stranger(known, asked.request, event_id=event_id)
    return (person, None) if person["event"] == event_id else (None, Reason.OTHER_EVENT)


def as_holder(known: Known, asked: Asked, person: Row) -> Holder:
    """The person, as the rules of that door see them."""
    device = asked.device
    shown = attendee_of(person, photo_id_categories=device["photo_id_categories"]) if device["kiosk"] else None
    return Holder(
        person["category"],
        RegistrationStatus(person["status"]),
        replaced=asked.request.badge not in known.registrations,
        has_place=(asked.checkpoint["session_id"], person["id"]) in known.places,
        needs_staff=shown is not None and (shown.photo_id or shown.note is not None),
    )


def may_override(asked: Asked) -> bool:
    """Whether this scan sets a refusal aside: it gives a reason, and its device may."""
    # Hardly any scan gives one.
    if not asked.request.scan.override_reason:
        return False
    return Grant.OVERRIDE in powers_of(Role(asked.device["role"]), read_grants(asked.device["grants"]))


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


def as_door(asked: Asked) -> Door:
    """The checkpoint, as the rules see it."""
    own = asked.checkpoint
    return _door(
        own["reentry"] or asked.device["reentry"],
        own["categories"],
        own["opens_at"],
        own["closes_at"],
        by_session=bool(own["takes_sign_ups"]),
    )


# The same few doors for thousands of scans.
@lru_cache(maxsize=1024)
def _door(
    reentry: str, categories: str | None, opens_at: datetime | None, closes_at: datetime | None, *, by_session: bool
) -> Door:
    return Door(
        Reentry(reentry),
        frozenset(msgspec.json.decode(categories)) if categories else None,
        opens_at,
        closes_at,
        by_session,
    )


def _previous(known: Known, row: Row | None) -> Previous | None:
    if row is None:
        return None
    name = next(door["name"] for door in known.checkpoints.values() if door["id"] == row["checkpoint"])
    return Previous(row["admitted_at"], name, row["device_name"])


def answer_to(
    asked: Asked,
    judgement: Judgement,
    *,
    inside: int,
    person: Row | None = None,
    previous: Previous | None = None,
) -> ScanAnswer:
    """What the device is told."""
    request = asked.request
    shown = attendee_of(person, photo_id_categories=asked.device["photo_id_categories"]) if person else None
    leaving = judgement.verdict is Verdict.ADMITTED and request.scan.direction is Direction.EXIT
    return ScanAnswer(
        scan_id=request.scan.scan_id,
        verdict=judgement.verdict,
        reason=judgement.reason,
        message="Goodbye" if leaving else MESSAGES[judgement.reason],
        replayed=False,
        attendee=shown,
        previous=previous,
        inside=inside,
    )
