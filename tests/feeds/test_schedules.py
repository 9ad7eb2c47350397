"""schedule.xml and schedule.json, checked against what their readers ask for, and agenda.csv."""

import csv
import io
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from events_service.agenda.importing import import_schedule
from events_service.agenda.rules import COLOURS
from events_service.events.actions import cancel_event, edit_event
from events_service.feeds.agenda_csv import COLUMNS
from events_service.feeds.schedule import acronym_of
from events_service.feeds.track_colours import TRACK_COLOURS
from tests.agenda.given import a_release, a_room, a_session, a_speaker, a_summit, change_session
from tests.events.given import change
from tests.feeds.forms import check_json, check_xml, texts
from tests.feeds.given import CSV, EMBARGO_ENDS, EXPORTS, JSON, SECRET_TITLE, XML, a_full_summit, at, get

pytestmark = pytest.mark.usefixtures("database")
RIGHTS = '=1+1; "Rights", <duties> & more'


def where(root: Any) -> dict[tuple[str, str], list[str]]:
    """What stands under each day and room, by title."""
    return {
        (day.get("date"), room.get("name")): [event.findtext("title") for event in room]
        for day in root.iter("day")
        for room in day.findall("room")
    }


IN_PLACE = {
    ("2037-03-10", "Great hall"): ["Opening", "Long night"],
    ("2037-03-10", "Studio"): ["Opening", RIGHTS],
    ("2037-03-11", "Copenhagen"): ["Coffee"],
}


async def test_everything_stands_under_its_day_and_rooms_and_nothing_that_is_off() -> None:
    await a_full_summit()
    root = check_xml((await get(XML)).content)
    assert where(root) == IN_PLACE
    conference = check_json((await get(JSON)).json())
    found = {
        (day["date"], name): [one["title"] for one in of]
        for day in conference["days"]
        for name, of in day["rooms"].items()
    }
    assert found == IN_PLACE
    assert [room["name"] for room in conference["rooms"]] == ["Great hall", "Studio"]
    # A night past midnight belongs to the day it began on, which ends with it.
    assert root.find("day").get("end") == conference["days"][0]["day_end"] == "2037-03-11T01:30:00+01:00"


async def test_a_session_says_the_same_in_both_forms() -> None:
    summit = await a_full_summit()
    session, astrid = summit.sessions[RIGHTS], summit.astrid
    written = next(
        event for event in etree.fromstring((await get(XML)).content).iter("event") if event.findtext("title") == RIGHTS
    )
    item = next(
        one
        for one in (await get(JSON)).json()["schedule"]["conference"]["days"][0]["rooms"]["Studio"]
        if one["title"] == RIGHTS
    )
    assert (written.get("guid"), int(written.get("id"))) == (session.guid, session.number) == (item["guid"], item["id"])
    plain = texts(written)
    assert plain["abstract"] == "Line one\nLine two, and \N{GRINNING FACE}."
    assert item["abstract"] == "Line one\nLine two\ufffe, and \N{GRINNING FACE}."
    for name in ("room", "title", "subtitle", "type", "date", "start", "duration", "slug", "track", "language", "url"):
        assert plain[name] == item[name], name
    assert (plain["date"], plain["duration"], plain["track"]) == (
        "2037-03-10T11:00:00+01:00",
        "01:30",
        "Digital cities",
    )
    assert plain["slug"] == f"event_summit-{session.number}-1-1-rights-duties-more".removeprefix("event_")
    (person,) = written.iter("person")
    assert [{"id": int(person.get("id")), "guid": person.get("guid"), "name": person.text}] == item["persons"]
    assert person.text == "Astrid Holm"
    named = (f"acct:{astrid.email}", f"mailto:{astrid.email}", str(astrid.email))
    spaces = (uuid.NAMESPACE_URL, uuid.NAMESPACE_DNS, uuid.NAMESPACE_OID)
    assert person.get("guid") not in {str(uuid.uuid5(space, name)) for space in spaces for name in named}


async def test_ids_stay_the_same_over_releases() -> None:
    summit = await a_full_summit()

    async def known() -> dict[tuple[str, str], tuple[str, str]]:
        root = check_xml((await get(XML)).content)
        return {
            (event.findtext("title"), event.findtext("room")): (event.get("id"), event.get("guid"))
            for event in root.iter("event")
        } | {(person.text, ""): (person.get("id"), person.get("guid")) for person in root.iter("person")}

    before = await known()
    await a_session("Early bird", "2037-03-10T08:00", speakers=[{"speaker_id": summit.hidden.id}])
    await change_session(summit.sessions["Opening"], starts_at="2037-03-10T09:30")
    await a_release()
    after = await known()
    assert {name: after[name] for name in before} == before
    assert before["Opening", "Great hall"] == (str(summit.sessions["Opening"].number), summit.sessions["Opening"].guid)
    assert before["Opening", "Studio"] != before["Opening", "Great hall"]


async def test_a_form_knows_no_cancelled_event_but_its_day() -> None:
    await a_full_summit()
    await cancel_event("summit")
    root = check_xml((await get(XML)).content)
    assert (where(root), [day.get("date") for day in root.iter("day")]) == ({}, ["2037-03-10"])
    assert check_json((await get(JSON)).json())["days"][0]["rooms"] == {}
    assert {line["state"] for line in rows((await get(CSV)).content)} == {"cancelled"}


@pytest.mark.parametrize("zone", ["America/New_York", "Atlantic/Reykjavik", "Etc/GMT-3", "UTC"])
async def test_any_zone_long_session_and_short_slug_keeps_to_the_forms(zone: str) -> None:
    await a_summit(slug="x-1", timezone=zone)
    await a_room("Hall", event="x-1")
    await a_session("?!", "2037-03-10T09:00", minutes=6 * 24 * 60, event="x-1")
    await a_session("A", "2037-03-10T23:59", event="x-1")
    await a_release(event="x-1")
    root = check_xml((await get("/events/x-1/schedule.xml")).content)
    assert [event.findtext("duration") for event in root.iter("event")] == ["99:59", "00:30"]
    conference = check_json((await get("/events/x-1/schedule.json")).json())
    assert conference["days"][0]["rooms"]["City Hall"][0]["duration"] == "144:00"
    assert conference.get("time_zone_name") == (None if zone.startswith("Etc") else zone)
    assert conference["acronym"] == "event_x_1"


def test_an_acronym_is_a_word_of_four_letters_at_least() -> None:
    assert [acronym_of(slug) for slug in ("guide-launch", "x", "abc", "2037")] == [
        "guide_launch",
        "event_x",
        "event_abc",
        "2037",
    ]


def test_tracks_have_the_colours_of_the_pages() -> None:
    css = (Path(__file__).parents[2] / "frontend" / "css" / "tokens.css").read_text()
    assert dict(re.findall(r"--track-([a-z]+): light-dark\((#[0-9a-f]{6}),", css)) == TRACK_COLOURS
    assert set(COLOURS) == set(TRACK_COLOURS)


def rows(data: bytes) -> list[dict[str, str]]:
    assert data.endswith(b"\r\n") and not data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


async def test_a_spreadsheet_holds_every_session_and_no_formula() -> None:
    await a_full_summit()
    answer = await get(CSV)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="summit-agenda.csv"'
    lines = rows(answer.content)
    assert tuple(lines[0]) == COLUMNS
    assert [line["title"] for line in lines] == ["Opening", f"'{RIGHTS}", "Long night", "Coffee", "Called off"]
    assert [line["state"] for line in lines] == ["confirmed"] * 4 + ["cancelled"]
    opening, rights = lines[0], lines[1]
    assert (opening["rooms"], opening["speakers"], opening["capacity"]) == ("Great hall; Studio", "Astrid Holm", "")
    assert (rights["subtitle"], rights["minutes"], rights["signup"]) == ("'@home", "90", "yes")
    assert (rights["starts_at"], rights["ends_at"]) == ("2037-03-10T11:00:00+01:00", "2037-03-10T12:30:00+01:00")
    assert (rights["capacity"], rights["track"], rights["topics"]) == ("12", "Digital cities", "digital-cities")
    assert all(cell[:1] not in "=+-@\t\r\n" for line in lines for cell in line.values() if cell)


async def test_before_the_first_release_there_is_nothing_to_export() -> None:
    await a_summit()
    await a_session()
    for path in (XML, JSON, CSV):
        assert (await get(path)).status_code == 404
    await a_release()
    for path in (XML, JSON, CSV):
        assert (await get(path)).status_code == 200


@pytest.mark.parametrize("visibility", ["members", "invited"])
async def test_what_is_hidden_is_exported_to_nobody_who_may_not_see_it(visibility: str) -> None:
    await a_full_summit()
    await edit_event("summit", change(visibility=visibility))
    for path in EXPORTS:
        assert (await get(path)).status_code == 404


async def test_an_embargo_ends_in_every_form() -> None:
    await a_full_summit()
    with at(EMBARGO_ENDS):
        assert ("2037-03-11", "Great hall") in where(check_xml((await get(XML)).content))
        check_json((await get(JSON)).json())
        assert SECRET_TITLE in [line["title"] for line in rows((await get(CSV)).content)]


async def test_our_own_export_imports_without_a_change() -> None:
    await a_summit()
    rooms = [await a_room(name) for name in ("Great hall", "Studio", "Gallery")]
    people = [{"speaker_id": (await a_speaker(name)).id} for name in ("Astrid Holm", "Bo Berg")]
    everywhere = await a_session("Plenary", room_ids=[room.id for room in rooms], speakers=people)
    for place, room in enumerate(rooms):
        await a_session("Coffee", "2037-03-10T10:00", room_ids=[room.id], speakers=people[place:])
    await a_release()
    data = (await get(XML)).content
    assert [titles.count("Plenary") for titles in where(check_xml(data)).values()] == [1, 1, 1]
    report = await import_schedule("summit", data)
    assert (report.created, report.updated, report.unchanged, report.speakers, report.rooms) == (0, 0, 4, 0, 0)
    assert (await a_release()).agenda.session[everywhere.id].room_ids == everywhere.room_ids
