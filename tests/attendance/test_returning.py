"""Whoever goes and comes back was admitted at both moments, and is one person all the same."""

import pytest

from events_service.attendance.queries import attendance
from events_service.door import undoing
from tests.door.given import a_guest, a_phone, an_event, scanned

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(("reentry", "returns"), [("in_and_out", "2037-03-07T13:07"), ("daily", "2037-03-08T09:00")])
async def test_the_first_admission_stays_where_it_was(reentry: str, returns: str) -> None:
    event = await an_event(reentry=reentry)
    guest, phone = await a_guest(event), await a_phone(event)
    assert (await scanned(phone, guest.badge, at="2037-03-07T11:05")).verdict == "admitted"
    await scanned(phone, guest.badge, at="2037-03-07T12:00", direction="exit")
    back = await scanned(phone, guest.badge, at=returns)
    assert back.verdict == "admitted"
    assert (await scanned(phone, guest.badge, at=returns)).verdict == "refused"
    figures = await attendance(event.id)
    assert (figures.admitted, figures.inside) == (1, 1)
    assert [(one.minute.strftime("%dT%H:%M"), one.admitted) for one in figures.per_minute] == [
        ("07T10:05", 1),
        (f"{returns[8:11]}{int(returns[11:13]) - 1:02}{returns[13:]}", 1),
    ]
    await undoing.undo_scan(back.scan_id, device_digest=phone.digest, reason="Another's badge.")
    assert [one.minute.strftime("%dT%H:%M") for one in (await attendance(event.id)).per_minute] == ["07T10:05"]
