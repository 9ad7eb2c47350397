"""Somebody corrects their own details, switches between the room and online, and is told where mails do not reach them."""

import httpx
import icalendar
import pytest

from events_service.audit.rules import Doer
from events_service.database import fetch
from events_service.outbox.suppression import suppress
from events_service.privacy.protecting import protect
from events_service.registrations import actions
from events_service.registrations.naming import identity_of
from events_service.registrations.rules import Attendance, Status
from tests.registrations.given import (
    JOIN_URL,
    a_browser,
    an_event,
    letter_kinds,
    letters,
    mail_of,
    page_code_of,
    parts_of,
    person,
    register,
)
from tests.registrations.test_pages import words

pytestmark = pytest.mark.usefixtures("database")
OWN, DETAILS = "/my/registration", "/my/details"
TYPED = {"name": "Åsa Ek", "organisation": "Malmö stad", "city": "Lund", "language": "sv"}


async def opened(client: httpx.AsyncClient, number: int = 0, **more: object) -> str:
    outcome = await register(number, **more)
    await client.post("/my", data={"code": page_code_of(await person(outcome))})
    return outcome.registration_id


async def test_details_are_corrected_and_the_badge_stays() -> None:
    await an_event()
    async with a_browser() as client:
        one = await opened(client)
        before = await actions.registration_by_id(one)
        assert 'value="Åsa Ðórsdóttir"' in (await client.get(DETAILS)).text
        assert (await client.post(DETAILS, data=TYPED)).headers["location"] == f"{OWN}?done=details_kept"
        after = await actions.registration_by_id(one)
        assert (after.name, after.organisation, after.city, after.language) == tuple(TYPED.values())
        assert (after.email, after.badge_digest) == (before.email, before.badge_digest)
        assert "Åsa Ek" in words(await client.get(OWN))
    (logged,) = await fetch("SELECT actor_kind, fields FROM audit_entry WHERE action = 'changed_own_details'")
    assert (logged["actor_kind"], logged["fields"]) == ("participant", '["name","organisation","city","language"]')
    assert await letter_kinds() == ["confirmed"]


async def test_switching_gives_the_old_seat_on_and_sends_the_right_place() -> None:
    await an_event(format="hybrid", join_url=JOIN_URL, terms={"capacity": 1, "online_capacity": 1})
    async with a_browser() as client:
        one = await opened(client, 1, attendance="in_person")
        waits = await register(2, attendance="in_person")
        assert "1 seat left" in words(await client.get(DETAILS))
        switched = await client.post(DETAILS, data=TYPED | {"attendance": "online"})
        assert switched.headers["location"] == f"{OWN}?done=attendance_switched"
    assert (await actions.registration_by_id(one)).attendance is Attendance.ONLINE
    assert (await person(waits)).status is Status.CONFIRMED
    first, last = [parts_of(await mail_of(one)).ics for one in await letters("guest1@malmo.example")]
    assert first is not None and last is not None
    before, after = [icalendar.Calendar.from_ical(ics).walk("VEVENT")[0] for ics in (first, last)]
    assert ("City Hall" in str(before["LOCATION"]), "City Hall" in str(after.get("LOCATION", ""))) == (True, False)
    assert (before["UID"], before["SEQUENCE"] < after["SEQUENCE"]) == (after["UID"], True)
    assert JOIN_URL.encode() in last.replace(b"\r\n ", b"")


async def test_nobody_switches_to_where_all_seats_are_taken() -> None:
    await an_event(format="hybrid", join_url=JOIN_URL, terms={"capacity": 1, "online_capacity": 1})
    await register(1, attendance="online")
    async with a_browser() as client:
        one = await opened(client, 2, attendance="in_person")
        refused = await client.post(DETAILS, data=TYPED | {"attendance": "online"})
    assert (refused.status_code, "All seats of that kind are taken." in refused.text) == (409, True)
    assert 'value="Lund"' in refused.text
    assert (await actions.registration_by_id(one)).attendance is Attendance.IN_PERSON


async def test_what_is_wrong_is_named_and_an_ended_registration_stays_as_it_is() -> None:
    await an_event()
    async with a_browser() as client:
        assert (await client.get(DETAILS)).headers["location"] == "/my"
        one = await opened(client)
        wrong = await client.post(DETAILS, data=TYPED | {"name": " ", "attendance": "online"})
        assert (wrong.status_code, 'href="#f-name"' in wrong.text) == (422, True)
        elsewhere = await client.post(DETAILS, data=TYPED | {"attendance": "online"})
        assert (elsewhere.status_code, "does not offer" in elsewhere.text) == (422, True)
        await actions.cancel_registration(one)
        assert (await client.get(DETAILS)).headers["location"] == OWN
        assert (await client.post(DETAILS, data=TYPED)).status_code == 409


async def test_a_protected_person_s_name_stays_behind_the_alias() -> None:
    await an_event()
    async with a_browser() as client:
        one = await opened(client)
        await protect(one, alias="Heron 4", doer=Doer("account", "me"), reason="Asked for it.")
        assert (await client.post(DETAILS, data=TYPED)).status_code == 303
    (row,) = await fetch("SELECT name, organisation, search_key FROM registration")
    assert (row["name"], row["organisation"], "asa" in row["search_key"]) == ("Heron 4", "", False)
    who = identity_of(await actions.registration_by_id(one))
    assert (who.name, who.organisation, who.email) == ("Åsa Ek", "Malmö stad", "asa@malmo.example")


async def test_whoever_gets_no_mail_is_told_so_on_their_page() -> None:
    await an_event()
    async with a_browser() as client:
        await opened(client)
        assert "Our mails do not reach you" not in (await client.get(OWN)).text
        await suppress("asa@malmo.example", reason="550 no such user", letter_id=None)
        assert "Our letters to asa@malmo.example come back." in words(await client.get(OWN))
