"""How a letter leaves: into a folder of .eml files, or to a mail server."""

import asyncio
import contextlib
import ipaddress
import os
import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from events_service.outbox.rules import PostedLetter, Rendered, Stage, Trouble, is_safe_address, judge_answer
from events_service.settings import BadSetting, Settings

COMMAND_SECONDS = 20.0
# With every command within its time, a letter could still outlast its lease; this bounds the whole of it.
LETTER_SECONDS = 45.0


class Carrier(Protocol):
    """Takes letters, one after the other."""

    async def deliver(self, letter: PostedLetter, rendered: Rendered) -> None:
        """Hand it over to the byte; return once it was taken. Raises `Trouble`."""


class Transport(Protocol):
    """A way out."""

    def open(self) -> AbstractAsyncContextManager[Carrier]:
        """A carrier for several letters. Opening it never fails: what is wrong shows when the first letter goes."""


def transport_for(settings: Settings) -> "Spool | Smtp":
    """The transport that `EVENTS_MAIL_URL` names. Raises `BadSetting` where it or `EVENTS_MAIL_FROM` cannot be used."""
    if settings.mail_url.startswith("spool:"):
        return Spool(Path(settings.mail_url.removeprefix("spool:")))
    if not is_safe_address(settings.sender_address):
        raise BadSetting("EVENTS_MAIL_FROM must hold a mail address, such as Events <events@example.org>.")
    return Smtp(settings.mail_url, sender=settings.sender_address, own_name=settings.domain)


class Spool:
    """Writes each letter to a file of its own in this folder, which it makes when first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Carrier]:
        yield self

    async def deliver(self, letter: PostedLetter, rendered: Rendered) -> None:
        try:
            await asyncio.to_thread(self._write, spool_name(letter), rendered.message)
        except OSError as error:
            raise Trouble(f"spool: {error.strerror or type(error).__name__}", everywhere=True) from error

    def _write(self, name: str, message: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{name}.{secrets.token_hex(4)}"
        try:
            with unfinished.open("xb") as file:
                file.write(message)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(self._free_name(name))
        finally:
            unfinished.unlink(missing_ok=True)
        _sync_folder(self.folder)

    def _free_name(self, name: str) -> Path:
        """A second delivery of the same letter stands beside the first: `…-2.eml`."""
        path, number = self.folder / f"{name}.eml", 1
        while path.exists():
            number += 1
            path = self.folder / f"{name}-{number}.eml"
        return path


def spool_name(letter: PostedLetter) -> str:
    """`<when posted>-<kind>-<id>`, so that a folder's listing reads in order."""
    kind = re.sub(r"[^a-z0-9_]", "_", letter.kind.lower())
    return f"{letter.created_at:%Y%m%dT%H%M%S}Z-{kind}-{letter.id}"


def _sync_folder(folder: Path) -> None:
    # The new name, too, must outlast a power cut.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Smtp:
    """Speaks to the server of `smtp://[user:password@]host[:port]` (STARTTLS when it offers it) or `smtps://…`.

    `sender` is the envelope's, where bounces go; `own_name` is what we greet with.
    """

    def __init__(self, url: str, *, sender: str, own_name: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise BadSetting("EVENTS_MAIL_URL must be smtp://host:port or smtps://host:port.")
        self.host = parts.hostname
        self.over_tls = parts.scheme == "smtps"
        self.port = parts.port or (465 if self.over_tls else 25)
        self.sender = sender
        self._own_name = _greeting_name(own_name)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Carrier]:
        carrier = _SmtpCarrier(self.new_client, sender=self.sender)
        try:
            yield carrier
        finally:
            await carrier.close()

    def new_client(self) -> aiosmtplib.SMTP:
        """A client that is not connected yet."""
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self._user,
            password=self._password,
            local_hostname=self._own_name,
            use_tls=self.over_tls,
            timeout=COMMAND_SECONDS,
        )


def _greeting_name(domain: str) -> str:
    """An address goes in brackets (RFC 5321 §4.1.3)."""
    try:
        address = ipaddress.ip_address(domain)
    except ValueError:
        return domain
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


class _SmtpCarrier:
    """One connection for several letters; a lost one is made anew for the next letter."""

    def __init__(self, new_client: Callable[[], aiosmtplib.SMTP], *, sender: str) -> None:
        self._new_client = new_client
        self._sender = sender
        self._client: aiosmtplib.SMTP | None = None

    async def deliver(self, letter: PostedLetter, rendered: Rendered) -> None:
        try:
            async with asyncio.timeout(LETTER_SECONDS):
                client = await self._connected()
                await self._hand_over(client, rendered)
        except TimeoutError as error:
            self._drop()
            raise Trouble("the mail server did not answer in time") from error

    async def close(self) -> None:
        """Say goodbye; a server that does not answer is left."""
        if self._client is not None and self._client.is_connected:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(2):
                    await self._client.quit()
        self._drop()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        self._drop()
        client = self._client = self._new_client()
        try:
            await client.connect()
        except aiosmtplib.SMTPResponseException as error:
            self._drop()
            raise judge_answer(error.code, error.message, at=Stage.GREETING) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            raise Trouble(f"no connection to the mail server: {type(error).__name__}", everywhere=True) from error
        return client

    async def _hand_over(self, client: aiosmtplib.SMTP, rendered: Rendered) -> None:
        try:
            await client.sendmail(
                self._sender, [rendered.recipient], rendered.message, mail_options=self._options(client, rendered)
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise _trouble_from(error) from error

    def _options(self, client: aiosmtplib.SMTP, rendered: Rendered) -> list[str]:
        """What to ask of the server beyond plain SMTP: only what the letter cannot do without (RFC 6531, RFC 6152)."""
        options = [] if (self._sender + rendered.recipient).isascii() else ["SMTPUTF8"]
        if not rendered.message.isascii() and client.supports_extension("8bitmime"):
            options.append("BODY=8BITMIME")
        return options

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def _trouble_from(error: Exception) -> Trouble:
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            refused = error.recipients[0]
            return judge_answer(refused.code, refused.message, at=Stage.RECIPIENT)
        case aiosmtplib.SMTPSenderRefused():
            return judge_answer(error.code, error.message, at=Stage.SENDER)
        case aiosmtplib.SMTPDataError():
            return judge_answer(error.code, error.message, at=Stage.CONTENT)
        case aiosmtplib.SMTPResponseException():
            return judge_answer(error.code, error.message, at=Stage.GREETING)
        case aiosmtplib.SMTPNotSupported() | ValueError():
            return Trouble("the mail server cannot take this kind of address", final=True)
    return Trouble(f"the mail server broke off: {type(error).__name__}")
