"""Addresses that take no mail: found out at the mail server or by a report, held back from, lifted."""

from email.message import EmailMessage

import pytest

from events_service import database
from events_service.outbox import suppression
from events_service.outbox.bounces import Bounce, Failed, read_bounce
from events_service.outbox.rules import Stage, judge_answer
from tests.outbox.given import mail_server, new_letter, posted, row_of, send_all

ADDRESS = "asa@malmo.example"


def report(
    *,
    message_id: str = "<one@alliance.example>",
    recipient: str = ADDRESS,
    status: str = "5.1.1",
    action: str = "failed",
    copy: str = "message/rfc822",
) -> bytes:
    """As mail servers write them, in the form of RFC 3464's own examples."""
    returned = f"From: events@alliance.example\r\nMessage-ID: {message_id}\r\nSubject: Welcome\r\n\r\n"
    return (
        "From: MAILER-DAEMON@mx.malmo.example\r\nTo: events@alliance.example\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"\r\n\r\n'
        "--=_b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--=_b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.malmo.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} <{recipient}>: no such user\r\n\r\n"
        f"--=_b\r\nContent-Type: {copy}\r\n\r\n{returned}\r\n--=_b--\r\n"
    ).encode()


@pytest.mark.parametrize("copy", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_names_the_letter_and_whom_it_did_not_reach(copy: str) -> None:
    failed = Failed(ADDRESS, "5.1.1", f"550 5.1.1 <{ADDRESS}>: no such user")
    assert read_bounce(report(copy=copy)) == Bounce("<one@alliance.example>", (failed,))
    assert failed.is_hard


@pytest.mark.parametrize(
    ("status", "is_hard"),
    [("5.1.1", True), ("5.1.10", True), ("5.0.0", True), ("5.2.1", True), ("5.2.2", False), ("5.7.1", False), ("5.3.4", False),
     ("4.4.7", False), ("", False), ("5", False), ("nonsense", False)],
)  # fmt: skip
def test_only_what_is_wrong_with_the_address_itself_is_hard(status: str, is_hard: bool) -> None:
    assert Failed(ADDRESS, status, "").is_hard is is_hard


def a_reply() -> bytes:
    mail = EmailMessage()
    mail["Message-ID"] = "<x@y.example>"
    mail.set_content("I am away until Monday.")
    return mail.as_bytes()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff nonsense",
        a_reply(),
        report(action="delayed"),
        report(message_id=""),
        report().replace(b"rfc822; asa", b"x400; asa"),
        report().replace(b"message/delivery-status", b"text/plain"),
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" * 400,
    ],
    ids=["nothing", "nonsense", "reply", "delayed", "no letter named", "no mail address", "no report", "nested"],
)
def test_what_is_no_report_of_a_failure_is_none(raw: bytes) -> None:
    assert read_bounce(raw) is None


@pytest.mark.parametrize(
    ("code", "text", "at", "bounced"),
    [
        (550, "5.1.1 no such user", Stage.RECIPIENT, True),
        (550, "5.7.1 relaying denied", Stage.RECIPIENT, False),
        (552, "5.2.2 mailbox full", Stage.RECIPIENT, False),
        (450, "4.2.1 later", Stage.RECIPIENT, False),
        (550, "5.1.1 no such user", Stage.CONTENT, False),
        (554, "go away", Stage.GREETING, False),
    ],
)
def test_an_answer_about_the_recipient_is_a_bounce(code: int, text: str, at: Stage, bounced: bool) -> None:
    assert judge_answer(code, text, at=at).bounced is bounced


@pytest.mark.usefixtures("database")
async def test_a_hard_bounce_holds_later_letters_back_until_it_is_lifted() -> None:
    first, other = await posted(new_letter(ADDRESS), new_letter("bo@malmo.example"))
    with mail_server(refusals={"RCPT": [f"550 5.1.1 <{ADDRESS}>: no such user"]}) as server:
        await send_all(server.transport)
        (later,) = await posted(new_letter(ADDRESS.upper()))
        await send_all(server.transport)
        rows = [await row_of(one) for one in (first, other, later)]
        assert [(row["status"], row["held_back_at"] is not None) for row in rows] == [
            ("given_up", False), ("sent", False), ("given_up", True)
        ]  # fmt: skip
        assert (rows[2]["attempts"], rows[2]["lease"]) == (0, None)
        assert rows[2]["last_error"] == "550 5.1.1 <(address)>: no such user"
        kept = await database.fetch("SELECT * FROM suppressed_address")
        assert [(row["letter"], "malmo" in str(dict(row))) for row in kept] == [(first, False)]
        await suppression.lift(ADDRESS)
        (again,) = await posted(new_letter(ADDRESS))
        await send_all(server.transport)
    assert (await row_of(again))["status"] == "sent"


@pytest.mark.usefixtures("database")
async def test_a_report_suppresses_only_the_address_that_the_letter_went_to() -> None:
    letter, _ = await posted(new_letter(ADDRESS), new_letter("bo@malmo.example"))
    with mail_server() as server:
        await send_all(server.transport)
    message_id = (await row_of(letter))["message_id"]
    forged = [
        report(message_id=message_id, recipient="bo@malmo.example"),
        report(message_id="<unknown@alliance.example>"),
        report(message_id=message_id, status="5.2.2"),
    ]
    for raw in forged:
        found = read_bounce(raw)
        assert found is not None and not await suppression.take_bounce(found)
    assert await suppression.reasons([ADDRESS, "bo@malmo.example"]) == {}

    found = read_bounce(report(message_id=message_id, recipient="ASA@malmo.example"))
    for _ in range(2):
        assert found is not None and await suppression.take_bounce(found)
    assert await suppression.reasons([ADDRESS, "bo@malmo.example"]) == {
        ADDRESS: "5.1.1 550 5.1.1 <(address)>: no such user"
    }
    row = await row_of(letter)
    assert (row["status"], row["last_error"]) == ("given_up", "5.1.1 550 5.1.1 <(address)>: no such user")
