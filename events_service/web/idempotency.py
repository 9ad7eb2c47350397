"""`Idempotency-Key`: the same POST sent again gets the answer it got before, for 24 hours.

A key belongs to whoever sends it, the method and the path; who may ask no longer is told nothing that was answered before. While the
first request is being worked on, a second one is told to wait (409). If the process dies meanwhile, the key is free again after a
minute. Erasing and protecting somebody forgets the answers and keeps the keys.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from events_service import clock, settings
from events_service.database import transaction
from events_service.errors import Conflict, FieldError, Invalid
from events_service.sealing import seal, token_digest, unseal

KEPT_FOR = timedelta(hours=24)
ABANDONED_AFTER = timedelta(minutes=1)
PURPOSE = "stored-answer"
LONGEST_KEY = 255
# These say something of the moment, not of the request: they are not repeated.
NOT_KEPT = frozenset({401, 403, 429, 500, 503})


# A mark of who asks; raises where they may not.
AskerOf = Callable[[Scope], Awaitable[str]]


@dataclass(slots=True)
class _Answer:
    status: int
    content_type: str
    body: bytes


def keep_answers(asker_of: AskerOf) -> Callable[[ASGIApp], ASGIApp]:
    """Middleware that watches POSTs under /api that carry a key; all else passes untouched."""

    def around(app: ASGIApp) -> ASGIApp:
        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            is_post = (
                scope["type"] == ScopeType.HTTP and scope["method"] == "POST" and scope["path"].startswith("/api/")
            )
            # Most carry no key: they are not worth taking the headers apart.
            if is_post and any(name == b"idempotency-key" for name, _ in scope["headers"]):
                owner = await asker_of(scope)
                await _answer_once(scope, owner=owner, receive=receive, send=send, app=app)
            else:
                await app(scope, receive, send)

        return watched

    return around


async def _answer_once(scope: Scope, *, owner: str, receive: Receive, send: Send, app: ASGIApp) -> None:
    headers = Headers.from_scope(scope)
    key = headers["idempotency-key"]
    if not 1 <= len(key) <= LONGEST_KEY:
        raise Invalid([FieldError("Idempotency-Key", "wrong_form", f"Send 1 to {LONGEST_KEY} characters.")])
    body = await _read_body(receive, largest=_largest(scope))
    if body is None:
        return
    digest = token_digest("\n".join((owner, scope["path"], key)))
    stored = await _claim(digest, request_digest=token_digest(body.hex() + headers.get("content-type", "")))
    if stored is not None:
        await _replay(stored, send)
        return
    await _run_and_keep(digest, scope, body, receive=receive, send=send, app=app)


async def forget_answers() -> None:
    """Forget every answer, as after an erasure: any may name who is gone or has an alias now. Keys stay: nothing is done twice.

    Requests under way end unkept: their keys are free.
    """
    async with transaction() as tx:
        await tx.execute("UPDATE stored_answer SET sealed_body = NULL WHERE status IS NOT NULL")
        await tx.execute("DELETE FROM stored_answer WHERE status IS NULL")


async def _claim(digest: str, *, request_digest: str) -> _Answer | None:
    """Take the key (None) or give the stored answer. Raises `Conflict` while the first is under way, `Invalid` for another body."""
    now = clock.now()
    async with transaction() as tx:
        await tx.execute(
            "DELETE FROM stored_answer WHERE key_digest = $1 AND (created_at < $2 OR (status IS NULL AND created_at < $3))",
            digest,
            now - KEPT_FOR,
            now - ABANDONED_AFTER,
        )
        taken = await tx.fetch_one(
            """INSERT INTO stored_answer (key_digest, request_digest, created_at) VALUES ($1, $2, $3)
               ON CONFLICT (key_digest) DO NOTHING RETURNING key_digest""",
            digest,
            request_digest,
            now,
        )
        if taken is not None:
            return None
        row = await tx.fetch_one("SELECT * FROM stored_answer WHERE key_digest = $1", digest)
    assert row is not None
    if row["request_digest"] != request_digest:
        raise Invalid(
            [FieldError("Idempotency-Key", "key_reused", "This key was used with another body. Use a new key.")]
        )
    if row["status"] is None:
        raise Conflict("The first request with this key is still being worked on.", code="request_in_progress")
    if row["sealed_body"] is None:
        message = "The first request with this key was answered. For somebody's privacy the answer is kept no longer."
        raise Conflict(message, code="answer_forgotten")
    clear = unseal(row["sealed_body"], secret_key=settings.current().secret_key, purpose=PURPOSE)
    return _Answer(row["status"], row["content_type"], clear)


async def _run_and_keep(digest: str, scope: Scope, body: bytes, *, receive: Receive, send: Send, app: ASGIApp) -> None:
    answer = _Answer(500, "", b"")
    pending = [body]

    async def replayed_receive() -> Any:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    async def watched_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.content_type = _content_type(message["headers"])
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")
            if not message.get("more_body"):
                await _keep(digest, answer)
        await send(message)

    try:
        await app(scope, replayed_receive, watched_send)
    except BaseException:
        await _free(digest)
        raise


def _content_type(headers: Iterable[tuple[bytes, bytes]]) -> str:
    return next((value.decode("latin-1") for name, value in headers if name.lower() == b"content-type"), "")


async def _keep(digest: str, answer: _Answer) -> None:
    if answer.status in NOT_KEPT:
        await _free(digest)
        return
    sealed = seal(answer.body, secret_key=settings.current().secret_key, purpose=PURPOSE)
    async with transaction() as tx:
        await tx.execute(
            "UPDATE stored_answer SET status = $2, content_type = $3, sealed_body = $4 WHERE key_digest = $1",
            digest,
            answer.status,
            answer.content_type,
            sealed,
        )


async def _free(digest: str) -> None:
    async with transaction() as tx:
        await tx.execute("DELETE FROM stored_answer WHERE key_digest = $1 AND status IS NULL", digest)


async def _replay(answer: _Answer, send: Send) -> None:
    headers: Any = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"idempotency-replayed", b"true"),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def _largest(scope: Scope) -> int:
    """How large a body the route takes: some take files."""
    allowed = getattr(scope.get("route_handler"), "resolve_request_max_body_size", lambda: None)()
    return int(allowed or settings.current().max_body_bytes)


async def _read_body(receive: Receive, *, largest: int) -> bytes | None:
    """All of it, or as much as shows that it is too large; None when the client went away before it had sent it."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message["body"])
        size += len(message["body"])
        if size > largest or not message.get("more_body"):
            break
    return b"".join(parts)
