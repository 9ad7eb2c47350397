"""Released sessions in calendars that anyone may read."""

from datetime import UTC, datetime

import httpx
import pytest
import vobject

from events_service.agenda.sessions import remove_session
from events_service.events.actions import cancel_event, edit_event
from tests.agenda.given import a_release, a_session, a_summit, change_session, change_speaker
from tests.calendar.given import content_lines
from tests.events.given import KICK_OFF, an_event, change
from tests.feeds.given import CALENDAR, EMBARGO_ENDS, SECRET_TITLE, a_full_summit, at, entries, get

pytestmark = pytest.mark.usefixtures("database")
RIGHTS = '=1+1; "Rights", <duties> & more'


async def test_an_event_is_alone_until_its_agenda_is_released() -> None:
    await a_summit()
    session = await a_session()
    assert list(entries(await get(CALENDAR))) == ["Nordic Safe Cities Summit"]
    await a_release()
    found = entries(await get(CALENDAR))
    assert list(found) == ["Nordic Safe Cities Summit", "Opening"]
    assert str(found["Opening"]["UID"]) == f"session-{session.id}@127.0.0.1"
    assert list(entries(await get(f"{CALENDAR}?sessions=none"))) == ["Nordic Safe Cities Summit"]
    assert (await get(f"{CALENDAR}?sessions=some")).status_code == 422


async def test_each_zone_is_there_once_and_two_parsers_find_every_moment() -> None:
    await a_full_summit()
    answer = await get(CALENDAR)
    lines = content_lines(answer.content)
    assert [one for one in lines if one.startswith("TZID:")] == ["TZID:Europe/Copenhagen", "TZID:Europe/Helsinki"]
    found = entries(answer)
    starts = {name: entry.start.astimezone(UTC) for name, entry in found.items()}
    assert starts[RIGHTS] == datetime(2037, 3, 10, 10, tzinfo=UTC)
    assert starts["Long night"] == datetime(2037, 3, 10, 21, 30, tzinfo=UTC)
    assert str(found[RIGHTS].start.tzinfo) == "Europe/Helsinki"
    again = vobject.readOne(answer.text)
    assert {one.summary.value: one.dtstart.value.astimezone(UTC) for one in again.vevent_list} == starts
    for name in ("METHOD", "ORGANIZER", "ATTENDEE"):
        assert not [line for line in lines if line.startswith(name)]


async def test_a_cancelled_session_stays_as_such_and_one_that_is_gone_goes() -> None:
    summit = await a_full_summit()
    await change_session(summit.sessions["Coffee"], state="cancelled")
    await remove_session("summit", summit.id("Long night"))
    await a_release()
    found = entries(await get(CALENDAR))
    assert {name: str(entry["STATUS"]) for name, entry in found.items()} == {
        "Nordic Safe Cities Summit": "CONFIRMED",
        "Opening": "CONFIRMED",
        RIGHTS: "CONFIRMED",
        "Coffee": "CANCELLED",
        "Called off": "CANCELLED",
    }
    assert int(found["Coffee"]["SEQUENCE"]) == 1


async def test_sequence_and_last_modified_are_those_of_the_release() -> None:
    summit = await a_full_summit()
    await change_session(summit.sessions["Coffee"], starts_at="2037-03-11T10:15")
    release = await a_release()
    found = entries(await get(CALENDAR))
    assert {name: int(entry["SEQUENCE"]) for name, entry in found.items() if int(entry["SEQUENCE"])} == {"Coffee": 1}
    stamps = {name: entry["LAST-MODIFIED"].dt for name, entry in found.items()}
    assert stamps["Coffee"] == release.created_at.replace(microsecond=0)
    assert stamps["Opening"] == release.agenda.session[summit.id("Opening")].changed_at.replace(microsecond=0)
    assert all(entry["DTSTAMP"].dt == stamps[name] for name, entry in found.items())


async def test_sessions_are_called_off_with_their_event_above_what_they_were() -> None:
    await a_full_summit()
    before = {name: int(entry["SEQUENCE"]) for name, entry in entries(await get(CALENDAR)).items()}
    await cancel_event("summit")
    after = entries(await get(CALENDAR))
    assert {str(entry["STATUS"]) for entry in after.values()} == {"CANCELLED"}
    rises = {name: int(entry["SEQUENCE"]) - before[name] for name, entry in after.items()}
    assert rises == {name: 0 if name == "Called off" else 1 for name in before}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("track=digital-cities", [RIGHTS]),
        ("room=Studio", ["Opening", RIGHTS]),
        ("room=Studio&kind=plenary", ["Opening"]),
        ("topic=digital-cities", [RIGHTS]),
        ("language=da", [RIGHTS]),
        ("kind=social", ["Long night"]),
        ("day=2037-03-10", ["Opening", RIGHTS, "Long night"]),
        ("day=2037-03-11&kind=break", ["Coffee"]),
        ("kind=party", []),
        ("track=nothing&room=nowhere", []),
    ],
)
async def test_a_calendar_of_some_sessions_holds_these_alone(query: str, found: list[str]) -> None:
    await a_full_summit()
    answer = await get(f"{CALENDAR}?{query}")
    assert list(entries(answer)) == found
    etag = answer.headers["etag"]
    assert (await get(f"{CALENDAR}?{query}", if_none_match=etag)).status_code == 304


async def test_an_embargo_ends_by_itself() -> None:
    summit = await a_full_summit()
    before = await get(CALENDAR)
    with at("2037-03-05T11:59:59+00:00"):
        assert (await get(CALENDAR, if_none_match=before.headers["etag"])).status_code == 304
        assert (await one_session(summit.id(SECRET_TITLE))).status_code == 404
    with at(EMBARGO_ENDS):
        assert SECRET_TITLE in entries(await get(CALENDAR, if_none_match=before.headers["etag"]))
        assert list(entries(await one_session(summit.id(SECRET_TITLE)))) == [SECRET_TITLE]


async def test_who_is_named_follows_the_roster_without_a_release() -> None:
    summit = await a_full_summit()
    first = await one_session(summit.id("Opening"))
    assert "With Astrid Holm\n" in str(entries(first)["Opening"]["DESCRIPTION"])
    await change_speaker(summit.astrid, public=False)
    assert "With" not in str(entries(await one_session(summit.id("Opening")))["Opening"]["DESCRIPTION"])


async def one_session(session_id: str, event: str = "summit", **headers: str) -> httpx.Response:
    """The file that lies beside a session's page."""
    return await get(f"/events/{event}/sessions/{session_id}.ics", **headers)


async def test_one_session_is_a_calendar_until_it_is_gone() -> None:
    summit = await a_full_summit()
    session = summit.sessions["Coffee"]
    first = await one_session(session.id)
    assert str(entries(first)["Coffee"]["UID"]) == f"session-{session.id}@127.0.0.1"
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert (await one_session(session.id, if_none_match=first.headers["etag"])).status_code == 304
    head = await get(f"/events/summit/sessions/{session.id}.ics", "HEAD")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(first.content)))
    await a_summit(slug="other")
    for elsewhere in (one_session(session.id, "other"), one_session("nothing"), one_session(session.id, "nothing")):
        assert (await elsewhere).status_code == 404
    await remove_session("summit", session.id)
    assert (await one_session(session.id)).status_code == 200
    await a_release()
    assert (await one_session(session.id)).status_code == 404


async def test_all_events_about_a_topic_are_also_those_with_a_session_about_it() -> None:
    await a_summit()
    await an_event(KICK_OFF, topics=["digital-cities"])
    session = await a_session(topics=["digital-cities"], visible_from=EMBARGO_ENDS)
    await a_session("Words", "2037-03-10T11:00", abstract='"digital-cities"')
    await a_release()
    path = "/calendar.ics?topic=digital-cities"
    assert list(entries(await get(path))) == ["Kick-off for practitioners"]
    with at(EMBARGO_ENDS):
        first = await get(path)
        assert list(entries(first)) == ["Kick-off for practitioners", "Nordic Safe Cities Summit"]
        assert (await get(path, if_none_match=first.headers["etag"])).status_code == 304
        await change_session(session, topics=["diversity"])
        assert len(entries(await get(path))) == 2
        await a_release()
        assert list(entries(await get(path))) == ["Kick-off for practitioners"]
    await edit_event("summit", change(topics=["digital-cities"]))
    assert len(entries(await get(path))) == 2
