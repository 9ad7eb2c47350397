"""What a batch of scans needs to know: read once for all of them, after the badges it decides on are locked."""

from dataclasses import dataclass

import msgspec

from events_service import clock
from events_service.database import Row, Transaction
from events_service.door.answers import ScanAnswer, ScanRequest
from events_service.door.rules import Standing
from events_service.registrations.badge_tokens import parse


@dataclass(slots=True)
class Known:
    """What one batch has looked up, as it changes from scan to scan."""

    devices: dict[str, Row]
    checkpoints: dict[tuple[str, str], Row]
    registrations: dict[str, Row]
    retired: dict[str, Row]
    answers: dict[str, tuple[str, ScanAnswer]]
    standings: dict[tuple[str, str], tuple[Standing, Row]]
    inside: dict[str, int]
    public_keys: dict[int, Row]


async def look(tx: Transaction, requests: list[ScanRequest]) -> Known:
    """Lock the badges of these scans in id order, then look everything up."""
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
    known = Known(
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
