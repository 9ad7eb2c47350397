"""Reading other people's schedule.xml: values, whole files of three systems, and files that mean harm. No database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from events_service.agenda.rules import SessionKind
from events_service.agenda.schedule_entries import Entry, Person, Schedule, Skipped, TrackSeen
from events_service.agenda.schedule_reading import read_schedule
from events_service.agenda.schedule_texts import as_markdown, plain_line
from events_service.agenda.schedule_values import near_colour, read_kind, read_language, read_minutes
from events_service.agenda.schedule_xml import LARGEST_BYTES, NotASchedule, NotXml, TooLarge
from events_service.errors import Refused
from tests.work import counted

SCHEDULES = Path(__file__).parent / "schedules"


def schedule(name: str, *, zone: str = "Europe/Copenhagen") -> Schedule:
    return read_schedule((SCHEDULES / f"{name}.xml").read_bytes(), zone=zone)


def read(
    inside: str, *, conference: str = "", day: str = 'date="2037-03-10"', zone: str = "Europe/Copenhagen"
) -> Schedule:
    """A schedule of one day."""
    text = f"<schedule><conference>{conference}</conference><day {day}>{inside}</day></schedule>"
    return read_schedule(text.encode(), zone=zone)


def event(inside: str = "", *, start: str = "<start>10:00</start>", name: str = 'id="1"') -> str:
    """One talk of half an hour."""
    return f"<event {name}>{start}<duration>00:30</duration><title>Talk</title>{inside}</event>"


def starts(found: Schedule) -> list[str]:
    return [entry.starts_at.strftime("%d %H:%M") for entry in found.entries]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("01:00", 60), ("1:5", 65), ("00:90", 90), ("01:30:00", 90), ("00:29:30", 30), ("90", 90), ("48:00", 2880),
        ("PT1H", 60), ("PT1H30M", 90), ("P2D", 2880), ("P1DT2H", 1560), ("2 days", 2880), ("1 day, 2 hours", 1560),
        ("1.5 hours", 90), ("45 min", 45), ("1h 5m", 65), ("00:00", 0), ("-00:10", -10), ("999999:00", 600_000),
        ("", None), ("soon", None), ("P", None), ("PT", None), ("1:2:3:4", None), (":30", None), ("2 moons", None),
    ],
)  # fmt: skip
def test_lengths(text: str, minutes: int | None) -> None:
    assert read_minutes(text) == minutes


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("en", "en"), ("EN", "en"), ("English", "en"), ("deutsch", "de"), ("de_DE", "de-DE"), ("pt-br", "pt-BR"),
        ("en_US.UTF-8", "en-US"), ("Norsk", "nb"), ("da, en", "da"), ("English (simple)", "en"), ("formal", None), ("xx", None),
    ],
)  # fmt: skip
def test_languages(text: str, language: str | None) -> None:
    assert read_language(text) == language


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Opening keynote", SessionKind.KEYNOTE), ("podium discussion", SessionKind.PANEL), ("lecture", SessionKind.TALK),
        ("lightningtalk", SessionKind.TALK), ("devroom", SessionKind.TALK), ("Workshop (long)", SessionKind.WORKSHOP),
        ("LUNCH", SessionKind.BREAK), ("coffee_break", SessionKind.BREAK), ("Dinner", SessionKind.SOCIAL), ("other", None),
        *((kind.value, kind) for kind in SessionKind),
    ],
)  # fmt: skip
def test_kinds(text: str, kind: SessionKind | None) -> None:
    assert read_kind(text) == kind


def test_colours_are_the_nearest_of_the_palette() -> None:
    told = {
        "#ff0000": "rowan",
        "0f0": "moss",
        "#3d3fa8": "dusk",
        "#efc26a": "amber",
        "#888888": "birch",
        "red": None,
        None: None,
    }
    assert {text: near_colour(text) for text in told} == told


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("Plain & simple < 3", "Plain & simple < 3"),
        ("# Markdown *stays*\r\n\r\n- one\n- two", "# Markdown *stays*\n\n- one\n- two"),
        ("std::vector<int> is no tag", "std::vector<int> is no tag"),
        ("one<br/>two\n* three", "one\ntwo\n* three"),
        ("<p>Hello <b>big </b>world</p><p>again</p>", "Hello **big** world\n\nagain"),
        ("<p>x</p><ul><li>one<ul><li>deep</li></ul></li><li>two</li></ul>", "x\n\n- one\n  - deep\n- two"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<h1>Head</h1>loose<hr>end", "### Head\n\nloose\n\n---\n\nend"),
        ("<blockquote><p>said</p></blockquote>", "> said"),
        ("<pre>if a:\n  b</pre>", "```\nif a:\n  b\n```"),
        ('<p><a href="https://a.example/(b)">it</a></p>', "[it](https://a.example/%28b%29)"),
        ('<p><a href="http://a.example/">it</a></p>', "it (http://a.example/)"),
        ('<p><a href="javascript:alert(1)">it</a></p>', "it"),
        ("<p>5 * 3, _so_, [a](b), snake_case</p>", r"5 \* 3, \_so\_, [a\](b), snake_case"),
        ("<p># no heading</p><p>1. no list</p>", "\\# no heading\n\n1\\. no list"),
        ("<script>alert(1)</script><p onclick=x>safe<img src=x onerror=y></p>", "safe"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a | b"),
        ("<div>" * 300 + "deep" + "</div>" * 300, "deep"),
        ("<p>line\x85 one\u2028two</p>", "line one two"),
    ],
)  # fmt: skip
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    assert as_markdown(html) == markdown


def test_lines_are_folded_cleaned_and_shortened() -> None:
    assert plain_line(" a\n\t b\x85c\u2028d ", most=20) == "a b c d"
    assert plain_line("=?utf-8?q?x?=", most=20) == "= ?utf-8?q?x?="
    assert plain_line("A\u030angstro\u0308m", most=20) == "Ångström"
    assert plain_line("long enough", most=6) == "long…"


def test_a_file_of_frab() -> None:
    found = schedule("frab")
    assert (found.title, found.rooms, found.tracks) == (
        "Night of safe squares", ("Harbour hall", "Attic"), (TrackSeen("Public space"),)
    )  # fmt: skip
    # Half past midnight belongs to the night of the day it is listed under.
    assert starts(found) == ["10 09:00", "10 23:30", "11 07:30"]
    first, walk, coffee = found.entries
    assert first == Entry(
        keys=("guid:0b7a2a3e-50ad-5a0c-8f0c-6a1f0c1d9e01", "id:101"),
        label="101",
        title="Light the square",
        starts_at=datetime(2037, 3, 10, 9, tzinfo=UTC),
        ends_at=datetime(2037, 3, 10, 10, tzinfo=UTC),
        guid="0b7a2a3e-50ad-5a0c-8f0c-6a1f0c1d9e01",
        number=101,
        subtitle="Lamps that calm",
        kind=SessionKind.TALK,
        language="en",
        abstract="What twelve lamps changed.",
        description=(
            "Before and after.\n\n* the square\n* the quay\n\n- [The report](https://lamps.example/%28report%29)\n"
            "- Old page (http://old.example/)\n- [Slides](https://night.example/2037/slides/lamps.pdf)"
        ),
        rooms=("Harbour hall",),
        track="Public space",
        persons=(Person("Åsa Ðórsdóttir", ("id:7",)), Person("Bo Ek", ("id:8",))),
    )
    # What is empty in the file is empty; what is not in it is not said.
    assert (walk.subtitle, walk.language, walk.track, walk.persons, walk.kind) == ("", "", "", (), None)
    assert (coffee.subtitle, coffee.language, coffee.track, coffee.persons) == (None, None, None, None)
    assert (coffee.kind, coffee.rooms) == (SessionKind.BREAK, ("Attic",))
    assert found.skipped == (
        Skipped("101", "Light the square", "The address of “Files” is not one on the web."),
        Skipped("104", "Nothing at all", "It lasts no time at all."),
    )
    assert found.skipped_keys == {"guid:0b7a2a3e-50ad-5a0c-8f0c-6a1f0c1d9e04", "id:104"}


def test_a_file_of_pretalx() -> None:
    found = schedule("pretalx")
    assert found.tracks == (TrackSeen("Youth", "9-youth", "rowan"), TrackSeen("Digital", "digital"))
    opening, later, earlier = found.entries
    # One guid at one time in two halls is one session in both, with everybody in it.
    assert (opening.rooms, opening.kind, opening.starts_at) == (
        ("Hall A", "Hall B"), SessionKind.PLENARY, datetime(2037, 3, 10, 7, tzinfo=UTC)
    )  # fmt: skip
    assert opening.persons == (
        Person("Mari Tamm", ("guid:5f0ddc3c-7a0d-5a56-9d29-1f1f6c8ad0b1", "code:qwertz", "id:12")),
        Person("Jón Jónsson", ("code:asdfgh", "id:13")),
    )
    assert opening.abstract == "With **three** mayors & [a map](https://streets.example/map)"
    # At another time it is a session of its own; the first in time is the one with the guid. The zone is the file's.
    assert [(one.guid, one.keys[1], one.starts_at.hour, one.persons) for one in (earlier, later)] == [
        ("5f0ddc3c-7a0d-5a56-9d29-1f1f6c8ad0a2", "id:4712", 9, None),
        (None, "id:4712#2", 12, ()),
    ]


def test_an_odd_old_file() -> None:
    found = schedule("pentabarf")
    craft, fireworks, exhibition = found.entries
    assert (craft.title, craft.rooms, craft.language, craft.kind) == (
        "Håndværk",
        ("Møllen",),
        "da",
        SessionKind.WORKSHOP,
    )
    assert (craft.ends_at - craft.starts_at).total_seconds() == 65 * 60
    assert craft.abstract == "First **bold** words.\n\n- one [link](https://a.example/)\n- two"
    assert craft.description == "Tags as *they* are"
    # The same name without an id is the same person.
    assert craft.persons == (Person("Søren Ø.", ("name:soren o.",)),)
    assert (fireworks.keys, fireworks.rooms) == (("title:fireworks",), ("Quay",))
    # Eight in the morning, where days change at nine, is of the next day.
    assert (starts(found), exhibition.ends_at.day, exhibition.rooms) == (["10 08:00", "10 22:30", "11 07:00"], 13, None)
    assert [(one.event, one.why) for one in found.skipped] == [
        ("1", "One of its persons has no name."),
        ("Fireworks", "Its language “Klingonese” is not one that is known."),
        ("5", "It does not say when it begins."),
        ("6", "It does not say how long it lasts."),
        ("7", "It lasts no time at all."),
        ("8", "It lasts longer than two weeks."),
        ("9", "It has no title."),
    ]


@pytest.mark.parametrize(
    ("day", "conference", "start", "begins"),
    [
        # Without any zone it is the event's own; the file's zone and a day's offset say better, the event's date best.
        ('date="2037-03-10"', "", "<start>10:00</start>", "10 09:00"),
        ('date="2037-03-10"', "<time_zone_name>Asia/Tokyo</time_zone_name>", "<start>10:00</start>", "10 01:00"),
        ('date="2037-03-10"', "<time_zone_name>Nowhere/Land</time_zone_name>", "<start>10:00</start>", "10 09:00"),
        ('date="2037-03-10" start="2037-03-10T09:00:00+05:30"', "", "<start>10:00</start>", "10 04:30"),
        ('date="2037-03-10" start="2037-03-10T09:00:00+05:30"', "", "<date>2037-03-10T10:00</date>", "10 09:00"),
        ('date="2037-03-10"', "", "<date>2037-03-11T10:00:00-02:00</date><start>10:00</start>", "11 12:00"),
        ('date="2037-03-10"', "", "<date>2037-03-11 10:00:00 Z</date>", "11 10:00"),
        ('date="2037-03-10"', "", "<date>2037-03-12</date><start>00:10</start>", "11 23:10"),
        ('date="2037-03-10"', "", "<date>broken</date><start>10:00</start>", "10 09:00"),
        ('date="2037-03-10"', "", "<start>2037-03-10T10:00:00+01:00</start>", "10 09:00"),
        # After midnight, unless the day itself begins before the change.
        ('date="2037-03-10"', "", "<start>01:00</start>", "11 00:00"),
        ('date="2037-03-10"', "", "<start>04:00</start>", "10 03:00"),
        ('date="2037-03-10"', "<day_change>09:00:00</day_change>", "<start>08:59</start>", "11 07:59"),
        (
            'date="2037-03-10" start="2037-03-10T08:00+01:00"',
            "<day_change>09:00</day_change>",
            "<start>08:30</start>",
            "10 07:30",
        ),
        ('index="3"', "<start>2037-03-10</start>", "<start>10:00</start>", "12 09:00"),
    ],
)
def test_when_an_event_begins(day: str, conference: str, start: str, begins: str) -> None:
    assert starts(read(event(start=start), day=day, conference=conference)) == [begins]


@pytest.mark.parametrize(
    ("start", "why"),
    [
        ("<date>2037-03-29T02:30</date>", "It begins at an impossible time. 2037-03-29T02:30:00 in Europe/Copenhagen"),
        ("<date>2037-10-25T02:30</date>", "It begins at an impossible time. 2037-10-25T02:30:00 in Europe/Copenhagen"),
        ("<date>0001-01-01T00:00:00+14:00</date>", "It does not say when it begins."),
        ("<date>9999-12-31T23:59:59-14:00</date>", "It does not say when it begins."),
        ("", "It does not say when it begins."),
    ],
)
def test_times_that_cannot_be_are_told(start: str, why: str) -> None:
    assert read(event(start=start)).skipped == (Skipped("1", "Talk", why),)


def test_where_an_event_takes_place() -> None:
    said = [
        event(f"<room>{name}</room>" if name is not None else "", name=f"id='{name}'") for name in ("Attic", "", None)
    ]
    inside = event("<room>Hall, 2nd floor</room>", name="id='1'") + event(name="id='2'")
    found = read(f'<room name="Hall">{inside}</room>' + "".join(said))
    assert [entry.rooms for entry in found.entries] == [("Hall",), ("Hall",), ("Attic",), (), None]
    assert found.rooms == ("Hall", "Attic")


def test_what_is_too_long_or_too_much_is_shortened_and_told() -> None:
    people = "".join(f"<person>Person {number}</person>" for number in range(101))
    found = read(event(f"<abstract>{'x' * 40_001}</abstract><persons>{people}</persons>"))
    (entry,) = found.entries
    assert (len(entry.abstract or ""), len(entry.persons or ())) == (40_000, 100)
    assert sorted(one.why for one in found.skipped) == [
        "It names 101 people. Only the first ones were taken: 100.",
        "Its abstract was too long and was shortened.",
    ]
    named = read(event().replace("Talk", "T" * 301))
    assert (len(named.entries[0].title), named.skipped[0].why) == (
        300, "Its title is longer than 300 characters and was shortened."
    )  # fmt: skip


def test_names_of_a_namespace_and_other_encodings_are_read() -> None:
    text = (
        '<schedule xmlns="urn:any"><day date="2037-03-10">' + event("<subtitle>Åland</subtitle>") + "</day></schedule>"
    )
    for encoding in ("utf-8", "utf-16", "iso-8859-1", "windows-1252"):
        data = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
        assert [entry.subtitle for entry in read_schedule(data, zone="UTC").entries] == ["Åland"]


BOMB = (
    b'<!DOCTYPE schedule [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (depth, b"&a%d;" % (depth - 1) * 10) for depth in range(1, 12))
    + b"]><schedule><title>&a11;</title></schedule>"
)


@pytest.mark.parametrize(
    ("data", "refusal", "code"),
    [
        (BOMB, NotASchedule, "doctype"),
        (b'<!DOCTYPE s [<!ENTITY f SYSTEM "file:///etc/passwd">]><schedule>&f;</schedule>', NotASchedule, "doctype"),
        (b'<!DOCTYPE schedule SYSTEM "http://127.0.0.1:1/x.dtd"><schedule/>', NotASchedule, "doctype"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE s><schedule/>'.encode("utf-16"), NotASchedule, "doctype"),
        (b"<schedule>" + b"<a>" * 100_000, NotASchedule, "too_deep"),
        (b"<schedule>" + b"<a/>" * 1_000_000 + b"</schedule>", NotASchedule, "too_many_elements"),
        (b"<rss><channel/></rss>", NotASchedule, "not_a_schedule"),
        (b"<schedule>" + b" " * 50_000_000 + b"</schedule>", TooLarge, "too_large"),
        (b"<schedule>\x00</schedule>", NotXml, "not_xml"),
        (b"<schedule>\xff\xfe\xfd</schedule>", NotXml, "not_xml"),
        (b"<schedule>&nbsp;</schedule>", NotXml, "not_xml"),
        (b'<?xml version="1.0" encoding="nonsense"?><schedule/>', NotXml, "not_xml"),
        (b'{"schedule": {}}', NotXml, "not_xml"),
        (b"<schedule><day></schedule>", NotXml, "not_xml"),
        (b"", NotXml, "not_xml"),
    ],
    ids=lambda value: value.decode(errors="replace")[:24] if isinstance(value, bytes) else None,
)
def test_what_means_harm_or_is_no_schedule_is_refused_at_once(data: bytes, refusal: type[Refused], code: str) -> None:
    with counted() as work, pytest.raises(refusal) as refused:
        read_schedule(data, zone="UTC")
    assert refused.value.code == code
    assert work.calls < 5_000_000


def test_a_file_of_the_largest_size_is_read() -> None:
    filling = LARGEST_BYTES - len(b"<schedule></schedule>")
    data = b"<schedule>" + b" " * filling + b"</schedule>"
    assert (len(data), read_schedule(data, zone="UTC").entries) == (LARGEST_BYTES, ())
