"""Scanning one badge after the other, on both databases."""

import asyncio
import string

import pytest

from events_service.attendance.queries import attendance
from events_service.door.answers import Previous
from events_service.door.checkpoint_actions import doors_of
from events_service.errors import Invalid
from events_service.registrations.actions import cancel_registration
from events_service.registrations.badge_tokens import normalised
from tests.door.given import (
    Phone,
    a_checkpoint,
    a_guest,
    a_phone,
    an_event,
    change,
    come_back,
    count,
    guests,
    outcome,
    row_of,
    scanned,
)

pytestmark = pytest.mark.usefixtures("database")

NEXT_DAY = "2037-03-08T09:00"


async def test_a_badge_is_admitted_and_then_not_again() -> None:
    event = await an_event()
    guest, left, right = await a_guest(event), await a_phone(event), await a_phone(event, name="Right door")
    first = await scanned(left, guest.badge, at="2037-03-07T11:05:30.120+01:00")
    assert (first.verdict, first.reason, first.replayed, first.previous) == ("admitted", None, False, None)
    assert first.attendee and (first.attendee.registration_id, first.attendee.name) == (guest.id, guest.name)
    assert (first.attendee.organisation, first.attendee.category) == ("City of Malmö", "practitioner")
    second = await scanned(right, guest.badge, at="2037-03-07T11:20")
    assert (second.verdict, second.reason) == ("refused", "already_admitted")
    came = (await row_of("presence", guest.id, "registration"))["admitted_at"]
    assert came.isoformat() == "2037-03-07T10:05:30.120000+00:00"
    assert second.previous == Previous(came, "Main entrance", "Left door")
    assert second.attendee == first.attendee
    assert (first.inside, second.inside) == (1, 1)


async def test_case_and_space_around_a_badge_do_not_matter() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    assert await outcome(phone, f"\t{guest.badge.lower()}\r\n") == ("admitted", None)
    assert await outcome(phone, guest.badge) == ("refused", "already_admitted")


async def test_the_same_scan_gets_the_same_answer_whatever_else_it_says() -> None:
    event = await an_event()
    (guest, other), phone = await guests(event, 2), await a_phone(event)
    first = await scanned(phone, guest.badge, scan_id="scan-1")
    again = await scanned(phone, guest.badge, scan_id="scan-1")
    another = await scanned(phone, other.badge, scan_id="scan-1", checkpoint="attic", direction="exit")
    assert [answer.replayed for answer in (first, again, another)] == [False, True, True]
    for answer in (again, another):
        assert (answer.verdict, answer.attendee, answer.inside) == (first.verdict, first.attendee, first.inside)
    assert await count("scan") == 1
    assert await outcome(phone, other.badge) == ("admitted", None)


async def test_a_refusal_is_replayed_too_after_things_have_changed() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await change("UPDATE event SET status = 'cancelled'")
    assert await outcome(phone, guest.badge, scan_id="scan-1") == ("refused", "event_cancelled")
    await change("UPDATE event SET status = 'published'")
    again = await scanned(phone, guest.badge, scan_id="scan-1")
    assert (again.reason, again.replayed) == ("event_cancelled", True)
    assert await outcome(phone, guest.badge, scan_id="scan-2") == ("admitted", None)


async def test_an_id_of_another_events_scan_is_refused() -> None:
    launch, summit = await an_event(), await an_event("summit")
    guest, here, there = await a_guest(launch), await a_phone(launch), await a_phone(summit)
    await scanned(here, guest.badge, scan_id="scan-1")
    with pytest.raises(Invalid) as invalid:
        await scanned(there, guest.badge, scan_id="scan-1")
    assert [(error.field, error.code) for error in invalid.value.errors] == [("scan_id", "already_used")]


async def test_no_letter_of_a_badge_can_be_changed() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    alphabet = string.ascii_uppercase + "234567"
    changed = []
    # Every place but the last: its base32 letter carries bits that no byte has.
    for place in range(len(guest.badge) - 1):
        letter = alphabet[(alphabet.find(guest.badge[place]) + 1 + place % 30) % 32]
        changed.append(guest.badge[:place] + letter + guest.badge[place + 1 :])
    assert guest.badge not in changed
    outcomes = await asyncio.gather(*[outcome(phone, badge) for badge in changed])
    assert {verdict for verdict, _ in outcomes} == {"refused"}
    # Of the prefix and the version it takes the form of a badge; all the rest is covered by the signature.
    assert {reason for _, reason in outcomes[:4]} == {"unknown_badge"}
    assert {reason for _, reason in outcomes[4:]} == {"forged_badge"}
    assert await outcome(phone, guest.badge) == ("admitted", None)


async def test_a_true_badge_in_other_spelling_admits_nobody_twice() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    alphabet = string.ascii_uppercase + "234567"
    await asyncio.gather(*[outcome(phone, guest.badge[:-1] + letter) for letter in alphabet])
    assert await count("scan", "verdict = 'admitted'") == 1
    assert normalised(guest.badge) == guest.badge


@pytest.mark.parametrize(
    ("badge", "reason"),
    [
        ("", "unknown_badge"),
        (" ", "unknown_badge"),
        ("S1", "unknown_badge"),
        ("S1" + "A" * 144, "unknown_badge"),
        ("S1AE" + "A" * 142, "forged_badge"),
        ("https://example.org/ticket/1", "unknown_badge"),
        ("\x00\x01\x02\xff", "unknown_badge"),
        ("\ud800", "unknown_badge"),
        ("ÅÄÖ🎟️", "unknown_badge"),
        ("S1" + "ı" * 144, "unknown_badge"),
        ("' OR 1 = 1 --", "unknown_badge"),
        ("x" * 4096, "unknown_badge"),
    ],
)
async def test_whatever_a_camera_reads_gets_a_verdict(badge: str, reason: str) -> None:
    phone = await a_phone(await an_event())
    answer = await scanned(phone, badge)
    assert (answer.verdict, answer.reason, answer.attendee) == ("refused", reason, None)
    assert await count("scan") == 1


async def test_a_badge_that_is_cut_short_is_unknown() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    for length in (1, 2, 50, 145):
        assert await outcome(phone, guest.badge[:length]) == ("refused", "unknown_badge")
    assert await outcome(phone, guest.badge + "A") == ("refused", "unknown_badge")


async def test_a_badge_of_another_event_says_so_without_a_name() -> None:
    launch, summit = await an_event(), await an_event("summit")
    guest, phone = await a_guest(summit), await a_phone(launch)
    answer = await scanned(phone, guest.badge)
    assert (answer.verdict, answer.reason, answer.attendee) == ("refused", "other_event", None)
    assert (await row_of("scan", answer.scan_id, "scan_id"))["registration"] is None


async def test_a_retired_badge_of_another_event_is_of_another_event_still() -> None:
    launch, summit = await an_event(), await an_event("summit")
    guest, phone = await a_guest(summit), await a_phone(launch)
    await cancel_registration(guest.id)
    answer = await scanned(phone, guest.badge)
    assert (answer.reason, answer.attendee) == ("other_event", None)


async def test_our_own_badge_that_no_row_knows_any_more() -> None:
    launch, summit = await an_event(), await an_event("summit")
    guest, phone, elsewhere = await a_guest(launch), await a_phone(launch), await a_phone(summit)
    await change("DELETE FROM registration WHERE id = $1", guest.id)
    assert await outcome(phone, guest.badge) == ("refused", "unknown_badge")
    assert await outcome(elsewhere, guest.badge) == ("refused", "other_event")


async def test_a_cancelled_registration_is_refused_by_name() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await cancel_registration(guest.id)
    answer = await scanned(phone, guest.badge)
    assert (answer.verdict, answer.reason) == ("refused", "registration_cancelled")
    assert answer.attendee and answer.attendee.name == guest.name


async def test_a_badge_of_before_is_replaced_by_the_newer_one() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await cancel_registration(guest.id)
    assert (await come_back(event, guest)).status == "confirmed"
    assert await outcome(phone, guest.badge) == ("refused", "badge_replaced")


async def test_a_badge_of_before_does_not_open_for_who_waits_now() -> None:
    event = await an_event(capacity=1)
    guest, phone = await a_guest(event), await a_phone(event)
    await cancel_registration(guest.id)
    await a_guest(event)
    assert (await come_back(event, guest)).status == "waitlisted"
    assert await outcome(phone, guest.badge) == ("refused", "not_confirmed")


async def test_people_go_in_and_out_and_are_counted() -> None:
    event = await an_event(reentry="in_and_out")
    (guest, other), phone = await guests(event, 2), await a_phone(event)
    seen = []
    for badge, direction in [
        (guest.badge, "exit"),
        (guest.badge, "entry"),
        (other.badge, "entry"),
        (guest.badge, "entry"),
        (guest.badge, "exit"),
        (guest.badge, "exit"),
        (guest.badge, "entry"),
    ]:
        answer = await scanned(phone, badge, direction=direction)
        seen.append((answer.verdict, answer.reason, answer.message, answer.inside))
    assert seen == [
        ("refused", "not_inside", "This person is not inside.", 0),
        ("admitted", None, "Welcome", 1),
        ("admitted", None, "Welcome", 2),
        ("refused", "already_admitted", "This badge was admitted before.", 2),
        ("admitted", None, "Goodbye", 1),
        ("refused", "not_inside", "This person is not inside.", 1),
        ("admitted", None, "Welcome", 2),
    ]
    figures = await attendance(event.id)
    assert (figures.expected, figures.admitted, figures.inside) == (2, 2, 2)


async def test_a_day_is_the_events_own() -> None:
    event = await an_event(reentry="daily")
    guest, phone = await a_guest(event), await a_phone(event)
    assert await outcome(phone, guest.badge, at="2037-03-07T23:30:00Z") == ("admitted", None)
    assert await outcome(phone, guest.badge, at="2037-03-08T00:40") == ("refused", "already_admitted")
    assert await outcome(phone, guest.badge, at="2037-03-08T22:59:59Z") == ("refused", "already_admitted")
    assert await outcome(phone, guest.badge, at="2037-03-08T23:00:00Z") == ("admitted", None)


async def test_each_door_admits_for_itself() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    speaker = await a_guest(event, category="speaker", city="Tórshavn")
    await a_checkpoint(event, "lounge", admits={"categories": ["speaker"]}, reentry="in_and_out")
    await a_checkpoint(event, "dinner", opens_at="2037-03-07T19:00", closes_at="2037-03-07T20:00")
    assert await outcome(phone, guest.badge) == ("admitted", None)
    assert await outcome(phone, guest.badge, checkpoint="lounge") == ("refused", "not_admitted_here")
    assert await outcome(phone, speaker.badge, checkpoint="lounge") == ("admitted", None)
    assert await outcome(phone, speaker.badge, checkpoint="lounge", direction="exit") == ("admitted", None)
    assert await outcome(phone, speaker.badge, checkpoint="lounge") == ("admitted", None)
    assert await outcome(phone, guest.badge, checkpoint="dinner", at="2037-03-07T18:59") == ("refused", "outside_hours")
    assert await outcome(phone, guest.badge, checkpoint="dinner", at="2037-03-07T19:00") == ("admitted", None)
    figures = await attendance(event.id)
    assert figures.by_checkpoint == {"main": 1, "lounge": 1, "dinner": 1}
    assert figures.by_category == {"practitioner": 1, "speaker": 1}
    assert figures.by_city == {"Malmö": 1, "Tórshavn": 1}
    assert (figures.expected, figures.admitted, figures.inside, figures.conflicts) == (2, 2, 2, 0)
    # The speaker went into the lounge twice.
    assert sum(minute.admitted for minute in figures.per_minute) == 4


async def test_an_unknown_door_is_a_wrong_value() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    with pytest.raises(Invalid) as invalid:
        await scanned(phone, guest.badge, checkpoint="attic")
    assert [(error.field, error.code) for error in invalid.value.errors] == [("checkpoint", "unknown_checkpoint")]
    assert await count("scan") == 0


@pytest.mark.parametrize("at", ["2037-03-29T02:30", "2037-10-25T02:30"])
async def test_a_wall_time_that_is_no_single_moment_is_a_wrong_value(at: str) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    with pytest.raises(Invalid) as invalid:
        await scanned(phone, guest.badge, at=at)
    assert [(error.field, error.code) for error in invalid.value.errors] == [("scanned_at", "impossible_wall_time")]


async def _overridden(phone: Phone, badge: str, **more: str) -> tuple[str, str | None]:
    return await outcome(phone, badge, override_reason="Lost their badge holder", **more)


async def test_a_supervisor_sets_a_refusal_aside_with_a_reason_a_steward_does_not() -> None:
    event = await an_event()
    guest, steward = await a_guest(event), await a_phone(event)
    supervisor = await a_phone(event, supervisor=True)
    assert await outcome(steward, guest.badge) == ("admitted", None)
    assert await _overridden(steward, guest.badge) == ("refused", "already_admitted")
    assert await outcome(supervisor, guest.badge) == ("refused", "already_admitted")
    assert await _overridden(supervisor, guest.badge) == ("admitted", None)
    assert await count("scan", "override_reason IS NOT NULL AND verdict = 'admitted'") == 1
    assert (await attendance(event.id)).admitted == 1


async def test_a_supervisor_cannot_make_a_badge_hold() -> None:
    event = await an_event()
    guest, supervisor = await a_guest(event), await a_phone(event, supervisor=True)
    await cancel_registration(guest.id)
    assert await _overridden(supervisor, guest.badge) == ("refused", "registration_cancelled")
    assert await _overridden(supervisor, "S1AE" + "A" * 142) == ("refused", "forged_badge")


async def test_who_is_let_out_without_having_come_is_not_counted_and_may_come() -> None:
    event = await an_event()
    guest, supervisor = await a_guest(event), await a_phone(event, supervisor=True)
    assert await _overridden(supervisor, guest.badge, direction="exit") == ("admitted", None)
    assert (await attendance(event.id)).admitted == 0
    answer = await scanned(supervisor, guest.badge)
    assert (answer.verdict, answer.inside) == ("admitted", 1)


async def test_a_device_is_seen_when_it_scans() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await change("UPDATE device SET last_seen_at = NULL")
    await scanned(phone, guest.badge)
    assert (await row_of("device", phone.id))["last_seen_at"] is not None


async def test_two_days_of_one_event_count_everybody_once() -> None:
    event = await an_event(reentry="daily")
    guest, phone = await a_guest(event), await a_phone(event)
    await scanned(phone, guest.badge)
    assert await outcome(phone, guest.badge, at=NEXT_DAY) == ("admitted", None)
    figures = await attendance(event.id)
    assert (figures.admitted, figures.inside) == (1, 1)
    assert [door.slug for door in await doors_of(event)] == ["main"]
