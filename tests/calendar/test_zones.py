"""ical-rules 3-7: our VTIMEZONE against zoneinfo by two readers of it, and wall times that are no moment."""

import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.tz import tzical

from events_service.calendar import (
    DoubledWallTime,
    SkippedWallTime,
    WallTimeRefused,
    vtimezone,
    wall_to_utc,
    zone_label,
)
from events_service.calendar.zones import keeps_rule

ZONES = [
    "Europe/Copenhagen",
    "Europe/Oslo",
    "Europe/Stockholm",
    "Europe/Helsinki",
    "Atlantic/Reykjavik",
    "Europe/Brussels",
    "Europe/London",
    "America/New_York",
    "Asia/Tokyo",
]
# Half hours, a negative summer time in law, the southern half of the world.
FAR_ZONES = ["Asia/Kolkata", "Europe/Dublin", "Australia/Lord_Howe", "Australia/Sydney", "Antarctica/Troll"]

COPENHAGEN = """\
BEGIN:VTIMEZONE
TZID:{zone}
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
END:VTIMEZONE"""

HELSINKI = (
    COPENHAGEN.replace("T030000", "T040000")
    .replace("T020000", "T030000")
    .replace("+0200", "+0x00")
    .replace("+0100", "+0200")
    .replace("+0x00", "+0300")
    .replace("CET", "EET")
    .replace("CEST", "EEST")
)

REYKJAVIK = """\
BEGIN:VTIMEZONE
TZID:{zone}
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0000
TZOFFSETTO:+0000
TZNAME:GMT
END:STANDARD
END:VTIMEZONE"""


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Europe/Copenhagen", COPENHAGEN),
        ("Europe/Oslo", COPENHAGEN),
        ("Europe/Stockholm", COPENHAGEN),
        ("Europe/Helsinki", HELSINKI),
        ("Atlantic/Reykjavik", REYKJAVIK),
    ],
)
def test_the_nordic_zones_are_written_as_their_rule(zone: str, written: str) -> None:
    assert list(vtimezone(zone)) == written.format(zone=zone).split("\n")


def test_new_york_changes_on_the_second_and_first_sunday() -> None:
    lines = vtimezone("America/New_York")
    assert [line for line in lines if line.startswith(("DTSTART", "RRULE"))] == [
        "DTSTART:19701101T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
        "DTSTART:19700308T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
    ]


@pytest.mark.parametrize("zone", ZONES + FAR_ZONES)
def test_one_standard_at_most_one_daylight_and_no_dates(zone: str) -> None:
    lines = vtimezone(zone)
    assert lines.count("BEGIN:STANDARD") == 1
    assert lines.count("BEGIN:DAYLIGHT") == sum("RRULE" in line for line in lines) / 2 <= 1
    assert not any(line.startswith("RDATE") for line in lines)


@pytest.mark.parametrize("zone", ZONES + FAR_ZONES)
def test_our_vtimezone_gives_the_offsets_of_zoneinfo(zone: str) -> None:
    file = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", *vtimezone(zone), "END:VCALENDAR", ""])
    by_dateutil = tzical(io.StringIO(file.replace("\r\n", "\n"))).get()
    by_icalendar = icalendar.Calendar.from_ical(file).timezones[0].to_tz(lookup_tzid=False)
    samples = samples_around_changes(zone)
    assert len(samples) > 200
    for moment in samples:
        wall = moment.astimezone(ZoneInfo(zone))
        if is_single(wall):
            naive = wall.replace(tzinfo=None)
            assert by_dateutil.utcoffset(naive) == wall.utcoffset(), moment
            assert by_icalendar.utcoffset(naive) == wall.utcoffset(), moment


def samples_around_changes(zone: str) -> list[datetime]:
    """Every ten days from 2020 to 2037, and every half hour from four hours before each change to four hours after."""
    place = ZoneInfo(zone)
    start, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
    days = [start + timedelta(days=n) for n in range((end - start).days)]
    samples = days[::10]
    for day in days:
        hours = [day + timedelta(hours=n) for n in range(25)]
        if hours[0].astimezone(place).utcoffset() == hours[-1].astimezone(place).utcoffset():
            continue
        change = next(h for h in hours[1:] if h.astimezone(place).utcoffset() != day.astimezone(place).utcoffset())
        samples += [change + timedelta(minutes=30 * n) for n in range(-8, 9)]
    return samples


def is_single(wall: datetime) -> bool:
    return wall.replace(fold=0).utcoffset() == wall.replace(fold=1).utcoffset()


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "America/Nuuk", "Asia/Gaza"])
def test_a_zone_without_a_yearly_weekday_rule_has_no_vtimezone(zone: str) -> None:
    assert vtimezone(zone) == ()
    assert not keeps_rule(zone, 2027)


@pytest.mark.parametrize(
    ("zone", "year", "kept"),
    [
        ("Europe/Copenhagen", 2027, True),
        ("Europe/Copenhagen", 1995, False),
        ("America/New_York", 2006, False),
        ("America/New_York", 2007, True),
        ("Europe/Moscow", 2013, False),
        ("Europe/Moscow", 2027, True),
        ("Asia/Tokyo", 1969, False),
        ("Asia/Tokyo", 9999, False),
    ],
)
def test_years_under_another_law_are_known(zone: str, year: int, kept: bool) -> None:
    assert keeps_rule(zone, year) is kept


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        ("2027-03-07T11:00", "Europe/Copenhagen", "2027-03-07T10:00"),
        ("2027-07-07T11:00", "Europe/Copenhagen", "2027-07-07T09:00"),
        ("2027-03-28T01:59:59", "Europe/Copenhagen", "2027-03-28T00:59:59"),
        ("2027-03-28T03:00", "Europe/Copenhagen", "2027-03-28T01:00"),
        ("2027-10-31T03:00", "Europe/Copenhagen", "2027-10-31T02:00"),
        ("2027-03-28T02:30", "Atlantic/Reykjavik", "2027-03-28T02:30"),
        ("2027-07-07T11:00", "America/New_York", "2027-07-07T15:00"),
    ],
)
def test_a_wall_time_is_one_moment(wall: str, zone: str, moment: str) -> None:
    expected = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert wall_to_utc(datetime.fromisoformat(wall), zone) == expected


@pytest.mark.parametrize(
    ("wall", "zone"),
    [
        ("2027-03-28T02:00", "Europe/Copenhagen"),
        ("2027-03-28T02:59:59", "Europe/Oslo"),
        ("2027-03-28T03:30", "Europe/Helsinki"),
        ("2027-03-14T02:30", "America/New_York"),
    ],
)
def test_a_skipped_wall_time_is_refused(wall: str, zone: str) -> None:
    with pytest.raises(SkippedWallTime) as refused:
        wall_to_utc(datetime.fromisoformat(wall), zone)
    assert (refused.value.wall, refused.value.zone) == (datetime.fromisoformat(wall), zone)


@pytest.mark.parametrize(
    ("wall", "zone"),
    [
        ("2027-10-31T02:00", "Europe/Copenhagen"),
        ("2027-10-31T02:59:59", "Europe/Stockholm"),
        ("2027-10-31T03:30", "Europe/Helsinki"),
        ("2027-11-07T01:30", "America/New_York"),
    ],
)
@pytest.mark.parametrize("fold", [0, 1])
def test_a_doubled_wall_time_is_refused(wall: str, zone: str, fold: int) -> None:
    with pytest.raises(DoubledWallTime) as refused:
        wall_to_utc(datetime.fromisoformat(wall).replace(fold=fold), zone)
    assert refused.value.zone == zone


@pytest.mark.parametrize(
    ("wall", "zone"), [("0001-01-01T00:00", "Europe/Copenhagen"), ("9999-12-31T23:00", "America/New_York")]
)
def test_a_wall_time_past_counting_is_refused(wall: str, zone: str) -> None:
    with pytest.raises(WallTimeRefused):
        wall_to_utc(datetime.fromisoformat(wall), zone)


def test_a_wall_time_has_no_offset_of_its_own() -> None:
    with pytest.raises(ValueError, match="zone of its own"):
        wall_to_utc(datetime(2027, 3, 7, 11, tzinfo=UTC), "Europe/Copenhagen")


@pytest.mark.parametrize(
    ("day", "zone", "label"),
    [
        (date(2027, 1, 13), "Europe/Copenhagen", "CET"),
        (date(2027, 7, 13), "Europe/Copenhagen", "CEST"),
        (date(2027, 7, 13), "Europe/Helsinki", "EEST"),
        (date(2027, 1, 13), "Atlantic/Reykjavik", "GMT"),
        (date(2027, 7, 13), "Atlantic/Reykjavik", "GMT"),
        (date(2027, 7, 13), "America/Sao_Paulo", "UTC-03:00"),
        (date(2027, 7, 13), "Asia/Kathmandu", "UTC+05:45"),
    ],
)
def test_the_zone_is_named_as_at_that_moment(day: date, zone: str, label: str) -> None:
    assert zone_label(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), zone) == label
