"""The door of a session's room, and moving from room to room: decided at once, and once it is known that it was otherwise."""

from dataclasses import dataclass

import pytest

from events_service.agenda.rules import Session
from events_service.database import fetch
from events_service.door.undoing import undo_scan
from events_service.events.rules import Event
from events_service.registrations.sign_ups import sign_up, withdraw
from tests.agenda.given import a_release, a_session, a_speaker, change_session
from tests.door.given import (
    ADMITTED,
    Guest,
    Phone,
    a_checkpoint,
    a_guest,
    a_phone,
    an_event,
    guests,
    inside_of,
    outcome,
    row_of,
    scan_of,
    scanned,
    sent,
    two_rooms,
)

pytestmark = pytest.mark.usefixtures("database")

NOT_HERE, NOT_INSIDE = ("refused", "not_admitted_here"), ("refused", "not_inside")


@dataclass(frozen=True, slots=True)
class Workshop:
    """A session of two places with a door of its own, `hall`, and the phone that stands there."""

    event: Event
    session: Session
    phone: Phone


async def a_workshop(**more: object) -> Workshop:
    event = await an_event()
    session = await a_session("Workshop", "2037-03-07T12:00", event="launch", signup=True, capacity=2, **more)
    await a_release(event="launch")
    await a_checkpoint(event, "hall", admits={"session_id": session.id})
    return Workshop(event, session, await a_phone(event, checkpoint="hall"))


async def at_hall(workshop: Workshop, guest: Guest, **more: str) -> tuple[str, str | None]:
    return await outcome(workshop.phone, guest.badge, checkpoint="hall", **more)


async def test_a_session_room_admits_who_holds_a_place_and_nobody_else() -> None:
    workshop = await a_workshop()
    with_place, second, waiting, stranger = await guests(workshop.event, 4)
    for guest in (with_place, second, waiting):
        await sign_up(guest.id, workshop.session.id)
    assert [await at_hall(workshop, one) for one in (with_place, waiting, stranger)] == [ADMITTED, NOT_HERE, NOT_HERE]
    # A place that is given back lets the next in line in, and its holder no longer.
    await withdraw(second.id, workshop.session.id)
    assert [await at_hall(workshop, one) for one in (second, waiting)] == [NOT_HERE, ADMITTED]
    # Everybody still passes the main entrance.
    assert await outcome(workshop.phone, stranger.badge) == ADMITTED


async def test_its_speakers_and_moderators_are_admitted_while_they_take_part() -> None:
    event = await an_event()
    people = await guests(event, 3)
    addresses = [(await row_of("registration", one.id))["email"] for one in people]
    on_stage = [
        await a_speaker(name, event="launch", email=address.upper())
        for name, address in zip(("Anna", "Bo", "Cai"), addresses, strict=True)
    ]
    parts = [
        {"speaker_id": on_stage[0].id, "role": "speaker", "state": "confirmed"},
        {"speaker_id": on_stage[1].id, "role": "moderator", "state": "invited"},
        {"speaker_id": on_stage[2].id, "role": "panellist", "state": "declined"},
    ]
    session = await a_session("Panel", "2037-03-07T12:00", event="launch", signup=True, speakers=parts)
    await a_checkpoint(event, "hall", admits={"session_id": session.id})
    hall = Workshop(event, session, await a_phone(event, checkpoint="hall"))
    assert [await at_hall(hall, one) for one in people] == [ADMITTED, ADMITTED, NOT_HERE]


async def test_a_session_that_takes_no_sign_ups_is_open_to_everybody_of_the_event() -> None:
    workshop = await a_workshop()
    first, second = await guests(workshop.event, 2)
    assert await at_hall(workshop, first) == NOT_HERE
    await change_session(workshop.session, event="launch", signup=False, capacity=None)
    assert [await at_hall(workshop, one) for one in (first, second)] == [ADMITTED, ADMITTED]


async def test_a_supervisor_lets_somebody_in_without_a_place() -> None:
    workshop = await a_workshop()
    guest, boss = await a_guest(workshop.event), await a_phone(workshop.event, name="Boss", supervisor=True)
    assert await outcome(boss, guest.badge, checkpoint="hall", override_reason="A journalist of the city") == ADMITTED


async def test_a_batch_judges_by_the_places_too() -> None:
    workshop = await a_workshop()
    holder, stranger = await guests(workshop.event, 2)
    await sign_up(holder.id, workshop.session.id)
    scans = [
        scan_of(one.badge, scan_id=one.id, checkpoint="hall", device_verdict="admitted") for one in (holder, stranger)
    ]
    answer = await sent(workshop.phone, *scans)
    told = {one.scan_id: (one.verdict.value, one.reason.value if one.reason else None) for one in answer.results}
    assert told == {holder.id: ADMITTED, stranger.id: NOT_HERE}
    assert [(one.second_scan, one.kind) for one in answer.conflicts] == [(stranger.id, "admitted_but_invalid")]


async def a_house() -> tuple[Event, Phone]:
    """Rooms `north` and `south` of one zone, and `cinema` of another."""
    event = await an_event(reentry="in_and_out")
    await two_rooms(event)
    await a_checkpoint(event, "cinema", zone="Films")
    return event, await a_phone(event)


async def test_moving_to_another_room_leaves_the_last_and_never_the_house() -> None:
    event, phone = await a_house()
    guest = await a_guest(event)
    for checkpoint in ("main", "cinema", "north", "south"):
        assert await outcome(phone, guest.badge, checkpoint=checkpoint) == ADMITTED
    assert await inside_of(guest) == {"main", "cinema", "south"}
    assert await outcome(phone, guest.badge, checkpoint="north", direction="exit") == NOT_INSIDE
    assert await outcome(phone, guest.badge, checkpoint="south", direction="exit") == ADMITTED
    assert await inside_of(guest) == {"main", "cinema"}
    # Whoever comes back to the first room was outside of it.
    assert await outcome(phone, guest.badge, checkpoint="north") == ADMITTED


async def test_the_figures_of_both_rooms_follow() -> None:
    event, phone = await a_house()
    first, second = await guests(event, 2)
    await scanned(phone, first.badge, checkpoint="north")
    assert (await scanned(phone, second.badge, checkpoint="north")).inside == 2
    assert (await scanned(phone, first.badge, checkpoint="south")).inside == 1
    assert (await scanned(phone, second.badge, checkpoint="north", direction="exit")).inside == 0


async def test_taking_a_move_back_puts_the_person_back_into_the_room_they_left() -> None:
    event, phone = await a_house()
    guest = await a_guest(event)
    await scanned(phone, guest.badge, checkpoint="north")
    await scanned(phone, guest.badge, checkpoint="south", scan_id="moved")
    assert await undo_scan("moved", device_digest=phone.digest, reason="") == 0
    assert await inside_of(guest) == {"north"}


async def test_a_move_that_becomes_known_late_counts_at_its_own_time() -> None:
    event, phone = await a_house()
    guest, without_network = await a_guest(event), await a_phone(event, name="Cellar")
    await sent(phone, scan_of(guest.badge, scan_id="first", checkpoint="north", device_verdict="admitted"))
    south = scan_of(guest.badge, scan_id="south", checkpoint="south", at="2037-03-07T11:20", device_verdict="admitted")
    again = scan_of(guest.badge, scan_id="again", checkpoint="north", at="2037-03-07T11:30", device_verdict="admitted")
    answer = await sent(without_network, again)
    assert [(one.second_scan, one.kind) for one in answer.conflicts] == [("again", "double_admission")]
    # What they did meanwhile explains it: there is nothing left to settle.
    answer = await sent(without_network, south)
    assert answer.conflicts == []
    assert await fetch("SELECT id FROM scan_conflict") == []
    assert await inside_of(guest) == {"north"}
    assert (await row_of("scan", "again", "scan_id"))["verdict"] == "admitted"


async def test_rooms_of_another_event_are_none_of_its_business() -> None:
    event, phone = await a_house()
    other = await an_event("another")
    await a_checkpoint(other, "north", zone="Rooms")
    guest, elsewhere = await a_guest(event), await a_guest(other)
    await scanned(await a_phone(other), elsewhere.badge, checkpoint="north")
    await scanned(phone, guest.badge, checkpoint="south")
    assert (await inside_of(elsewhere), await inside_of(guest)) == ({"north"}, {"south"})
