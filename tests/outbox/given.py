"""Letters, renderers and mail servers that the tests of the outbox begin with."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from events_service import clock, database
from events_service.outbox import actions, sending
from events_service.outbox.rules import NewLetter, PostedLetter, Rendered
from events_service.outbox.transports import Smtp

SENDER = "events@alliance.example"
# Letters are posted at the time of the clock; an hour after the tests began, all of them are due.
SOON = clock.now() + timedelta(hours=1)


def new_letter(recipient: str = "asa@malmo.example", **more: Any) -> NewLetter:
    given: dict[str, Any] = {
        "kind": "confirmation",
        "recipient_name": "Åsa Ðórsdóttir",
        "language": "sv",
        "facts": {"title": "Launch of the Safe Cities Guide"},
    }
    return NewLetter(recipient=recipient, **(given | more))


async def posted(*letters: NewLetter) -> list[str]:
    async with database.transaction() as tx:
        return await actions.post(tx, letters or [new_letter()])


async def post_many(number: int) -> list[str]:
    return await posted(*[new_letter(f"guest{n}@malmo.example", facts={"n": n}) for n in range(number)])


def rendered(letter: PostedLetter) -> Rendered:
    """A small letter with what transports stumble over: leading dots, lines of a dot, a last line without text."""
    message = (
        f"From: Alliance <{SENDER}>\r\nTo: {letter.recipient}\r\nSubject: Welcome\r\n"
        f"Message-ID: {letter.message_id}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
        f"Facts: {letter.facts}\r\n.\r\n..two\r\n.one\r\n\r\n"
    ).encode("ascii")
    return Rendered(SENDER, letter.recipient, message, "Welcome", "Facts", "<p>Facts</p>")


RENDERERS = {"confirmation": rendered}


async def row_of(letter_id: str) -> database.Row:
    row = await database.fetch_one("SELECT * FROM letter WHERE id = $1", letter_id)
    assert row is not None
    return row


async def send_all(transport: Any, *, now: datetime = SOON) -> int:
    """As the worker does: until nothing is due."""
    total = 0
    while handled := await sending.send_due(RENDERERS, transport, now=now):
        total += handled
    return total


@dataclass
class Delivered:
    sender: str
    recipient: str
    content: bytes
    session: int


@dataclass
class MailServer:
    """A real SMTP server's handler. `refusals` are answers to give first, by command, before it takes anything."""

    refusals: dict[str, list[str]] = field(default_factory=dict)
    delivered: list[Delivered] = field(default_factory=list)
    greetings: list[str] = field(default_factory=list)
    pause: float = 0.0
    port: int = 0
    is_taking: threading.Event = field(default_factory=threading.Event)

    @property
    def transport(self) -> Smtp:
        return Smtp(f"smtp://127.0.0.1:{self.port}", sender=SENDER, own_name="events.alliance.example")

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greetings.append(hostname)
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self._refusal("MAIL"):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self._refusal("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.is_taking.set()
        if self.pause:
            await asyncio.sleep(self.pause)
        if answer := self._refusal("DATA"):
            return answer
        (recipient,) = envelope.rcpt_tos
        content = envelope.original_content
        assert isinstance(content, bytes)
        self.delivered.append(Delivered(str(envelope.mail_from), recipient, content, id(session)))
        return "250 Taken"

    def _refusal(self, command: str) -> str | None:
        answers = self.refusals.get(command, [])
        return answers.pop(0) if answers else None


@contextmanager
def mail_server(controller: Mapping[str, Any] | None = None, **behaviour: Any) -> Iterator[MailServer]:
    """A server in a thread of its own, on a free port of this machine; `controller` are aiosmtpd's own settings."""
    handler = MailServer(port=free_port(), **behaviour)
    running = Controller(handler, "127.0.0.1", handler.port, **{"enable_SMTPUTF8": False, **(controller or {})})
    running.start()
    try:
        yield handler
    finally:
        running.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
