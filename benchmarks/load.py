"""The load: keep-alive connections that send prepared bytes one after the other, in a process of their own.

Each connection sends its next request when it has read the whole answer to the last one, and every answer is looked at.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import cast

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


class WrongAnswer(Exception):
    """The server answered something else than it had to; the message holds the beginning of the answer."""


@dataclass(frozen=True, slots=True)
class Job:
    """Requests to send once each, in order, over so many connections; what is left after `seconds` is not sent.

    An answer must have this status and hold `marker` in its body.
    """

    port: int
    connections: int
    requests: Sequence[bytes]
    status: int
    marker: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Answers a second; the milliseconds half of the answers took at most, and 99 of 100."""

    per_second: float
    p50: float
    p99: float


class LoadGenerator:
    """The process that sends. Its methods block."""

    def __init__(self) -> None:
        """Start nothing yet: the process starts with the first job."""
        self._pool = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))

    def run(self, job: Job) -> Measured:
        """Send the requests. Raises `WrongAnswer` at the first answer that is not as it must be."""
        return self._pool.submit(measure, job).result(timeout=job.seconds + 60)

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown()


def measure(job: Job) -> Measured:
    """Send the requests from this process."""
    import uvloop

    began, ended, seconds = uvloop.run(_send_all(job))
    seconds.sort()
    return Measured(
        per_second=len(seconds) / (ended - began),
        p50=1000 * seconds[len(seconds) // 2],
        p99=1000 * seconds[min(len(seconds) - 1, int(len(seconds) * 0.99))],
    )


class _Connection(asyncio.Protocol):
    """One visitor: sends, reads to the end, sends the next."""

    def __init__(self, job: Job, requests: Iterator[bytes], seconds: list[float]) -> None:
        self._job, self._requests, self._seconds = job, requests, seconds
        self._status = f"HTTP/1.1 {job.status}".encode()
        self._received = b""
        self._sent_at = 0.0
        self.deadline = 0.0
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def send_next(self) -> None:
        """Send the next request, or finish when there is none or the time is over."""
        now = time.perf_counter()
        request = next(self._requests, None) if now < self.deadline else None
        if request is None:
            self._transport.close()
            self._finish(None)
            return
        self._sent_at = now
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        end_of_head = self._received.find(END_OF_HEAD)
        if end_of_head < 0:
            return
        begin = end_of_head + len(END_OF_HEAD)
        if len(self._received) < begin + self._body_length(end_of_head):
            return
        self._seconds.append(time.perf_counter() - self._sent_at)
        if not self._received.startswith(self._status) or self._job.marker not in self._received[begin:]:
            self._transport.close()
            self._finish(WrongAnswer(self._received[:600].decode(errors="replace")))
            return
        self._received = b""
        self.send_next()

    def connection_lost(self, error: Exception | None) -> None:
        self._finish(WrongAnswer(f"the connection was closed: {error}"))

    def _body_length(self, end_of_head: int) -> int:
        head = self._received[:end_of_head].lower()
        found = head.find(LENGTH)
        if found < 0 or head.startswith(b"http/1.1 304"):
            return 0
        return int(head[found + len(LENGTH) :].split(b"\r\n", 1)[0])

    def _finish(self, error: Exception | None) -> None:
        if self.finished.done():
            return
        if error is None:
            self.finished.set_result(None)
        else:
            self.finished.set_exception(error)


async def _send_all(job: Job) -> tuple[float, float, list[float]]:
    """When the first request was sent and the last answer read, and how long each answer took, in seconds."""
    loop = asyncio.get_running_loop()
    requests, seconds = iter(job.requests), list[float]()
    visitors = [_Connection(job, requests, seconds) for _ in range(job.connections)]
    remaining = iter(visitors)
    for _ in visitors:
        await loop.create_connection(lambda: next(remaining), "127.0.0.1", job.port)
    began = time.perf_counter()
    for visitor in visitors:
        visitor.deadline = began + job.seconds
        visitor.send_next()
    await asyncio.wait_for(asyncio.gather(*(visitor.finished for visitor in visitors)), timeout=job.seconds + 30)
    return began, time.perf_counter(), seconds
