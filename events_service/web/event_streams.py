"""Server-sent events (WHATWG HTML §9.2): an answer that goes on until its reader leaves, stalls or has had its time."""

import asyncio
import signal
import threading
from collections.abc import AsyncGenerator
from typing import Any

import structlog
from litestar import Response
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Send

MEDIA_TYPE = "text/event-stream"
# Who takes no bytes for so long is gone, or wants to keep us waiting.
STALLED_SECONDS = 10.0
ENDING_SECONDS = 1.0

log = structlog.get_logger(__name__)
_open: set[asyncio.Task[None]] = set()
_stopping = False


def end_with_the_process() -> None:
    """End what is told when this process is told to stop. A server waits for open answers, and these would keep it waiting.

    To be called once the server's own handlers are there: its loop hears of a signal as before, whatever the handler in Python is.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def stop(received: int, frame: Any, before: Any = before) -> None:
            loop.call_soon_threadsafe(_end_all)
            if callable(before):
                before(received, frame)

        signal.signal(number, stop)
        signal.siginterrupt(number, False)


def _end_all() -> None:
    global _stopping
    _stopping = True
    for telling in _open:
        telling.cancel()


class EventStream(Response[Any]):
    """Tells what the generator gives, and closes it however the answer ends."""

    def __init__(self, events: AsyncGenerator[bytes]) -> None:
        # A proxy that waits for a full buffer would keep the events back.
        super().__init__(b"", media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._events = events

    def to_asgi_response(self, app: Any, request: Any, **given: Any) -> ASGIResponse:
        """The answer as it is sent."""
        headers = {**(given.get("headers") or {}), **self.headers}
        return _Telling(
            iterator=self._events,
            headers=headers,
            cookies=given.get("cookies"),
            encoded_headers=given.get("encoded_headers"),
            is_head_response=given.get("is_head_response", False),
            media_type=MEDIA_TYPE,
            status_code=given.get("status_code"),
        )


class _Telling(ASGIStreamingResponse):
    async def send_body(self, send: Send, receive: Receive) -> None:
        telling = asyncio.create_task(self._tell(send))
        tasks = [telling, asyncio.create_task(_until_gone(receive))]
        _open.add(telling)
        if _stopping:
            telling.cancel()
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            _open.discard(telling)
            for task in tasks:
                task.cancel()
            await asyncio.shield(_end_of(tasks))

    async def _tell(self, send: Send) -> None:
        events: Any = self.iterator
        try:
            async for piece in events:
                async with asyncio.timeout(STALLED_SECONDS):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            log.info("stream.stalled")
        finally:
            await events.aclose()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _end_of(tasks: list[asyncio.Task[None]]) -> None:
    """Wait until they have ended, a moment at most: what a server gives us to wait for does not always hear that nobody waits any more."""
    ended, _ = await asyncio.wait(tasks, timeout=ENDING_SECONDS)
    for task in ended:
        outcome = None if task.cancelled() else task.exception()
        if outcome is not None:
            log.warning("stream.failed", exc_info=outcome)
