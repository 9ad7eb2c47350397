"""One event's picture as all who watch it in this process share it.

The state is in the database: each process looks there for itself while somebody watches, so any number of them tell the same.
A reader holds no queue. Who is slow misses pictures, and gets the newest.
"""

import asyncio
import contextvars
import time
from collections.abc import AsyncGenerator, Callable

import structlog

from events_service.attendance.queries import Picture, picture, revision
from events_service.attendance.rules import pause_after
from events_service.errors import Unavailable

# Scans of one moment are committed one after the other: what came late is seen by looking a while longer.
RESTLESS_SECONDS = 5.0
# What no revision tells (a conflict that was settled, a device that was revoked) is seen then.
AT_LEAST_EVERY = 15.0
QUIET_SECONDS = 15.0
# So that a role that was taken away ends within this time: the browser asks again by itself.
LONGEST_SECONDS = 300
RETRY_MS = 2_000

log = structlog.get_logger(__name__)
Write = Callable[[Picture], str]


class Live:
    """The newest picture of one event, looked for while somebody watches."""

    def __init__(self, event_id: str) -> None:
        self._event_id = event_id
        self._readers = 0
        self._looking: asyncio.Task[None] | None = None
        self._picture: Picture | None = None
        self._version = 0
        self._told = asyncio.Event()
        self._texts: dict[str, bytes] = {}

    @property
    def is_watched(self) -> bool:
        """Whether anybody watches."""
        return self._readers > 0

    def join(self) -> None:
        """Somebody watches."""
        self._readers += 1
        if self._looking is None:
            # In a context of its own: it outlives the request that came first.
            self._looking = asyncio.get_running_loop().create_task(self._look(), context=contextvars.Context())

    def leave(self) -> None:
        """One less; with the last one the looking ends."""
        self._readers -= 1
        if not self._readers and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def after(self, version: int, *, wait_seconds: float) -> int:
        """The newest version, once it is another than that one; the same again when nothing was new for so long."""
        if self._version == version:
            told = self._told
            try:
                async with asyncio.timeout(wait_seconds):
                    await told.wait()
            except TimeoutError:
                return version
        return self._version

    def message(self, key: str, write: Write) -> bytes:
        """The newest picture as an event of the stream; written once for all readers with that key."""
        if key not in self._texts:
            assert self._picture is not None
            lines = "".join(f"data: {line}\n" for line in write(self._picture).splitlines())
            self._texts[key] = f"id: {self._version}\nevent: picture\n{lines}\n".encode()
        return self._texts[key]

    async def _look(self) -> None:
        known: tuple[object, ...] | None = None
        changed_at = looked_at = float("-inf")
        while True:
            began = time.monotonic()
            try:
                found = await revision(self._event_id)
                if found != known:
                    known, changed_at = found, began
                if began - changed_at < RESTLESS_SECONDS or began - looked_at >= AT_LEAST_EVERY:
                    looked_at = began
                    self._tell(await picture(self._event_id))
            except Unavailable:
                log.info("attendance.database_away")
            await asyncio.sleep(pause_after(time.monotonic() - began))

    def _tell(self, new: Picture) -> None:
        if new == self._picture:
            return
        self._picture, self._texts = new, {}
        self._version += 1
        told, self._told = self._told, asyncio.Event()
        told.set()


_live: dict[str, Live] = {}


async def watch(event_id: str, *, key: str, write: Write, seconds: float) -> AsyncGenerator[bytes]:
    """The picture now and whenever it changes, once a second at most, for so many seconds; a comment where nothing happens for long."""
    ends = time.monotonic() + seconds
    live = _live.setdefault(event_id, Live(event_id))
    live.join()
    try:
        yield f"retry: {RETRY_MS}\n\n".encode()
        version = 0
        while True:
            # Whoever has nothing yet waits for the first picture, however soon they leave.
            left = ends - time.monotonic() if version else QUIET_SECONDS
            newest = await live.after(version, wait_seconds=max(0.0, min(QUIET_SECONDS, left)))
            if newest != version:
                version = newest
                yield live.message(key, write)
            elif time.monotonic() < ends:
                yield b": nothing new\n\n"
            if time.monotonic() >= ends:
                return
    finally:
        live.leave()
        if not live.is_watched and _live.get(event_id) is live:
            del _live[event_id]
