"""Settings: one frozen object, read once from the environment (`EVENTS_*`).

The README lists each of them with its default; a test holds the two together.
"""

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

PREFIX = "EVENTS_"
MINIMUM_KEY_LENGTH = 16
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class BadSetting(ValueError):
    """A setting that cannot be used; the message names it and says what it may be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs. Every field is the environment variable `EVENTS_` + its name in capitals."""

    data_dir: Path
    database_url: str
    base_url: str
    host: str
    port: int
    secret_key: str
    mail_url: str
    mail_from: str
    reply_address: str
    inbound_listen: str
    inbound_imap_url: str
    organisation: str
    workers: int
    work_outbox: bool
    rate_limits: bool
    trusted_proxies: tuple[str, ...]
    default_timezone: str
    max_body_bytes: int
    metrics_token: str
    log_level: str

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the SQLite file of this machine."""
        return self.database_url.startswith("sqlite:")

    @property
    def sqlite_path(self) -> Path:
        """The database file; only where `is_embedded`."""
        return Path(unquote(self.database_url.removeprefix("sqlite:///")))

    @property
    def is_https(self) -> bool:
        """Whether the public address is served over TLS: cookies become Secure and HSTS is sent."""
        return self.base_url.startswith("https://")

    @property
    def sender_address(self) -> str:
        """The address in `mail_from`: the envelope's, where letters come back to."""
        return _address_in(self.mail_from)

    @property
    def domain(self) -> str:
        """The host of the public address, for UIDs and message ids."""
        return urlsplit(self.base_url).hostname or "localhost"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment. Raises `BadSetting` for a value that cannot be used."""
        return _read(_given(environ))


def unknown_settings(environ: Mapping[str, str] | None = None) -> list[str]:
    """Variables that start with `EVENTS_` and that nothing reads: most likely misspelt."""
    known = {field.name.upper() for field in fields(Settings)}
    return sorted(PREFIX + name for name in _given(environ) if name not in known and not name.startswith("TEST_"))


def current() -> Settings:
    """The settings of this process, read from the environment when first asked for."""
    global _current
    if _current is None:
        _current = Settings.from_environ()
    return _current


def use(settings: Settings | None) -> None:
    """Make these the settings of this process; `None` reads the environment anew."""
    global _current
    _current = settings


_current: Settings | None = None


def _given(environ: Mapping[str, str] | None) -> dict[str, str]:
    source = os.environ if environ is None else environ
    return {name.removeprefix(PREFIX): value for name, value in source.items() if name.startswith(PREFIX)}


def _read(given: Mapping[str, str]) -> Settings:
    data_dir = Path(given.get("DATA_DIR", "data")).absolute()
    host = given.get("HOST", "127.0.0.1")
    port = _whole_number(given, "PORT", default=8000, lowest=1, highest=65535)
    mail_from = given.get("MAIL_FROM", "Alliance of Safe Cities <invites@localhost>")
    database_url = _database_url(given.get("DATABASE_URL", ""), data_dir)
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        base_url=_base_url(given.get("BASE_URL", f"http://{_own_name(host)}:{port}")),
        host=host,
        port=port,
        secret_key=_secret_key(given.get("SECRET_KEY", ""), data_dir),
        mail_url=_mail_url(given.get("MAIL_URL", f"spool:{data_dir / 'spool'}")),
        mail_from=mail_from,
        reply_address=given.get("REPLY_ADDRESS", "") or _address_in(mail_from),
        inbound_listen=_inbound_listen(given.get("INBOUND_LISTEN", "")),
        inbound_imap_url=_inbound_imap_url(given.get("INBOUND_IMAP_URL", "")),
        organisation=given.get("ORGANISATION", "Alliance of Safe Cities"),
        workers=_workers(given, embedded=database_url.startswith("sqlite:")),
        work_outbox=_switch(given, "WORK_OUTBOX", default=True),
        rate_limits=_switch(given, "RATE_LIMITS", default=True),
        trusted_proxies=_networks(given.get("TRUSTED_PROXIES", "")),
        default_timezone=_timezone(given.get("DEFAULT_TIMEZONE", "Europe/Copenhagen")),
        max_body_bytes=_whole_number(given, "MAX_BODY_BYTES", default=2_000_000, lowest=10_000, highest=100_000_000),
        metrics_token=given.get("METRICS_TOKEN", ""),
        log_level=_log_level(given.get("LOG_LEVEL", "INFO").upper()),
    )


def _database_url(text: str, data_dir: Path) -> str:
    if not text:
        return f"sqlite:///{data_dir / 'events.sqlite'}"
    if text.startswith("postgres://"):
        return "postgresql://" + text.removeprefix("postgres://")
    if text.startswith("sqlite:///") and len(text) > len("sqlite:///"):
        return f"sqlite:///{Path(text.removeprefix('sqlite:///')).absolute()}"
    if text.startswith(("postgresql://", "cockroachdb://")):
        return text
    raise BadSetting("EVENTS_DATABASE_URL must start with sqlite:///, postgresql:// or cockroachdb://.")


def _base_url(text: str) -> str:
    wrong = BadSetting("EVENTS_BASE_URL must be the public address, such as https://events.example.org.")
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise wrong
    return text.rstrip("/")


def _mail_url(text: str) -> str:
    if text.startswith(("spool:", "smtp://", "smtps://")):
        return text
    raise BadSetting("EVENTS_MAIL_URL must start with spool:, smtp:// or smtps://.")


def _inbound_listen(text: str) -> str:
    wrong = BadSetting(
        "EVENTS_INBOUND_LISTEN must be lmtp:// or smtp:// with a host and a port, such as lmtp://127.0.0.1:2424."
    )
    try:
        parts = urlsplit(text)
        fits = not text or (parts.scheme in ("lmtp", "smtp") and bool(parts.hostname) and bool(parts.port))
    except ValueError as error:
        raise wrong from error
    if not fits or parts.path or parts.username:
        raise wrong
    return text


def _inbound_imap_url(text: str) -> str:
    """Without TLS only on this machine: the password would be readable on the way."""
    wrong = BadSetting(
        "EVENTS_INBOUND_IMAP_URL must be such as imaps://user:password@mail.example.org/INBOX; imap:// on this machine alone."
    )
    try:
        parts = urlsplit(text)
        known = parts.scheme == "imaps" or (
            parts.scheme == "imap" and parts.hostname in ("127.0.0.1", "::1", "localhost")
        )
        fits = not text or (known and bool(parts.hostname and parts.username and parts.password) and parts.port != 0)
    except ValueError as error:
        raise wrong from error
    if not fits:
        raise wrong
    return text


def _networks(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    try:
        for part in parts:
            ipaddress.ip_network(part, strict=False)
    except ValueError as error:
        raise BadSetting("EVENTS_TRUSTED_PROXIES must be addresses or networks, such as 10.0.0.0/8, ::1.") from error
    return parts


@cache
def _timezones() -> frozenset[str]:
    # Nobody below knows them: clock stands beside us.
    return frozenset(available_timezones())


def _timezone(name: str) -> str:
    if name in _timezones():
        return name
    raise BadSetting("EVENTS_DEFAULT_TIMEZONE must be an IANA time zone, such as Europe/Copenhagen.")


def _log_level(name: str) -> str:
    if name in LOG_LEVELS:
        return name
    raise BadSetting(f"EVENTS_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.")


def _workers(given: Mapping[str, str], *, embedded: bool) -> int:
    asked_for = _whole_number(given, "WORKERS", default=min(os.cpu_count() or 1, 4), lowest=1, highest=64)
    # One process serves the embedded file: see docs/decisions/0002-sqlite-journal.md.
    return 1 if embedded else asked_for


def _whole_number(given: Mapping[str, str], name: str, *, default: int, lowest: int, highest: int) -> int:
    text = given.get(name, "").strip() or str(default)
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise BadSetting(f"{PREFIX}{name} must be a whole number from {lowest} to {highest}.")
    return int(text)


def _switch(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = given.get(name, "on" if default else "off").strip().lower()
    if text not in ("on", "off"):
        raise BadSetting(f"{PREFIX}{name} must be on or off.")
    return text == "on"


def _own_name(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104


def _address_in(mailbox: str) -> str:
    # Not by a mail library: a comma in a name that is not quoted would make two addresses of it.
    return mailbox.rsplit("<", 1)[-1].rstrip("> ").strip()


def _secret_key(text: str, data_dir: Path) -> str:
    """The given key, or one made once and kept beside the data, readable by its owner alone."""
    if text:
        if len(text) < MINIMUM_KEY_LENGTH:
            raise BadSetting(f"EVENTS_SECRET_KEY needs at least {MINIMUM_KEY_LENGTH} characters of randomness.")
        return text
    path = data_dir / "secret.key"
    data_dir.mkdir(parents=True, exist_ok=True)
    fresh = data_dir / f".secret.{os.getpid()}.{secrets.token_hex(4)}"
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            # A link refuses to replace: of two processes that start at once, both read the same key afterwards.
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
