"""Admission and the queue in the back office, without scripts."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from events_service.database import fetch
from events_service.events.admissions import Admission, admission_of, set_admission
from events_service.people.rules import Role
from events_service.registrations import actions, queue_pages
from events_service.registrations.rules import Status
from tests.audit.given import entries
from tests.registrations.delegation_given import SLUG, a_delegation
from tests.registrations.given import (
    a_browser,
    an_event,
    enter,
    form_token,
    letter_kinds,
    letters,
    mail_of,
    parts_of,
    person,
    register,
)
from tests.registrations.test_pages import words

pytestmark = pytest.mark.usefixtures("database")
ADMISSION = "/office/events/guide-launch/admission"
QUEUE = "/office/events/guide-launch/queue"
SETTINGS = {"offer_hours": "24", "reminder_days": "2, 14", "sensitive_days": "3", "companions": "2"}


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


async def test_an_organiser_sets_all_of_admission_and_whoever_fits_moves_up(client: httpx.AsyncClient) -> None:
    event = await an_event(terms={"capacity": 10})
    await set_admission(event, Admission(cities={"Malmö": 1}))
    first, second = [await register(number) for number in (1, 2)]
    await enter(client, Role.ORGANISER)
    shown = await client.get(ADMISSION)
    assert "Malmö 1 of 1, 1 waiting" in words(shown)
    quotas = {"categories.police": "20", "categories.media": "", "city_names": ["Malmö", ""], "city_seats": ["5", ""]}
    token = await form_token(client, ADMISSION)
    saved = await client.post(ADMISSION, data=SETTINGS | quotas | {"offers": "true", "csrf_token": token})
    assert saved.headers["location"] == f"{ADMISSION}?done=admission_saved"
    assert await admission_of(event) == Admission(
        categories={"police": 20}, cities={"Malmö": 5}, offers=True, offer_hours=24, reminder_days=(14, 2),
        sensitive_days=3, companions=2,
    )  # fmt: skip
    assert [(await person(one)).status for one in (first, second)] == [Status.CONFIRMED, Status.OFFERED]
    # What is not ticked is off.
    await client.post(ADMISSION, data=SETTINGS | {"csrf_token": token})
    assert await admission_of(event) == Admission(
        offers=False, offer_hours=24, reminder_days=(14, 2), sensitive_days=3, companions=2
    )


async def test_wrong_settings_are_all_named_and_what_was_typed_stays(client: httpx.AsyncClient) -> None:
    event = await an_event()
    await enter(client, Role.ORGANISER)
    wrong = {
        "categories.police": "-1", "city_names": ["Malmö", "malmo", "Oslo"], "city_seats": ["1", "2", "x"],
        "offer_hours": "0", "reminder_days": "soon", "sensitive_days": "", "companions": "9",
        "csrf_token": await form_token(client, ADMISSION),
    }  # fmt: skip
    answer = await client.post(ADMISSION, data=wrong)
    assert answer.status_code == 422
    for field in ("categories", "cities", "offer_hours", "reminder_days", "sensitive_days", "companions"):
        assert f'href="#f-{field}"' in answer.text, field
    for typed in ('value="-1"', 'value="malmo"', 'value="x"', 'value="soon"'):
        assert typed in answer.text
    assert await admission_of(event) == Admission()


@pytest.mark.parametrize(
    "rows", [(["Malmö"], [""]), ([""], ["3"]), (["Malmö", "Malmö"], ["1", "2"]), (["Malmö", "malmo"], ["1", "2"])]
)
async def test_a_city_stands_once_and_with_its_seats(
    client: httpx.AsyncClient, rows: tuple[list[str], list[str]]
) -> None:
    await an_event()
    await enter(client, Role.ORGANISER)
    given = SETTINGS | {"city_names": rows[0], "city_seats": rows[1], "csrf_token": await form_token(client, ADMISSION)}
    answer = await client.post(ADMISSION, data=given)
    assert (answer.status_code, 'href="#f-cities"' in answer.text) == (422, True)


async def test_a_registrar_sees_admission_and_changes_none_of_it(client: httpx.AsyncClient) -> None:
    await an_event()
    await enter(client)
    shown = await client.get(ADMISSION)
    assert (shown.status_code, ">Save<" in shown.text) == (200, False)
    token = await form_token(client, ADMISSION)
    assert (await client.post(ADMISSION, data=SETTINGS | {"csrf_token": token})).status_code == 403


async def test_those_ticked_are_approved_and_the_page_says_who_was_not(client: httpx.AsyncClient) -> None:
    await an_event(terms={"mode": "approval", "capacity": 1, "waitlist": False})
    ids = [(await register(number)).registration_id for number in (1, 2, 3)]
    await enter(client)
    assert "Waiting for your answer 3 people" in words(await client.get(QUEUE))
    posted = {"ids": ids[:2], "reason": "", "csrf_token": await form_token(client, QUEUE)}
    shown = await client.post(f"{QUEUE}/approve", data=posted)
    assert "1 approved. 1 of them with a seat. 1 left as it was: Guest 2 : All seats are taken" in words(shown)
    statuses = [row["status"] for row in await fetch("SELECT status FROM registration ORDER BY id")]
    assert statuses == ["confirmed", "pending", "pending"]
    # Sent again, nobody is approved twice.
    again = await client.post(f"{QUEUE}/approve", data=posted)
    assert "0 approved. 0 of them with a seat. 2 left as they were:" in words(again)


async def test_the_reason_for_declining_stands_in_the_letters_and_in_the_log(client: httpx.AsyncClient) -> None:
    await an_event(terms={"mode": "approval"})
    ids = [(await register(number)).registration_id for number in (1, 2)]
    await enter(client)
    posted = {"ids": ids, "reason": "The room is small.", "csrf_token": await form_token(client, QUEUE)}
    assert "2 declined." in words(await client.post(f"{QUEUE}/decline", data=posted))
    for number in (1, 2):
        *_, last = await letters(f"guest{number}@malmo.example")
        assert (last.kind, "The room is small." in parts_of(await mail_of(last)).text) == ("declined", True)
    logged = await fetch("SELECT action, reason FROM audit_entry WHERE action = 'declined'")
    assert [row["reason"] for row in logged] == ["The room is small."] * 2


async def test_nobody_ticked_is_said_and_what_was_written_stays(client: httpx.AsyncClient) -> None:
    await an_event(terms={"mode": "approval"})
    await register(1)
    await enter(client)
    token = await form_token(client, QUEUE)
    answer = await client.post(f"{QUEUE}/decline", data={"reason": "Too small.", "csrf_token": token})
    assert (answer.status_code, "Tick at least one person first." in answer.text, "Too small." in answer.text) == (
        422, True, True
    )  # fmt: skip


async def test_the_queue_filters_and_pages(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_pages, "PENDING_SHOWN", 2)
    await an_event(terms={"mode": "approval"})
    for number in range(1, 5):
        await register(number, category="media" if number == 4 else "ngo", city="Oslo" if number == 3 else "Malmö")
    await enter(client)

    async def names(path: str) -> list[str]:
        return re.findall(r"Guest \d", re.sub(r'<span class="unseen">.*?</span>', "", (await client.get(path)).text))

    assert await names(f"{QUEUE}?category=media") == ["Guest 4"]
    assert await names(f"{QUEUE}?city=Oslo") == ["Guest 3"]
    first = (await client.get(QUEUE)).text
    later = re.findall(r'rel="next" href="([^"]+)"', first)[0].replace("&amp;", "&")
    assert (await names(QUEUE), await names(later)) == (["Guest 1", "Guest 2"], ["Guest 3", "Guest 4"])


async def test_the_line_is_explained_and_changed_with_a_recorded_reason(client: httpx.AsyncClient) -> None:
    event = await an_event(terms={"capacity": 1})
    seated, second, third = [(await register(number)).registration_id for number in (1, 2, 3)]
    await enter(client)
    assert "A seat in the room" in words(await client.get(QUEUE))
    token = {"csrf_token": await form_token(client, QUEUE)}
    one = f"/office/registrations/{third}"
    for path in ("promote", "priority"):
        without = await client.post(f"{one}/{path}", data={"reason": " ", "priority": "5"} | token)
        assert (without.status_code, "Give a reason" in without.text) == (422, True)
    moved = await client.post(f"{one}/priority", data={"priority": "5", "reason": "Speaks."} | token)
    assert moved.headers["location"] == f"{QUEUE}?done=priority_set"
    wrong = await client.post(f"{one}/priority", data={"reason": "Speaks.", "priority": "many"} | token)
    assert (wrong.status_code, "Give a reason" in wrong.text) == (422, False)
    long = await client.post(f"{one}/offer", data={"reason": "x" * 501} | token)
    assert (long.status_code, "500" in long.text) == (422, True)
    full = await client.post(f"{one}/offer", data=token)
    assert (full.status_code, "No seat is free for this person." in full.text) == (409, True)
    promoted = await client.post(f"/office/registrations/{second}/promote", data={"reason": "Hosts."} | token)
    assert promoted.headers["location"] == f"{QUEUE}?done=promoted_by_hand"
    assert await queue_of(client) == ["Guest 2", "Guest 3"]
    refused = await client.post(f"/office/registrations/{seated}/promote", data={"reason": "Hosts."} | token)
    assert refused.status_code == 409
    await actions.cancel_registration(seated)
    assert (await letter_kinds("guest2@malmo.example"))[-1] == "promoted"
    logged = await entries(events=[event.slug])
    assert [(one.deed.action, one.deed.reason) for one in logged] == [
        ("promoted", "Hosts."),
        ("set_priority", "Speaks."),
    ]


async def queue_of(client: httpx.AsyncClient) -> list[str]:
    line = (await client.get(QUEUE)).text.split('id="line"')[1]
    return re.findall(r'<a href="/office/registrations/[0-9a-f]+">(Guest \d)</a>', line)


async def test_a_viewer_finds_no_queue(client: httpx.AsyncClient) -> None:
    await an_event()
    await enter(client, Role.VIEWER)
    assert (await client.get(QUEUE)).status_code == 403


async def test_what_is_kept_for_delegations_counts_as_taken(client: httpx.AsyncClient) -> None:
    await an_event(slug=SLUG, terms={"capacity": 10})
    await a_delegation(seats=3)
    await enter(client)
    assert "In person 3 of 10" in words(await client.get(f"/office/events/{SLUG}/queue"))
