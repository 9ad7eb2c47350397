"""What a steward's device may do beyond scanning, on both databases."""

import pytest
from httpx import AsyncClient

from events_service.door import undoing
from events_service.door.queries import devices_of, paired_device
from events_service.door.rules import Grant, powers_of
from events_service.errors import Forbidden
from events_service.people.rules import Role
from tests.door.given import Phone, a_guest, a_phone, an_event, outcome, scanned

pytestmark = pytest.mark.usefixtures("database")

REASON = "Lost their badge holder"


def test_supervisors_may_everything_and_stewards_what_they_are_granted() -> None:
    assert powers_of(Role.DOOR_SUPERVISOR, []) == frozenset(Grant)
    assert powers_of(Role.DOOR_STEWARD, []) == frozenset()
    assert powers_of(Role.DOOR_STEWARD, [Grant.UNDO]) == {Grant.UNDO}


async def test_a_device_knows_what_it_was_granted() -> None:
    event = await an_event()
    phone = await a_phone(event, grants=[Grant.SEARCH, Grant.OVERRIDE, Grant.SEARCH])
    assert (await paired_device(phone.digest)).powers == {Grant.OVERRIDE, Grant.SEARCH}
    (listed,) = await devices_of(event.id)
    assert listed.grants == ["override", "search"]


async def test_only_who_was_granted_it_sets_a_refusal_aside() -> None:
    event = await an_event()
    guest, plain = await a_guest(event), await a_phone(event, name="Left")
    granted = await a_phone(event, name="Right", grants=[Grant.OVERRIDE])
    assert await outcome(plain, guest.badge) == ("admitted", None)
    assert await outcome(plain, guest.badge, override_reason=REASON) == ("refused", "already_admitted")
    assert await outcome(granted, guest.badge) == ("refused", "already_admitted")
    assert await outcome(granted, guest.badge, override_reason=REASON) == ("admitted", None)


async def test_only_who_was_granted_it_takes_back_what_another_device_scanned() -> None:
    event = await an_event()
    guest, one = await a_guest(event), await a_phone(event, name="Left")
    other, granted = await a_phone(event, name="Middle"), await a_phone(event, name="Right", grants=[Grant.UNDO])
    await scanned(one, guest.badge, scan_id="scan-1")
    with pytest.raises(Forbidden):
        await undone(other)
    assert await undone(granted) == 0


async def test_only_who_was_granted_it_registers_people(client: AsyncClient) -> None:
    event = await an_event()
    plain, granted = await a_phone(event, name="Left"), await a_phone(event, name="Right", grants=[Grant.WALK_IN])
    body = {"scan_id": "scan-1", "name": "Bo Ek", "category": "guest"}
    for phone, status in ((plain, 403), (granted, 201)):
        headers = {"Authorization": f"Bearer {phone.token}"}
        assert (await client.post("/api/v1/door/walk-ins", json=body, headers=headers)).status_code == status


async def undone(phone: Phone) -> int:
    return await undoing.undo_scan("scan-1", device_digest=phone.digest, reason="Wrong person")
