"""Three devices, two of them without a network and with clocks seven minutes wrong: whatever comes back first, the record is the same."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from events_service import clock
from events_service.database import fetch, is_postgres, transaction
from events_service.door.batches import scan_offline_batch
from events_service.door.conflict_actions import SettleDraft, settle
from events_service.door.ledgers import ConflictKind
from events_service.door.scanning import scan, scan_request
from events_service.door.settlements import SETTLES, Outcome
from events_service.registrations.actions import cancel_registration
from tests.door.given import ME, Guest, Phone, a_phone, an_event, batch, change, guests, scan_of

pytestmark = pytest.mark.usefixtures("database")

START = datetime(2037, 3, 7, 10, tzinfo=UTC)
BACK = START + timedelta(hours=27)
WRONG_BY = {"left": timedelta(minutes=7), "right": timedelta(minutes=-7)}
SCANS_A_BATCH = 120
ORDERS = 200
# What a supervisor decided: scan, kind, outcome; in the order in which it was decided.
Decided = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """A scan as it happened; `let_in` is what the gate did."""

    scan_id: str
    device: str
    guest: Guest
    at: datetime
    direction: str
    let_in: bool


def made_by(device: str, people: list[Guest], chance: Random, *, seconds: int = 26 * 3600) -> list[Made]:
    moments = chance.sample(range(seconds), len(people))
    return [
        Made(
            f"{device}-{n}",
            device,
            guest,
            START + timedelta(seconds=second),
            chance.choice(["entry", "entry", "exit"]),
            chance.random() < 0.9,
        )
        for n, (guest, second) in enumerate(zip(people, moments, strict=True))
    ]


def as_decided(scans: Iterable[Made], decided: Collection[Decided]) -> list[Made]:
    """The scans with what their gates did in the end."""
    in_the_end = {"came_in": True, "sent_away": False}
    gates = {scan_id: in_the_end[outcome] for scan_id, _, outcome in decided if outcome in in_the_end}
    return [replace(one, let_in=gates.get(one.scan_id, one.let_in)) for one in scans]


def predicted(
    scans: Iterable[Made], reentry: str, *, barred: Collection[str] = (), decided: Collection[Decided] = ()
) -> tuple[dict[str, tuple[bool, str]], set[tuple[str, str, str]]]:
    """Guest → whether inside and by which scan; and the contradictions (kind, first, second) that nobody decided yet.

    `barred` are the guests whose badges do not hold. Told without the product's code.
    """
    stands: dict[str, tuple[bool, str]] = {}
    contradictions = set()
    latest: dict[str, Made] = {}
    may_stay = {scan_id for scan_id, _, outcome in decided if outcome == "may_stay"}
    for one in sorted(as_decided(scans, decided), key=lambda one: (one.at, one.scan_id)):
        inside = stands.get(one.guest.id, (False, ""))[0]
        before = latest.get(one.guest.id)
        if one.direction == "exit":
            if inside and before:
                stands[one.guest.id] = (False, before.scan_id)
            continue
        bars = one.guest.id in barred and one.scan_id not in may_stay
        same_day = before is not None and _danish_day(before.at) == _danish_day(one.at)
        used_up = before is not None and {"once": True, "in_and_out": inside, "daily": same_day}[reentry]
        if bars:
            if one.let_in:
                contradictions.add(("admitted_but_invalid", "", one.scan_id))
        elif not one.let_in:
            if not used_up and one.device != "online":
                contradictions.add(("refused_but_valid", "", one.scan_id))
        elif not used_up:
            latest[one.guest.id] = one
            stands[one.guest.id] = (True, one.scan_id)
        elif before is not None and before.device != one.device:
            contradictions.add(("double_admission", before.scan_id, one.scan_id))
    over = {(kind, scan_id) for scan_id, kind, _ in decided}
    return stands, {one for one in contradictions if (one[0], one[2]) not in over}


def _danish_day(at: datetime) -> Any:
    return (at + timedelta(hours=1)).date()


async def recorded() -> tuple[dict[str, tuple[bool, str]], set[tuple[str, str, str]]]:
    presences = await fetch("SELECT registration, inside, admitted_by FROM presence")
    conflicts = await fetch("SELECT kind, first_scan, second_scan FROM scan_conflict WHERE settled_at IS NULL")
    return (
        {row["registration"]: (bool(row["inside"]), row["admitted_by"]) for row in presences},
        {(row["kind"], row["first_scan"], row["second_scan"]) for row in conflicts},
    )


async def online(phone: Phone, scans: list[Made], monkeypatch: pytest.MonkeyPatch) -> list[Made]:
    """What the device with a network scanned, with what it was told."""
    told = []
    for one in sorted(scans, key=lambda one: one.at):
        monkeypatch.setattr(clock, "now", lambda at=one.at: at)
        asked = scan_of(one.guest.badge, scan_id=one.scan_id, at=one.at.isoformat(), direction=one.direction)
        answer = await scan(scan_request(asked, device_digest=phone.digest))
        told.append(Made(one.scan_id, one.device, one.guest, one.at, one.direction, answer.verdict == "admitted"))
    monkeypatch.setattr(clock, "now", lambda: BACK)
    return told


async def comes_back(phone: Phone, scans: list[Made], *, minute: int = 0) -> None:
    """One batch, dated by the device's wrong clock, so many minutes after it found its network again."""
    wrong_by = WRONG_BY[scans[0].device]
    drafts = [
        scan_of(
            one.guest.badge,
            scan_id=one.scan_id,
            at=(one.at + wrong_by).isoformat(),
            direction=one.direction,
            device_verdict="admitted" if one.let_in else "refused",
        )
        for one in scans
    ]
    sent = batch(*drafts, device_time=(BACK + timedelta(minutes=minute) + wrong_by).isoformat())
    await scan_offline_batch(sent, device_digest=phone.digest)


async def begun_anew() -> None:
    async with transaction() as tx:
        for table in ("scan_conflict", "presence", "scan"):
            await tx.execute(f"DELETE FROM {table}")


async def decided_by(chance: Random, event_id: str) -> list[Decided]:
    """One of the open contradictions, decided somehow; nothing where there is none."""
    rows = await fetch(
        "SELECT id, second_scan, kind FROM scan_conflict WHERE settled_at IS NULL ORDER BY second_scan, kind"
    )
    if not rows:
        return []
    row = chance.choice(rows)
    outcome = chance.choice(list(SETTLES[ConflictKind(row["kind"])]))
    await settle(row["id"], SettleDraft(outcome=Outcome(outcome), reason="Seen."), event_id=event_id, doer=ME)
    return [(row["second_scan"], row["kind"], outcome.value)]


async def test_of_200_orders_each_makes_the_record_that_scans_and_decisions_make(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: START - timedelta(minutes=5))
    event, chance = await an_event(), Random(16)
    people = await guests(event, 8)
    barred = {guest.id for guest in people[:2]}
    phones = {name: await a_phone(event, name=name) for name in ("left", "right", "online")}
    for registration_id in barred:
        await cancel_registration(registration_id)
    seen = set[str]()
    for n in range(ORDERS):
        reentry = ("once", "in_and_out", "daily")[n % 3]
        await change("UPDATE event SET reentry = $1", reentry)
        await begun_anew()
        offline = {name: made_by(name, chance.choices(people, k=10), chance) for name in ("left", "right")}
        told = await online(phones["online"], made_by("online", chance.choices(people, k=3), chance), monkeypatch)
        batches = [scans[half] for scans in offline.values() for half in (slice(0, None, 2), slice(1, None, 2))]
        decided: list[Decided] = []
        for minute, one in enumerate([*chance.sample(batches, len(batches)), chance.choice(batches)]):
            monkeypatch.setattr(clock, "now", lambda minute=minute: BACK + timedelta(minutes=minute))
            await comes_back(phones[one[0].device], one, minute=minute)
            decided += await decided_by(chance, event.id) if minute % 2 else []
        scans = [*told, *offline["left"], *offline["right"]]
        stands, contradictions = predicted(scans, reentry, barred=barred, decided=decided)
        assert await recorded() == (stands, contradictions), (n, reentry, decided)
        seen |= {kind for kind, _, _ in contradictions} | {outcome for _, _, outcome in decided}
    assert seen == {*ConflictKind, *Outcome}


async def test_the_record_is_what_the_scans_say_in_every_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: START - timedelta(minutes=5))
    event, chance = await an_event(), Random(7)
    people = await guests(event, 300)
    phones = {name: await a_phone(event, name=name) for name in ("left", "right", "online")}
    left = made_by("left", [*people[:200], *people[100:200]], chance)
    right = made_by("right", [*people[100:], *people[100:200]], chance)
    there = made_by("online", chance.sample(people, 60), chance)
    for reentry in ("once", "in_and_out", "daily"):
        await change("UPDATE event SET reentry = $1", reentry)
        for _ in range(1 if is_postgres() else 2):
            await begun_anew()
            told = await online(phones["online"], there, monkeypatch)
            batches = [
                shuffled[start : start + SCANS_A_BATCH]
                for scans in (left, right)
                for shuffled in [chance.sample(scans, len(scans))]
                for start in range(0, len(scans), SCANS_A_BATCH)
            ]
            # One of them is sent again: its answer was lost on the way.
            for one in [*chance.sample(batches, len(batches)), chance.choice(batches)]:
                await comes_back(phones[one[0].device], one)
            stands, contradictions = predicted([*told, *left, *right], reentry)
            assert await recorded() == (stands, contradictions)
            assert {kind for kind, _, _ in contradictions} == {"double_admission", "refused_but_valid"}
