"""The headers of every answer, and the requests refused before anything looks at them."""

import re
from functools import cache

from litestar import Litestar
from litestar.exceptions import ClientException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from events_service import settings

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DOOR_POLICY = (
    CONTENT_POLICY.replace("img-src 'self' data:", "img-src 'self' data: blob:")
    + "; worker-src 'self'; media-src 'self' blob:"
)
# The door's decoder is machine code that a worker compiles: allowed there alone, for a worker goes by its own script's headers.
DECODER_POLICY = CONTENT_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
DECODER = "/static/js/door-decoder-"
# The agenda for a frame on another site: the one page that others may show within theirs.
EMBED_POLICY = CONTENT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
FEATURES_OFF = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
)
# Addresses that hold a secret themselves; elsewhere it stands behind `#`, which no browser tells. Theirs are told to no one. With
# no-referrer a browser on plain http sends a page's forms as from nowhere, so that no other page has it.
SECRET_ADDRESSES = ("/my/stop-mails/", "/my/calendar/")
EMBEDDED = re.compile(r"/events/[^/]+/agenda/embed")

_COMMON: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_USUAL = (
    *_COMMON,
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", FEATURES_OFF.encode()),
)
_SECRET = (
    *_COMMON,
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", FEATURES_OFF.encode()),
)
_DOOR = (
    *_COMMON,
    (b"content-security-policy", DOOR_POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", FEATURES_OFF.replace("camera=()", "camera=(self)").encode()),
)
_DECODER = (
    *_COMMON,
    (b"content-security-policy", DECODER_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", FEATURES_OFF.encode()),
)
_EMBEDDED = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"content-security-policy", EMBED_POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", FEATURES_OFF.encode()),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


def refuse_nul(app: ASGIApp) -> ASGIApp:
    """Middleware that refuses an address with a NUL (400): nothing of ours has one, and PostgreSQL takes none in a text."""

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b""):
            raise ClientException("The address holds a NUL character.")
        await app(scope, receive, send)

    return checked


async def add_headers(message: Message, scope: Scope) -> None:
    """Add the security headers to an answer's start, unless the handler set its own (Litestar's `before_send`)."""
    if message["type"] != "http.response.start":
        return
    headers = list(message["headers"])
    present = {name for name, _ in headers}
    headers.extend(pair for pair in _for_path(scope["path"]) if pair[0] not in present)
    if settings.current().is_https:
        headers.append(_HSTS)
    if scope.get("method") == "OPTIONS" and b"allow" in present:
        headers = [pair for pair in headers if pair[0] != b"allow"]
        headers.append((b"allow", _methods_at(scope["litestar_app"], scope["path_template"]).encode()))
    message["headers"] = headers


@cache
def _methods_at(app: Litestar, template: str) -> str:
    """All methods of a route. Litestar's own answer knows only those of the handler that was registered first."""
    found = {
        str(method) for route in app.routes if route.path_format == template for method in getattr(route, "methods", ())
    }
    return ", ".join(sorted(found))


def _for_path(path: str) -> tuple[tuple[bytes, bytes], ...]:
    if path.startswith("/door"):
        return _DOOR
    if path.endswith("/embed") and EMBEDDED.fullmatch(path):
        return _EMBEDDED
    if path.startswith(DECODER):
        return _DECODER
    return _SECRET if path.startswith(SECRET_ADDRESSES) else _USUAL
