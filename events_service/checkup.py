"""`events-service check`: whether an installation is fit to run."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiosmtplib

from events_service import database
from events_service.database import fetch_one, missing_migrations
from events_service.database.sqlite import journal_mode
from events_service.errors import Unavailable
from events_service.settings import Settings, unknown_settings
from events_service.web.assets import AssetsMissing, manifest
from events_service.web.words import LANGUAGES, unspoken

MAIL_SECONDS = 5
CLOCK_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Result:
    """One line: what was looked at, whether it is fine, and in words how it stands."""

    name: str
    fine: bool
    text: str


async def checkup(own: Settings) -> list[Result]:
    """Look at everything; one thing that fails does not hide another."""
    looks: list[Callable[[Settings], Awaitable[Result]]] = [_settings, _database, _mail, _clock, _assets, _words]
    database.connect(own)
    try:
        return [await look(own) for look in looks]
    finally:
        await database.disconnect()


async def _settings(own: Settings) -> Result:
    unknown = unknown_settings()
    if unknown:
        return Result("settings", False, f"{unknown[0]} is not a setting; is it misspelt?")
    kept = "kept in a file beside the data" if (own.data_dir / "secret.key").exists() else "given"
    return Result("settings", True, f"{own.base_url}, {own.workers} serving, secret key {kept}")


async def _database(own: Settings) -> Result:
    kind = f"SQLite ({journal_mode()} journal)" if own.is_embedded else "PostgreSQL"
    try:
        missing = await missing_migrations()
    except Unavailable:
        return Result("database", False, f"{kind} does not answer; look at EVENTS_DATABASE_URL")
    if missing:
        return Result("database", False, f"{kind} lacks {len(missing)} migrations; run: events-service migrate")
    return Result("database", True, f"{kind}, all migrations there")


async def _mail(own: Settings) -> Result:
    if own.mail_url.startswith("spool:"):
        folder = Path(own.mail_url.removeprefix("spool:"))
        nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
        writable = nearest.is_dir() and _is_writable(nearest)
        return Result("mail", writable, f"letters are written to {folder}" + ("" if writable else ", which cannot be"))
    parts = urlsplit(own.mail_url)
    server = f"{parts.hostname}:{parts.port or (465 if parts.scheme == 'smtps' else 25)}"
    client = aiosmtplib.SMTP(
        hostname=parts.hostname, port=parts.port, use_tls=parts.scheme == "smtps", timeout=MAIL_SECONDS
    )
    try:
        async with client:
            await client.noop()
    except (aiosmtplib.SMTPException, OSError) as error:
        return Result("mail", False, f"{server} does not answer ({type(error).__name__}); look at EVENTS_MAIL_URL")
    return Result("mail", True, f"{server} answers")


async def _clock(own: Settings) -> Result:
    before = time.time()
    try:
        row = await fetch_one("SELECT CURRENT_TIMESTAMP AS now")
    except Unavailable:
        return Result("clock", False, "cannot be compared, the database does not answer")
    assert row is not None
    told = row["now"] if isinstance(row["now"], datetime) else datetime.fromisoformat(row["now"]).replace(tzinfo=UTC)
    apart = abs(told.timestamp() - before)
    return Result("clock", apart <= CLOCK_SECONDS, f"{apart:.0f} s apart from the database's")


async def _assets(own: Settings) -> Result:
    try:
        return Result("assets", True, f"{len(manifest())} files built")
    except AssetsMissing as missing:
        return Result("assets", False, str(missing))


async def _words(own: Settings) -> Result:
    if missing := unspoken():
        return Result("words", False, f"no catalogue of {', '.join(missing)}; build them as the README says")
    return Result("words", True, f"{len(LANGUAGES)} languages spoken")


def _is_writable(folder: Path) -> bool:
    probe = folder / ".events-service-check"
    try:
        probe.write_text("")
    except OSError:
        return False
    probe.unlink()
    return True
