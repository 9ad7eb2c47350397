"""Whoever is inside can be scanned out, whatever has come to stand against them since, on both databases."""

from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient

from events_service.attendance.queries import attendance
from events_service.door.conflict_actions import SettleDraft, settle
from events_service.door.conflict_queries import conflicts_of
from events_service.door.settlements import Outcome
from events_service.door.undoing import undo_scan
from events_service.events.actions import cancel_event
from events_service.events.rules import Event
from events_service.registrations.actions import cancel_registration
from events_service.registrations.badges import badges_of
from events_service.registrations.queries import registration_by_id
from tests.door.given import (
    ADMITTED,
    ME,
    Guest,
    Phone,
    a_guest,
    a_phone,
    an_event,
    code_on,
    come_back,
    count,
    guests,
    inside_of,
    outcome,
    row_of,
    scan_of,
    scanned,
    sent,
    two_rooms,
)
from tests.door.on_a_phone import on_a_phone
from tests.house.given import bearer

pytestmark = pytest.mark.usefixtures("database")

CANCELLED = ("refused", "registration_cancelled")
# A phone that keeps what a roster tells in memory, and decides about one scan after the other.
PHONE_JS = """
import { decideHere } from "door/decisions.js";
import { look } from "door/roster.js";
const { roster, scans } = given;
const by = (rows, key) => new Map(rows.map((one) => [one[key], one]));
const [entries, codes, revoked] = [by(roster.entries, "id"), by(roster.entries, "code"), by(roster.revoked, "badge")];
let kept = roster.standings.map((one) => ({ ...one, at: Date.parse(one.at) }));
const store = {
  entry: async (id) => entries.get(id), entryByCode: async (code) => codes.get(code), revoked: async (badge) => revoked.get(badge),
  decide: async (id, checkpoint, decide) => {
    const { standings } = decide(kept.filter((one) => one.id === id));
    const isKept = (one) => !standings.some((other) => other.id === one.id && other.checkpoint === one.checkpoint);
    kept = [...kept.filter(isKept), ...standings];
    return kept.filter((one) => one.checkpoint === checkpoint && one.inside).length;
  },
};
const made = [];
for (const [badge, direction] of scans) {
  const scan = { badge, checkpoint: "main", direction, at: Date.parse("2037-03-07T11:00:00Z"), override_reason: null };
  const { verdict, reason, inside } = await decideHere(scan, await look(badge, roster, store), { store, picture: roster });
  made.push([verdict, reason, inside]);
}
"""


async def cancelled(event: Event, guest: Guest) -> None:
    await cancel_registration(guest.id)


async def waiting(event: Event, guest: Guest) -> None:
    await cancel_registration(guest.id)
    await a_guest(event)
    assert (await come_back(event, guest)).status == "waitlisted"


async def replaced(event: Event, guest: Guest) -> None:
    await cancel_registration(guest.id)
    await come_back(event, guest)


async def called_off(event: Event, guest: Guest) -> None:
    await cancel_event(event.slug, reason="The hall is closed.")


async def new_badge(event: Event, guest: Guest) -> str:
    person = await registration_by_id(guest.id)
    return (await badges_of([person], event))[guest.id]


@pytest.mark.parametrize(
    ("since", "reason"),
    [
        (cancelled, "registration_cancelled"),
        (waiting, "not_confirmed"),
        (replaced, "badge_replaced"),
        (called_off, "event_cancelled"),
    ],
)
async def test_whoever_is_inside_leaves_and_does_not_come_back(
    since: Callable[[Event, Guest], Awaitable[None]], reason: str
) -> None:
    event = await an_event(reentry="in_and_out", capacity=1)
    guest, phone = await a_guest(event), await a_phone(event)
    await scanned(phone, guest.badge)
    await since(event, guest)
    assert await outcome(phone, guest.badge) == ("refused", reason)
    left = await scanned(phone, guest.badge, scan_id="out", direction="exit")
    assert (left.verdict, left.message, left.inside) == ("admitted", "Goodbye", 0)
    assert left.attendee and left.attendee.name == guest.name
    assert (await attendance(event.id)).inside == 0
    # What stands against them is on record beside the verdict, for whatever becomes known later.
    row = await row_of("scan", "out", "scan_id")
    assert (row["verdict"], row["reason"], row["barred"]) == ("admitted", None, reason)
    for direction in ("exit", "entry"):
        assert await outcome(phone, guest.badge, direction=direction) == ("refused", reason)


async def test_a_typed_code_lets_out_too() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    code = await code_on(guest)
    await scanned(phone, guest.badge)
    await cancel_registration(guest.id)
    assert await outcome(phone, code, direction="exit") == ADMITTED


async def test_who_never_came_in_is_refused_for_what_stands_against_them() -> None:
    event = await an_event()
    guest, supervisor = await a_guest(event), await a_phone(event, supervisor=True)
    await cancel_registration(guest.id)
    assert await outcome(supervisor, guest.badge, direction="exit") == CANCELLED
    assert await outcome(supervisor, guest.badge, direction="exit", override_reason="They stand here.") == CANCELLED


async def test_both_badges_of_one_person_are_of_one_person() -> None:
    event = await an_event(reentry="in_and_out")
    guest, phone = await a_guest(event), await a_phone(event)
    await replaced(event, guest)
    newer = await new_badge(event, guest)
    assert await outcome(phone, newer) == ADMITTED
    assert await outcome(phone, guest.badge, direction="exit") == ADMITTED
    assert await outcome(phone, newer, direction="exit") == ("refused", "not_inside")
    assert await outcome(phone, newer) == ADMITTED


async def test_who_moved_on_leaves_by_the_room_they_are_in() -> None:
    event = await an_event()
    await two_rooms(event)
    guest, phone = await a_guest(event), await a_phone(event)
    for slug in ("north", "south"):
        await scanned(phone, guest.badge, checkpoint=slug)
    await cancel_registration(guest.id)
    assert await outcome(phone, guest.badge, checkpoint="north", direction="exit") == CANCELLED
    assert await outcome(phone, guest.badge, checkpoint="south", direction="exit") == ADMITTED
    assert await inside_of(guest) == set()


async def test_an_exit_without_a_network_counts_whatever_its_gate_said() -> None:
    event = await an_event()
    people, phone = await guests(event, 2), await a_phone(event)
    await sent(phone, *[scan_of(one.badge, at="2037-03-07T11:05") for one in people])
    for one in people:
        await cancel_registration(one.id)
    answer = await sent(
        phone,
        *[
            scan_of(one.badge, at="2037-03-07T11:20", direction="exit", device_verdict=gate)
            for one, gate in zip(people, ("admitted", "refused"), strict=True)
        ],
    )
    assert [(one.verdict, one.reason, one.message, one.inside) for one in answer.results] == [
        ("admitted", None, "Goodbye", 1),
        ("admitted", None, "Goodbye", 0),
    ]
    assert answer.conflicts == []
    assert (await attendance(event.id)).inside == 0


@pytest.mark.parametrize("first", ["in", "out"])
async def test_whichever_batch_comes_first_the_person_has_left(first: str) -> None:
    event = await an_event()
    guest, left, right = await a_guest(event), await a_phone(event), await a_phone(event, name="Right door")
    await replaced(event, guest)
    came = scan_of(await new_badge(event, guest), scan_id="in", at="2037-03-07T11:05")
    went = scan_of(guest.badge, scan_id="out", at="2037-03-07T11:20", direction="exit")
    batches = [(left, came), (right, went)]
    answers = [await sent(phone, scan) for phone, scan in (batches if first == "in" else reversed(batches))]
    assert answers[-1].conflicts == []
    for name in ("in", "out"):
        row = await row_of("scan", name, "scan_id")
        assert (row["verdict"], row["reason"]) == ADMITTED
    assert await count("presence") == 1
    assert await inside_of(guest) == set()
    # Without the entry the exit is of somebody who was not inside.
    assert await undo_scan("in", device_digest=left.digest, reason="") == 0
    row = await row_of("scan", "out", "scan_id")
    assert (row["verdict"], row["reason"], await count("presence")) == ("refused", "badge_replaced", 0)


async def test_an_exit_taken_back_puts_them_inside_again() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await scanned(phone, guest.badge, scan_id="in")
    await cancel_registration(guest.id)
    assert await outcome(phone, guest.badge, scan_id="out", direction="exit") == ADMITTED
    assert await undo_scan("out", device_digest=phone.digest, reason="") == 1
    assert await outcome(phone, guest.badge, scan_id="again", direction="exit") == ADMITTED
    assert await undo_scan("in", device_digest=phone.digest, reason="") == 0
    row = await row_of("scan", "again", "scan_id")
    assert (row["verdict"], row["reason"]) == CANCELLED


async def test_who_may_stay_may_leave() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await cancel_registration(guest.id)
    await sent(phone, scan_of(guest.badge, at="2037-03-07T11:05"))
    (found,) = await conflicts_of(event.id, settled=False)
    draft = SettleDraft(outcome=Outcome.MAY_STAY, reason="A guest of the mayor.")
    await settle(found.id, draft, event_id=event.id, doer=ME)
    assert (await attendance(event.id)).inside == 1
    assert await outcome(phone, guest.badge, direction="exit") == ADMITTED
    figures = await attendance(event.id)
    assert (figures.inside, figures.conflicts) == (0, 0)


async def decided_on_a_phone(
    client: AsyncClient, phone: Phone, *scans: tuple[str, str]
) -> list[tuple[str, str | None, int]]:
    """What a phone that just fetched its roster says of these scans (badge, direction) once it has no network."""
    told = await client.get("/api/v1/door/roster", headers=bearer(phone.token))
    return [tuple(one) for one in on_a_phone(PHONE_JS, {"roster": told.json(), "scans": scans})]


@pytest.mark.parametrize(
    ("since", "reason"),
    [(cancelled, "registration_cancelled"), (waiting, "not_confirmed"), (called_off, "event_cancelled")],
)
async def test_a_phone_without_a_network_lets_them_out_too(
    client: AsyncClient, since: Callable[[Event, Guest], Awaitable[None]], reason: str
) -> None:
    event = await an_event(reentry="in_and_out", capacity=1)
    guest, phone = await a_guest(event), await a_phone(event)
    await scanned(phone, guest.badge)
    await since(event, guest)
    scans = [(guest.badge, direction) for direction in ("entry", "exit", "exit", "entry")]
    assert await decided_on_a_phone(client, phone, *scans) == [
        ("refused", reason, 1),
        ("admitted", None, 0),
        ("refused", reason, 0),
        ("refused", reason, 0),
    ]


async def test_a_phone_knows_nobody_by_a_badge_that_was_replaced_and_the_record_does(client: AsyncClient) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await scanned(phone, guest.badge)
    await replaced(event, guest)
    newer = await new_badge(event, guest)
    assert await decided_on_a_phone(client, phone, (guest.badge, "exit"), (newer, "exit")) == [
        ("refused", "badge_replaced", 1),
        ("admitted", None, 0),
    ]
    answer = await sent(phone, scan_of(guest.badge, direction="exit", at="2037-03-07T12:00", device_verdict="refused"))
    assert [(one.verdict, one.reason) for one in answer.results] == [ADMITTED]
    assert await inside_of(guest) == set()
