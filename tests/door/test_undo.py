"""Taking scans back, on both databases."""

import pytest

from events_service.attendance.queries import attendance
from events_service.door import actions, undoing
from events_service.door.rules import DeviceRefused
from events_service.errors import Forbidden, NotFound
from tests.door.given import Phone, a_guest, a_phone, an_event, count, guests, outcome, row_of, scanned

pytestmark = pytest.mark.usefixtures("database")


async def undone(phone: Phone, scan_id: str, *, reason: str = "Wrong person") -> int:
    return await undoing.undo_scan(scan_id, device_digest=phone.digest, reason=reason)


async def test_an_entry_taken_back_is_as_if_it_had_not_been_and_stays_on_record() -> None:
    event = await an_event()
    (guest, other), phone = await guests(event, 2), await a_phone(event)
    await scanned(phone, guest.badge, scan_id="scan-1")
    await scanned(phone, other.badge)
    assert await undone(phone, "scan-1") == 1
    row = await row_of("scan", "scan-1", "scan_id")
    assert (row["verdict"], row["undo_reason"], row["undone_at"] is not None) == ("admitted", "Wrong person", True)
    assert (await attendance(event.id)).admitted == 1
    assert await outcome(phone, guest.badge) == ("admitted", None)


async def test_taking_back_twice_is_the_same_as_once() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await scanned(phone, guest.badge, scan_id="scan-1")
    assert await undone(phone, "scan-1", reason="first") == 0
    await scanned(phone, guest.badge, scan_id="scan-2")
    assert await undone(phone, "scan-1", reason="second") == 1
    assert (await row_of("scan", "scan-1", "scan_id"))["undo_reason"] == "first"
    assert await outcome(phone, guest.badge) == ("refused", "already_admitted")


async def test_an_exit_taken_back_leaves_the_person_inside() -> None:
    event = await an_event(reentry="in_and_out")
    guest, phone = await a_guest(event), await a_phone(event)
    await scanned(phone, guest.badge, scan_id="in", at="2037-03-07T11:05")
    await scanned(phone, guest.badge, scan_id="out", at="2037-03-07T11:10", direction="exit")
    before = await row_of("presence", guest.id, "registration")
    assert await undone(phone, "out") == 1
    after = await row_of("presence", guest.id, "registration")
    assert (before["inside"], after["inside"]) == (False, True)
    assert (after["admitted_by"], after["admitted_at"]) == ("in", before["admitted_at"])
    assert await outcome(phone, guest.badge) == ("refused", "already_admitted")


async def test_an_entry_taken_back_takes_its_exit_along() -> None:
    event = await an_event(reentry="once")
    guest, phone = await a_guest(event), await a_phone(event)
    await scanned(phone, guest.badge, scan_id="in")
    await scanned(phone, guest.badge, scan_id="out", direction="exit")
    assert await undone(phone, "in") == 0
    assert await count("presence") == 0
    assert await outcome(phone, guest.badge) == ("admitted", None)


async def test_the_entry_before_counts_again() -> None:
    event = await an_event(reentry="in_and_out")
    guest, left, right = await a_guest(event), await a_phone(event), await a_phone(event, name="Right door")
    await scanned(left, guest.badge, scan_id="in-1", at="2037-03-07T11:05")
    await scanned(left, guest.badge, scan_id="out", at="2037-03-07T11:10", direction="exit")
    await scanned(right, guest.badge, scan_id="in-2", at="2037-03-07T11:15")
    assert await undone(right, "in-2") == 0
    row = await row_of("presence", guest.id, "registration")
    assert (row["inside"], row["admitted_by"], row["device"]) == (False, "in-1", left.id)
    assert row["admitted_at"].isoformat() == "2037-03-07T10:05:00+00:00"


async def test_a_refusal_taken_back_changes_nobodys_standing() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await scanned(phone, guest.badge)
    await scanned(phone, guest.badge, scan_id="refused")
    await scanned(phone, "nonsense", scan_id="unknown")
    assert (await undone(phone, "refused"), await undone(phone, "unknown")) == (1, 1)


async def test_a_steward_takes_back_what_the_same_device_scanned_a_supervisor_any() -> None:
    event = await an_event()
    guest, left, right = await a_guest(event), await a_phone(event), await a_phone(event, name="Right door")
    supervisor = await a_phone(event, name="Desk", supervisor=True)
    await scanned(left, guest.badge, scan_id="scan-1")
    with pytest.raises(Forbidden):
        await undone(right, "scan-1")
    assert await count("scan", "undone_at IS NOT NULL") == 0
    assert await undone(supervisor, "scan-1") == 0


async def test_scans_of_other_events_are_not_there() -> None:
    launch, summit = await an_event(), await an_event("summit")
    guest, here = await a_guest(launch), await a_phone(launch)
    there = await a_phone(summit, supervisor=True)
    await scanned(here, guest.badge, scan_id="scan-1")
    for scan_id in ("scan-1", "nothing", "\x00", "\ud800", "", "x" * 5000):
        with pytest.raises(NotFound):
            await undone(there, scan_id)


async def test_an_unpaired_device_takes_nothing_back() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await scanned(phone, guest.badge, scan_id="scan-1")
    await actions.revoke_device(phone.id)
    with pytest.raises(DeviceRefused):
        await undone(phone, "scan-1")
