"""100,000 badges that are not what they seem: none gets anybody in, at a door with a network or without; and every true one does."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from events_service.database import is_postgres, transaction
from events_service.door.answers import ScanAnswer
from events_service.door.queries import paired_device
from events_service.door.rosters import outline, write_roster
from events_service.door.scanning import scan_batch, scan_request
from events_service.events.rules import Event
from events_service.registrations.actions import cancel_registration
from events_service.registrations.badges import code_of
from events_service.registrations.queries import registration_by_id
from tests.door.forgeries import forged
from tests.door.given import Phone, a_phone, an_event, come_back, guests, scan_of
from tests.door.on_a_phone import on_a_phone

FORGERIES = 100_000
# The rules are the same on both databases; what is told apart by the database itself needs no more than this.
FORGERIES_ON_POSTGRES = 10_000
AT_ONCE = 1_000
LOOK_JS = """
import { judge, refused } from "door/judge.js";
import { doorOf, look } from "door/roster.js";
const { roster, texts } = given;
const entries = new Map(roster.entries.map((one) => [one.id, one]));
const codes = new Map(roster.entries.map((one) => [one.code, one]));
const revoked = new Map(roster.revoked.map((one) => [one.badge, one]));
const store = {
  entry: async (id) => entries.get(id), entryByCode: async (code) => codes.get(code), revoked: async (badge) => revoked.get(badge),
};
const passage = { direction: "entry", at: Date.parse("2037-03-07T10:05:00Z"), day: "2037-03-07" };
const made = [];
for (const text of texts) {
  const { holder, reason, attendee } = await look(text, roster, store);
  const known = { holder, door: doorOf(roster, "main"), eventStatus: roster.event.status, standing: null, mayOverride: true };
  const judged = holder ? judge(passage, known) : refused(reason);
  made.push([judged.verdict, judged.reason, attendee?.name ?? null]);
}
"""
SIGNED_JS = """
import { isSignedBy, parse } from "door/badge.js";
const made = [];
for (const text of given.texts) {
  const badge = parse(text);
  if (!badge) continue;
  made.push([await isSignedBy(badge, given.key), await isSignedBy(badge, given.key, { native: false })]);
}
"""


@dataclass(frozen=True)
class Badges:
    """True badges by name, and those that were true once or are so elsewhere."""

    true: dict[str, str]
    replaced: list[str]
    cancelled: list[str]
    elsewhere: list[str]


async def badges_at(event: Event) -> Badges:
    people = await guests(event, 60)
    for guest in people[:20]:
        await cancel_registration(guest.id, reason="")
    for guest in people[:10]:
        await come_back(event, guest)
    elsewhere = await guests(await an_event("another"), 10)
    return Badges(
        true={guest.badge: guest.name for guest in people[20:]},
        replaced=[guest.badge for guest in people[:10]],
        cancelled=[guest.badge for guest in people[10:20]],
        elsewhere=[guest.badge for guest in elsewhere],
    )


async def judged_by_the_server(phone: Phone, texts: list[str]) -> list[tuple[str, str | None, str | None]]:
    """Verdict, reason and the name that is shown, for each text, as a supervisor's device asks with a reason to override."""
    found: list[tuple[str, str | None, str | None]] = []
    for begin in range(0, len(texts), AT_ONCE):
        asked = [scan_of(text, override_reason="They say so.") for text in texts[begin : begin + AT_ONCE]]
        async with transaction() as tx:
            answers = await scan_batch(tx, [scan_request(one, device_digest=phone.digest) for one in asked])
        for answer in answers:
            assert isinstance(answer, ScanAnswer)
            found.append((answer.verdict, answer.reason, answer.attendee.name if answer.attendee else None))
    return found


async def roster_of(phone: Phone) -> dict[str, Any]:
    made = await write_roster(await outline(await paired_device(phone.digest), since=None))
    return dict(json.loads(made))


@pytest.mark.usefixtures("database")
async def test_no_forged_badge_lets_anybody_in() -> None:
    event = await an_event()
    badges = await badges_at(event)
    phone = await a_phone(event, supervisor=True)
    roster = await roster_of(phone)
    number = FORGERIES_ON_POSTGRES if is_postgres() else FORGERIES
    known = [*badges.true, *badges.replaced, *badges.cancelled, *badges.elsewhere]
    forgeries = forged(number, known)
    assert not set(forgeries) & set(known)
    here = await judged_by_the_server(phone, forgeries)
    assert {verdict for verdict, _, _ in here} == {"refused"}
    there = [tuple(one) for one in on_a_phone(LOOK_JS, {"roster": roster, "texts": forgeries})]
    unlike = [(text, one, other) for text, one, other in zip(forgeries, here, there, strict=True) if one != other]
    assert unlike[:3] == []


@pytest.mark.usefixtures("database")
async def test_every_true_badge_lets_its_holder_in_and_no_old_one_does() -> None:
    event = await an_event()
    badges = await badges_at(event)
    phone = await a_phone(event, supervisor=True)
    roster = await roster_of(phone)
    spellings = [str, str.lower, lambda text: f" \t{text}\r\n", lambda text: f"\u2003{text.swapcase()}\u00a0"]
    true = [(spelling(badge), name) for badge, name in badges.true.items() for spelling in spellings]
    old = {
        "badge_replaced": badges.replaced,
        "registration_cancelled": badges.cancelled,
        "other_event": badges.elsewhere,
    }
    refused = [(badge, reason) for reason, texts in old.items() for badge in texts]
    texts = [*(text for text, _ in true), *(badge for badge, _ in refused)]
    offline = on_a_phone(LOOK_JS, {"roster": roster, "texts": texts})
    assert offline == [["admitted", None, name] for _, name in true] + [
        ["refused", reason, None] for _, reason in refused
    ]
    online = await judged_by_the_server(phone, texts)
    assert [one[:2] for one in online] == [tuple(one[:2]) for one in offline]


@pytest.mark.usefixtures("database")
async def test_a_browser_without_ed25519_of_its_own_verifies_alike() -> None:
    event = await an_event()
    badges = await badges_at(event)
    roster = await roster_of(await a_phone(event))
    (key,) = [one["public_key"] for one in roster["keys"] if one["event_mark"] == roster["event"]["event_mark"]]
    texts = [*badges.true, *badges.replaced, *forged(1_000, list(badges.true), seed=2)]
    verified = on_a_phone(SIGNED_JS, {"key": key, "texts": texts})
    assert verified[:50] == [[True, True]] * 50
    assert set(map(tuple, verified[50:])) == {(False, False)}


@pytest.mark.usefixtures("database")
async def test_a_typed_code_that_no_longer_holds_is_told_the_same_with_and_without_a_network() -> None:
    event = await an_event()
    phone = await a_phone(event, supervisor=True)
    replaced, cancelled, holds = await guests(event, 3)
    codes = [code_of(await registration_by_id(one.id)) or "" for one in (replaced, cancelled, holds)]
    for guest in (replaced, cancelled):
        await cancel_registration(guest.id, reason="")
    await come_back(event, replaced)
    here = on_a_phone(LOOK_JS, {"roster": await roster_of(phone), "texts": [*codes, "BABA-BABA"]})
    told = [(verdict, reason) for verdict, reason, _ in here]
    assert told == [
        (verdict, reason) for verdict, reason, _ in await judged_by_the_server(phone, [*codes, "BABA-BABA"])
    ]
    assert told == [
        ("refused", "badge_replaced"),
        ("refused", "registration_cancelled"),
        ("admitted", None),
        ("refused", "unknown_badge"),
    ]
