"""Joining is the check-in: recorded as at a door, once; signs tell how long somebody was there."""

import asyncio
from datetime import timedelta

import pytest

from events_service.attendance.evacuation import evacuation_list
from events_service.attendance.queries import attendance
from events_service.audit.rules import Doer
from events_service.database import fetch
from events_service.door.actions import add_device
from events_service.door.checkpoint_actions import add_checkpoint, doors_of
from events_service.door.checkpoint_drafts import CheckpointDraft
from events_service.door.drafts import DeviceDraft
from events_service.door.queries import devices_of
from events_service.errors import Invalid
from events_service.events.actions import cancel_event
from events_service.events.rules import Event
from events_service.online.actions import CannotJoin
from events_service.online.rules import Ending, Sign, Stay
from events_service.registrations.actions import cancel_registration
from events_service.registrations.badges import badges_of
from tests.door.given import a_phone, scanned
from tests.online.given import BEGINS, ENDS, MINUTE, a_meeting, count, it_is, joins, somebody, stays, tells

pytestmark = pytest.mark.usefixtures("database")


async def scans() -> list[tuple[str, str, str]]:
    rows = await fetch("SELECT direction, verdict, scanned_at FROM scan ORDER BY scanned_at, scan_id")
    return [(row["direction"], row["verdict"], f"{row['scanned_at']:%H.%M}") for row in rows]


async def test_joining_is_recorded_as_at_a_door_and_counted_apart_from_the_house(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = await a_meeting()
    person = await somebody(event)
    it_is(monkeypatch, BEGINS + 2 * MINUTE)
    await joins(person, event)
    figures = await attendance(event.id)
    assert (figures.expected, figures.admitted, figures.inside) == (1, 1, 0)
    assert (figures.by_checkpoint, figures.by_city) == ({"online": 1}, {"Malmö": 1})
    assert [one.admitted for one in figures.per_minute] == [1]
    assert await evacuation_list(event, doer=Doer("account", "me"), reason="A drill") == []
    assert await scans() == [("entry", "admitted", "09.02")]
    assert await stays(person) == [Stay(BEGINS + 2 * MINUTE, BEGINS + 2 * MINUTE)]
    assert [row["answer"] for row in await fetch("SELECT answer FROM scan") if "Åsa" in row["answer"]] == []


@pytest.mark.parametrize("reentry", ["once", "in_and_out", "daily"])
async def test_doing_it_again_is_no_second_admission(reentry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    event = await a_meeting(reentry=reentry)
    person = await somebody(event)
    for minute in (0, 1, 2):
        it_is(monkeypatch, BEGINS + minute * MINUTE)
        await joins(person, event)
    assert await scans() == [("entry", "admitted", "09.00")]
    assert await stays(person) == [Stay(BEGINS, BEGINS + 2 * MINUTE)]


@pytest.mark.parametrize(
    ("reentry", "recorded"),
    [
        ("once", [("entry", "admitted", "09.00")]),
        ("daily", [("entry", "admitted", "09.00")]),
        ("in_and_out", [("entry", "admitted", "09.00"), ("exit", "admitted", "09.20"), ("entry", "admitted", "09.40")]),
    ],
)
async def test_leaving_and_coming_back(
    reentry: str, recorded: list[tuple[str, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await a_meeting(reentry=reentry)
    person = await somebody(event)
    it_is(monkeypatch, BEGINS)
    await joins(person, event)
    it_is(monkeypatch, BEGINS + 20 * MINUTE)
    assert await tells(person, event, Sign.LEFT) is False
    assert await tells(person, event) is False
    it_is(monkeypatch, BEGINS + 40 * MINUTE)
    await joins(person, event)
    assert await tells(person, event) is True
    assert await scans() == recorded
    left = BEGINS + 20 * MINUTE
    back = BEGINS + 40 * MINUTE
    assert await stays(person) == [Stay(BEGINS, left, left, Ending.TOLD), Stay(back, back)]
    assert (await attendance(event.id)).admitted == 1


async def test_fifty_at_once_and_one_of_them_fifty_times_are_admitted_once_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = await a_meeting()
    people = [await somebody(event, number) for number in range(1, 51)]
    it_is(monkeypatch, BEGINS)
    await asyncio.gather(*[joins(person, event) for person in [*people, *[people[0]] * 49]])
    assert (await count("scan"), await count("presence"), await count("online_stay")) == (50, 50, 50)
    assert (await count("checkpoint"), await count("device")) == (1, 1)
    assert (await attendance(event.id)).by_checkpoint == {"online": 50}


async def test_a_sign_each_minute_is_one_stay_and_signs_at_once_are_too(monkeypatch: pytest.MonkeyPatch) -> None:
    event = await a_meeting()
    person = await somebody(event)
    it_is(monkeypatch, BEGINS)
    await joins(person, event)
    it_is(monkeypatch, BEGINS + 30 * MINUTE)
    assert await asyncio.gather(*[tells(person, event) for _ in range(10)]) == [True] * 10
    assert [one.ending for one in await stays(person)] == [Ending.SILENT, None]


async def test_signs_of_whoever_never_joined_or_after_the_end_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    event = await a_meeting()
    person, other = await somebody(event), await somebody(event, 1)
    it_is(monkeypatch, BEGINS)
    assert await tells(person, event) is False
    await joins(person, event)
    assert await tells(other, event) is False
    it_is(monkeypatch, ENDS + timedelta(minutes=30))
    assert await tells(person, event) is False
    assert (await stays(person), await stays(other)) == ([Stay(BEGINS, BEGINS)], [])


async def refused(person, event: Event) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(CannotJoin) as refusal:
        await joins(person, event)
    return str(refusal.value.facts["hindrance"])


async def test_nobody_joins_who_has_no_seat_or_before_it_opens_or_when_it_is_called_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = await a_meeting(terms={"online_capacity": 2, "waitlist": True})
    first, second, third = [await somebody(event, number) for number in (1, 2, 3)]
    await cancel_registration(second.id)
    # The seat went to the third.
    fourth = await somebody(event, 4)
    assert await refused(first, event) == "not_open_yet"
    it_is(monkeypatch, BEGINS)
    assert (await refused(second, event), await refused(fourth, event)) == ("registration_cancelled", "not_confirmed")
    await joins(third, event)
    it_is(monkeypatch, ENDS + timedelta(hours=1))
    assert await refused(first, event) == "over"
    assert (await count("scan"), await count("online_stay")) == (1, 1)


async def test_nobody_joins_a_cancelled_event(monkeypatch: pytest.MonkeyPatch) -> None:
    event = await a_meeting()
    person = await somebody(event)
    event = await cancel_event(event.slug, reason="Snow")
    it_is(monkeypatch, BEGINS)
    assert await refused(person, event) == "event_cancelled"


async def test_who_sits_in_the_room_of_a_hybrid_event_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    venue = {"name": "City Hall", "city": "Copenhagen", "country": "DK"}
    event = await a_meeting(format="hybrid", venue=venue)
    afar, here = await somebody(event, 1, attendance="online"), await somebody(event, 2, attendance="in_person")
    it_is(monkeypatch, BEGINS)
    await joins(afar, event)
    assert await refused(here, event) == "in_person"


async def test_no_device_stands_at_a_join_page(monkeypatch: pytest.MonkeyPatch) -> None:
    event = await a_meeting()
    person = await somebody(event)
    it_is(monkeypatch, BEGINS)
    await joins(person, event)
    badge = (await badges_of([person], event))[person.id]
    phone = await a_phone(event)
    for pairing in (
        add_device(event, DeviceDraft(name="Left door", checkpoint="online")),
        scanned(phone, badge, checkpoint="online"),
    ):
        with pytest.raises(Invalid) as invalid:
            await pairing
        assert [error.code for error in invalid.value.errors] == ["unknown_checkpoint"]
    assert [one.slug for one in await doors_of(event)] == ["main"]
    assert [one.name for one in await devices_of(event.id)] == ["Left door"]
    # At the door of the house the same badge is let in as anybody's.
    assert (await scanned(phone, badge)).verdict == "admitted"
    figures = await attendance(event.id)
    assert (figures.admitted, figures.inside, figures.by_checkpoint) == (1, 1, {"online": 1, "main": 1})


async def test_a_door_that_an_organiser_called_online_stays_a_door(monkeypatch: pytest.MonkeyPatch) -> None:
    event = await a_meeting()
    await add_checkpoint(event, CheckpointDraft(slug="online", name="The online desk"))
    person = await somebody(event)
    it_is(monkeypatch, BEGINS)
    await joins(person, event)
    assert {one.slug for one in await doors_of(event)} == {"main", "online"}
    (slug,) = (await attendance(event.id)).by_checkpoint
    assert slug.startswith("online-")
