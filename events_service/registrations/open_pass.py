"""Whose registration is open in this browser: a sealed cookie keeps it so for a while after the code from the mail was given."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from events_service import clock, settings
from events_service.errors import NotFound
from events_service.registrations.queries import Registration, registration_by_id
from events_service.sealing import Unsealable, seal, unseal

Connection = ASGIConnection[Any, Any, Any, Any]
PURPOSE = "participant-cookie"
OPEN_FOR = timedelta(hours=2)


class Pass(msgspec.Struct, frozen=True, array_like=True):
    """What the cookie holds: whose page, of which links, until when."""

    registration_id: str
    links_generation: int
    expires_at: datetime


async def open_registration(connection: Connection) -> Registration | None:
    """The registration open in this browser; None without one, and when its links were replaced meanwhile."""
    held = pass_of(connection)
    if held is None:
        return None
    try:
        person = await registration_by_id(held.registration_id)
    except NotFound:
        return None
    return person if person.links_generation == held.links_generation else None


def pass_of(connection: Connection) -> Pass | None:
    """What the cookie says; None without one, for one we did not seal, and after its time."""
    text = connection.cookies.get(cookie_name(), "")
    if not text:
        return None
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        clear = unseal(sealed, secret_key=settings.current().secret_key, purpose=PURPOSE)
    except (binascii.Error, ValueError, Unsealable):
        return None
    held = msgspec.json.decode(clear, type=Pass)
    return held if clock.now() < held.expires_at else None


def opening_cookie(person: Registration) -> Cookie:
    """The cookie that keeps this registration open."""
    held = Pass(person.id, person.links_generation, clock.now() + OPEN_FOR)
    sealed = seal(msgspec.json.encode(held), secret_key=settings.current().secret_key, purpose=PURPOSE)
    return _cookie(base64.urlsafe_b64encode(sealed).decode().rstrip("="))


def closing_cookie() -> Cookie:
    """The cookie that takes it away at once."""
    return _cookie("")


def cookie_name() -> str:
    """Under which name it is kept: on https it is bound to the host by its name."""
    return "__Host-my" if settings.current().is_https else "my"


def _cookie(value: str) -> Cookie:
    return Cookie(
        key=cookie_name(),
        value=value,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.current().is_https,
        max_age=int(OPEN_FOR.total_seconds()) if value else 0,
    )
