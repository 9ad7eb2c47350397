"""Letters that come back: a hard bounce, by whatever way it is handed in, keeps later letters from that address."""

import asyncio
import smtplib
from dataclasses import replace

import pytest

from events_service import settings
from events_service.outbox.suppression import reasons
from events_service.people.rules import Role
from events_service.replies.mailbox import empty_once, where_is
from events_service.settings import Settings
from tests.outbox.given import mail_server, new_letter, posted, row_of, send_all
from tests.outbox.test_suppression import ADDRESS, report
from tests.registrations.given import an_event
from tests.replies.given import mails, service
from tests.replies.imap_server import Mailbox, a_mailbox
from tests.replies.test_ways_in import INBOUND, handed_over, listening

SUPPRESSED = {ADDRESS: "5.1.1 550 5.1.1 <(address)>: no such user"}


async def a_letter_that_was_sent() -> str:
    """Its Message-ID, with the angle brackets."""
    (letter,) = await posted(new_letter(ADDRESS))
    with mail_server() as server:
        await send_all(server.transport)
    row = await row_of(letter)
    assert row["status"] == "sent"
    return str(row["message_id"])


async def what_becomes_of_the_next_letter() -> tuple[str, str]:
    (letter,) = await posted(new_letter(ADDRESS))
    with mail_server() as server:
        await send_all(server.transport)
    row = await row_of(letter)
    return row["status"], row["last_error"] or ""


def delivered(kind: type[smtplib.SMTP], port: int, recipient: str, mail: bytes) -> list[int]:
    """As a mail server hands in a report: from nobody."""
    with kind("127.0.0.1", port, timeout=20) as client:
        client.ehlo_or_helo_if_needed()
        codes = [client.mail("")[0], client.rcpt(recipient)[0]]
        return codes if codes[1] != 250 else [*codes, client.data(mail)[0]]


@pytest.mark.parametrize("kind", [smtplib.SMTP, smtplib.LMTP])
async def test_a_report_from_a_mail_server_holds_later_letters_back(
    database: Settings, kind: type[smtplib.SMTP]
) -> None:
    mail = report(message_id=await a_letter_that_was_sent())
    async with listening(kind.__name__.lower()) as port:
        to = settings.current().reply_address
        for _ in range(2):
            assert await asyncio.to_thread(delivered, kind, port, to, mail) == [250, 250, 250]
    assert await reasons([ADDRESS]) == SUPPRESSED
    assert await what_becomes_of_the_next_letter() == ("given_up", SUPPRESSED[ADDRESS])
    assert await mails() == []


async def test_reports_come_to_where_letters_are_sent_from(database: Settings) -> None:
    own = replace(
        settings.current(), mail_from="Alliance <bounces@alliance.example>", reply_address="in@alliance.example"
    )
    mail = report(message_id=await a_letter_that_was_sent())
    settings.use(own)
    async with listening("lmtp") as port:
        taken = await asyncio.to_thread(delivered, smtplib.LMTP, port, "Bounces@alliance.example", mail)
        refused = await asyncio.to_thread(delivered, smtplib.LMTP, port, "root@alliance.example", mail)
    assert (taken, refused) == ([250, 250, 250], [250, 550])
    assert await reasons([ADDRESS]) == SUPPRESSED


async def test_a_program_hands_a_report_in(database: Settings) -> None:
    await an_event()
    mail = report(message_id=await a_letter_that_was_sent())
    async with service() as client:
        of_one_event = await client.post(INBOUND, content=mail, headers=await handed_over(event="guide-launch"))
        assert (of_one_event.json()["applied"], await reasons([ADDRESS])) == (False, {})
        told = await client.post(INBOUND, content=mail, headers=await handed_over(Role.INBOUND_MAIL))
        assert told.json() == {"applied": False, "why": "bounce", "state": "ignored"}
    assert await reasons([ADDRESS]) == SUPPRESSED
    assert await what_becomes_of_the_next_letter() == ("given_up", SUPPRESSED[ADDRESS])


async def test_a_report_with_what_no_server_writes_is_answered(database: Settings) -> None:
    mail = report(message_id=await a_letter_that_was_sent())
    async with service() as client:
        headers = await handed_over(Role.INBOUND_MAIL)
        for old in (b"Message-ID: <", b"Status: ", b"Action: ", b"rfc822; ", b"smtp; 550 "):
            for unfit in (b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"y" * 100_000):
                raw = mail.replace(old, old + unfit)
                assert raw != mail
                answer = await client.post(INBOUND, content=raw, headers=headers)
                assert answer.status_code == 200, raw[:400]


async def test_a_report_in_the_mailbox_counts_and_a_soft_or_a_forged_one_does_not(database: Settings) -> None:
    message_id = await a_letter_that_was_sent()
    soft = report(message_id=message_id, status="4.2.2", action="delayed")
    full = report(message_id=message_id, status="5.2.2")
    forged = report(message_id="<nothing@alliance.example>")
    box = Mailbox("a", "b", [soft, full, forged])
    async with a_mailbox(box) as port:
        where = where_is(f"imap://a:b@127.0.0.1:{port}")
        assert (await empty_once(where), await reasons([ADDRESS])) == (3, {})
        box.mails.append(report(message_id=message_id))
        assert (await empty_once(where), await reasons([ADDRESS])) == (1, SUPPRESSED)
