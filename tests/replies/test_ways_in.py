"""The three ways a mail comes in: by a program, by a mail server, from a mailbox."""

import asyncio
import random
import smtplib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from events_service import settings
from events_service.database import fetch
from events_service.people.actions import make_api_token
from events_service.people.rules import Role
from events_service.replies import listener
from events_service.replies.mailbox import empty_once, where_is
from events_service.replies.rules import Verdict
from events_service.settings import Settings
from tests.registrations.given import an_event, register
from tests.replies.given import ADDRESS, invite_to, known_of, mails, service
from tests.replies.imap_server import Mailbox, a_mailbox
from tests.replies.samples import PROGRAMS, apple, bare, exchange, gmail

INBOUND = "/api/v1/inbound-mail"


async def handed_over(role: Role = Role.REGISTRAR, event: str | None = None) -> dict[str, str]:
    token = await make_api_token(role, event_slug=event, name="mail")
    return {"Authorization": f"Bearer {token}", "Content-Type": "message/rfc822"}


async def test_a_program_hands_over_an_answer_and_hears_what_became_of_it(database: Settings) -> None:
    await an_event()
    await register()
    mail = exchange(await invite_to(partstat="DECLINED"))
    async with service() as client:
        registrar, server = await handed_over(), await handed_over(Role.INBOUND_MAIL)
        answer = await client.post(INBOUND, content=mail, headers=registrar)
        assert (answer.status_code, answer.json()) == (200, {"applied": True, "why": "declined", "state": "applied"})
        again = await client.post(INBOUND, content=mail, headers=server | {"Content-Type": "application/octet-stream"})
        assert again.json() == {"applied": False, "why": "known_already", "state": "ignored"}
        assert await known_of() == ("cancelled", "declined", 0)

        for body, why in ((b"", "unreadable"), (b"hello", "unreadable"), (b"From: a@b.no\n\nHello", "no_calendar")):
            told = await client.post(INBOUND, content=body, headers=registrar)
            assert (told.status_code, told.json()["applied"], told.json()["why"]) == (200, False, why)
        assert (await client.post(INBOUND, content=b"x" * 1_100_000, headers=registrar)).status_code == 413
        wrong = await client.post(INBOUND, content=mail, headers=registrar | {"Content-Type": "text/plain"})
        assert wrong.status_code == 415
        assert (await client.post(INBOUND, content=mail, headers=await handed_over(Role.VIEWER))).status_code == 403
        assert (await client.post(INBOUND, content=mail)).status_code == 401


async def test_a_token_for_one_event_reaches_no_other(database: Settings) -> None:
    await an_event()
    await an_event(slug="summit")
    await register()
    mail = bare(await invite_to(partstat="DECLINED"))
    async with service() as client:
        other = await handed_over(event="summit")
        told = await client.post(INBOUND, content=mail, headers=other)
        assert told.json() == {"applied": False, "why": "unknown_invite", "state": "review"}
        assert (await known_of(), await mails()) == (("confirmed", None, 0), [])
        assert (await client.post(INBOUND, content=mail, headers=await handed_over(event="guide-launch"))).json()[
            "applied"
        ]


async def test_no_mutilated_mail_gets_a_five_hundred(database: Settings) -> None:
    await an_event()
    await register()
    invite, chance = await invite_to(), random.Random(7)
    async with service() as client:
        headers = await handed_over()
        for _ in range(60):
            raw = bytearray(chance.choice([*PROGRAMS.values(), bare])(invite))
            for _ in range(chance.randint(1, 6)):
                at = chance.randrange(len(raw))
                raw[at : at + chance.randrange(40)] = chance.choice([b"", b"\x00", b"\xff", b"\r\n", b'"', b"a" * 50])
            answer = await client.post(INBOUND, content=bytes(raw), headers=headers)
            assert answer.status_code == 200, bytes(raw)
    assert {state for state, _ in await mails()} <= {"applied", "review", "ignored"}


UNFIT = {"NUL": b"a\x00b", "no UTF-8": b"\xff\xfe", "a surrogate": b"\xed\xa0\x80", "long": b"y" * 100_000}
HEADERS = (
    *("From", "To", "Cc", "Sender", "Subject", "Message-ID", "In-Reply-To", "References", "Return-Path", "Delivered-To", "Received"),
    *("Auto-Submitted", "Precedence", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "MIME-Version", "Date"),
)  # fmt: skip


@pytest.mark.parametrize("unfit", UNFIT.values(), ids=UNFIT)
async def test_no_header_that_no_program_writes_gets_a_five_hundred(database: Settings, unfit: bytes) -> None:
    await an_event()
    await register()
    mail = bare(await invite_to(partstat="DECLINED"))
    letter = f"From: {ADDRESS}\r\nSubject: Hello\r\n\r\nMay I?".encode()
    async with service() as client:
        everywhere, here = await handed_over(), await handed_over(event="guide-launch")
        for name in HEADERS:
            for value in (unfit, b"<" + unfit + b"@x.y>", b"<a@x.y> <" + unfit + b"@" + unfit + b">"):
                for whole in (letter, mail):
                    raw = name.encode() + b": " + value + b"\r\n" + whole
                    for headers in (everywhere, here):
                        answer = await client.post(INBOUND, content=raw, headers=headers)
                        assert answer.status_code == 200, raw[:200]


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def listening(scheme: str) -> AsyncIterator[int]:
    port = a_free_port()
    server = await listener.start(f"{scheme}://127.0.0.1:{port}")
    try:
        yield port
    finally:
        server.close()


@pytest.mark.parametrize("kind", [smtplib.SMTP, smtplib.LMTP])
async def test_a_mail_servers_delivery_is_answered_once_it_is_committed(
    database: Settings, kind: type[smtplib.SMTP]
) -> None:
    await an_event()
    await register()
    invite = await invite_to(partstat="DECLINED")

    def deliver(port: int) -> list[int]:
        with kind("127.0.0.1", port, timeout=20) as client:
            client.ehlo_or_helo_if_needed()
            codes = [client.mail("asa@malmo.example")[0], client.rcpt("root@localhost")[0]]
            codes += [client.rcpt(invite.to)[0], client.rcpt(settings.current().reply_address)[0]]
            codes += [client.data(apple(invite))[0]]
            codes += [client.mail(""), client.rcpt(invite.to), client.data(b"hello")][2][:1]
            return codes

    async with listening(kind.__name__.lower()) as port:
        assert await asyncio.to_thread(deliver, port) == [250, 550, 250, 452, 250, 554]
        assert await known_of() == ("cancelled", "declined", 0)


async def test_a_mail_server_is_told_to_try_again_while_the_database_is_away(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from events_service.errors import Unavailable

    async def away(*_: object, **__: object) -> None:
        raise Unavailable()

    def deliver(port: int) -> tuple[int, int]:
        with smtplib.LMTP("127.0.0.1", port, timeout=20) as client:
            client.ehlo_or_helo_if_needed()
            client.mail("a@b.example")
            client.rcpt("invites@localhost")
            busy = client.data(b"From: a@b.example\r\n\r\nx")[0]
            large = client.mail("a@b.example", ["SIZE=2000000"])[0]
            return busy, large

    monkeypatch.setattr(listener, "take_in", away)
    async with listening("lmtp") as port:
        assert await asyncio.to_thread(deliver, port) == (451, 552)


async def test_a_mail_that_breaks_us_holds_nothing_up(database: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from events_service.replies import mailbox
    from events_service.replies.actions import take_in

    await an_event()
    await register()
    mail = gmail(await invite_to(partstat="DECLINED"))

    async def broken_by_some(raw: bytes, **more: Any) -> Verdict:
        if b"poison" in raw:
            raise ValueError(raw)
        return await take_in(raw, **more)

    def deliver(port: int) -> int:
        with smtplib.LMTP("127.0.0.1", port, timeout=20) as client:
            client.ehlo_or_helo_if_needed()
            client.mail("a@b.example")
            client.rcpt(settings.current().reply_address)
            return client.data(b"From: a@b.example\r\n\r\npoison")[0]

    monkeypatch.setattr(listener, "take_in", broken_by_some)
    monkeypatch.setattr(mailbox, "take_in", broken_by_some)
    box = Mailbox("a", "b", [b"From: a@b.example\r\n\r\npoison", mail])
    with capture_logs() as logs:
        async with a_mailbox(box) as port:
            assert await empty_once(where_is(f"imap://a:b@127.0.0.1:{port}")) == 2
        async with listening("lmtp") as port:
            assert await asyncio.to_thread(deliver, port) == 554
    assert (box.seen, await known_of()) == ({1, 2}, ("cancelled", "declined", 0))
    failed = [entry for entry in logs if entry["event"] == "mail.failed"]
    assert [entry["error"] for entry in failed] == ["ValueError", "ValueError"]
    assert "poison" not in repr(failed)


async def test_unread_mail_of_a_mailbox_is_taken_in_once_and_marked_as_read(database: Settings) -> None:
    await an_event()
    await register()
    await register(1)
    box = Mailbox(
        "mail@alliance.example",
        'pass"w\\rd',
        [
            b"From: read@already.example\r\n\r\nx",
            gmail(await invite_to(partstat="DECLINED")),
            b"From: a@b.example\r\n\r\n" + b"x" * 1_200_000,
            exchange(await invite_to("guest1@malmo.example", partstat="TENTATIVE")),
        ],
        seen={1},
    )
    async with a_mailbox(box) as port:
        where = where_is(f"imap://mail%40alliance.example:pass%22w%5Crd@127.0.0.1:{port}/INBOX")
        assert "pass" not in repr(where)
        assert await empty_once(where) == 3
        assert box.seen == {1, 2, 3, 4}
        assert (await known_of(), await known_of("guest1@malmo.example")) == (
            ("cancelled", "declined", 0),
            ("confirmed", "tentative", 0),
        )
        assert await empty_once(where) == 0
        # Whoever marks it as unread gets it looked at again, and nothing follows.
        box.seen.discard(2)
        assert await empty_once(where) == 1
    assert await mails() == [("applied", "declined"), ("applied", "tentative")]
    kinds = [row["kind"] for row in await fetch("SELECT kind FROM letter WHERE recipient = $1 ORDER BY id", ADDRESS)]
    assert kinds == ["confirmed", "answered_no"]


async def test_mail_that_could_not_be_committed_stays_unread(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from events_service.errors import Unavailable
    from events_service.replies import mailbox

    async def away(*_: object, **__: object) -> None:
        raise Unavailable()

    monkeypatch.setattr(mailbox, "take_in", away)
    box = Mailbox("a", "b", [b"From: a@b.example\r\n\r\nx"])
    async with a_mailbox(box) as port:
        with pytest.raises(Unavailable):
            await empty_once(where_is(f"imap://a:b@127.0.0.1:{port}"))
        assert box.seen == set()
        with pytest.raises(Exception, match="NO"):
            await empty_once(where_is(f"imap://a:wrong@127.0.0.1:{port}"))
