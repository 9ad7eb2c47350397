"""A phone without a network decides exactly as the server does."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from events_service.door.ledgers import Fact, Ledger
from events_service.door.rules import Direction, Door, Holder, Passage, Standing, Verdict, judge
from events_service.door.scanning import local_day
from events_service.events.rules import Reentry
from events_service.events.rules import Status as EventStatus
from events_service.registrations.rules import Status
from tests.door.on_a_phone import on_a_phone

NOON = datetime(2037, 3, 7, 11, tzinfo=UTC)
ZONE = "Europe/Copenhagen"
MINUTE = timedelta(minutes=1)
# Each door with its zone; the main entrance stands alone.
ZONES = {"main": "", "north": "Rooms", "south": "Rooms", "cinema": "Films"}
HOURS = [(None, None), (NOON, None), (NOON + MINUTE, None), (None, NOON), (None, NOON + MINUTE), (NOON, NOON + MINUTE)]
STANDINGS = [None, *product((True, False), (NOON - timedelta(hours=1), NOON - timedelta(days=1)))]
EVERYWHERE: tuple[Any, ...] = (
    tuple(Status), (False, True), (None, frozenset({"media"}), frozenset({"media", "police"})), tuple(Reentry), tuple(Direction),
    (EventStatus.PUBLISHED, EventStatus.CANCELLED), (False, True),
)  # fmt: skip
RULES_JS = """
import { judge } from "door/judge.js";
const made = given.map(({ passage, ...known }) => judge(passage, known));
"""
WALKS_JS = """
import { judge } from "door/judge.js";
import { doorOf } from "door/roster.js";
import { standAfter } from "door/standings.js";
const holder = { category: "police", status: "confirmed", replaced: false, rooms: [] };
const made = given.walks.map((walk) => {
  const kept = new Map();
  return walk.map(({ day, ...scan }) => {
    const { checkpoint, direction, at } = scan;
    const passage = { direction, at, day };
    const known = { holder, door: doorOf(given.picture, checkpoint), eventStatus: "published", mayOverride: false };
    const judgement = judge(passage, { ...known, standing: kept.get(checkpoint) ?? null });
    if (judgement.verdict === "admitted") {
      const standings = [...kept.values()];
      for (const one of standAfter(scan, { id: "x", standings, picture: given.picture })) kept.set(one.checkpoint, one);
    }
    return [judgement.reason, [...kept.values()].filter((one) => one.inside).map((one) => one.checkpoint).sort()];
  });
});
"""
DAYS_JS = """
import { dayIn } from "door/standings.js";
const made = given.map(({ zone, at }) => dayIn(zone, at));
"""


@dataclass(frozen=True)
class Case:
    passage: Passage
    holder: Holder
    door: Door
    event_status: EventStatus
    standing: Standing | None
    may_override: bool


def cases() -> Iterator[Case]:
    """Every way in which what the rules look at can come together; for a session's room and for who must be looked at first, the hours and
    standings that tell one apart."""
    for every in product(*EVERYWHERE, HOURS, STANDINGS, [(False, False)]):
        yield _case(*every)
    for every in product(*EVERYWHERE, HOURS[1:3], STANDINGS[:3], [(True, False), (True, True)]):
        yield _case(*every)
    for every in product(*EVERYWHERE, HOURS[1:3], STANDINGS[:3], [(False, False)]):
        yield _case(*every, needs_staff=True)


def _case(
    status: Status,
    replaced: bool,
    categories: frozenset[str] | None,
    reentry: Reentry,
    direction: Direction,
    event_status: EventStatus,
    may_override: bool,
    hours: tuple[datetime | None, datetime | None],
    stood: tuple[bool, datetime] | None,
    place: tuple[bool, bool],
    *,
    needs_staff: bool = False,
) -> Case:
    standing = Standing(stood[0], stood[1], local_day(stood[1], ZONE)) if stood else None
    return Case(
        Passage(direction, NOON, local_day(NOON, ZONE)),
        Holder("police", status, replaced=replaced, has_place=place[1], needs_staff=needs_staff),
        Door(reentry, categories, *hours, by_session=place[0]),
        event_status,
        standing,
        may_override,
    )


def milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def standing_on_phone(standing: Standing | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    return {"inside": standing.inside, "at": milliseconds(standing.admitted_at), "day": standing.day.isoformat()}


def admits(case: Case) -> bool:
    of_its_category = case.door.categories is None or case.holder.category in case.door.categories
    return of_its_category and (case.holder.has_place or not case.door.by_session)


def on_phone(case: Case) -> dict[str, Any]:
    """The case in the phone's words."""
    return {
        "passage": {
            "direction": case.passage.direction,
            "at": milliseconds(case.passage.at),
            "day": case.passage.day.isoformat(),
        },
        "holder": {
            "category": case.holder.category,
            "status": case.holder.status,
            "replaced": case.holder.replaced,
            # What the roster says of this person: the doors with a rule of their own that admit them.
            "rooms": ["main"] if admits(case) else [],
            "needsStaff": case.holder.needs_staff,
        },
        "door": {
            "slug": "main",
            "reentry": case.door.reentry,
            "categories": sorted(case.door.categories) if case.door.categories is not None else None,
            "sessions": case.door.by_session,
            "opensAt": milliseconds(case.door.opens_at),
            "closesAt": milliseconds(case.door.closes_at),
        },
        "eventStatus": case.event_status,
        "standing": standing_on_phone(case.standing),
        "mayOverride": case.may_override,
    }


def decided(case: Case) -> dict[str, Any]:
    """What the server says of the case, in the phone's words."""
    judgement = judge(
        case.passage,
        holder=case.holder,
        door=case.door,
        event_status=case.event_status,
        standing=case.standing,
        may_override=case.may_override,
    )
    return {
        "verdict": judgement.verdict.value,
        "reason": judgement.reason.value if judgement.reason else None,
        "standing": standing_on_phone(judgement.standing),
    }


def test_both_judge_every_case_alike() -> None:
    every = list(cases())
    expected = [decided(case) for case in every]
    # All reasons that rules can give come up, or the cases would prove little.
    assert {one["reason"] for one in expected} == {
        None, "event_cancelled", "registration_cancelled", "not_confirmed", "badge_replaced", "not_inside",
        "not_admitted_here", "outside_hours", "already_admitted",
    }  # fmt: skip
    assert len(every) == 30_240 + 12_096 + 6_048
    judged = on_a_phone(RULES_JS, [on_phone(case) for case in every])
    wrong = [(case, here, there) for case, here, there in zip(every, expected, judged, strict=True) if here != there]
    assert wrong[:3] == []


def walks() -> list[list[tuple[str, Direction, datetime]]]:
    """People who pass the main entrance, two rooms of one zone and one of another, in all sorts of orders."""
    chance = random.Random(17)
    return [
        [
            (
                chance.choice(list(ZONES)),
                chance.choice([Direction.ENTRY, Direction.ENTRY, Direction.EXIT]),
                NOON + timedelta(minutes=n * chance.randrange(1, 300)),
            )
            for n in range(chance.randrange(2, 16))
        ]
        for _ in range(60)
    ]


def told_by_the_record(walk: list[tuple[str, Direction, datetime]], reentry: Reentry) -> list[Any]:
    """What the service's record says of each scan, and where the person is inside then."""
    zones = set(ZONES.values())
    ledgers = {zone: Ledger({door: reentry for door in ZONES if ZONES[door] == zone}) for zone in zones}
    told = []
    for n, (door, direction, at) in enumerate(walk):
        passage = Passage(direction, at, local_day(at, ZONE))
        # In the order in which they were scanned: a device's clock does not go back.
        fact = Fact(str(n), "phone", door, passage, NOON + timedelta(days=n), gate=Verdict.ADMITTED, offline=True)
        ledgers[ZONES[door]].add(fact)
        reason = ledgers[ZONES[door]].findings[str(n)].reason
        told.append([reason, sorted(one for one in ZONES if ledgers[ZONES[one]].is_inside(one))])
    return told


@pytest.mark.parametrize("reentry", list(Reentry))
def test_both_move_people_from_room_to_room_alike(reentry: Reentry) -> None:
    every = walks()
    expected = [told_by_the_record(walk, reentry) for walk in every]
    assert {len(inside) for walk in expected for _, inside in walk} >= {0, 1, 2, 3}
    doors = [
        {"slug": door, "name": door, "zone": zone if door != "main" else None, "reentry": None, "categories": None,
         "sessions": False, "opens_at": None, "closes_at": None}
        for door, zone in ZONES.items()
    ]  # fmt: skip
    picture = {"checkpoints": doors, "event": {"reentry": reentry, "timezone": ZONE}, "device": {"name": "phone"}}
    given = [
        [
            {"checkpoint": door, "direction": direction, "at": milliseconds(at), "day": local_day(at, ZONE).isoformat()}
            for door, direction, at in walk
        ]
        for walk in every
    ]
    assert on_a_phone(WALKS_JS, {"picture": picture, "walks": given}) == expected


def test_both_know_which_day_it_is() -> None:
    chance = random.Random(7)
    zones = [ZONE, "Atlantic/Reykjavik", "Europe/Helsinki", "Pacific/Kiritimati", "America/St_Johns", "UTC"]
    moments = [
        datetime(2037, 3, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(60 * 24 * 365)) for _ in range(300)
    ]
    # Around midnight on the days the clocks change.
    moments += [datetime(2037, 3, 29, hour, 59, 59, tzinfo=ZoneInfo(ZONE)) for hour in range(24)]
    asked = [(zone, moment) for zone in zones for moment in moments]
    told = on_a_phone(DAYS_JS, [{"zone": zone, "at": milliseconds(moment)} for zone, moment in asked])
    assert told == [local_day(moment, zone).isoformat() for zone, moment in asked]


def test_a_room_with_a_rule_of_its_own_follows_the_roster() -> None:
    """Who has a place in a session only the server works out; a typed code names nobody's category, so the roster tells that too."""
    door = on_phone(next(cases()))["door"]
    asked = [
        ({"sessions": True}, {"rooms": []}, "not_admitted_here"),
        ({"sessions": True}, {"rooms": ["main"]}, None),
        ({"sessions": True, "categories": ["media"]}, {"rooms": ["main"]}, "not_admitted_here"),
        ({"categories": ["media"]}, {"category": None}, "not_admitted_here"),
        ({"categories": ["media"]}, {"category": None, "rooms": ["main"]}, None),
        ({}, {"category": None}, None),
    ]
    plain = on_phone(next(case for case in cases() if case.holder.status is Status.CONFIRMED))
    judged = on_a_phone(
        RULES_JS,
        [
            plain | {"door": door | at_door, "holder": plain["holder"] | {"rooms": []} | who}
            for at_door, who, _ in asked
        ],
    )
    assert [one["reason"] for one in judged] == [reason for _, _, reason in asked]
