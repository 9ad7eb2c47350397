"""A participant's own page."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
import zxingcpp
from icalendar import Calendar
from PIL import Image

from events_service import settings as settings_floor
from events_service.events import actions as event_actions
from events_service.registrations import actions
from events_service.registrations.badges import badges_of
from events_service.registrations.open_pass import PASS, Pass
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Status
from events_service.settings import Settings
from events_service.web.sealed_cookies import SealedCookie
from tests.conftest import settings_for
from tests.registrations.given import (
    JOIN_URL,
    a_browser,
    an_event,
    letter_kinds,
    page_code_of,
    person,
    register,
    statuses,
)
from tests.registrations.test_pages import words

pytestmark = pytest.mark.usefixtures("database")
OWN = "/my/registration"


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


async def opened(client: httpx.AsyncClient, number: int = 0, **more: Any) -> Registration:
    who = await person(await register(number, **more))
    answer = await client.post("/my", data={"code": page_code_of(who)})
    assert (answer.status_code, answer.headers["location"]) == (303, OWN)
    return who


async def test_the_code_opens_status_badge_calendar_and_facts(client: httpx.AsyncClient) -> None:
    event = await an_event()
    who = await opened(client)
    shown = await client.get(OWN)
    assert "Your seat is confirmed, Åsa Ðórsdóttir." in words(shown)
    assert "Rådhuspladsen 1" in words(shown)
    assert 'src="/my/badge.png"' in shown.text
    picture = await client.get("/my/badge.png")
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.content)))
    assert found.text == (await badges_of([who], event))[who.id]
    assert (await client.get("/my/badge.svg")).headers["content-type"] == "image/svg+xml"


async def test_pages_are_stored_nowhere_and_tell_their_address_to_no_one(client: httpx.AsyncClient) -> None:
    await an_event()
    await opened(client)
    for path in ("/my", OWN, "/my/badge.png", "/my/badge.svg", "/my/calendar.ics", "/my/cancel"):
        answer = await client.get(path)
        assert answer.status_code == 200, path
        assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "same-origin")


async def test_the_cookie_is_for_this_host_and_not_for_scripts(client: httpx.AsyncClient, database: Settings) -> None:
    await an_event()
    who = await person(await register())
    plain = (await client.post("/my", data={"code": page_code_of(who)})).headers["set-cookie"]
    assert plain.startswith("my=")
    settings_floor.use(settings_for(database.database_url, database.data_dir, base_url="https://events.example.org"))
    secure = (await client.post("/my", data={"code": page_code_of(who)})).headers["set-cookie"]
    assert secure.startswith("__Host-my=")
    for cookie in (plain, secure):
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/", "max-age=7200"} <= parts
        assert who.id not in cookie and page_code_of(who) not in cookie
    assert "Secure" in secure


@pytest.mark.parametrize("path", [OWN, "/my/badge.png", "/my/badge.svg", "/my/calendar.ics", "/my/cancel"])
@pytest.mark.parametrize("cookie", ["", "x", "ø".encode().hex(), "AAAA" * 40])
async def test_without_a_cookie_of_ours_the_way_in_is_shown(client: httpx.AsyncClient, path: str, cookie: str) -> None:
    client.cookies.set("my", cookie)
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/my")


async def test_a_cookie_ends_after_its_time_and_with_its_links(client: httpx.AsyncClient) -> None:
    await an_event()
    who = await opened(client)
    await actions.cancel_registration(who.id)
    assert "Your registration is cancelled" in words(await client.get(OWN))
    await register()
    assert (await client.get(OWN)).status_code == 303
    another = await opened(client, 1)
    late = replace(PASS, lasts=timedelta(seconds=-1))
    for lasting, status in ((PASS, 200), (late, 303)):
        client.cookies.clear()
        client.cookies.set("my", lasting.keep(Pass.of(another)).value or "")
        assert (await client.get(OWN)).status_code == status


async def test_a_cookie_of_another_shape_opens_nothing(client: httpx.AsyncClient) -> None:
    await an_event()
    who = await opened(client)
    earlier = SealedCookie("my", purpose=PASS.purpose, holds=list[str], lasts=timedelta(hours=1))
    client.cookies.clear()
    client.cookies.set("my", earlier.keep([who.id]).value or "")
    answer = await client.get(OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/my")


async def test_a_wrong_code_is_asked_for_again_and_not_too_often(client: httpx.AsyncClient, database: Settings) -> None:
    await an_event()
    settings_floor.use(settings_for(database.database_url, database.data_dir, rate_limits="on"))
    for code in ["", "nope", "ø" * 32, "x" * 500, "a\x00b"]:
        answer = await client.post("/my", data={"code": code})
        assert answer.status_code == 422
        assert "This code opens nothing." in words(answer)
    await opened(client)
    answers = [await client.post("/my", data={"code": "nope"}) for _ in range(16)]
    assert [answer.status_code for answer in answers] == [422] * 15 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    async with a_browser("192.0.2.99") as elsewhere:
        await opened(elsewhere, 1)


async def test_who_waits_sees_their_place_and_no_secrets(client: httpx.AsyncClient) -> None:
    venue = {
        "name": "Safe House", "address": "Secret Street 9", "city": "Oslo", "country": "NO", "disclosure": "registered"
    }  # fmt: skip
    await an_event(format="hybrid", join_url=JOIN_URL, venue=venue, terms={"capacity": 1})
    await register(1)
    await register(2)
    await opened(client, 3)
    shown = await client.get(OWN)
    assert "You are number 2 on the waiting list." in words(shown)
    for secret in (JOIN_URL, "Secret Street 9", "/my/badge.png"):
        assert secret not in shown.text
    assert (await client.get("/my/badge.png")).status_code == 404
    assert (await client.get("/my/calendar.ics")).status_code == 404


async def test_who_has_a_seat_sees_venue_and_join_link_until_the_event_is_off(client: httpx.AsyncClient) -> None:
    venue = {
        "name": "Safe House", "address": "Secret Street 9", "city": "Oslo", "country": "NO", "disclosure": "registered"
    }  # fmt: skip
    await an_event(format="hybrid", join_url=JOIN_URL, venue=venue)
    await opened(client)
    shown = await client.get(OWN)
    for told in ('action="/my/join/own"', "Secret Street 9", "Safe House"):
        assert told in shown.text
    # The link itself is told on the way to the meeting alone.
    assert JOIN_URL not in shown.text
    await event_actions.cancel_event("guide-launch")
    shown = await client.get(OWN)
    assert "This event is cancelled." in words(shown)
    for told in (JOIN_URL, "/my/join/own", "Secret Street 9", "/my/badge.png", "/my/cancel"):
        assert told not in shown.text


async def test_the_calendar_file_is_a_plain_download(client: httpx.AsyncClient) -> None:
    event = await an_event(format="online", venue=None, join_url=JOIN_URL)
    await opened(client)
    answer = await client.get("/my/calendar.ics")
    assert answer.headers["content-disposition"] == 'attachment; filename="guide-launch.ics"'
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    (entry,) = calendar.walk("VEVENT")
    assert (entry["UID"], entry["SEQUENCE"], entry["LOCATION"]) == (f"event-{event.id}@127.0.0.1", 0, JOIN_URL)
    assert "METHOD" not in calendar and "ORGANIZER" not in entry and "ATTENDEE" not in entry


async def test_cancelling_asks_first_and_happens_once(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 1})
    await opened(client)
    await register(1)
    assert "Cancel your registration?" in words(await client.get("/my/cancel"))
    assert (await statuses())["asa@malmo.example"] == (Status.CONFIRMED, None)
    for done in ("/my/registration?done=registration_cancelled", OWN):
        assert (await client.post("/my/cancel")).headers["location"] == done
    assert (await client.get("/my/cancel")).headers["location"] == OWN
    assert await statuses() == {
        "asa@malmo.example": (Status.CANCELLED, None),
        "guest1@malmo.example": (Status.CONFIRMED, None),
    }
    assert await letter_kinds() == ["confirmed", "cancelled"]


async def test_leaving_forgets_the_registration_on_this_device(client: httpx.AsyncClient) -> None:
    await an_event()
    await opened(client)
    assert "Go on to the registration you opened" in words(await client.get("/my"))
    assert (await client.post("/my/leave")).status_code == 303
    assert (await client.get(OWN)).status_code == 303
    assert "Go on to the registration you opened" not in words(await client.get("/my"))


async def test_another_site_cannot_cancel(client: httpx.AsyncClient) -> None:
    await an_event()
    await opened(client)
    answer = await client.post("/my/cancel", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert (await statuses())["asa@malmo.example"] == (Status.CONFIRMED, None)
