"""Fetching mail from a mailbox over IMAP: unread mail is taken in, and marked as read once that is committed.

The mailbox library blocks, so it is spoken to in a thread.
"""

import asyncio
import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import structlog
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags

from events_service.errors import Unavailable
from events_service.replies.actions import take_in
from events_service.replies.reading import LARGEST_BYTES
from events_service.replies.rules import CameBy

LOOK_EVERY_SECONDS = 60.0
PATIENCE_SECONDS = 30.0
AT_ONCE = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Where:
    """A folder of a mailbox, and how to get in. The password is in no text made of it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    encrypted: bool


def where_is(url: str) -> Where:
    """Read `imaps://user:password@host:port/FOLDER`; the port is the usual one and the folder INBOX where they are left out."""
    parts = urlsplit(url)
    encrypted = parts.scheme == "imaps"
    return Where(
        host=parts.hostname or "",
        port=parts.port or (993 if encrypted else 143),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        encrypted=encrypted,
    )


async def watch(url: str, stop: asyncio.Event) -> None:
    """Look into the mailbox every minute until `stop` is set. A mailbox or a database that is away is tried again."""
    where = where_is(url)
    while not stop.is_set():
        try:
            while await empty_once(where) == AT_ONCE and not stop.is_set():
                pass
        except Unavailable:
            log.warning("mailbox.waits_for_database")
        except Exception as error:
            # Of the error's words only its kind: a server may repeat what it was told.
            log.warning("mailbox.away", host=where.host, error=type(error).__name__)
        try:
            await asyncio.wait_for(stop.wait(), timeout=LOOK_EVERY_SECONDS)
        except TimeoutError:
            continue


async def empty_once(where: Where) -> int:
    """Take in what is unread, the oldest first, 200 at most, and mark each as read after its commit. Returns how many.

    A mail that fails by itself is passed over, and counts: it must not hold up those behind it.
    """
    box = await asyncio.to_thread(_open, where)
    try:
        waiting = (await asyncio.to_thread(box.uids, "UNSEEN UNDELETED", None))[:AT_ONCE]
        for uid in waiting:
            raw = await asyncio.to_thread(_contents, box, uid)
            if raw is not None:
                await _take_in_or_pass(raw)
            await asyncio.to_thread(box.flag, uid, MailMessageFlags.SEEN, True)
        return len(waiting)
    finally:
        await asyncio.to_thread(_close, box)


async def _take_in_or_pass(raw: bytes) -> None:
    """Take it in. Raises `Unavailable`, and nothing else: whatever the mail breaks, trying it again would break it again."""
    try:
        await take_in(raw, came_by=CameBy.MAILBOX)
    except Unavailable:
        raise
    except Exception as error:
        # Of the error's words only its kind: they may be the mail's.
        log.error("mail.failed", came_by=CameBy.MAILBOX.value, error=type(error).__name__)


def _open(where: Where) -> BaseMailBox:
    box: BaseMailBox
    if where.encrypted:
        context = ssl.create_default_context()
        box = MailBox(where.host, where.port, timeout=PATIENCE_SECONDS, ssl_context=context)
    else:
        box = MailBoxUnencrypted(where.host, where.port, timeout=PATIENCE_SECONDS)
    try:
        box.login(where.user, where.password, initial_folder=where.folder)
    except BaseException:
        _close(box)
        raise
    return box


def _contents(box: BaseMailBox, uid: str) -> bytes | None:
    """The mail, cut off one byte past what is read at all; None where it is gone. Asking does not mark it as read."""
    status, found = box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST_BYTES + 1}>)")
    if status != "OK":
        raise OSError("The mailbox does not hand over its mail.")
    return next((bytes(part[1]) for part in found if isinstance(part, tuple)), None)


def _close(box: BaseMailBox) -> None:
    try:
        box.client.logout()
    except Exception:
        # It is closed either way.
        box.client.shutdown()
