"""Working the truth of a door out anew, once more is known: where people stand, what is true of their scans, and what contradicts.

However many badges: the same number of statements.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from events_service import clock
from events_service.database import Row, Transaction, deleting, inserting, updating
from events_service.door.ledgers import ConflictKind, Correction, Doorway, Fact, Ledger
from events_service.door.records import write_presences
from events_service.door.rules import Direction, Judgement, Passage, Reason, Verdict
from events_service.door.settlements import Outcome, Settlement, correction_of
from events_service.events.rules import Reentry
from events_service.identifiers import new_id


class _Told(msgspec.Struct, frozen=True):
    """The part of an answer that says what the gate did with it."""

    verdict: Verdict


_TRUTH = updating("scan", "scan_id", ("verdict", "reason", "gate"))
_GONE = deleting("presence", ("checkpoint", "registration"))
_OVER = deleting("scan_conflict", ("id",))
_MOVED = updating("scan_conflict", "id", ("first_scan",))
_RAISED = inserting(
    "scan_conflict",
    ("id", "event", "checkpoint", "registration", "kind", "first_scan", "second_scan", "created_at"),
)

# A checkpoint's id and a registration's; of a ledger, a zone's and a registration's.
Key = tuple[str, str]


class Books:
    """The ledgers of some people at some doors of one event, and what was written of them before."""

    def __init__(
        self, event: str, doors: Mapping[str, Doorway], scans: Sequence[Row] = (), conflicts: Sequence[Row] = ()
    ) -> None:
        self._event = event
        self._doors = doors
        self._conflicts = conflicts
        settled = _corrections(conflicts)
        self.names = {row["device"]: row["device_name"] for row in scans}
        self._before = {row["scan_id"]: (row["verdict"], row["reason"], row["gate"]) for row in scans}
        self._reentry: dict[str, dict[str, Reentry]] = {}
        for one, door in doors.items():
            self._reentry.setdefault(door.zone, {})[one] = door.reentry
        facts: dict[Key, list[Fact]] = {}
        for row in scans:
            facts.setdefault((doors[row["checkpoint"]].zone, row["registration"]), []).append(
                _fact(row, settled.get(row["scan_id"], Correction()))
            )
        self._ledgers = {key: Ledger(self._reentry[key[0]], found) for key, found in facts.items()}
        self._key_of = {row["scan_id"]: (row["checkpoint"], row["registration"]) for row in scans}
        self._opened = set(self._key_of.values())

    def ledger(self, key: Key) -> Ledger:
        """The ledger that holds this person at this door, an empty one where nobody scanned them there."""
        self._opened.add(key)
        zone = self._doors[key[0]].zone
        return self._ledgers.setdefault((zone, key[1]), Ledger(self._reentry[zone]))

    def gate_did(self, scan_id: str, gate: Verdict) -> None:
        """What a gate did with a scan that we answered too late for it to hear: it decided without us."""
        key = self._key_of.get(scan_id)
        if key is None:
            return
        ledger = self.ledger(key)
        known = ledger.fact(scan_id)
        if not known.offline and known.gate is not gate:
            ledger.correct(msgspec.structs.replace(known, gate=gate, offline=True))

    def told(self, fact: Fact, judgement: Judgement) -> None:
        """What is about to be written of a new scan."""
        reason = judgement.reason.value if judgement.reason else None
        self._before[fact.scan_id] = (judgement.verdict.value, reason, fact.gate.value)

    async def write(self, tx: Transaction) -> None:
        """Set right what is written of these people."""
        scans, standing, gone = list[tuple[object, ...]](), list[tuple[object, ...]](), list[Key]()
        for ledger in self._ledgers.values():
            scans += self._changed(ledger)
        for key in self._opened:
            ledger = self.ledger(key)
            stands, by = ledger.standings.get(key[0]), ledger.admissions.get(key[0])
            if stands is None or by is None:
                gone.append(key)
                continue
            standing.append(
                (new_id(), self._event, *key, stands.inside, stands.admitted_at, stands.day, by.scan_id, by.device)
            )
        await tx.change_all(_TRUTH, scans)
        await write_presences(tx, standing)
        await tx.change_all(_GONE, gone)
        await self._write_conflicts(tx)

    def _changed(self, ledger: Ledger) -> list[tuple[object, ...]]:
        """The scans of which something else is true than what was written, or told just now."""
        changed: list[tuple[object, ...]] = []
        for fact in ledger.facts():
            finding = ledger.findings[fact.scan_id]
            reason = finding.reason.value if finding.reason else None
            found = (finding.verdict.value, reason, fact.gate.value if fact.offline else None)
            if found != self._before.get(fact.scan_id):
                changed.append((fact.scan_id, *found))
        return changed

    async def _write_conflicts(self, tx: Transaction) -> None:
        there = {
            (row["second_scan"], row["kind"]): row
            for row in self._conflicts
            if (row["checkpoint"], row["registration"]) in self._opened
        }
        now = clock.now()
        raised, moved = list[tuple[object, ...]](), list[tuple[object, ...]]()
        for (_, person), ledger in self._ledgers.items():
            for fact in ledger.facts():
                finding = ledger.findings[fact.scan_id]
                if finding.conflict is None:
                    continue
                kind = finding.conflict.value
                row = there.pop((fact.scan_id, kind), None)
                if row is None:
                    where = (self._event, fact.door, person)
                    raised.append((new_id(), *where, kind, finding.first, fact.scan_id, now))
                elif row["settled_at"] is None and row["first_scan"] != finding.first:
                    moved.append((row["id"], finding.first))
        # What a supervisor settled stays on record.
        over = [(row["id"],) for row in there.values() if row["settled_at"] is None]
        await tx.change_all(_OVER, over)
        await tx.change_all(_MOVED, moved)
        await tx.change_all(_RAISED, raised)


async def open_books(
    tx: Transaction, event: str, *, registrations: Sequence[str], doors: Mapping[str, Doorway]
) -> Books:
    """The books of these people, who are locked first, at these doors (by id), of which each zone has to be whole."""
    if not registrations:
        return Books(event, doors)
    people = sorted(registrations)
    await tx.fetch("SELECT id FROM registration WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", people)
    scans = await tx.fetch(
        """SELECT s.scan_id, s.checkpoint, s.registration, s.device, d.name AS device_name, s.direction, s.scanned_at, s.received_at,
                  s.local_day, s.verdict, s.reason, s.happened_at, s.gate, s.barred, s.forced, s.answer
           FROM scan s JOIN device d ON d.id = s.device
           WHERE s.registration = ANY($1) AND s.checkpoint = ANY($2) AND s.undone_at IS NULL""",
        people,
        sorted(doors),
    )
    conflicts = await tx.fetch(
        """SELECT id, checkpoint, registration, kind, first_scan, second_scan, outcome, settled_at FROM scan_conflict
           WHERE registration = ANY($1) AND checkpoint = ANY($2)""",
        people,
        sorted(doors),
    )
    return Books(event, doors, scans, conflicts)


def doors_around(checkpoints: Collection[Row], slugs: Iterable[str], *, reentry: str) -> dict[str, Doorway]:
    """The doors of these names and all others of their zones, of an event's checkpoints; `reentry` is the event's."""
    found = {row["id"]: Doorway(Reentry(row["reentry"] or reentry), row["zone"] or row["id"]) for row in checkpoints}
    wanted = set(slugs)
    zones = {found[row["id"]].zone for row in checkpoints if row["slug"] in wanted}
    return {one: door for one, door in found.items() if door.zone in zones}


def gate_did(gate: str | None, answer: str) -> Verdict:
    """What a gate did: by its own word, or, without one, what we told it, for the person heard that first."""
    return Verdict(gate) if gate else msgspec.json.decode(answer, type=_Told).verdict


def _corrections(conflicts: Iterable[Row]) -> dict[str, Correction]:
    """Scan → what supervisors set right of it."""
    settled: dict[str, list[Settlement]] = {}
    for row in conflicts:
        if row["settled_at"] is not None:
            one = Settlement(ConflictKind(row["kind"]), Outcome(row["outcome"]), row["settled_at"])
            settled.setdefault(row["second_scan"], []).append(one)
    return {scan_id: correction_of(found) for scan_id, found in settled.items()}


def _fact(row: Row, settled: Correction) -> Fact:
    return Fact(
        scan_id=row["scan_id"],
        device=row["device"],
        door=row["checkpoint"],
        passage=Passage(Direction(row["direction"]), row["scanned_at"], row["local_day"]),
        happened_at=row["happened_at"] or row["received_at"],
        gate=gate_did(row["gate"], row["answer"]),
        offline=row["gate"] is not None,
        barred=Reason(row["barred"]) if row["barred"] else None,
        forced=row["forced"],
        settled=settled,
    )
