"""Short codes typed at the door, on both databases."""

import dataclasses
from datetime import timedelta

import pytest

from events_service import clock
from events_service import settings as settings_floor
from events_service.door.typed_codes import WRONG_CODES, WRONG_CODES_WITHIN
from events_service.errors import TooMany
from events_service.registrations.actions import cancel_registration
from events_service.settings import Settings
from tests.door.given import a_guest, a_phone, an_event, code_on, come_back, count, guests, outcome, scan_of, sent
from tests.door.given import scanned as scanned_at

pytestmark = pytest.mark.usefixtures("database")


async def test_a_typed_code_is_the_badge_it_stands_on() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    code = await code_on(guest)
    answer = await scanned_at(phone, code.lower().replace("-", " "))
    assert answer.attendee and (answer.verdict, answer.attendee.registration_id) == ("admitted", guest.id)
    assert await outcome(phone, guest.badge) == ("refused", "already_admitted")
    assert await outcome(phone, code) == ("refused", "already_admitted")


async def test_a_code_of_another_event_or_of_nobody_is_unknown() -> None:
    event, other = await an_event(), await an_event("summit")
    phone = await a_phone(event)
    assert await outcome(phone, await code_on(await a_guest(other))) == ("refused", "unknown_badge")
    assert await outcome(phone, "BAKO-LIME") == ("refused", "unknown_badge")


async def test_the_code_of_a_badge_that_is_gone_says_so() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    code = await code_on(guest)
    await cancel_registration(guest.id)
    assert await outcome(phone, code) == ("refused", "registration_cancelled")
    await come_back(event, guest)
    assert await outcome(phone, code) == ("refused", "badge_replaced")
    assert await outcome(phone, await code_on(guest)) == ("admitted", None)


async def test_codes_typed_without_a_network_go_up_in_batches() -> None:
    event = await an_event()
    one, other = await guests(event, 2)
    phone = await a_phone(event)
    typed = [scan_of(await code_on(one), at="2037-03-07T11:01"), scan_of(other.badge, at="2037-03-07T11:02")]
    answer = await sent(phone, *typed)
    assert [result.verdict for result in answer.results] == ["admitted", "admitted"]
    assert await outcome(phone, one.badge) == ("refused", "already_admitted")


async def test_a_device_that_typed_many_wrong_codes_waits_and_the_others_do_not(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_floor.use(dataclasses.replace(database, rate_limits=True))
    event = await an_event()
    guest, guessing, honest = await a_guest(event), await a_phone(event), await a_phone(event, name="Right door")
    code = await code_on(guest)
    for _ in range(WRONG_CODES):
        assert await outcome(guessing, "BAKO-LIME") == ("refused", "unknown_badge")
    with pytest.raises(TooMany) as refused:
        await scanned_at(guessing, code)
    assert refused.value.retry_after == WRONG_CODES_WITHIN.total_seconds()
    # Its batch is taken, and tells nothing of codes.
    camera = await a_guest(event)
    answer = await sent(guessing, scan_of(code, at="2037-03-07T11:01"), scan_of(camera.badge, at="2037-03-07T11:02"))
    assert [(one.verdict, one.reason) for one in answer.results] == [("refused", "unknown_badge"), ("admitted", None)]
    assert await count("scan") == WRONG_CODES + 2
    assert await outcome(honest, code) == ("admitted", None)
    # What a camera read is no guess.
    assert await outcome(guessing, guest.badge) == ("refused", "already_admitted")
    later = clock.now() + WRONG_CODES_WITHIN + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert await outcome(guessing, code) == ("refused", "already_admitted")
