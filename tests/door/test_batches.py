"""Scans made without a network, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from events_service import clock
from events_service.attendance.queries import attendance
from events_service.door import actions, undoing
from events_service.door.batches import BatchAnswer
from events_service.door.rules import DeviceRefused
from events_service.errors import Invalid
from tests.door.given import a_guest, a_phone, an_event, count, guests, outcome, row_of, scan_of, sent

pytestmark = pytest.mark.usefixtures("database")


def verdicts(answer: BatchAnswer) -> list[tuple[str, str, str | None]]:
    return [(one.scan_id, one.verdict.value, one.reason.value if one.reason else None) for one in answer.results]


async def test_a_batch_is_judged_in_the_order_of_its_scans() -> None:
    event = await an_event(reentry="in_and_out")
    guest, phone = await a_guest(event), await a_phone(event)
    answer = await sent(
        phone,
        scan_of(guest.badge, scan_id="third", at="2037-03-07T11:30", direction="entry"),
        scan_of(guest.badge, scan_id="first", at="2037-03-07T11:10", direction="entry"),
        scan_of(guest.badge, scan_id="second", at="2037-03-07T11:20", direction="exit"),
    )
    assert verdicts(answer) == [("first", "admitted", None), ("second", "admitted", None), ("third", "admitted", None)]
    assert ([one.inside for one in answer.results], answer.conflicts) == ([1, 0, 1], [])
    supervisor = await a_phone(event, name="Desk", supervisor=True)
    await undoing.undo_scan("third", device_digest=supervisor.digest, reason="Wrong person")
    assert (await attendance(event.id)).inside == 0


async def test_times_without_an_offset_are_the_events_wall_time() -> None:
    event = await an_event(reentry="in_and_out")
    guest, phone = await a_guest(event), await a_phone(event)
    answer = await sent(
        phone,
        scan_of(guest.badge, scan_id="second", at="2037-03-07T11:20", direction="exit"),
        scan_of(guest.badge, scan_id="first", at="2037-03-07T10:10:00Z"),
        device_time="2037-03-07T12:00",
    )
    assert [one.scan_id for one in answer.results] == ["first", "second"]
    first, second = await row_of("scan", "first", "scan_id"), await row_of("scan", "second", "scan_id")
    assert second["scanned_at"] - first["scanned_at"] == timedelta(minutes=10)


@pytest.mark.parametrize("wrong_by", [timedelta(0), timedelta(minutes=7), timedelta(days=-1), timedelta(days=400)])
async def test_a_wrong_clock_is_set_right(wrong_by: timedelta) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    now = clock.now()
    device_now = now + wrong_by
    an_hour_ago = (device_now - timedelta(hours=1)).isoformat()
    await sent(phone, scan_of(guest.badge, scan_id="scan-1", at=an_hour_ago), device_time=device_now.isoformat())
    row = await row_of("scan", "scan-1", "scan_id")
    assert abs(row["scanned_at"] - (now - timedelta(hours=1))) < timedelta(seconds=10)
    assert row["received_at"] >= now


async def test_a_batch_sent_again_gets_the_same_answers() -> None:
    event = await an_event()
    (guest, other), phone, right = await guests(event, 2), await a_phone(event), await a_phone(event, name="Right")
    assert await outcome(right, other.badge, scan_id="online") == ("admitted", None)
    scans = [scan_of(guest.badge), scan_of(other.badge), scan_of("nonsense")]
    first, again = await sent(phone, *scans), await sent(phone, *scans)
    assert verdicts(first) == verdicts(again)
    assert [one.replayed for one in first.results + again.results] == [False] * 3 + [True] * 3
    assert len(first.conflicts) == 1
    assert first.conflicts == again.conflicts
    assert await count("scan_conflict") == 1


# Batches with known badges wait for each other before they look; without any they meet when they write.
@pytest.mark.parametrize("known", [5, 0])
async def test_a_batch_sent_many_times_at_once_is_recorded_once(known: int) -> None:
    event = await an_event()
    people, phone = await guests(event, known), await a_phone(event)
    scans = [scan_of(guest.badge) for guest in people] + [scan_of(f"nonsense {n}") for n in range(20)]
    answers = await asyncio.gather(*[sent(phone, *scans) for _ in range(4)])
    assert {tuple(verdicts(answer)) for answer in answers} == {tuple(verdicts(answers[0]))}
    assert await count("scan") == 20 + known
    assert sum(one.replayed for answer in answers for one in answer.results) == 3 * (20 + known)


async def test_one_badge_admitted_by_two_offline_devices_is_kept_twice_and_raised() -> None:
    event = await an_event()
    guest, left, right = await a_guest(event), await a_phone(event), await a_phone(event, name="Right door")
    first = await sent(left, scan_of(guest.badge, scan_id="left", at="2037-03-07T11:10"))
    second = await sent(right, scan_of(guest.badge, scan_id="right", at="2037-03-07T11:05"))
    assert verdicts(first) == [("left", "admitted", None)]
    assert verdicts(second) == [("right", "refused", "already_admitted")]
    (conflict,) = second.conflicts
    assert (conflict.registration_id, conflict.checkpoint) == (guest.id, "main")
    assert (conflict.kind, conflict.first_scan, conflict.second_scan) == ("double_admission", "right", "left")
    assert second.results[0].previous is not None
    told = {scan_id: (await row_of("scan", scan_id, "scan_id"))["verdict"] for scan_id in ("left", "right")}
    assert told == {"left": "refused", "right": "admitted"}
    assert (await row_of("presence", guest.id, "registration"))["admitted_by"] == "right"
    figures = await attendance(event.id)
    assert (figures.admitted, figures.conflicts, await count("scan")) == (1, 1, 2)


async def test_what_a_device_refused_by_itself_or_saw_before_is_no_conflict() -> None:
    event = await an_event()
    guest, left, right = await a_guest(event), await a_phone(event), await a_phone(event, name="Right door")
    await sent(left, scan_of(guest.badge, at="2037-03-07T11:10"))
    refused_there = await sent(right, scan_of(guest.badge, at="2037-03-07T11:20", device_verdict="refused"))
    same_device = await sent(left, scan_of(guest.badge, at="2037-03-07T11:30"))
    assert [answer.results[0].reason for answer in (refused_there, same_device)] == ["already_admitted"] * 2
    assert (refused_there.conflicts, same_device.conflicts) == ([], [])


async def test_a_batch_with_wrong_scans_writes_nothing_and_names_them_all() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    with pytest.raises(Invalid) as invalid:
        await sent(
            phone,
            scan_of(guest.badge, at="2037-03-07T11:30", checkpoint="attic"),
            scan_of(guest.badge, at="2037-03-07T11:20"),
            scan_of(guest.badge, at="2037-03-07T11:10", checkpoint="cellar"),
        )
    named = {(error.field, error.code) for error in invalid.value.errors}
    assert named == {("scans.0.checkpoint", "unknown_checkpoint"), ("scans.2.checkpoint", "unknown_checkpoint")}
    with pytest.raises(Invalid) as invalid:
        await sent(
            phone, scan_of(guest.badge), scan_of(guest.badge, at="2037-03-29T02:30"), device_time="2037-10-25T02:30"
        )
    assert [error.field for error in invalid.value.errors] == ["device_time", "scans.1.scanned_at"]
    assert (await count("scan"), await count("presence")) == (0, 0)


async def test_an_empty_batch_is_answered_to_a_paired_device_alone() -> None:
    phone = await a_phone(await an_event())
    assert await sent(phone) == BatchAnswer([], [])
    await actions.revoke_device(phone.id)
    with pytest.raises(DeviceRefused):
        await sent(phone)


async def test_a_thousand_scans_travel_together() -> None:
    event = await an_event()
    people, phone = await guests(event, 200), await a_phone(event)
    start = datetime(2037, 3, 7, 10, tzinfo=UTC)
    scans = [
        scan_of(people[n % 200].badge, scan_id=f"scan-{n}", at=(start + timedelta(seconds=n)).isoformat())
        for n in range(1000)
    ]
    answer = await sent(phone, *reversed(scans))
    assert [one.scan_id for one in answer.results] == [f"scan-{n}" for n in range(1000)]
    assert [one.verdict for one in answer.results] == ["admitted"] * 200 + ["refused"] * 800
    assert answer.results[-1].inside == 200
