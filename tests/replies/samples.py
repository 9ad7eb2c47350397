"""Answers to invites, each written as a calendar program writes them: the parts, encodings and properties are those that
RFC 6047 and the programs' documented behaviour give; what they all leave unchanged comes from the invite.
"""

import base64
import quopri
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header

Builder = Callable[["Answering"], bytes]


@dataclass(frozen=True)
class Answering:
    """Who answers which invite, and how. `to` is the ORGANIZER of the invite, which mail programs answer to."""

    uid: str
    to: str
    email: str
    partstat: str = "ACCEPTED"
    sequence: int = 0
    stamp: datetime = datetime(2036, 12, 1, 9, 30, tzinfo=UTC)
    name: str = "Åsa Ðórsdóttir"
    sender: str = ""

    @property
    def mailbox(self) -> str:
        return f"{Header(self.name, 'utf-8').encode()} <{self.sender or self.email}>"

    @property
    def stamped(self) -> str:
        return self.stamp.strftime("%Y%m%dT%H%M%SZ")


def headers(answer: Answering, *more: str) -> str:
    lines = [
        f"From: {answer.mailbox}",
        f"To: Alliance of Safe Cities <{answer.to}>",
        f"Subject: {Header('Svar: Launch of the Safe Cities Guide', 'utf-8').encode()}",
        "Date: Mon, 01 Dec 2036 09:30:00 +0000",
        f"Message-ID: <{answer.partstat}-{answer.stamped}-{answer.email}>",
        "MIME-Version: 1.0",
        *more,
    ]
    return "".join(f"{line}\r\n" for line in lines)


def folded(*lines: str) -> str:
    """A content line of more than 75 octets goes on behind a space (RFC 5545 §3.1)."""
    found = []
    for line in lines:
        while len(line.encode()) > 74:
            cut = 70
            found.append(line[:cut])
            line = " " + line[cut:]
        found.append(line)
    return "".join(f"{line}\r\n" for line in found)


def base64_part(text: str) -> str:
    return base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")


WINDOWS_ZONE = (
    "BEGIN:VTIMEZONE", "TZID:W. Europe Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T030000",
    "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", "END:STANDARD",
    "BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT", "END:VTIMEZONE",
)  # fmt: skip


def exchange(answer: Answering) -> bytes:
    """Outlook with Exchange: no ORGANIZER, a Windows zone, the calendar in base64."""
    calendar = folded(
        "BEGIN:VCALENDAR", "METHOD:REPLY", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0", *WINDOWS_ZONE,
        "BEGIN:VEVENT", f"ATTENDEE;PARTSTAT={answer.partstat};CN={answer.name}:mailto:{answer.email}",
        "COMMENT;LANGUAGE=sv-SE:\\n", f"UID:{answer.uid}", "SUMMARY;LANGUAGE=sv-SE:Accepterat: Launch of the Safe Cities Guide",
        "DTSTART;TZID=W. Europe Standard Time:20370308T110000", "DTEND;TZID=W. Europe Standard Time:20370308T170000",
        "CLASS:PUBLIC", "PRIORITY:5", f"DTSTAMP:{answer.stamped}", "TRANSP:OPAQUE", "STATUS:CONFIRMED",
        f"SEQUENCE:{answer.sequence}", "LOCATION;LANGUAGE=sv-SE:City Hall", f"X-MICROSOFT-CDO-APPT-SEQUENCE:{answer.sequence}",
        "X-MICROSOFT-CDO-OWNERAPPTID:0", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    top = headers(
        answer,
        "Thread-Topic: Launch of the Safe Cities Guide",
        "X-MS-Exchange-Calendar-Originator-Id: 1;asa",
        'Content-Type: multipart/alternative;\r\n\tboundary="_000_EX_"',
    )
    return (
        f'{top}\r\n--_000_EX_\r\nContent-Type: text/plain; charset="iso-8859-1"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n\r\n"
        '--_000_EX_\r\nContent-Type: text/calendar; charset="utf-8"; method=REPLY\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{base64_part(calendar)}\r\n--_000_EX_--\r\n"
    ).encode()


def outlook_com(answer: Answering) -> bytes:
    """outlook.com: MAILTO in capitals, quoted-printable, application/ics beside it, no method in the MIME type."""
    calendar = folded(
        "BEGIN:VCALENDAR", "METHOD:REPLY", "PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN", "VERSION:2.0",
        *WINDOWS_ZONE, "BEGIN:VEVENT", f'ATTENDEE;CN="{answer.name}";PARTSTAT={answer.partstat.title()}:MAILTO:{answer.email.upper()}',
        f"UID:{answer.uid}", f"SEQUENCE:{answer.sequence}", "DTSTART;TZID=W. Europe Standard Time:20370308T110000",
        f"DTSTAMP:{answer.stamped}", "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    top = headers(answer, "Content-Type: multipart/mixed; boundary=mixed")
    encoded = quopri.encodestring(calendar.encode()).decode()
    return (
        f"{top}\r\n--mixed\r\nContent-Type: multipart/alternative; boundary=alt\r\n\r\n"
        "--alt\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Nej tack</p>\r\n"
        "--alt\r\nContent-Type: text/calendar; charset=us-ascii\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{encoded}\r\n--alt--\r\n"
        '--mixed\r\nContent-Type: application/ics; name="meeting.ics"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f"{base64_part(calendar)}\r\n--mixed--\r\n"
    ).encode()


def gmail(answer: Answering) -> bytes:
    """Gmail: Google's calendar sends it on behalf of the guest, twice in the mail."""
    calendar = folded(
        "BEGIN:VCALENDAR", "PRODID:-//Google Inc//Google Calendar 70.9054//EN", "VERSION:2.0", "CALSCALE:GREGORIAN",
        "METHOD:REPLY", "BEGIN:VEVENT", "DTSTART:20370308T100000Z", "DTEND:20370308T160000Z", f"DTSTAMP:{answer.stamped}",
        f"ORGANIZER;CN=Alliance of Safe Cities:mailto:{answer.to}", f"UID:{answer.uid}",
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT="
        f"{answer.partstat};RSVP=TRUE;CN={answer.email};X-NUM-GUESTS=0:mailto:{answer.email}",
        "CREATED:20361201T080000Z", "DESCRIPTION:", "LAST-MODIFIED:20361201T093000Z", "LOCATION:City Hall",
        f"SEQUENCE:{answer.sequence}", "STATUS:CONFIRMED", "SUMMARY:Launch of the Safe Cities Guide", "TRANSP:OPAQUE",
        "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    top = headers(
        answer,
        f"Reply-To: {answer.mailbox}",
        "Sender: Google Calendar <calendar-notification@google.com>",
        'Content-Type: multipart/mixed; boundary="0000google"',
    )
    return (
        f'{top}\r\n--0000google\r\nContent-Type: multipart/alternative; boundary="0001"\r\n\r\n'
        '--0001\r\nContent-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{base64_part('Åsa has answered.')}\r\n"
        '--0001\r\nContent-Type: text/calendar; charset="UTF-8"; method=REPLY\r\n'
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{calendar}\r\n--0001--\r\n"
        '--0000google\r\nContent-Type: application/ics; name="invite.ics"\r\n'
        'Content-Disposition: attachment; filename="invite.ics"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f"{base64_part(calendar)}\r\n--0000google--\r\n"
    ).encode()


def apple(answer: Answering) -> bytes:
    """Apple Calendar by Apple Mail: an attached part, the address once more in EMAIL."""
    calendar = folded(
        "BEGIN:VCALENDAR", "CALSCALE:GREGORIAN", "METHOD:REPLY", "PRODID:-//Apple Inc.//macOS 14.4//EN", "VERSION:2.0",
        "BEGIN:VEVENT",
        f'ATTENDEE;CN="{answer.name}";CUTYPE=INDIVIDUAL;EMAIL="{answer.email}";PARTSTAT={answer.partstat};ROLE=REQ-PARTICIPANT:'
        f"mailto:{answer.email.replace('+', '%2B')}",
        "CREATED:20361201T080000Z", "DTEND;TZID=Europe/Copenhagen:20370308T170000",
        f"DTSTAMP:{answer.stamped}", "DTSTART;TZID=Europe/Copenhagen:20370308T110000",
        f'ORGANIZER;CN="Alliance of Safe Cities":mailto:{answer.to}', "REQUEST-STATUS:2.0;Success",
        f"SEQUENCE:{answer.sequence}", "SUMMARY:Launch of the Safe Cities Guide", f"UID:{answer.uid}", "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    top = headers(answer, 'Content-Type: multipart/mixed; boundary="Apple-Mail=_1"', "X-Mailer: iPhone Mail (21E236)")
    return (
        f"{top}\r\n--Apple-Mail=_1\r\nContent-Transfer-Encoding: 7bit\r\nContent-Type: text/plain;\r\n\tcharset=us-ascii\r\n\r\nYes.\r\n"
        "--Apple-Mail=_1\r\nContent-Disposition: attachment;\r\n\tfilename=iCal-20361201-093000.ics\r\n"
        "Content-Type: text/calendar;\r\n\tcharset=utf-8;\r\n\tmethod=REPLY;\r\n\tname=iCal-20361201-093000.ics\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{quopri.encodestring(calendar.encode()).decode()}\r\n--Apple-Mail=_1--\r\n"
    ).encode()


def thunderbird(answer: Answering) -> bytes:
    """Thunderbird: 8 bit, the invite's own zone, RSVP and X-MOZ properties."""
    calendar = folded(
        "BEGIN:VCALENDAR", "PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN", "VERSION:2.0", "METHOD:REPLY",
        "BEGIN:VTIMEZONE", "TZID:Europe/Copenhagen", "BEGIN:STANDARD", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
        "DTSTART:19701025T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD", "END:VTIMEZONE",
        "BEGIN:VEVENT", "CREATED:20361201T080000Z", "LAST-MODIFIED:20361201T093000Z", f"DTSTAMP:{answer.stamped}",
        f"UID:{answer.uid}", "SUMMARY:Launch of the Safe Cities Guide", f"ORGANIZER;CN=Alliance of Safe Cities:mailto:{answer.to}",
        f"ATTENDEE;CN={answer.name};PARTSTAT={answer.partstat};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT:mailto:{answer.email}",
        "DTSTART;TZID=Europe/Copenhagen:20370308T110000", f"SEQUENCE:{answer.sequence}", "X-MOZ-RECEIVED-SEQUENCE:0",
        "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    top = headers(answer, "User-Agent: Mozilla Thunderbird", 'Content-Type: multipart/mixed; boundary="------tb"')
    return (
        f'{top}\r\n--------tb\r\nContent-Type: multipart/alternative; boundary="----tb2"\r\n\r\n'
        "------tb2\r\nContent-Type: text/plain; charset=UTF-8; format=flowed\r\nContent-Transfer-Encoding: 8bit\r\n\r\nÅsa.\r\n"
        "------tb2\r\nContent-Type: text/calendar; method=REPLY; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{calendar}\r\n------tb2--\r\n"
        '--------tb\r\nContent-Type: application/ics; name="invite.ics"\r\nContent-Disposition: attachment; filename="invite.ics"\r\n'
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{calendar}\r\n--------tb--\r\n"
    ).encode()


def nextcloud(answer: Answering) -> bytes:
    """Nextcloud by the user's own mail account; its VEVENT is the whole event."""
    calendar = folded(
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sabre//Sabre VObject 4.5.4//EN", "METHOD:REPLY", "BEGIN:VEVENT",
        f"DTSTAMP:{answer.stamped}", f"SEQUENCE:{answer.sequence}", f"UID:{answer.uid}",
        "DTSTART;TZID=Europe/Copenhagen:20370308T110000", "DTEND;TZID=Europe/Copenhagen:20370308T170000",
        "SUMMARY:Launch of the Safe Cities Guide", f"ORGANIZER;CN=Alliance of Safe Cities:mailto:{answer.to}",
        f"ATTENDEE;PARTSTAT={answer.partstat};CN={answer.name}:mailto:{answer.email}", "REQUEST-STATUS:2.0;Success",
        "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    top = headers(answer, "Content-Type: multipart/mixed; boundary=9xQ_z5r")
    return (
        f"{top}\r\n--9xQ_z5r\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\nok\r\n"
        "--9xQ_z5r\r\nContent-Type: text/calendar; name=event.ics; method=REPLY\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment; name=event.ics; filename=event.ics\r\n\r\n{base64_part(calendar)}\r\n--9xQ_z5r--\r\n"
    ).encode()


def bare(answer: Answering) -> bytes:
    """The least that is an answer, as a program would write it: no parts, no SEQUENCE, no time stamp, lone line feeds."""
    return (
        f"From: {answer.sender or answer.email}\nTo: {answer.to}\nContent-Type: text/calendar\n\n"
        f"BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:{answer.uid}\n"
        f"ATTENDEE;PARTSTAT={answer.partstat}:mailto:{answer.email}\nEND:VEVENT\nEND:VCALENDAR\n"
    ).encode()


PROGRAMS: dict[str, Builder] = {
    "Exchange": exchange,
    "outlook.com": outlook_com,
    "Gmail": gmail,
    "Apple": apple,
    "Thunderbird": thunderbird,
    "Nextcloud": nextcloud,
}
