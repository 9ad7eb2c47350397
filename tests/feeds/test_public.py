"""Calendars that anyone may read."""

from typing import Any

import httpx
import icalendar
import pytest

from events_service.events.actions import cancel_event, edit_event
from events_service.people.rules import Role
from tests.events.given import JOIN_URL, KICK_OFF, VENUE, a_visitor, an_event, change, enter

pytestmark = pytest.mark.usefixtures("database")
ONE, ALL = "/events/guide-launch/calendar.ics", "/calendar.ics"


async def get(path: str, method: str = "GET", **headers: str) -> httpx.Response:
    async with a_visitor() as client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.request(method, path, headers=named)


def entries(answer: httpx.Response) -> list[Any]:
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


def titles(answer: httpx.Response) -> list[str]:
    return [str(entry["SUMMARY"]) for entry in entries(answer)]


async def test_one_event_is_a_calendar() -> None:
    event = await an_event()
    answer = await get(ONE)
    (entry,) = entries(answer)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert (entry["UID"], entry["SEQUENCE"]) == (f"event-{event.id}@127.0.0.1", 0)
    assert (str(entry["SUMMARY"]), str(entry["STATUS"])) == ("Launch of the Safe Cities Guide", "CONFIRMED")
    assert b"DTSTART;TZID=Europe/Copenhagen:20370308T110000\r\n" in answer.content
    assert f"LAST-MODIFIED:{event.changed_at:%Y%m%dT%H%M%SZ}\r\n".encode() in answer.content
    for name in (b"METHOD", b"ORGANIZER", b"ATTENDEE"):
        assert b"\r\n" + name not in answer.content


@pytest.mark.parametrize("path", [ONE, ALL])
async def test_the_same_bytes_and_tag_until_something_changes(path: str) -> None:
    await an_event()
    first, second = await get(path), await get(path)
    assert (first.content, first.headers["etag"]) == (second.content, second.headers["etag"])
    await edit_event("guide-launch", change(title="Moved", starts_at="2037-03-08T12:00"))
    third = await get(path)
    assert titles(third) == ["Moved"]
    assert int(entries(third)[0]["SEQUENCE"]) == 1
    assert third.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("path", [ONE, ALL])
@pytest.mark.parametrize("written", ["{}", "W/{}", '"other", {}', "*"])
async def test_who_has_it_is_told_so(path: str, written: str) -> None:
    await an_event()
    etag = (await get(path)).headers["etag"]
    answer = await get(path, if_none_match=written.format(etag))
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert (await get(path, if_none_match='"other"')).status_code == 200


@pytest.mark.parametrize("path", [ONE, ALL])
async def test_head_tells_the_length_and_sends_nothing(path: str) -> None:
    await an_event()
    whole, head = await get(path), await get(path, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-type", "content-length"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("path", [ONE, ALL])
async def test_nothing_is_negotiated(path: str) -> None:
    await an_event()
    plain = await get(path)
    asked = await get(path, accept="application/json", accept_language="sv")
    assert (asked.status_code, asked.content) == (200, plain.content)
    assert asked.headers["content-type"] == "text/calendar; charset=utf-8"


async def test_a_cancelled_event_stays_in_the_calendar_as_such() -> None:
    await an_event()
    await cancel_event("guide-launch")
    for path in (ONE, ALL):
        (entry,) = entries(await get(path))
        assert (str(entry["STATUS"]), int(entry["SEQUENCE"])) == ("CANCELLED", 1)


async def test_no_calendar_holds_the_join_link_or_a_hidden_address() -> None:
    hidden = VENUE | {"latitude": 55.676, "longitude": 12.569, "disclosure": "registered"}
    await an_event(KICK_OFF, format="hybrid", venue=hidden)
    for path in ("/events/kick-off/calendar.ics", ALL):
        text = b"".join((await get(path)).content.split(b"\r\n "))
        assert b"LOCATION:Copenhagen\r\n" in text
        for secret in (JOIN_URL.encode(), "Rådhuspladsen".encode(), b"GEO:", b"CONFERENCE"):
            assert secret not in text


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"visibility": "unlisted"}, 200),
        ({"visibility": "members"}, 404),
        ({"visibility": "invited"}, 404),
        ({"publish": False}, 404),
    ],
)
async def test_only_public_events_are_in_the_calendar_of_all(more: dict[str, Any], status: int) -> None:
    await an_event(**more)
    assert (await get(ONE)).status_code == status
    everything = await get(ALL)
    assert (everything.status_code, titles(everything)) == (200, [])


async def test_staff_read_the_calendar_of_a_hidden_event() -> None:
    await an_event(visibility="members")
    async with a_visitor() as client:
        await enter(client, Role.VIEWER, "guide-launch")
        assert (await client.get(ONE)).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Kick-off for practitioners", "Launch of the Safe Cities Guide"]),
        ("?kind=launch", ["Launch of the Safe Cities Guide"]),
        ("?city=Copenhagen", ["Launch of the Safe Cities Guide"]),
        ("?topic=diversity", ["Kick-off for practitioners"]),
        ("?kind=party", []),
    ],
)
async def test_all_public_events_or_those_of_a_kind_a_city_or_a_topic(query: str, found: list[str]) -> None:
    await an_event()
    await an_event(KICK_OFF, topics=["diversity"])
    await an_event(KICK_OFF, slug="old", starts_at="2020-01-13T10:00", ends_at="2020-01-13T11:00", title="Long ago")
    answer = await get(ALL + query)
    assert titles(answer) == found
    assert b"NAME:Alliance of Safe Cities\r\n" in answer.content
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in answer.content


async def test_a_calendar_of_nothing_we_know_is_not_found() -> None:
    assert (await get("/events/nothing/calendar.ics")).status_code == 404
    assert (await get("/calendar.ics?city=%00")).status_code == 422
