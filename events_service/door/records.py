"""The record of scans: rows to write, for whole batches at once."""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from events_service.audit.actions import record_all
from events_service.audit.rules import Deed, Doer
from events_service.database import Row, Transaction, inserting
from events_service.door.answers import ScanAnswer, ScanRequest
from events_service.door.rules import Passage, Reason, Verdict


class Judged(msgspec.Struct, frozen=True):
    """What is told of a scan and whose badge it was; what stands against it by itself, and whether somebody set a refusal aside."""

    answer: ScanAnswer
    person: Row | None = None
    barred: Reason | None = None
    forced: bool = False


class Asked(msgspec.Struct, frozen=True):
    """A scan by a device we know, at a checkpoint of its event."""

    request: ScanRequest
    passage: Passage
    device: Row
    checkpoint: Row


# As `_scan_row` gives them.
_NEW_SCANS = inserting(
    "scan",
    (
        "scan_id", "event", "checkpoint", "device", "registration", "direction", "scanned_at", "received_at", "local_day",
        "verdict", "reason", "override_reason", "answer", "happened_at", "claimed_at", "gate", "barred", "forced",
    ),
)  # fmt: skip
_STANDINGS = inserting(
    "presence",
    ("id", "event", "checkpoint", "registration", "inside", "admitted_at", "admitted_day", "admitted_by", "device"),
    then="""ON CONFLICT (checkpoint, registration) DO UPDATE SET
              inside = excluded.inside, admitted_at = excluded.admitted_at, admitted_day = excluded.admitted_day,
              admitted_by = excluded.admitted_by, device = excluded.device
            WHERE presence.inside <> excluded.inside OR presence.admitted_by <> excluded.admitted_by
              OR presence.admitted_at <> excluded.admitted_at""",
)

Judging = Callable[[Asked], Judged]


@dataclass(slots=True)
class Writes:
    """What a batch of scans leaves behind."""

    scans: list[tuple[object, ...]] = field(default_factory=list)
    overrides: list[tuple[Doer, Deed]] = field(default_factory=list)

    def add(self, asked: Asked, judged: Judged) -> None:
        """A scan, and who set a refusal aside for it, and why."""
        self.scans.append(_scan_row(asked, judged))
        if judged.forced and judged.person is not None and judged.answer.verdict is Verdict.ADMITTED:
            self.overrides.append((Doer("device", asked.device["id"]), _override(asked, judged.person)))

    async def write(self, tx: Transaction) -> None:
        """The record of the scans, and of what was set aside."""
        await tx.change_all(_NEW_SCANS, self.scans)
        if self.overrides:
            await record_all(tx, self.overrides)


def _override(asked: Asked, person: Row) -> Deed:
    reason = asked.request.scan.override_reason or ""
    return Deed("overrode_refusal", asked.device["slug"], "registration", person["id"], reason=reason)


def _scan_row(asked: Asked, judged: Judged) -> tuple[object, ...]:
    request, passage, answer = asked.request, asked.passage, judged.answer
    gate = (request.scan.device_verdict or Verdict.ADMITTED).value if request.offline else None
    return (
        request.scan.scan_id,
        asked.device["event"],
        asked.checkpoint["id"],
        asked.device["id"],
        judged.person["id"] if judged.person else None,
        passage.direction.value,
        passage.at,
        request.received_at,
        passage.day,
        answer.verdict.value,
        answer.reason.value if answer.reason else None,
        request.scan.override_reason,
        msgspec.json.encode(answer).decode(),
        passage.at if request.offline else request.received_at,
        request.claimed_at,
        gate,
        judged.barred.value if judged.barred else None,
        judged.forced,
    )


async def write_presences(tx: Transaction, rows: list[tuple[object, ...]]) -> None:
    """Where people stand now."""
    await tx.change_all(_STANDINGS, rows)
