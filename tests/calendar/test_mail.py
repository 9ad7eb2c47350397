"""ical-rules 14-15 and security.md's headers: what is put into a letter comes back to the byte."""

import email
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events_service.calendar import (
    InlineImage,
    Invite,
    Method,
    UnsafeHeader,
    cancel_ics,
    compose_letter,
    mailbox,
    request_ics,
    set_header,
)
from tests.calendar.given import GUEST, HOST, KICK_OFF, SENT_AT

REQUEST = request_ics(KICK_OFF, organiser=HOST, invitee=GUEST, stamped_at=SENT_AT)
CANCEL = cancel_ics(KICK_OFF, organiser=HOST, invitee=GUEST, stamped_at=SENT_AT, whole_event=False)
TEXT = "Hej Åsa,\n\nvelkommen!   \n.\nFrom the alliance\n" + "x" * 200 + "\n"
HTML = '<p>Hej Åsa</p>\n<img src="cid:badge" alt="">\n'
PNG = bytes(range(256)) * 9


def letter(method: Method = Method.REQUEST, ics: bytes = REQUEST) -> EmailMessage:
    return compose_letter(
        text=TEXT, html=HTML, images={"badge": InlineImage(PNG, "png")}, invite=Invite(method=method, ics=ics)
    )


def shape(part: EmailMessage) -> object:
    if part.is_multipart():
        return {part.get_content_type(): [shape(child) for child in part.iter_parts()]}
    return part.get_content_type()


@pytest.mark.parametrize("policy", [SMTP, default], ids=["SMTP", "default"])
def test_every_part_comes_back_to_the_byte(policy) -> None:
    data = letter().as_bytes()
    read = email.message_from_bytes(data, policy=policy)
    assert shape(read) == {
        "multipart/mixed": [
            {
                "multipart/alternative": [
                    "text/plain",
                    {"multipart/related": ["text/html", "image/png"]},
                    "text/calendar",
                ]
            },
            "application/ics",
        ]
    }
    leaves = {part.get_content_type(): part.get_payload(decode=True) for part in read.walk()}
    assert leaves["text/plain"] == TEXT.replace("\n", "\r\n").encode()
    assert leaves["text/html"] == HTML.replace("\n", "\r\n").encode()
    assert leaves["image/png"] == PNG
    assert leaves["text/calendar"] == leaves["application/ics"] == REQUEST
    assert [part.defects for part in read.walk() if part.defects] == []


@pytest.mark.parametrize("policy", [SMTP, default], ids=["SMTP", "default"])
def test_a_letter_read_and_sent_again_is_the_same(policy) -> None:
    data = letter().as_bytes()
    assert email.message_from_bytes(data, policy=policy).as_bytes(policy=SMTP) == data


def test_no_bare_line_feed_and_no_long_line_goes_out() -> None:
    data = letter().as_bytes()
    lines = data.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)
    assert max(map(len, lines)) <= 78
    assert data.isascii()


@pytest.mark.parametrize(("method", "ics"), [(Method.REQUEST, REQUEST), (Method.CANCEL, CANCEL)])
def test_the_calendar_part_is_what_exchange_wants(method: Method, ics: bytes) -> None:
    data = letter(method, ics).as_bytes()
    header = f"Content-Type: text/calendar; method={method}; charset=utf-8; component=VEVENT"
    assert f"\r\n{header}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() in data


def test_the_attachment_has_its_name() -> None:
    attachment = list(letter().iter_attachments())[-1]
    assert attachment.get_content_disposition() == "attachment"
    assert attachment.get_filename() == "invite.ics"
    assert attachment["Content-Transfer-Encoding"] == "base64"


def test_pictures_are_inline_and_found_by_their_cid() -> None:
    read = email.message_from_bytes(letter().as_bytes(), policy=default)
    [picture] = [part for part in read.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<badge>"
    assert picture.get_content_disposition() == "inline"
    [related] = [part for part in read.walk() if part.get_content_type() == "multipart/related"]
    assert related.get_param("type") == "text/html"


def test_a_letter_without_an_invite_is_a_plain_alternative() -> None:
    assert shape(compose_letter(text=TEXT, html=HTML)) == {"multipart/alternative": ["text/plain", "text/html"]}


def test_a_letter_with_pictures_alone() -> None:
    plain = compose_letter(text=TEXT, html=HTML, images={"badge": InlineImage(PNG, "png")})
    assert shape(plain) == {"multipart/alternative": ["text/plain", {"multipart/related": ["text/html", "image/png"]}]}


def test_the_same_facts_give_the_same_bytes() -> None:
    assert letter().as_bytes() == letter().as_bytes()
    assert letter().as_bytes() != letter(Method.CANCEL, CANCEL).as_bytes()


@pytest.mark.parametrize(("method", "ics"), [(Method.CANCEL, REQUEST), (Method.REQUEST, b"BEGIN:VCALENDAR\r\n")])
def test_a_method_that_the_file_does_not_name_is_refused(method: Method, ics: bytes) -> None:
    with pytest.raises(ValueError, match=f"not of METHOD {method}"):
        Invite(method=method, ics=ics)


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=300))
def test_any_text_survives_the_mail(text: str) -> None:
    data = compose_letter(text=text + "\n", html="<p></p>\n", invite=Invite(Method.REQUEST, REQUEST)).as_bytes()
    assert b"\n" not in data.replace(b"\r\n", b"")
    read = email.message_from_bytes(data, policy=default)
    plain = read.get_body(("plain",))
    assert plain is not None
    assert plain.get_payload(decode=True) == (text + "\n").replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    "value",
    [
        "Hej\r\nBcc: everyone@example.org",
        "Hej\nBcc: x@example.org",
        "Hej\x00",
        "tab\there",
        "delete\x7f",
        "next line\x85",
        "separator\u2028",
        "paragraph\u2029",
        "half \ud800",
        "=?utf-8?q?Hej=0ABcc:_x@example.org?=",
        "quietly =?utf-8?b?SGVq?=",
    ],
)
def test_unsafe_header_values_are_refused(value: str) -> None:
    message = compose_letter(text=TEXT, html=HTML)
    with pytest.raises(UnsafeHeader) as refused:
        set_header(message, "Subject", value)
    assert refused.value.name == "Subject"
    assert message["Subject"] is None
    with pytest.raises(UnsafeHeader):
        mailbox(value, "a@example.org")
    with pytest.raises(UnsafeHeader):
        mailbox("Åsa", value)


@pytest.mark.parametrize(
    "address", ["", "no-at-sign", "a@b.org, c@d.org", "a@b.org>", "<a@b.org>", "a b@c.org", "å@b.org", "a@malmö.se"]
)
def test_an_address_is_one_address(address: str) -> None:
    with pytest.raises(UnsafeHeader):
        mailbox("Åsa", address)


def test_headers_come_back_whole() -> None:
    message = letter()
    long_sender = "invites+" + "k" * 56 + "@mail.events.example.org"
    values = {
        "From": mailbox("Alliance: Cities, Nordic", long_sender),
        "To": mailbox("Åsa Ðórsdóttir", "asa@example.org"),
        "Subject": "Velkommen til København, og tak – " * 4 + "hej",
        "Message-ID": "<" + "m" * 70 + "@mail.events.example.org>",
        "Date": "Sun, 06 Dec 2026 12:00:00 +0000",
    }
    for name, value in values.items():
        set_header(message, name, value)
    data = message.as_bytes()
    read = email.message_from_bytes(data, policy=default)
    assert {name: str(read[name]) for name in values} == values
    assert read["From"].addresses[0].addr_spec == long_sender
    assert read["To"].addresses[0].display_name == "Åsa Ðórsdóttir"
    assert long_sender.encode() in data


def test_a_header_is_set_once() -> None:
    message = letter()
    set_header(message, "Subject", "first")
    set_header(message, "Subject", "second")
    assert message.get_all("Subject") == ["second"]
