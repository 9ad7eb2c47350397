"""Pairing and revoking devices, and the doors they stand at, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from events_service import clock
from events_service import settings as settings_floor
from events_service.door import actions, queries
from events_service.door.actions import PairedDevice
from events_service.door.checkpoint_actions import doors_of
from events_service.door.drafts import DeviceDraft, PairDraft
from events_service.door.rules import DeviceRefused
from events_service.errors import Conflict, Invalid, NotFound, TooMany
from events_service.people.rules import Role
from events_service.sealing import token_digest
from events_service.settings import Settings
from tests.conftest import settings_for
from tests.door.given import HERE, a_checkpoint, a_guest, a_phone, an_event, change, count, outcome, row_of, scanned

pytestmark = pytest.mark.usefixtures("database")

LEFT = DeviceDraft(name="Left door")


async def pair(code: str, *, name: str = "", address: str = HERE) -> PairedDevice:
    return await actions.pair_device(PairDraft(pairing_code=code, name=name), address=address)


async def test_a_code_is_128_bits_for_fifteen_minutes_and_stored_as_a_digest() -> None:
    made = await actions.add_device(await an_event(), LEFT)
    assert len(made.code) == 26
    assert timedelta(minutes=14, seconds=50) < made.expires_at - clock.now() <= timedelta(minutes=15)
    row = await row_of("device", made.device_id)
    assert made.code not in str(dict(row))
    assert actions.pairing_url(made.code).endswith(f"/door/pair#{made.code}")


async def test_a_code_gives_a_token_for_one_event_one_door_and_one_role() -> None:
    event = await an_event()
    await a_checkpoint(event, "lounge")
    draft = DeviceDraft(name="Lounge", checkpoint="lounge", role=Role.DOOR_SUPERVISOR)
    made = await actions.add_device(event, draft)
    paired = await pair(made.code)
    assert (paired.event_id, paired.checkpoint, paired.role) == (event.id, "lounge", Role.DOOR_SUPERVISOR)
    row = await row_of("device", made.device_id)
    assert row["token_digest"] == token_digest(paired.token)
    assert paired.token not in str(dict(row))
    device = await queries.paired_device(token_digest(paired.token))
    assert (device.name, device.checkpoint, device.event_title) == ("Lounge", "lounge", event.title)


async def test_a_code_works_once() -> None:
    made = await actions.add_device(await an_event(), LEFT)
    await pair(made.code)
    with pytest.raises(Conflict) as refused:
        await pair(made.code)
    assert refused.value.code == "pairing_code_invalid"


async def test_of_many_phones_with_one_code_one_is_paired() -> None:
    made = await actions.add_device(await an_event(), LEFT)
    answers = await asyncio.gather(*[pair(made.code) for _ in range(8)], return_exceptions=True)
    paired = [answer for answer in answers if isinstance(answer, PairedDevice)]
    assert (len(paired), sum(isinstance(answer, Conflict) for answer in answers)) == (1, 7)
    assert (await queries.paired_device(token_digest(paired[0].token))).id == made.device_id


@pytest.mark.parametrize("code", ["wrong", "A" * 26, "Æ" * 26, "'; DROP TABLE device", "\x00"])
async def test_a_wrong_code_pairs_nothing(code: str) -> None:
    await actions.add_device(await an_event(), LEFT)
    with pytest.raises(Conflict):
        await pair(code)
    assert await count("device", "paired_at IS NOT NULL") == 0


async def test_a_code_may_be_typed_in_any_case_with_spaces_and_hyphens() -> None:
    made = await actions.add_device(await an_event(), LEFT)
    typed = f"  {made.code[:6].lower()} {made.code[6:13]}-{made.code[13:].lower()}\t"
    assert (await pair(typed)).device_id == made.device_id


async def test_a_code_expires_and_the_list_says_so() -> None:
    event = await an_event()
    made = await actions.add_device(event, LEFT)
    assert [device.status for device in await queries.devices_of(event.id)] == ["unpaired"]
    await change("UPDATE device SET pairing_expires_at = $1", clock.now() - timedelta(seconds=1))
    assert [device.status for device in await queries.devices_of(event.id)] == ["expired"]
    with pytest.raises(Conflict):
        await pair(made.code)


async def test_a_revoked_code_pairs_nothing() -> None:
    made = await actions.add_device(await an_event(), LEFT)
    await actions.revoke_device(made.device_id)
    with pytest.raises(Conflict):
        await pair(made.code)


async def test_a_phone_may_name_itself() -> None:
    event = await an_event()
    made = await actions.add_device(event, LEFT)
    await pair(made.code, name="Åsa's phone")
    assert [(device.name, device.status) for device in await queries.devices_of(event.id)] == [
        ("Åsa's phone", "paired")
    ]


async def test_a_revoked_device_scans_nothing_from_then_on() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    assert await outcome(phone, guest.badge) == ("admitted", None)
    await actions.revoke_device(phone.id)
    await actions.revoke_device(phone.id)
    with pytest.raises(DeviceRefused):
        await scanned(phone, guest.badge)
    with pytest.raises(DeviceRefused):
        await queries.paired_device(phone.digest)
    assert (await queries.device_by_id(phone.id)).status == "revoked"
    assert await count("scan") == 1


async def test_a_device_ends_a_day_after_its_event() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    over = clock.now() - timedelta(days=1)
    await change(
        "UPDATE event SET starts_at = $1, ends_at = $2", over - timedelta(hours=9), over + timedelta(minutes=5)
    )
    assert await outcome(phone, guest.badge) == ("admitted", None)
    await change("UPDATE event SET ends_at = $1", over - timedelta(minutes=5))
    with pytest.raises(DeviceRefused):
        await scanned(phone, guest.badge)
    with pytest.raises(DeviceRefused):
        await queries.paired_device(phone.digest)


async def test_no_device_is_added_or_paired_once_the_event_is_over() -> None:
    event = await an_event()
    made = await actions.add_device(event, LEFT)
    over = clock.now() - timedelta(days=1, minutes=5)
    await change("UPDATE event SET starts_at = $1, ends_at = $2", over - timedelta(hours=9), over)
    with pytest.raises(Conflict) as refused:
        await pair(made.code)
    assert (refused.value.code, await count("device", "paired_at IS NOT NULL")) == ("event_over", 0)
    with pytest.raises(Conflict) as refused:
        await actions.add_device(replace(event, ends_at=over), LEFT)
    assert (refused.value.code, await count("device")) == ("event_over", 1)


async def test_a_device_stands_at_a_door_that_there_is() -> None:
    with pytest.raises(Invalid) as invalid:
        await actions.add_device(await an_event(), DeviceDraft(name="Nowhere", checkpoint="attic"))
    assert [(error.field, error.code) for error in invalid.value.errors] == [("checkpoint", "unknown_checkpoint")]


@pytest.mark.parametrize("device_id", ["0" * 32, "nothing", "\x00", "\ud800", "x" * 5000])
async def test_an_unknown_device_is_not_there(device_id: str) -> None:
    with pytest.raises(NotFound):
        await queries.device_by_id(device_id)


async def test_every_event_has_its_main_door_once() -> None:
    event = await an_event()
    seen = await asyncio.gather(*[doors_of(event) for _ in range(5)])
    assert {tuple(door.slug for door in doors) for doors in seen} == {("main",)}
    assert await count("checkpoint") == 1


async def test_a_door_is_added_with_its_terms_in_the_events_time() -> None:
    event = await an_event()
    await a_checkpoint(
        event,
        "lounge",
        admits={"categories": ["speaker", "staff"]},
        reentry="in_and_out",
        opens_at="2037-03-07T11:00",
        closes_at="2037-03-07T15:30:00Z",
    )
    main, lounge = await doors_of(event)
    assert (main.slug, main.categories, main.reentry, main.opens_at) == ("main", (), None, None)
    assert (lounge.slug, lounge.categories, lounge.reentry) == ("lounge", ("speaker", "staff"), "in_and_out")
    assert lounge.opens_at and lounge.opens_at.isoformat() == "2037-03-07T10:00:00+00:00"
    assert lounge.closes_at and lounge.closes_at.isoformat() == "2037-03-07T15:30:00+00:00"


async def test_two_doors_of_an_event_do_not_share_a_name() -> None:
    event, other = await an_event(), await an_event("summit")
    await a_checkpoint(event, "lounge")
    await a_checkpoint(other, "lounge")
    with pytest.raises(Conflict) as refused:
        await a_checkpoint(event, "lounge")
    assert refused.value.code == "slug_taken"


async def test_a_doors_hours_are_told_wrong_all_at_once() -> None:
    event = await an_event()
    with pytest.raises(Invalid) as invalid:
        await a_checkpoint(event, "lounge", opens_at="2037-03-29T02:30", closes_at="2037-10-25T02:30")
    assert [error.field for error in invalid.value.errors] == ["opens_at", "closes_at"]
    with pytest.raises(Invalid) as invalid:
        await a_checkpoint(event, "lounge", opens_at="2037-03-07T12:00", closes_at="2037-03-07T12:00")
    assert [error.code for error in invalid.value.errors] == ["before_opens_at"]


async def test_codes_are_guessed_twenty_times_from_one_network(settings: Settings, tmp_path: Path) -> None:
    settings_floor.use(settings_for(settings.database_url, tmp_path, rate_limits="on"))
    made = await actions.add_device(await an_event(), LEFT)
    for guess in range(20):
        with pytest.raises(Conflict):
            await pair(f"GUESS{guess}")
    with pytest.raises(TooMany) as refused:
        await pair(made.code)
    assert 0 < refused.value.retry_after <= 600
    assert (await pair(made.code, address="198.51.100.4")).device_id == made.device_id
