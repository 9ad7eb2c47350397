"""Reading what gates contradict, and how it was settled."""

import re
from datetime import datetime

import msgspec

from events_service.database import Row, fetch, fetch_one
from events_service.door.ledgers import ConflictKind
from events_service.door.rules import Reason, Verdict
from events_service.door.settlements import SETTLES, Outcome
from events_service.door.settling import gate_did
from events_service.errors import NotFound

_ID = re.compile(r"[0-9a-f]{32}")


class GateShown(msgspec.Struct, frozen=True):
    """A scan that contradicts: by which device, when by our clock, and what its gate did with the person.

    `claimed_at` is what the device said, where that was not believed; `undone` that the scan was taken back since.
    """

    scan_id: str
    device: str
    at: datetime
    claimed_at: datetime | None
    did: Verdict
    undone: bool


class Settler(msgspec.Struct, frozen=True):
    """Who settled a conflict: a device by its name, an account or a token by theirs."""

    kind: str
    name: str


class DoorConflict(msgspec.Struct, frozen=True):
    """A gate that contradicts what is known. A protected person stands under their alias.

    `first` is the scan that admitted the badge before, null where there is but one scan to it; `reason` is what stands against the
    second one. `outcomes` are the words that settle it.
    """

    id: str
    kind: ConflictKind
    registration_id: str
    name: str
    organisation: str
    category: str
    checkpoint: str
    place: str
    reason: Reason | None
    first: GateShown | None
    second: GateShown
    raised_at: datetime
    outcomes: list[Outcome]
    outcome: Outcome | None
    settled_reason: str
    settled_at: datetime | None
    settled_by: Settler | None
    reopened_reason: str


async def conflicts_of(
    event_id: str, *, settled: bool | None = None, before: str = "", limit: int = 50
) -> list[DoorConflict]:
    """The event's conflicts, the newest first: whoever came in last is the nearest. `before` is the id of the last one seen."""
    chosen = {None: "", True: "AND c.settled_at IS NOT NULL", False: "AND c.settled_at IS NULL"}[settled]
    after = "AND c.id < $3" if before else ""
    rows = await fetch(
        f"{_CONFLICTS} WHERE c.event = $1 {chosen} {after} ORDER BY c.id DESC LIMIT $2",
        *((event_id, limit, before) if before else (event_id, limit)),
    )
    return [_conflict(row) for row in rows]


async def conflict_by_id(conflict_id: str, *, event_id: str) -> DoorConflict:
    """One conflict of this event. Raises `NotFound`."""
    known = _ID.fullmatch(conflict_id)
    row = await fetch_one(f"{_CONFLICTS} WHERE c.id = $1 AND c.event = $2", conflict_id, event_id) if known else None
    if row is None:
        raise NotFound()
    return _conflict(row)


async def how_many_open(event_id: str) -> int:
    """How many conflicts of the event wait to be settled."""
    row = await fetch_one(
        "SELECT COUNT(*) AS open FROM scan_conflict WHERE event = $1 AND settled_at IS NULL", event_id
    )
    return int(row["open"]) if row else 0


_CONFLICTS = """
    SELECT c.*, r.name, r.organisation, r.category, k.slug AS checkpoint_slug, k.name AS place,
           COALESCE(settler.name, account.name, api_token.name, '') AS settler_name,
           second.happened_at AS second_at, second.claimed_at AS second_claimed, second.gate AS second_gate, second.answer AS second_answer,
           second.reason AS second_reason, second.barred, second.undone_at AS second_undone, second_device.name AS second_name,
           first.happened_at AS first_at, first.claimed_at AS first_claimed, first.gate AS first_gate, first.answer AS first_answer,
           first.undone_at AS first_undone, first_device.name AS first_name
    FROM scan_conflict c JOIN registration r ON r.id = c.registration JOIN checkpoint k ON k.id = c.checkpoint
    JOIN scan second ON second.scan_id = c.second_scan JOIN device second_device ON second_device.id = second.device
    LEFT JOIN scan first ON first.scan_id = c.first_scan LEFT JOIN device first_device ON first_device.id = first.device
    LEFT JOIN device settler ON c.settled_by_kind = 'device' AND settler.id = c.settled_by
    LEFT JOIN account ON c.settled_by_kind = 'account' AND account.id = c.settled_by
    LEFT JOIN api_token ON c.settled_by_kind = 'token' AND api_token.id = c.settled_by"""


def _conflict(row: Row) -> DoorConflict:
    kind, reason = ConflictKind(row["kind"]), row["barred"] or row["second_reason"]
    return DoorConflict(
        id=row["id"],
        kind=kind,
        registration_id=row["registration"],
        name=row["name"],
        organisation=row["organisation"],
        category=row["category"],
        checkpoint=row["checkpoint_slug"],
        place=row["place"],
        reason=Reason(reason) if reason else None,
        first=_gate(row, "first") if row["first_at"] else None,
        second=_gate(row, "second"),
        raised_at=row["created_at"],
        outcomes=list(SETTLES[kind]),
        outcome=Outcome(row["outcome"]) if row["settled_at"] else None,
        settled_reason=row["settled_reason"],
        settled_at=row["settled_at"],
        settled_by=Settler(row["settled_by_kind"], row["settler_name"]) if row["settled_at"] else None,
        reopened_reason=row["reopened_reason"],
    )


def _gate(row: Row, which: str) -> GateShown:
    return GateShown(
        scan_id=row[f"{which}_scan"],
        device=row[f"{which}_name"],
        at=row[f"{which}_at"],
        claimed_at=row[f"{which}_claimed"],
        did=gate_did(row[f"{which}_gate"], row[f"{which}_answer"]),
        undone=row[f"{which}_undone"] is not None,
    )
