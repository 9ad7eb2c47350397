"""How much less a self check-in kiosk may do than a steward's device, on both databases; its page is not asked."""

import dataclasses
from typing import Any

import pytest
from httpx import AsyncClient

from events_service import settings as settings_floor
from events_service.door import actions
from events_service.door.drafts import DeviceDraft
from events_service.door.kiosk_rules import Paper
from events_service.door.queries import devices_of, paired_device
from events_service.door.rules import Grant
from events_service.door.tokens import door_cookie_name
from events_service.door.typed_codes import WRONG_CODES
from events_service.errors import Invalid
from events_service.people.rules import Role
from events_service.settings import Settings
from tests.door.given import Phone, a_checkpoint, a_guest, a_phone, an_event, change, count, guests, row_of

pytestmark = pytest.mark.usefixtures("database")


def bearer(phone: Phone) -> dict[str, str]:
    return {"Authorization": f"Bearer {phone.token}"}


async def ask(client: AsyncClient, kiosk: Phone, badge: str, scan_id: str, **more: Any) -> Any:
    """What the API answers a kiosk's scan with."""
    body = {"scan_id": scan_id, "badge": badge, "scanned_at": "2037-03-07T11:05:00+01:00", **more}
    return await client.post("/api/v1/scans", json=body, headers=bearer(kiosk))


async def test_a_kiosk_knows_its_paper_and_has_no_powers() -> None:
    event = await an_event()
    kiosk = await a_phone(event, kiosk=Paper.A6)
    device = await paired_device(kiosk.digest)
    assert (device.kiosk, device.role, device.powers) == (Paper.A6, Role.DOOR_STEWARD, frozenset())
    (listed,) = await devices_of(event.id)
    assert listed.kiosk is Paper.A6


@pytest.mark.parametrize("more", [{"role": Role.DOOR_SUPERVISOR}, {"grants": [Grant.SEARCH]}])
async def test_nobody_makes_a_kiosk_with_powers(more: dict[str, Any]) -> None:
    event = await an_event()
    with pytest.raises(Invalid) as refused:
        await actions.add_device(event, DeviceDraft(name="Kiosk", kiosk=Paper.LABEL62, **more))
    assert [(error.field, error.code) for error in refused.value.errors] == [("kiosk", "has_powers")]


async def test_a_kiosk_is_told_whom_it_lets_in_and_of_nobody_else(client: AsyncClient) -> None:
    event = await an_event()
    one, other = await guests(event, 2)
    kiosk, steward = await a_phone(event, kiosk=Paper.A6), await a_phone(event, name="Right")
    await ask(client, steward, other.badge, "by-a-steward")
    told = (await ask(client, kiosk, one.badge, "scan-1")).json()
    assert (told["verdict"], told["attendee"]["name"], told["inside"]) == ("admitted", one.name, 0)
    told = (await ask(client, kiosk, one.badge, "scan-2")).json()
    assert (told["verdict"], told["reason"], told["attendee"], told["inside"]) == (
        "refused", "already_admitted", None, 0,
    )  # fmt: skip
    # Not by asking again for another device's scan either.
    told = (await ask(client, kiosk, "", "by-a-steward")).json()
    assert (told["replayed"], told["inside"]) == (True, 0)


async def test_whom_staff_must_look_at_first_is_not_let_in_by_a_kiosk(client: AsyncClient) -> None:
    event = await an_event()
    asked, noted = await guests(event, 2)
    kiosk, steward = await a_phone(event, kiosk=Paper.A6), await a_phone(event, name="Right")
    await change("UPDATE registration SET photo_id = TRUE WHERE id = $1", asked.id)
    await change("UPDATE registration SET door_note = 'Bring her to the mayor' WHERE id = $1", noted.id)
    for guest in (asked, noted):
        told = (await ask(client, kiosk, guest.badge, f"kiosk-{guest.id}")).json()
        assert (told["reason"], told["attendee"]) == ("not_admitted_here", None)
        told = (await ask(client, steward, guest.badge, f"steward-{guest.id}")).json()
        assert told["verdict"] == "admitted"


async def test_a_kiosk_lets_in_only_and_only_at_its_own_door(client: AsyncClient) -> None:
    event = await an_event()
    await a_checkpoint(event, "workshop")
    guest, kiosk = await a_guest(event), await a_phone(event, kiosk=Paper.A6)
    for more in ({"direction": "exit"}, {"checkpoint": "workshop"}):
        refused = await ask(client, kiosk, guest.badge, "scan-1", **more)
        assert (refused.status_code, refused.json()["code"]) == (403, "staff_only")
    batch = {
        "device_time": "2037-03-07T12:00:00+01:00",
        "scans": [{"scan_id": "s", "badge": guest.badge, "scanned_at": "2037-03-07T11:05:00+01:00", "direction": "exit"}],
    }  # fmt: skip
    assert (await client.post("/api/v1/scans/batch", json=batch, headers=bearer(kiosk))).status_code == 403
    assert await count("scan") == 0


async def test_a_kiosk_overrides_takes_back_finds_and_registers_nobody(client: AsyncClient) -> None:
    event = await an_event()
    guest, kiosk = await a_guest(event), await a_phone(event, kiosk=Paper.A6)
    await ask(client, kiosk, guest.badge, "scan-1")
    again = await ask(client, kiosk, guest.badge, "scan-2", override_reason="Because")
    assert again.json()["reason"] == "already_admitted"
    undone = await client.post("/api/v1/scans/scan-1/undo", json={"reason": "x"}, headers=bearer(kiosk))
    found = await client.get("/api/v1/door/search?q=asa", headers=bearer(kiosk))
    walk_in = {"scan_id": "scan-3", "name": "Bo Ek", "category": "guest"}
    registered = await client.post("/api/v1/door/walk-ins", json=walk_in, headers=bearer(kiosk))
    inside = await client.post("/api/v1/door/evacuation", json={"reason": "x"}, headers=bearer(kiosk))
    assert [one.status_code for one in (undone, found, registered, inside)] == [403, 403, 403, 403]
    assert (await row_of("scan", "scan-1", "scan_id"))["undone_at"] is None


async def test_the_pages_of_stewards_are_not_a_kiosks(client: AsyncClient) -> None:
    event = await an_event()
    guest, kiosk = await a_guest(event), await a_phone(event, kiosk=Paper.A6)
    client.cookies.set(door_cookie_name(), kiosk.token)
    sent_on = await client.get("/door")
    assert (sent_on.status_code, sent_on.headers["location"]) == (303, "/door/kiosk")
    for path in ("/door/search?q=asa", "/door/walk-in", "/door/evacuation"):
        assert (await client.get(path)).status_code == 403, path
    posts = {"/door/scan": {"badge": guest.badge}, "/door/undo": {"scan_id": "scan-1"}, "/door/leave": {}}
    for path, form in posts.items():
        assert (await client.post(path, data=form)).status_code == 403, path
    # A guest who found the address has not unpaired it.
    assert (await paired_device(kiosk.digest)).id == kiosk.id
    assert await count("scan") == 0


async def test_a_kiosk_may_not_guess_short_codes(client: AsyncClient, database: Settings) -> None:
    settings_floor.use(dataclasses.replace(database, rate_limits=True))
    event = await an_event()
    kiosk = await a_phone(event, kiosk=Paper.A6)
    wrong = [f"BA{one}O{other}IKE" for one in "BDFGHJ" for other in "BDFGHJ"]
    statuses = [(await ask(client, kiosk, code, f"scan-{code}")).status_code for code in wrong]
    assert statuses == [200] * WRONG_CODES + [429] * (len(wrong) - WRONG_CODES)
