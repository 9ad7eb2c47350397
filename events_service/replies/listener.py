"""Taking mail from a mail server over LMTP (RFC 2033) or SMTP. Its 250 means that what the mail says is committed."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from events_service import settings
from events_service.errors import Unavailable
from events_service.replies.actions import take_in
from events_service.replies.reading import LARGEST_BYTES, is_reply_address
from events_service.replies.rules import CameBy

IDLE_SECONDS = 60.0
TRY_AGAIN_SECONDS = 15.0

log = structlog.get_logger(__name__)


async def listen(address: str, stop: asyncio.Event) -> None:
    """Listen at `lmtp://host:port` or `smtp://host:port` until `stop` is set. While somebody else has the port, try again."""
    while not stop.is_set():
        try:
            server = await start(address)
        except OSError as error:
            # Of several workers on a host one listens; another takes over when that one ends.
            log.warning("mail.not_listening", address=address, error=error.strerror)
            await _wait(stop, TRY_AGAIN_SECONDS)
            continue
        log.info("mail.listening", address=address)
        try:
            await stop.wait()
        finally:
            server.close()


async def start(address: str) -> asyncio.Server:
    """A server at that address, which runs until it is closed. Raises `OSError`."""
    parts = urlsplit(address)
    kind = LMTP if parts.scheme == "lmtp" else SMTP
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return kind(
            ReplyMail(),
            data_size_limit=LARGEST_BYTES,
            hostname=settings.current().domain,
            ident="events-service",
            timeout=IDLE_SECONDS,
            loop=loop,
        )

    return await loop.create_server(protocol, parts.hostname, parts.port or 0)


class ReplyMail:
    """What is answered to a mail server: only mail for addresses of ours is taken, one recipient at a time."""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse what is not for us before it is sent."""
        own = settings.current()
        # What cannot be delivered comes back to where letters are sent from, which may be another address.
        comes_back = address.strip("<> ").casefold() == own.sender_address.casefold()
        if not (comes_back or is_reply_address(address, own.reply_address)):
            return "550 5.1.1 There is no such mailbox here"
        if envelope.rcpt_tos:
            # LMTP wants an answer for each recipient; the next one gets its own in a transaction of its own.
            return "452 4.5.3 One recipient at a time"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the mail in; what is no mail, or breaks us, is refused, and what we cannot do now is asked for again later."""
        content: Any = envelope.original_content
        try:
            verdict = await take_in(bytes(content or b""), came_by=CameBy.LISTENER, recipients=tuple(envelope.rcpt_tos))
        except Unavailable:
            return "451 4.3.0 Not now, please try again"
        except Exception as error:
            # Of the error's words only its kind: they may be the mail's. It would fail again for as long as it is sent again.
            log.error("mail.failed", came_by=CameBy.LISTENER.value, error=type(error).__name__)
            return "554 5.6.0 This cannot be read"
        return "554 5.6.0 This cannot be read" if verdict.why == "unreadable" else "250 2.0.0 Taken in"


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), timeout=seconds)
    except TimeoutError:
        return
