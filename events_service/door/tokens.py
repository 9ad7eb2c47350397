"""By what a device is known: a Bearer token where a program asks, the door's cookie where a page of ours does."""

from typing import Any

from litestar import Request
from litestar.types import Scope

from events_service import settings
from events_service.door.rules import DeviceRefused
from events_service.sealing import token_digest
from events_service.web.forms import refuse_foreign_posts

AnyRequest = Request[Any, Any, Any]


def door_cookie_name() -> str:
    """The device's cookie: on https it is bound to the host by its name."""
    return "__Host-door" if settings.current().is_https else "door"


def door_token(request: AnyRequest) -> str:
    """The device's token as its cookie holds it, or nothing; nobody has looked yet whether it is valid."""
    return request.cookies.get(door_cookie_name(), "")


def device_digest(request: AnyRequest) -> str:
    """The digest of the device token a request carries. Raises `DeviceRefused` where it carries none.

    A cookie comes by itself, so it counts only where another site's page cannot have sent the request (403 otherwise).
    """
    return device_digest_in(request.scope)


def device_digest_in(scope: Scope) -> str:
    """The same, of a request that nobody has made an object of."""
    scheme, _, token = _authorization(scope).partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token_digest(token.strip())
    request: AnyRequest = Request(scope)
    cookie = "" if scheme else door_token(request)
    if not cookie:
        raise DeviceRefused()
    refuse_foreign_posts(request)
    return token_digest(cookie)


def _authorization(scope: Scope) -> str:
    """The header, read as it came: a door asks so often that taking all of them apart would be felt."""
    return next((value for name, value in scope["headers"] if name == b"authorization"), b"").decode("latin-1")
