"""Many doors at one moment: each badge is admitted once, on both databases."""

import asyncio
from collections import Counter

import pytest

from events_service.attendance.queries import attendance
from events_service.database import transaction
from events_service.door.answers import ScanAnswer
from events_service.door.scanning import scan, scan_batch, scan_request
from tests.door.given import Guest, Phone, a_guest, a_phone, an_event, count, guests, scan_of, scanned

pytestmark = pytest.mark.usefixtures("database")


async def in_a_transaction_of_its_own(phone: Phone, badge: str, *, scan_id: str = "") -> ScanAnswer:
    """A scan as another process would record it: beside the batches of this one."""
    async with transaction() as tx:
        (answer,) = await scan_batch(tx, [scan_request(scan_of(badge, scan_id=scan_id), device_digest=phone.digest)])
    assert isinstance(answer, ScanAnswer)
    return answer


async def test_200_badges_scanned_six_times_at_once_are_admitted_200_times() -> None:
    event = await an_event()
    people = await guests(event, 200)
    phones = [await a_phone(event, name=f"Door {n}") for n in range(6)]
    answers = await asyncio.gather(*[scanned(phone, guest.badge) for guest in people for phone in phones])
    admitted = Counter(
        answer.attendee.registration_id for answer in answers if answer.verdict == "admitted" and answer.attendee
    )
    assert admitted == {guest.id: 1 for guest in people}
    assert Counter(answer.reason for answer in answers) == {None: 200, "already_admitted": 1000}
    figures = await attendance(event.id)
    assert (figures.admitted, figures.inside, await count("scan")) == (200, 200, 1200)


async def test_one_badge_at_one_instant_is_admitted_once_in_every_round() -> None:
    event = await an_event()
    people, phone = await guests(event, 20), await a_phone(event)
    for guest in people:
        answers = await asyncio.gather(*[scanned(phone, guest.badge) for _ in range(50)])
        assert Counter(answer.verdict.value for answer in answers) == {"admitted": 1, "refused": 49}
        assert {answer.previous is None for answer in answers if answer.verdict == "refused"} == {False}


async def test_processes_side_by_side_admit_one_badge_once() -> None:
    event = await an_event()
    people = await guests(event, 10)
    phones = [await a_phone(event, name=f"Door {n}") for n in range(4)]

    async def a_round(guest: Guest) -> int:
        beside = [in_a_transaction_of_its_own(phone, guest.badge) for phone in phones]
        answers = await asyncio.gather(*beside, *[scanned(phone, guest.badge) for phone in phones])
        return sum(answer.verdict == "admitted" for answer in answers)

    assert [await a_round(guest) for guest in people] == [1] * 10
    assert (await attendance(event.id)).inside == 10


async def test_one_scan_sent_many_times_at_once_is_recorded_once() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    for badge in (guest.badge, "nonsense"):
        scan_id = badge[:8]
        answers = await asyncio.gather(*[scanned(phone, badge, scan_id=scan_id) for _ in range(20)])
        assert Counter(answer.replayed for answer in answers) == {False: 1, True: 19}
        assert len({(answer.verdict, answer.reason, answer.inside) for answer in answers}) == 1
    assert await count("scan") == 2


@pytest.mark.parametrize("others", [0, 5])
async def test_a_scan_that_another_process_records_just_now_is_replayed(others: int) -> None:
    event = await an_event()
    people, phone = await guests(event, 5), await a_phone(event)
    first = scan_request(scan_of("nonsense", scan_id="scan-1"), device_digest=phone.digest)
    second = scan_request(scan_of("other nonsense", scan_id="scan-1"), device_digest=phone.digest)
    async with transaction() as tx:
        (recorded,) = await scan_batch(tx, [first])
        # It looks before the other has committed, and then waits for that commit.
        waiting = asyncio.create_task(scan(second))
        more = [asyncio.create_task(scanned(phone, guest.badge)) for guest in people[:others]]
        await asyncio.sleep(0.2)
    answer = await waiting
    assert isinstance(recorded, ScanAnswer)
    assert (answer.reason, answer.replayed) == (recorded.reason, True)
    assert [one.verdict.value for one in await asyncio.gather(*more)] == ["admitted"] * others
    assert await count("scan") == 1 + others
