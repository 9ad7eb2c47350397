"""ical-rules 8-9, 11-12: REQUEST and CANCEL, UIDs and SEQUENCE."""

from datetime import timedelta

import icalendar
import pytest
import vobject

from events_service.calendar import (
    Entry,
    EntryStatus,
    Feed,
    Invitee,
    Organiser,
    cancel_ics,
    event_uid,
    feed_ics,
    next_sequence,
    raises_sequence,
    request_ics,
    session_uid,
)
from tests.calendar.given import GUEST, HOST, KICK_OFF, LAUNCH, SENT_AT, content_lines, launch, names, value_of


def request(entry: Entry = LAUNCH, *, alarm: timedelta | None = None, guest: Invitee = GUEST) -> bytes:
    return request_ics(entry, organiser=HOST, invitee=guest, stamped_at=SENT_AT, alarm=alarm)


def cancel(entry: Entry = LAUNCH, *, whole_event: bool = False) -> bytes:
    return cancel_ics(entry, organiser=HOST, invitee=GUEST, stamped_at=SENT_AT, whole_event=whole_event)


def test_a_request_names_the_organiser_and_one_attendee() -> None:
    lines = content_lines(request())
    assert [line for line in lines if line.startswith(("METHOD", "ORGANIZER", "ATTENDEE"))] == [
        "METHOD:REQUEST",
        'ORGANIZER;CN="Alliance of Cities":mailto:invites+5f2c@events.example.org',
        'ATTENDEE;CN="Åsa Ðórsdóttir";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE'
        ":mailto:asa@example.org",
    ]


def test_a_request_holds_what_rfc_5546_asks() -> None:
    event = request()
    assert value_of("UID", event) == LAUNCH.uid
    assert value_of("SEQUENCE", event) == "2"
    assert value_of("DTSTAMP", event) == "20261206T120000Z"
    assert value_of("LAST-MODIFIED", event) == "20261205T093015Z"
    assert value_of("STATUS", event) == "CONFIRMED"
    assert "DTSTART;TZID=Europe/Copenhagen:20270307T110000" in content_lines(event)
    assert "DTEND;TZID=Europe/Copenhagen:20270307T170000" in content_lines(event)
    assert names(event).count("UID") == 1


def test_a_later_request_is_stamped_later() -> None:
    resent = request_ics(LAUNCH, organiser=HOST, invitee=GUEST, stamped_at=SENT_AT + timedelta(hours=1))
    assert value_of("DTSTAMP", resent) == "20261206T130000Z"


def test_two_parsers_read_a_request_alike() -> None:
    data = request(KICK_OFF, alarm=timedelta(minutes=30))
    calendar = icalendar.Calendar.from_ical(data)
    [event] = calendar.walk("VEVENT")
    vevent = vobject.readOne(data.decode()).vevent
    assert calendar["METHOD"] == vobject.readOne(data.decode()).method.value == "REQUEST"
    assert str(event["ATTENDEE"]) == vevent.attendee.value == "mailto:asa@example.org"
    assert event["ATTENDEE"].params["CN"] == vevent.attendee.params["CN"][0] == "Åsa Ðórsdóttir"
    assert event.start == vevent.dtstart.value == KICK_OFF.starts_at
    assert event.walk("VALARM")[0].TRIGGER == vevent.valarm.trigger.value == timedelta(minutes=-30)
    assert event["CONFERENCE"].params["LABEL"] == "Join; by video"


def test_a_name_with_quotes_and_colons_is_still_one_parameter() -> None:
    data = request(guest=Invitee(name='Åsa: "the Mayor"; Malmö', email="asa@example.org"))
    [event] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert event["ATTENDEE"].params["CN"] == 'Åsa: "the Mayor"; Malmö'
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"


def test_the_alarm_is_the_callers_choice() -> None:
    assert "VALARM" not in request().decode()
    assert content_lines(request(alarm=timedelta(days=1)))[-7:-2] == [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:Launch of the Safe Cities Guide",
        "TRIGGER:-PT1440M",
        "END:VALARM",
    ]


def test_a_cancelled_entry_is_not_requested() -> None:
    with pytest.raises(ValueError, match="withdrawn"):
        request(launch(status=EntryStatus.CANCELLED))


def test_a_cancel_for_one_person_has_no_status() -> None:
    lines = content_lines(cancel(launch(sequence=3)))
    assert [line.split(":")[0].split(";")[0] for line in lines[lines.index("BEGIN:VEVENT") :]] == [
        "BEGIN",
        "UID",
        "SEQUENCE",
        "DTSTAMP",
        "CREATED",
        "LAST-MODIFIED",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "LOCATION",
        "ORGANIZER",
        "ATTENDEE",
        "END",
        "END",
    ]
    assert "METHOD:CANCEL" in lines
    assert "SEQUENCE:3" in lines
    assert 'ATTENDEE;CN="Åsa Ðórsdóttir";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT:mailto:asa@example.org' in lines


def test_a_cancel_of_the_whole_event_says_so() -> None:
    assert value_of("STATUS", cancel(whole_event=True)) == "CANCELLED"


def test_a_cancel_keeps_uid_and_organizer_and_gives_no_link_away() -> None:
    requested, cancelled = request(KICK_OFF), cancel(KICK_OFF)
    for name in ("UID", "ORGANIZER"):
        assert [line for line in content_lines(requested) if line.startswith(name)] == [
            line for line in content_lines(cancelled) if line.startswith(name)
        ]
    assert "meet.example.org" in requested.decode()
    assert "meet.example.org" not in "".join(content_lines(cancelled))


def test_the_uid_is_the_same_in_mail_and_feed() -> None:
    entry = launch(uid=event_uid("0190f6b2", "events.example.org"))
    written = {value_of("UID", data) for data in (request(entry), cancel(entry), feed_ics(Feed("x", (entry,))))}
    assert written == {"event-0190f6b2@events.example.org"}


def test_an_event_and_a_session_of_one_id_differ() -> None:
    assert session_uid("7", "x.org") == "session-7@x.org" != event_uid("7", "x.org")


def test_the_reply_address_may_differ_for_each_invite() -> None:
    other = Organiser(name=HOST.name, email="invites+77aa@events.example.org")
    data = request_ics(LAUNCH, organiser=other, invitee=GUEST, stamped_at=SENT_AT)
    assert 'ORGANIZER;CN="Alliance of Cities":mailto:invites+77aa@events.example.org' in content_lines(data)


@pytest.mark.parametrize(
    ("changes", "raises"),
    [
        ({"starts_at": LAUNCH.starts_at + timedelta(minutes=15)}, True),
        ({"ends_at": LAUNCH.ends_at + timedelta(minutes=15)}, True),
        ({"zone": "Europe/Helsinki"}, True),
        ({"status": EntryStatus.CANCELLED}, True),
        ({"location": "Town Hall, Malmö"}, True),
        ({"join_url": "https://meet.example.org/2"}, True),
        ({"summary": "Another title"}, False),
        ({"description": "Tea at 10."}, False),
        ({"url": None, "categories": (), "last_modified": SENT_AT}, False),
        ({}, False),
    ],
)
def test_sequence_rises_for_time_status_and_place(changes: dict[str, object], raises: bool) -> None:
    assert raises_sequence(LAUNCH, launch(**changes)) is raises


@pytest.mark.parametrize(
    ("event_sequence", "last_sent", "cancelling", "after_cancel", "expected"),
    [
        (0, None, False, False, 0),
        (4, None, False, False, 4),
        (4, None, True, False, 5),
        (4, 4, False, False, 4),
        (5, 4, False, False, 5),
        (4, 6, False, False, 6),
        (4, 4, True, False, 5),
        (4, 6, True, False, 7),
        (5, 4, True, False, 5),
        (4, 5, False, True, 6),
        (5, 5, False, True, 6),
        (7, 5, False, True, 7),
    ],
)
def test_next_sequence(
    event_sequence: int, last_sent: int | None, cancelling: bool, after_cancel: bool, expected: int
) -> None:
    assert next_sequence(event_sequence, last_sent, cancelling=cancelling, after_cancel=after_cancel) == expected
