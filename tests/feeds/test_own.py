"""A participant's own calendar, behind a link that only they were given."""

from typing import Any

import httpx
import icalendar
import pytest

from events_service.events.actions import cancel_event, edit_event
from events_service.registrations.actions import cancel_registration
from events_service.registrations.announcing import announce_changes
from events_service.registrations.applications import Outcome
from events_service.registrations.links import join_page_url
from events_service.registrations.queries import Registration, registration_by_id
from events_service.registrations.secrets import feed_token
from events_service.settings import Settings
from tests.events.given import JOIN_URL, KICK_OFF, LAUNCH, VENUE, a_visitor, an_event, change
from tests.registrations.given import letters, mail_of, parts_of, register

pytestmark = pytest.mark.usefixtures("database")
ONE_SEAT: dict[str, Any] = {"registration": {"capacity": 1, "waitlist": True}}
HYBRID: dict[str, Any] = LAUNCH | {
    "format": "hybrid",
    "join_url": JOIN_URL,
    "venue": VENUE | {"disclosure": "registered"},
}
OPEN_KICK_OFF: dict[str, Any] = KICK_OFF | {"registration": {"mode": "open"}}


async def link(outcome: Outcome, settings: Settings) -> str:
    person = await registration_by_id(outcome.registration_id)
    token = feed_token(person.id, person.links_generation, secret_key=settings.secret_key)
    return f"/my/calendar/{token}.ics"


async def get(path: str, method: str = "GET", **headers: str) -> httpx.Response:
    async with a_visitor() as client:
        return await client.request(method, path, headers={n.replace("_", "-"): v for n, v in headers.items()})


def entries(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


async def test_a_confirmed_person_sees_the_join_link_and_the_whole_venue(database: Settings) -> None:
    event = await an_event(HYBRID)
    answer = await get(await link(await register(), database))
    (entry,) = entries(answer)
    assert (str(entry["UID"]), str(entry["STATUS"])) == (f"event-{event.id}@127.0.0.1", "CONFIRMED")
    assert str(entry["LOCATION"]) == f"City Hall, Rådhuspladsen 1, Copenhagen; {JOIN_URL}"
    assert (answer.headers["referrer-policy"], answer.headers["cache-control"]) == ("no-referrer", "private, no-cache")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    for name in (b"METHOD", b"ORGANIZER", b"ATTENDEE"):
        assert b"\r\n" + name not in answer.content


def join_page(person: Registration, settings: Settings, session_id: str | None = None) -> str:
    return join_page_url(person.id, person.links_generation, settings, session_id=session_id)


async def test_who_takes_part_online_is_led_to_their_join_page_as_their_invite_does(database: Settings) -> None:
    await an_event(HYBRID)
    online = await register(1, attendance="online")
    person = await registration_by_id(online.registration_id)
    (entry,) = entries(await get(await link(online, database)))
    assert join_page(person, database) in str(entry["DESCRIPTION"])
    assert (str(entry["LOCATION"]), str(entry["CONFERENCE"])) == (JOIN_URL, JOIN_URL)
    (letter,) = await letters(person.email)
    ics = parts_of(await mail_of(letter)).ics
    assert ics is not None
    (sent,) = icalendar.Calendar.from_ical(ics).walk("VEVENT")
    for name in ("UID", "SEQUENCE", "LOCATION", "DESCRIPTION", "CONFERENCE"):
        assert str(entry[name]) == str(sent[name])


async def test_who_sits_in_the_room_or_waits_is_led_to_no_join_page(database: Settings) -> None:
    await an_event(HYBRID, registration={"capacity": 1, "online_capacity": 1, "waitlist": True})
    guests = [await register(1), await register(2), await register(3, attendance="online")]
    guests.append(await register(4, attendance="online"))
    told = [b"/my/join" in b"".join((await get(await link(one, database))).content.split(b"\r\n ")) for one in guests]
    assert told == [False, False, True, False]


async def test_who_waits_sees_what_the_public_sees(database: Settings) -> None:
    await an_event(HYBRID, **ONE_SEAT)
    await register(1)
    answer = await get(await link(await register(2), database))
    (entry,) = entries(answer)
    assert (str(entry["STATUS"]), str(entry["LOCATION"])) == ("TENTATIVE", "Copenhagen")
    assert JOIN_URL.encode() not in b"".join(answer.content.split(b"\r\n "))


async def test_a_person_sees_all_their_seats_and_nobody_elses(database: Settings) -> None:
    for body in (LAUNCH, OPEN_KICK_OFF, LAUNCH | {"slug": "other", "title": "Another's"}):
        await an_event(body)
    first = await register(1)
    await register(1, slug="kick-off", attendance="online")
    await register(2, slug="other")
    titles = [str(entry["SUMMARY"]) for entry in entries(await get(await link(first, database)))]
    assert titles == ["Kick-off for practitioners", "Launch of the Safe Cities Guide"]


async def test_a_cancelled_registration_leaves_the_calendar(database: Settings) -> None:
    await an_event()
    outcome = await register()
    path = await link(outcome, database)
    await cancel_registration(outcome.registration_id)
    assert entries(await get(path)) == []


async def test_a_cancelled_event_stays_as_such_above_what_was_mailed(database: Settings) -> None:
    await an_event()
    outcome = await register()
    path = await link(outcome, database)
    await cancel_event("guide-launch")
    await announce_changes()
    (entry,) = entries(await get(path))
    mailed = (await registration_by_id(outcome.registration_id)).invite_sequence
    assert (str(entry["STATUS"]), int(entry["SEQUENCE"])) == ("CANCELLED", mailed)


async def test_a_seat_that_was_taken_again_is_never_below_what_was_mailed(database: Settings) -> None:
    await an_event()
    outcome = await register()
    await cancel_registration(outcome.registration_id)
    again = await register()
    (entry,) = entries(await get(await link(again, database)))
    mailed = (await registration_by_id(again.registration_id)).invite_sequence
    assert mailed is not None
    assert (int(entry["SEQUENCE"]), mailed > 0) == (mailed, True)


async def test_the_tag_holds_until_something_of_theirs_changes(database: Settings) -> None:
    await an_event(**ONE_SEAT)
    first = await register(1)
    path = await link(await register(2), database)
    etag = (await get(path)).headers["etag"]
    told = await get(path, if_none_match=etag)
    assert (told.status_code, told.content, told.headers["referrer-policy"]) == (304, b"", "no-referrer")
    await cancel_registration(first.registration_id)
    promoted = await get(path, if_none_match=etag)
    assert [str(entry["STATUS"]) for entry in entries(promoted)] == ["CONFIRMED"]
    await edit_event("guide-launch", change(starts_at="2037-03-08T12:00"))
    moved = await get(path, if_none_match=promoted.headers["etag"])
    assert b"DTSTART;TZID=Europe/Copenhagen:20370308T120000" in moved.content


async def test_it_speaks_the_persons_language_whatever_the_programs_is(database: Settings) -> None:
    await an_event(OPEN_KICK_OFF, starts_at="2037-01-13T00:30")
    outcome = await register(slug="kick-off", attendance="online", language="sv")
    (entry,) = entries(await get(await link(outcome, database), accept_language="fi"))
    assert "måndag 12 januari 2037" in str(entry["DESCRIPTION"])


async def test_head_tells_the_length(database: Settings) -> None:
    await an_event()
    path = await link(await register(), database)
    whole, head = await get(path), await get(path, "HEAD")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(whole.content)))


async def test_an_unknown_or_misspelt_link_opens_nothing(database: Settings) -> None:
    await an_event()
    path = await link(await register(), database)
    for wrong in (path.removesuffix(".ics"), path[:-5] + ".ics", "/my/calendar/.ics", "/my/calendar/%00.ics"):
        assert (await get(wrong)).status_code == 404
