"""What becomes of scans once more is known, on both databases."""

from datetime import timedelta

import pytest

from events_service import clock
from events_service.attendance.queries import attendance
from events_service.door.batches import scan_offline_batch
from events_service.door.undoing import undo_scan
from events_service.errors import Forbidden, Invalid
from events_service.registrations.actions import cancel_registration
from tests.audit.given import entries
from tests.door.given import a_guest, a_phone, an_event, batch, change, count, outcome, row_of, scan_of, scanned

pytestmark = pytest.mark.usefixtures("database")


async def test_gates_that_contradict_what_is_known_are_told_by_kind() -> None:
    event = await an_event()
    gone, here, phone = await a_guest(event), await a_guest(event), await a_phone(event)
    await cancel_registration(gone.id)
    answer = await scan_offline_batch(
        batch(
            scan_of(gone.badge, scan_id="let-in", device_verdict="admitted"),
            scan_of(here.badge, scan_id="sent-away", device_verdict="refused"),
        ),
        device_digest=phone.digest,
    )
    assert {(one.scan_id, one.verdict, one.reason) for one in answer.results} == {
        ("let-in", "refused", "registration_cancelled"),
        ("sent-away", "refused", "turned_away"),
    }
    assert {(one.kind, one.registration_id, one.first_scan, one.second_scan) for one in answer.conflicts} == {
        ("admitted_but_invalid", gone.id, None, "let-in"),
        ("refused_but_valid", here.id, None, "sent-away"),
    }
    figures = await attendance(event.id)
    assert (figures.admitted, figures.conflicts) == (0, 2)


async def test_a_gate_that_did_not_hear_our_refusal_in_time_let_a_second_person_in() -> None:
    event = await an_event()
    guest, left, right = await a_guest(event), await a_phone(event), await a_phone(event, name="Right door")
    await scanned(left, guest.badge, scan_id="first")
    assert await outcome(right, guest.badge, scan_id="late") == ("refused", "already_admitted")
    again = batch(scan_of(guest.badge, scan_id="late", device_verdict="admitted"))
    for _ in range(2):
        answer = await scan_offline_batch(again, device_digest=right.digest)
        assert [(one.verdict, one.replayed) for one in answer.results] == [("refused", True)]
        (conflict,) = answer.conflicts
        assert (conflict.kind, conflict.first_scan, conflict.second_scan) == ("double_admission", "first", "late")
    assert await count("scan_conflict") == 1


async def test_scans_of_impossible_times_are_kept_flagged_and_in_their_order() -> None:
    event = await an_event(reentry="in_and_out")
    guest, phone = await a_guest(event), await a_phone(event)
    before = clock.now()
    answer = await scan_offline_batch(
        batch(
            scan_of(guest.badge, scan_id="in", at="2036-03-07T10:00"),
            scan_of(guest.badge, scan_id="out", at="2036-03-07T10:20", direction="exit"),
            scan_of(guest.badge, scan_id="in-again", at="2037-03-07T15:00+01:00"),
        ),
        device_digest=phone.digest,
    )
    assert [(one.scan_id, one.verdict) for one in answer.results] == [
        ("in", "admitted"),
        ("out", "admitted"),
        ("in-again", "admitted"),
    ]
    row = await row_of("scan", "in", "scan_id")
    assert row["claimed_at"].isoformat() == "2036-03-07T09:00:00+00:00"
    assert before - timedelta(seconds=1) < row["scanned_at"] <= clock.now()


async def test_a_steward_takes_back_for_five_minutes_a_supervisor_later_with_a_reason() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    supervisor = await a_phone(event, name="Desk", supervisor=True)
    await scanned(phone, guest.badge, scan_id="scan-1")
    await change("UPDATE scan SET received_at = $1", clock.now() - timedelta(minutes=6))
    with pytest.raises(Forbidden):
        await undo_scan("scan-1", device_digest=phone.digest, reason="Wrong person")
    with pytest.raises(Invalid):
        await undo_scan("scan-1", device_digest=supervisor.digest, reason="")
    for _ in range(2):
        assert await undo_scan("scan-1", device_digest=supervisor.digest, reason="Wrong person") == 0
    (entry,) = await entries(action="undid_scan")
    assert (entry.doer.id, entry.deed.subject_id, entry.deed.reason) == (supervisor.id, guest.id, "Wrong person")


async def test_an_admission_taken_back_gives_way_to_the_next() -> None:
    event = await an_event()
    guest, left, right = await a_guest(event), await a_phone(event), await a_phone(event, name="Right door")
    await scanned(left, guest.badge, scan_id="first")
    later = (clock.now()).isoformat()
    sent = batch(scan_of(guest.badge, scan_id="second", at=later), device_time=later)
    assert len((await scan_offline_batch(sent, device_digest=right.digest)).conflicts) == 1
    assert await undo_scan("first", device_digest=left.digest, reason="") == 1
    assert (await row_of("presence", guest.id, "registration"))["admitted_by"] == "second"
    assert await count("scan_conflict") == 0


async def test_setting_a_refusal_aside_is_written_down() -> None:
    event = await an_event()
    guest, supervisor = await a_guest(event), await a_phone(event, supervisor=True)
    await scanned(supervisor, guest.badge, override_reason="A reason for nothing")
    assert await entries(action="overrode_refusal") == []
    assert await outcome(supervisor, guest.badge, override_reason="Forgot a bag") == ("admitted", None)
    (entry,) = await entries(action="overrode_refusal")
    assert (entry.doer.kind, entry.doer.id, entry.deed.event) == ("device", supervisor.id, "launch")
    assert (entry.deed.subject_id, entry.deed.reason) == (guest.id, "Forgot a bag")
