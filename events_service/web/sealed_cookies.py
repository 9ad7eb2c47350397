"""Facts that a browser keeps for us: sealed, so that whoever holds the cookie can neither read nor change them, and for a while."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from events_service import clock, settings
from events_service.sealing import Unsealable, seal, unseal

Held = TypeVar("Held")


@dataclass(frozen=True, slots=True)
class SealedCookie(Generic[Held]):
    """One kind of cookie: its name, the purpose that keeps it apart from every other, what it holds, and for how long."""

    name: str
    purpose: str
    holds: type[Held]
    lasts: timedelta

    def keep(self, value: Held) -> Cookie:
        """The cookie that holds this value from now on."""
        clear = msgspec.json.encode((clock.now() + self.lasts, value))
        sealed = seal(clear, secret_key=settings.current().secret_key, purpose=self.purpose)
        return self._cookie(base64.urlsafe_b64encode(sealed).decode().rstrip("="))

    def take_away(self) -> Cookie:
        """The cookie that ends it at once."""
        return self._cookie("")

    def find(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Held | None:
        """What the browser sent; None without one, for one that was not sealed for this purpose, and after its time."""
        text = connection.cookies.get(self.full_name, "")
        if not text:
            return None
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            clear = unseal(sealed, secret_key=settings.current().secret_key, purpose=self.purpose)
        except (binascii.Error, ValueError, Unsealable):
            return None
        try:
            ends_at, value = msgspec.json.decode(clear, type=tuple[datetime, self.holds])  # type: ignore[name-defined]
        except msgspec.DecodeError:
            # We sealed it, before what it holds was changed.
            return None
        return value if clock.now() < ends_at else None

    @property
    def full_name(self) -> str:
        """Under which name the browser keeps it."""
        # On https the name itself binds the cookie to this host.
        return f"__Host-{self.name}" if settings.current().is_https else self.name

    def _cookie(self, text: str) -> Cookie:
        return Cookie(
            key=self.full_name,
            value=text,
            path="/",
            httponly=True,
            samesite="lax",
            secure=settings.current().is_https,
            max_age=int(self.lasts.total_seconds()) if text else 0,
        )
