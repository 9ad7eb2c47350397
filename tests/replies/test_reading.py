"""What is read from a mail, wherever it stands in it, and that nothing in a mail can break the reading."""

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from events_service.registrations.answer_rules import Answer
from events_service.replies.reading import LARGEST_BYTES, Unreadable, is_reply_address, read_mail, words_of
from events_service.replies.rules import Mail
from tests.replies.samples import PROGRAMS, Answering, Builder, bare, exchange, gmail
from tests.work import counted

TOKEN = "mfrggzdfmztwq2lkmfrggzdfmztwq2lk"
OURS = "invites@events.example.org"
ASA = Answering(
    "event-1@events.example.org", f"invites+{TOKEN}@events.example.org", "asa+events@malmo.example", "TENTATIVE", 3
)


def read(raw: bytes, *recipients: str) -> Mail:
    return read_mail(raw, reply_address=OURS, recipients=recipients)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_every_program_says_the_same(program: Builder) -> None:
    mail = read(program(ASA))
    assert (mail.sender, mail.tokens, mail.is_automatic, mail.why) == ("asa+events@malmo.example", {TOKEN}, False, "")
    reply = mail.calendar
    assert reply is not None
    assert (reply.method, reply.uid, reply.attendee) == ("REPLY", ASA.uid, "asa+events@malmo.example")
    assert (reply.answer, reply.sequence) == (Answer.TENTATIVE, 3)
    assert reply.stamped_at == datetime(2036, 12, 1, 9, 30, tzinfo=UTC)
    # One answer by two programs with one Message-ID is one answer.
    assert mail.digest == read(gmail(ASA)).digest


CALENDAR = bare(ASA).split(b"\n\n", 1)[1].decode()
HEAD = f"From: <ASA+events@Malmo.example>\nTo: {ASA.to.upper()}\n"
METHODLESS = CALENDAR.replace("METHOD:REPLY\n", "")
COLON = CALENDAR.replace("PARTSTAT", 'CN="D: Å;";PARTSTAT')
PLACES = {
    "no method in the type": f"{HEAD}Content-Type: text/calendar\n\n{CALENDAR}",
    "method in the type alone": f"{HEAD}Content-Type: text/calendar; method=reply\n\n{METHODLESS}",
    "application/ics": f"{HEAD}Content-Type: application/ics\n\n{CALENDAR}",
    "octets named .ics": f'{HEAD}Content-Type: application/octet-stream; name="A.ICS"\n\n{CALENDAR}',
    "a charset nobody knows": f"{HEAD}Content-Type: text/calendar; charset=klingon\n\n{CALENDAR}",
    "UTF-8 said to be ASCII": f"{HEAD}Content-Type: text/calendar; charset=us-ascii\n\n{CALENDAR.replace('PARTSTAT', 'CN=Åsa;PARTSTAT')}",
    "a byte order mark": f"{HEAD}Content-Type: text/calendar\n\n\ufeff{CALENDAR}",
    "lower-case properties": f"{HEAD}Content-Type: text/calendar\n\n{CALENDAR.replace('ATTENDEE', 'attendee').replace('UID', 'uid')}",
    "a colon in a name": f"{HEAD}Content-Type: text/calendar\n\n{COLON}",
    "attached to a forwarded mail": (
        f"{HEAD}Content-Type: multipart/mixed; boundary=x\n\n--x\n\nSee below\n--x\nContent-Type: message/rfc822\n\n"
        f"From: a@b.example\nContent-Type: multipart/related; boundary=y\n\n--y\nContent-Type: text/calendar\n\n{CALENDAR}\n--y--\n--x--\n"
    ),
    "no scheme": f"{HEAD}Content-Type: text/calendar\n\n{CALENDAR.replace('mailto:', '')}",
    "an address in EMAIL": (
        f"{HEAD}Content-Type: text/calendar\n\n"
        f"{CALENDAR.replace(':mailto:' + ASA.email, f';EMAIL={ASA.email}:urn:uuid:42')}"
    ),
    "a time zone that never ends": (
        f"{HEAD}Content-Type: text/calendar\n\n"
        + CALENDAR.replace(
            "BEGIN:VEVENT",
            "BEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\n"
            "RRULE:FREQ=SECONDLY\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nRRULE:FREQ=SECONDLY\nDTSTART;TZID=X:20370308T110000",
            1,
        )
    ),
}


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES)
def test_the_answer_is_found_wherever_it_is(text: str) -> None:
    mail = read(text.encode())
    assert mail.calendar is not None
    found = mail.calendar
    assert (found.method, found.uid, found.attendee, found.answer) == ("REPLY", ASA.uid, ASA.email, Answer.TENTATIVE)
    assert (mail.sender, mail.tokens) == (ASA.email, {TOKEN})


@pytest.mark.parametrize(
    ("header", "tokens"),
    [
        (f"Delivered-To: {ASA.to}", {TOKEN}),
        (f"X-Original-To: {ASA.to}", {TOKEN}),
        (f"Received: from mx.example by mail.example\n\tfor <{ASA.to}>; Mon", {TOKEN}),
        (f"Cc: Somebody <a@b.example>,\n {ASA.to}", {TOKEN}),
        (f"To: {ASA.to}.evil.example", set()),
        (f"To: evil-{ASA.to}", set()),
        ("To: invites+short@events.example.org", set()),
        (f"Subject: {ASA.to}", set()),
    ],
)
def test_the_token_is_taken_from_addresses_of_ours_alone(header: str, tokens: set[str]) -> None:
    assert read(f"From: a@b.example\n{header}\n\nx".encode()).tokens == tokens
    assert read(b"From: a@b.example\n\nx", ASA.to).tokens == {TOKEN}


@pytest.mark.parametrize(
    ("sender", "known_as"),
    [
        ("asa@malmo.example, evil@elsewhere.example", ""),
        ('"asa@malmo.example" <evil@elsewhere.example>', "evil@elsewhere.example"),
        ("asa@malmo.example\nFrom: evil@elsewhere.example", ""),
        ("A group: asa@malmo.example, b@malmo.example;", ""),
        ("<>", ""),
        ("=?utf-8?q?asa=40malmo=2Eexample?= <evil@elsewhere.example>", "evil@elsewhere.example"),
    ],
)
def test_a_sender_is_one_address_and_not_what_it_calls_itself(sender: str, known_as: str) -> None:
    assert read(f"From: {sender}\nTo: x@y.example\n\nx".encode()).sender == known_as


def test_two_answers_or_two_attendees_are_no_answer() -> None:
    second = CALENDAR.replace("END:VCALENDAR", "BEGIN:VEVENT\nUID:event-2@x\nEND:VEVENT\nEND:VCALENDAR")
    assert read(f"{HEAD}Content-Type: text/calendar\n\n{second}".encode()).why == "unreadable_calendar"
    more = CALENDAR.replace("END:VEVENT", "ATTENDEE;PARTSTAT=DECLINED:mailto:b@malmo.example\nEND:VEVENT")
    found = read(f"{HEAD}Content-Type: text/calendar\n\n{more}".encode()).calendar
    assert found is not None
    assert (found.attendee, found.answer) == ("", None)


def test_only_our_own_addresses_are_ours() -> None:
    assert is_reply_address(ASA.to.upper(), OURS)
    assert is_reply_address("Invites@Events.example.org", OURS)
    for address in ("root@events.example.org", "invites+x@events.example.org", f"{ASA.to}.evil.example", "", "invites"):
        assert not is_reply_address(address, OURS)


def test_a_mails_words_are_shown_as_plain_text() -> None:
    assert (
        words_of(
            "From: a@b\nContent-Type: text/plain; charset=latin-1\n\nHej\x01 p\xe5\r\n\r\n\r\n\r\ndig".encode("latin-1")
        )
        == "Hej  på\n\ndig"
    )
    html = b"From: a@b\nContent-Type: text/html\n\n<script>alert(1)</script><p>May I <b>bring</b> &amp; tell?</p>"
    assert words_of(html) == "May I bring & tell?"
    assert len(words_of(b"From: a@b\n\n" + b"x" * 9_000)) == 4_000
    assert words_of(b"\x00") == ""


BOMBS = {
    "nothing": b"",
    "no headers": b"hello",
    "too large": b"From: a@b\n\n" + b"x" * LARGEST_BYTES,
    "mails in mails": b"From: a@b\n" + b"Content-Type: message/rfc822\n\n" * 5_000,
    "parameters without end": b"From: a@b\nContent-Type: text/calendar" + b"; a*0*=b" * 60_000 + b"\n\nx",
    "a boundary that nests": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(900)
    ),
    "brackets": b"From: " + b"(" * 3_900 + b"\nTo: " + b"<" * 3_900 + b"\nSubject: " + b"=?" * 1_900 + b"\n\nx",
}


# The worst takes a quarter of this; what grows with the square of a mail takes a hundred times as much.
MOST_CALLS = 1_500_000


@pytest.mark.parametrize("raw", BOMBS.values(), ids=BOMBS)
def test_what_is_made_to_hurt_is_refused_at_once(raw: bytes) -> None:
    with counted() as work:
        with pytest.raises(Unreadable):
            read(raw)
        assert words_of(raw) == "" or len(raw) < 20_000
    assert work.calls < MOST_CALLS


def test_calendars_made_to_hurt_are_no_answer() -> None:
    for calendar in (
        "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 9_000,
        CALENDAR.replace("UID", "X:" + "y" * 9_000 + "\nUID"),
        CALENDAR.replace("METHOD", "X-A:1\n" * 30_000 + "METHOD"),
    ):
        with counted() as work:
            assert read(f"{HEAD}Content-Type: text/calendar\n\n{calendar}".encode()).why == "unreadable_calendar"
        assert work.calls < MOST_CALLS


def test_no_mutilated_mail_breaks_the_reading() -> None:
    chance = random.Random(20370308)
    samples = [program(ASA) for program in PROGRAMS.values()] + [bare(ASA), bare(replace(ASA, sequence=-1))]
    bits = [
        b"\r\n",
        b"\x00",
        b"--",
        b":",
        b";",
        b'"',
        b"=?utf-8?b?",
        b"\xff\xfe",
        b"(",
        b"<",
        b"multipart/",
        b"\t" * 99,
        b"BEGIN:VEVENT\n",
    ]
    readable = 0
    for _ in range(600):
        raw = bytearray(chance.choice(samples))
        for _ in range(chance.randint(1, 12)):
            at = chance.randrange(len(raw) + 1)
            match chance.randrange(4):
                case 0:
                    raw[at : at + 1] = bytes([chance.randrange(256)])
                case 1:
                    del raw[at : at + chance.randint(1, 80)]
                case 2:
                    raw[at:at] = chance.choice(bits)
                case _:
                    raw[at:at] = raw[chance.randrange(len(raw) + 1) :][: chance.randint(1, 300)]
        try:
            mail = read(bytes(raw))
        except Unreadable:
            continue
        readable += mail.calendar is not None
        words_of(bytes(raw))
        assert "\x00" not in repr((mail.sender, mail.subject, mail.calendar, mail.answers_to)).replace("\\x00", "\x00")
    assert readable > 150


def test_an_exchange_answer_needs_no_organiser() -> None:
    assert b"ORGANIZER" not in exchange(ASA)
    assert read(exchange(ASA)).tokens == {TOKEN}
