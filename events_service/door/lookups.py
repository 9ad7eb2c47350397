"""What a batch of scans needs to know: read once for all of them, after the badges it decides on are locked."""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from events_service import clock
from events_service.database import Row, Transaction
from events_service.door.answers import ScanAnswer, ScanRequest
from events_service.door.checkpoint_queries import places_of
from events_service.door.rules import Standing
from events_service.door.typed_codes import read_typed
from events_service.registrations.badge_tokens import parse


@dataclass(slots=True)
class Known:
    """What one batch has looked up, as it changes from scan to scan; `requests` are its scans with typed codes read as badges.

    Devices of those ids that are `slowed` typed too many wrong ones.
    """

    devices: dict[str, Row]
    checkpoints: dict[tuple[str, str], Row]
    registrations: dict[str, Row]
    retired: dict[str, Row]
    answers: dict[str, tuple[str, ScanAnswer]]
    standings: dict[tuple[str, str], tuple[Standing, Row]]
    inside: dict[str, int]
    public_keys: dict[int, Row]
    # Of the sessions that these checkpoints admit by: (session, registration).
    places: set[tuple[str, str]]
    requests: list[ScanRequest]
    slowed: frozenset[str]


async def look(tx: Transaction, requests: list[ScanRequest]) -> Known:
    """Lock the badges of these scans in id order, then look everything up."""
    devices = await tx.fetch(
        """SELECT d.id, d.event, d.name, d.role, d.grants, d.kiosk, d.checkpoint, d.token_digest, d.last_seen_at,
                  e.status AS event_status, e.timezone, e.reentry, e.ends_at, e.slug,
                  COALESCE(a.photo_id_categories, '[]') AS photo_id_categories
           FROM device d JOIN event e ON e.id = d.event LEFT JOIN admission a ON a.event = e.id
           WHERE d.token_digest = ANY($1) AND d.revoked_at IS NULL ORDER BY d.id""",
        sorted({request.device_digest for request in requests}),
    )
    typed = await read_typed(tx, requests, devices)
    requests = typed.requests
    digests = sorted({request.badge for request in requests})
    # Lock, then look: what follows is read after every rival for these badges has committed.
    registrations = await tx.fetch(
        """SELECT id, event, name, organisation, category, status, badge_digest, door_note, photo_id FROM registration
           WHERE badge_digest = ANY($1) ORDER BY id FOR NO KEY UPDATE""",
        digests,
    )
    by_digest = {row["badge_digest"]: row for row in registrations}
    unknown = [request for request in requests if request.badge not in by_digest]
    retired = await _retired(tx, unknown)
    checkpoints = await tx.fetch(
        """SELECT k.*, s.signup AS takes_sign_ups FROM checkpoint k LEFT JOIN session s ON s.id = k.session_id
           WHERE k.event = ANY($1) AND NOT k.online""",
        sorted({device["event"] for device in devices}),
    )
    asked = _asked_for(checkpoints, requests)
    people = sorted({row["id"] for row in (*registrations, *retired.values())})
    known = Known(
        devices={device["token_digest"]: device for device in devices},
        checkpoints={(row["event"], row["slug"]): row for row in checkpoints},
        registrations=by_digest,
        retired=retired,
        answers=await _answers_before(tx, requests),
        standings=await _standings(tx, people, [row["id"] for row in with_rooms_beside(asked, checkpoints)]),
        inside=await _inside(tx, [row["id"] for row in asked]),
        public_keys=await _public_keys(tx, unknown),
        places=await places_of(tx, [row["session_id"] for row in asked if row["takes_sign_ups"]], people),
        requests=requests,
        slowed=typed.slowed,
    )
    await _mark_seen(tx, devices)
    return known


async def _retired(tx: Transaction, requests: list[ScanRequest]) -> dict[str, Row]:
    """Whose badges these were, by digest. Their holders, who may be inside, are locked too: where that crosses another batch, one of
    them is tried again."""
    if not requests:
        return {}
    rows = await tx.fetch(
        """SELECT b.digest, r.id, r.event, r.name, r.organisation, r.category, r.door_note, r.photo_id,
                  CASE WHEN b.passed_on THEN 'confirmed' ELSE r.status END AS status
           FROM retired_badge b JOIN registration r ON r.id = b.registration WHERE b.digest = ANY($1)
           ORDER BY r.id FOR NO KEY UPDATE OF r""",
        sorted({request.badge for request in requests}),
    )
    return {row["digest"]: row for row in rows}


async def stored_answer(tx: Transaction, scan_id: str) -> tuple[str, ScanAnswer] | None:
    """The answer that a scan of this id got before, as a repetition is told it, and at which event; None for a fresh id."""
    row = await tx.fetch_one("SELECT event, answer FROM scan WHERE scan_id = $1", scan_id)
    if row is None:
        return None
    answer = msgspec.json.decode(row["answer"], type=ScanAnswer)
    return row["event"], msgspec.structs.replace(answer, replayed=True)


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


def _asked_for(checkpoints: list[Row], requests: list[ScanRequest]) -> list[Row]:
    """The checkpoints of these scans: who is inside elsewhere need not be counted."""
    slugs = {request.scan.checkpoint for request in requests}
    return [row for row in checkpoints if row["slug"] in slugs]


def with_rooms_beside(asked: Collection[Row], checkpoints: Collection[Row]) -> list[Row]:
    """These checkpoints, and those that one leaves by entering one of them."""
    zones = {(row["event"], row["zone"]) for row in asked if row["zone"]}
    others = (row for row in checkpoints if (row["event"], row["zone"]) in zones) if zones else ()
    return list({row["id"]: row for row in (*asked, *others)}.values())


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
