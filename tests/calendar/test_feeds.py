"""ical-rules 3, 6-7, 10, 13, 21, 22, 24: what a feed or a download holds, and when it changes."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import vobject

from events_service.calendar import EntryStatus, Feed, feed_ics
from tests.calendar.given import KICK_OFF, LAUNCH, content_lines, launch, names, value_of

WHOLE_FILE = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//events-service//Events and summits//EN
CALSCALE:GREGORIAN
NAME:My calendar
X-WR-CALNAME:My calendar
DESCRIPTION:Yours alone
X-WR-CALDESC:Yours alone
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
BEGIN:VTIMEZONE
TZID:Atlantic/Reykjavik
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0000
TZOFFSETTO:+0000
TZNAME:GMT
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:event-17@events.example.org
SEQUENCE:2
DTSTAMP:20261205T093015Z
CREATED:20261101T080000Z
LAST-MODIFIED:20261205T093015Z
DTSTART;TZID=Atlantic/Reykjavik:20270307T100000
DTEND;TZID=Atlantic/Reykjavik:20270307T160000
SUMMARY:Launch of the Safe Cities Guide
DESCRIPTION:Mayors and practitioners.\\nCoffee at 10.
LOCATION:City Hall\\, Copenhagen
STATUS:CONFIRMED
CATEGORIES:launch
GEO:55.675757;12.569020
URL:https://events.example.org/events/guide-launch
END:VEVENT
END:VCALENDAR
"""


def feed(*entries, name: str = "All events") -> bytes:
    return feed_ics(Feed(name=name, entries=entries))


def test_a_feed_to_the_octet() -> None:
    written = feed_ics(
        Feed(name="My calendar", entries=(launch(zone="Atlantic/Reykjavik"),), description="Yours alone")
    )
    assert written == WHOLE_FILE.replace("\n", "\r\n").encode()


def test_a_feed_is_no_message() -> None:
    assert {"METHOD", "ORGANIZER", "ATTENDEE"}.isdisjoint(names(feed(LAUNCH, KICK_OFF)))


def test_a_feed_names_itself_and_says_when_to_come_back() -> None:
    lines = content_lines(feed(LAUNCH, name="Nordic, and Baltic"))
    assert r"NAME:Nordic\, and Baltic" in lines
    assert r"X-WR-CALNAME:Nordic\, and Baltic" in lines
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert "X-PUBLISHED-TTL:PT1H" in lines


def test_each_zone_used_has_its_vtimezone_once() -> None:
    data = feed(LAUNCH, KICK_OFF, launch(uid="b", zone="Europe/Helsinki"), launch(uid="c", zone="Africa/Casablanca"))
    lines = content_lines(data)
    assert [line for line in lines if line.startswith("TZID:")] == ["TZID:Europe/Copenhagen", "TZID:Europe/Helsinki"]
    assert {line.split("=")[1].split(":")[0] for line in lines if ";TZID=" in line} == {
        "Europe/Copenhagen",
        "Europe/Helsinki",
    }


@pytest.mark.parametrize(
    ("zone", "starts_at", "written"),
    [
        ("Europe/Copenhagen", datetime(2027, 3, 7, 10, tzinfo=UTC), "DTSTART;TZID=Europe/Copenhagen:20270307T110000"),
        ("Europe/Helsinki", datetime(2027, 7, 7, 10, tzinfo=UTC), "DTSTART;TZID=Europe/Helsinki:20270707T130000"),
        # The hour after the clock went back: a local 02:30 would mean the one before.
        (
            "Europe/Copenhagen",
            datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
            "DTSTART;TZID=Europe/Copenhagen:20271031T023000",
        ),
        ("Europe/Copenhagen", datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "DTSTART:20271031T013000Z"),
        # No yearly rule, another law that year, and UTC itself.
        ("Africa/Casablanca", datetime(2027, 3, 7, 10, tzinfo=UTC), "DTSTART:20270307T100000Z"),
        ("America/New_York", datetime(2006, 3, 20, 10, tzinfo=UTC), "DTSTART:20060320T100000Z"),
        ("UTC", datetime(2027, 3, 7, 10, tzinfo=UTC), "DTSTART:20270307T100000Z"),
    ],
)
def test_no_time_floats_and_every_reader_finds_the_moment(zone: str, starts_at: datetime, written: str) -> None:
    ends_at = starts_at + timedelta(hours=6)
    data = feed(launch(zone=zone, starts_at=starts_at, ends_at=ends_at))
    assert written in content_lines(data)
    [event] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert [event.start.astimezone(UTC), event.end.astimezone(UTC)] == [starts_at, ends_at]
    vevent = vobject.readOne(data.decode()).vevent
    assert [vevent.dtstart.value.astimezone(UTC), vevent.dtend.value.astimezone(UTC)] == [starts_at, ends_at]


def test_stamps_come_from_the_stored_change_and_end_in_z() -> None:
    elsewhere = LAUNCH.last_modified.astimezone(tz=None)
    data = feed(launch(last_modified=elsewhere))
    assert value_of("DTSTAMP", data) == value_of("LAST-MODIFIED", data) == "20261205T093015Z"
    assert value_of("CREATED", data) == "20261101T080000Z"


def test_sequence_is_written_from_the_first() -> None:
    assert value_of("SEQUENCE", feed(launch(sequence=0))) == "0"


@pytest.mark.parametrize("status", EntryStatus)
def test_status_is_written(status: EntryStatus) -> None:
    assert value_of("STATUS", feed(launch(status=status))) == status.value.upper()


def test_a_transparent_entry_leaves_the_time_free() -> None:
    assert value_of("TRANSP", feed(launch(transparent=True))) == "TRANSPARENT"
    assert "TRANSP" not in names(feed(LAUNCH))


def test_categories_are_a_list_of_escaped_values() -> None:
    data = feed(launch(categories=("summit", "digital-cities", "a,b")))
    assert r"CATEGORIES:summit,digital-cities,a\,b" in content_lines(data)
    [event] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert event.categories == ["summit", "digital-cities", "a,b"]


def test_what_says_nothing_is_left_out() -> None:
    data = feed(launch(description="", location="", url=None, categories=(), geo=None))
    assert {"DESCRIPTION", "LOCATION", "URL", "CATEGORIES", "GEO", "CONFERENCE"}.isdisjoint(names(data))


def test_an_online_entry_tells_its_link_three_times() -> None:
    data = feed(KICK_OFF)
    link = "https://meet.example.org/j/42?pw=a,b"
    assert f'CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL="Join; by video":{link}' in content_lines(data)
    assert value_of("LOCATION", data) == link
    assert value_of("DESCRIPTION", data) == f"{KICK_OFF.description}\n\nJoin; by video: {link}"
    [event] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert event["CONFERENCE"].params["FEATURE"] == ["AUDIO", "VIDEO"]
    assert vobject.readOne(data.decode()).vevent.conference.params["FEATURE"] == ["AUDIO", "VIDEO"]


def test_a_hybrid_entry_names_both_places_and_repeats_no_link() -> None:
    link = "https://meet.example.org/j/1"
    data = feed(launch(join_url=link, description=f"Come, or watch at {link}"))
    assert value_of("LOCATION", data) == f"City Hall, Copenhagen; {link}"
    assert value_of("DESCRIPTION", data) == f"Come, or watch at {link}"


def test_an_entry_without_a_link_has_no_conference() -> None:
    assert "CONFERENCE" not in names(feed(LAUNCH))


def test_an_empty_feed_still_holds_a_component() -> None:
    assert names(feed()).count("BEGIN") == 3
    assert "TZID:Etc/UTC" in content_lines(feed())


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"ends_at": LAUNCH.starts_at}, "ends after it starts"),
        ({"starts_at": datetime(2027, 3, 7, 10)}, "has no offset"),  # noqa: DTZ001
        ({"last_modified": datetime(2027, 3, 7, 10)}, "has no offset"),  # noqa: DTZ001
        ({"sequence": -1}, "starts at 0"),
    ],
)
def test_an_entry_that_no_calendar_could_show_is_refused(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        launch(**changes)
