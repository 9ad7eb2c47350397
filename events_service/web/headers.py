"""The headers of every answer, and the requests refused before anything looks at them."""

from litestar.types import Message, Scope

from events_service import settings

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DOOR_POLICY = (
    CONTENT_POLICY.replace("img-src 'self' data:", "img-src 'self' data: blob:")
    + "; worker-src 'self'; media-src 'self' blob:"
)
FEATURES_OFF = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
)
# Pages whose address or content is somebody's own: their address is told to no one.
PERSONAL = ("/my", "/door", "/sign-in")

_COMMON: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_PUBLIC = (
    *_COMMON,
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", FEATURES_OFF.encode()),
)
_PERSONAL = (
    *_COMMON,
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", FEATURES_OFF.encode()),
)
_DOOR = (
    *_COMMON,
    (b"content-security-policy", DOOR_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", FEATURES_OFF.replace("camera=()", "camera=(self)").encode()),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


async def add_headers(message: Message, scope: Scope) -> None:
    """Add the security headers to an answer's start, unless the handler set its own (Litestar's `before_send`)."""
    if message["type"] != "http.response.start":
        return
    headers = list(message["headers"])
    present = {name for name, _ in headers}
    headers.extend(pair for pair in _for_path(scope["path"]) if pair[0] not in present)
    if settings.current().is_https:
        headers.append(_HSTS)
    message["headers"] = headers


def _for_path(path: str) -> tuple[tuple[bytes, bytes], ...]:
    if path.startswith("/door"):
        return _DOOR
    return _PERSONAL if path.startswith(PERSONAL) else _PUBLIC
