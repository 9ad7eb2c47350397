"""ical-rules: octets, escaping, and values that no text can break."""

import unicodedata

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from events_service.calendar import Entry, Feed, Invitee, cancel_ics, feed_ics, request_ics
from events_service.calendar.lines import fold, mailto, parameter, text, uri
from tests.calendar.given import GUEST, HOST, KICK_OFF, LAUNCH, SENT_AT, launch, names, value_of

FILES = {
    "feed": feed_ics(Feed(name="All events", entries=(LAUNCH, KICK_OFF))),
    "empty feed": feed_ics(Feed(name="", entries=())),
    "request": request_ics(KICK_OFF, organiser=HOST, invitee=GUEST, stamped_at=SENT_AT),
    "cancel": cancel_ics(LAUNCH, organiser=HOST, invitee=GUEST, stamped_at=SENT_AT, whole_event=True),
}
LINE_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
# Escapes, folds and breaks are where text goes wrong, so they come often.
ANY_TEXT = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from('\\,;:"nN^\r\n\t å日🎉\ufeff')), max_size=300
)


def kept(value: str) -> str:
    """What a calendar keeps of a text: all but control characters, every break as a line feed, tabs as spaces."""
    value = value.replace("\r\n", "\n").replace("\t", " ").replace("\ufeff", "")
    value = "".join("\n" if character in LINE_BREAKS else character for character in value)
    return "".join(c for c in value if c == "\n" or unicodedata.category(c) != "Cc")


def assert_lawful(data: bytes) -> None:
    assert data.endswith(b"\r\n")
    lines = data.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        assert not any(unicodedata.category(character) == "Cc" for character in line.decode()), line
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-1] == b"END:VCALENDAR"


@pytest.mark.parametrize("kind", FILES)
def test_every_file_keeps_the_octet_rules_and_two_parsers_read_it(kind: str) -> None:
    assert_lawful(FILES[kind])
    assert icalendar.Calendar.from_ical(FILES[kind]).errors == []
    assert vobject.readOne(FILES[kind].decode()).version.value == "2.0"


@settings(max_examples=150, deadline=None)
@given(summary=ANY_TEXT, description=ANY_TEXT, location=ANY_TEXT)
def test_any_text_comes_back(summary: str, description: str, location: str) -> None:
    entry = launch(summary=summary, description=description, location=location)
    data = feed_ics(Feed(name="Any", entries=(entry,)))
    assert_lawful(data)
    assert value_of("SUMMARY", data) == kept(summary)
    assert (value_of("DESCRIPTION", data) or "") == kept(description)
    assert (value_of("LOCATION", data) or "") == kept(location)

    [event] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert [str(event.get(name, "")) for name in ("SUMMARY", "DESCRIPTION", "LOCATION")] == [
        kept(summary),
        kept(description),
        kept(location),
    ]
    assert vobject.readOne(data.decode()).vevent.summary.value == kept(summary)


@settings(max_examples=100, deadline=None)
@given(name=ANY_TEXT, label=ANY_TEXT, link=ANY_TEXT)
def test_any_name_label_and_link_stay_inside_their_lines(name: str, label: str, link: str) -> None:
    entry = launch(join_label=label, join_url=f"https://{link}", url=f"https://{link}")
    expected = names(request(launch(join_url="https://x", url="https://x"), name="Åsa"))
    data = request(entry, name=name)
    assert_lawful(data)
    assert names(data) == expected


def test_lone_surrogates_are_dropped() -> None:
    assert value_of("SUMMARY", feed_ics(Feed(name="x", entries=(launch(summary="a\ud800b"),)))) == "ab"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("a, b; c", r"a\, b\; c"),
        ("one\r\ntwo\nthree", r"one\ntwo\nthree"),
        (r"C:\New\n", r"C:\\New\\n"),
        ("bell\x07 and\x7f delete", "bell and delete"),
        ('say "hej"', 'say "hej"'),
    ],
)
def test_text_is_escaped(typed: str, written: str) -> None:
    assert text(typed) == written


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Alliance: Nordic, Baltic; all", '"Alliance: Nordic, Baltic; all"'),
        ('Åsa "the Mayor"', "\"Åsa ^'the Mayor^'\""),
        ("two\r\nlines", '"two lines"'),
        ("2^3", '"2^^3"'),
    ],
)
def test_parameter_values_are_quoted(typed: str, written: str) -> None:
    assert parameter(typed) == written


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("https://x.org/?a=1&b=%20#c", "https://x.org/?a=1&b=%20#c"),
        ("https://x.org/Malmö kommun", "https://x.org/Malm%C3%B6%20kommun"),
        ("https://x.org/\r\nATTENDEE:y", "https://x.org/ATTENDEE:y"),
    ],
)
def test_links_hold_only_what_a_uri_may(typed: str, written: str) -> None:
    assert uri(typed) == written


def test_an_address_breaks_no_line() -> None:
    assert mailto("a+b@x.org\r\nSTATUS:CANCELLED") == "mailto:a+b@x.orgSTATUS:CANCELLED"


@pytest.mark.parametrize(
    ("line", "octets"),
    [
        ("a" * 75, b"a" * 75 + b"\r\n"),
        ("a" * 76, b"a" * 75 + b"\r\n a\r\n"),
        ("a" * 74 + "å", b"a" * 74 + b"\r\n " + "å".encode() + b"\r\n"),
        ("a" * 74 + "\\n", b"a" * 74 + b"\r\n \\n\r\n"),
        ("a" * 73 + "\\\\n", b"a" * 73 + b"\\\\\r\n n\r\n"),
        ("a" * 75 + "🎉" * 20, b"a" * 75 + b"\r\n " + "🎉".encode() * 18 + b"\r\n " + "🎉".encode() * 2 + b"\r\n"),
    ],
)
def test_lines_fold_at_75_octets_between_characters(line: str, octets: bytes) -> None:
    assert fold(line) == octets


def request(entry: Entry, *, name: str) -> bytes:
    return request_ics(entry, organiser=HOST, invitee=Invitee(name=name, email="a@example.org"), stamped_at=SENT_AT)
