"""The short way through the house, for a JSON request that comes a thousand times a second.

What comes plainly is read, answered and sent without a request, arguments and an answer of Litestar's being made for it. Whatever is
unusual goes the long way, through the route's handler, which says the same. What lies around both stays: refusals, headers, figures
and keys of idempotency.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Generic, TypeVar

import msgspec
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import ASGIApp, Receive, Scope, Send

from events_service.web.bodies import Body, read_json

Draft = TypeVar("Draft", bound=Body)
Answer = Callable[[Scope, Draft], Awaitable[msgspec.Struct]]

LONGEST_BYTES = 16_384
_JSON = frozenset({b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"})


class ShortWay(Generic[Draft]):
    """Middleware of one route: answers with 200 what comes as JSON of that kind and tells a length that is small."""

    def __init__(self, kind: type[Draft], answer: Answer[Draft]) -> None:
        """`answer` does what the route's handler does, and refuses as it does."""
        self._kind, self._answer = kind, answer

    def __call__(self, app: ASGIApp) -> ASGIApp:
        """The route with the short way before it."""

        async def go(scope: Scope, receive: Receive, send: Send) -> None:
            if not _comes_plainly(scope["headers"]):
                await app(scope, receive, send)
                return
            raw = await _read(receive)
            if raw is not None:
                await _tell(send, await self._answer(scope, read_json(self._kind, raw)))

        return go


def _comes_plainly(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    kind = length = b""
    for name, value in headers:
        if name == b"content-type":
            kind = value
        elif name == b"content-length":
            length = value
    return kind in _JSON and length.isdigit() and 0 < int(length) <= LONGEST_BYTES


async def _read(receive: Receive) -> bytes | None:
    """The body, or None where the client went away. Raises `RequestEntityTooLarge` where it is longer than it was told."""
    raw = b""
    while True:
        message: Any = await receive()
        if message["type"] != "http.request":
            return None
        raw += bytes(message["body"])
        if len(raw) > LONGEST_BYTES:
            raise RequestEntityTooLarge()
        if not message.get("more_body"):
            return raw


async def _tell(send: Send, answer: msgspec.Struct) -> None:
    told = msgspec.json.encode(answer)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(told)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": told, "more_body": False})
