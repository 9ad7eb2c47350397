"""The stream over a real connection: told by another process, with readers that stall, and at the end of a service."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest

from events_service.attendance import live
from events_service.attendance.live import watch
from events_service.attendance.queries import Picture
from events_service.people import actions
from events_service.people.rules import Role
from events_service.web import event_streams
from events_service.web.event_streams import EventStream
from tests.door.given import a_phone, an_event, guests, scanned
from tests.services.product import Product

pytestmark = pytest.mark.usefixtures("database")
STREAM = "/api/v1/events/launch/attendance/stream"


def admitted(picture: Picture) -> str:
    return str(picture.attendance.admitted)


async def pictures(told: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in told.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


async def test_what_another_process_records_is_told_once_a_second_at_most(server: Callable[..., Product]) -> None:
    event = await an_event()
    phone, people = await a_phone(event), await guests(event, 30)
    token = await actions.make_api_token(Role.DOOR_SUPERVISOR, event_slug="launch", name="screen")
    product = server(workers="1")
    headers = {"Authorization": f"Bearer {token}"}
    # What is sent comes late where the machine is busy, but no more is sent than there are seconds since before the first.
    began = time.monotonic()
    async with (
        httpx.AsyncClient(base_url=product.base_url, timeout=120) as client,
        client.stream("GET", STREAM, headers=headers) as told,
    ):
        coming = pictures(told)
        assert (await anext(coming))["admitted"] == 0
        counts = [0]
        for one in people:
            await scanned(phone, one.badge)
        while counts[-1] < len(people):
            counts.append((await anext(coming))["admitted"])
    assert counts == sorted(set(counts))
    assert len(counts) <= 1 + (time.monotonic() - began)


async def test_a_service_that_is_told_to_stop_waits_for_no_reader(server: Callable[..., Product]) -> None:
    await an_event()
    token = await actions.make_api_token(Role.VIEWER, event_slug="launch", name="screen")
    product = server(workers="2")
    ends: list[asyncio.StreamWriter] = []
    for number in range(6):
        reader, writer = await asyncio.open_connection("127.0.0.1", product.port)
        writer.write(f"GET {STREAM} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        ends.append(writer)
        if number < 3:
            assert b"event: picture" in await reader.readuntil(b"event: picture")
    assert await asyncio.to_thread(product.stop)
    for writer in ends:
        writer.close()


async def test_a_slow_reader_misses_pictures_and_gets_the_newest() -> None:
    event = await an_event()
    phone, (one, two) = await a_phone(event), await guests(event, 2)
    slow = watch(event.id, key="slow", write=admitted, seconds=60)
    quick = watch(event.id, key="quick", write=admitted, seconds=60)
    for stream in (slow, quick):
        assert await anext(stream) == b"retry: 2000\n\n"
        assert b"data: 0\n" in await anext(stream)
    await scanned(phone, one.badge)
    assert b"data: 1\n" in await anext(quick)
    await scanned(phone, two.badge)
    assert b"data: 2\n" in await anext(quick)
    assert b"data: 2\n" in await anext(slow)
    await quick.aclose()
    assert event.id in live._live
    await slow.aclose()
    assert event.id not in live._live


async def test_where_nothing_happens_a_comment_keeps_the_line_open(monkeypatch: pytest.MonkeyPatch) -> None:
    event = await an_event()
    monkeypatch.setattr(live, "QUIET_SECONDS", 0.3)
    stream = watch(event.id, key="one", write=admitted, seconds=1.0)
    told = [piece async for piece in stream]
    assert b"data: 0\n" in told[1]
    assert told[2:] and set(told[2:]) == {b": nothing new\n\n"}
    assert event.id not in live._live


async def test_who_takes_nothing_any_more_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    event = await an_event()
    monkeypatch.setattr(event_streams, "STALLED_SECONDS", 0.2)
    answer = EventStream(watch(event.id, key="one", write=admitted, seconds=60)).to_asgi_response(None, None)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message["type"])
        if len(sent) == 3:
            await asyncio.Event().wait()

    async def receive() -> Any:
        return await asyncio.Future()

    async with asyncio.timeout(10):
        await answer({"type": "http", "method": "GET"}, receive, send)  # type: ignore[arg-type]
    assert sent[0] == "http.response.start"
    assert event.id not in live._live


async def test_an_answer_ends_though_the_server_does_not_hear_that_nobody_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = await an_event()
    monkeypatch.setattr(event_streams, "ENDING_SECONDS", 0.2)
    answer = EventStream(watch(event.id, key="one", write=admitted, seconds=0)).to_asgi_response(None, None)
    gone = asyncio.Event()

    async def send(message: Any) -> None:
        pass

    async def receive() -> Any:
        while not gone.is_set():
            with suppress(asyncio.CancelledError):
                await gone.wait()
        return {"type": "http.disconnect"}

    async with asyncio.timeout(10):
        await answer({"type": "http", "method": "GET"}, receive, send)  # type: ignore[arg-type]
    assert event.id not in live._live
    gone.set()


async def test_readers_who_take_nothing_hold_up_nobody(server: Callable[..., Product]) -> None:
    """None has a queue of its own: others are told, and the service stops, as without them."""
    event = await an_event()
    phone, people = await a_phone(event), await guests(event, 20)
    token = await actions.make_api_token(Role.VIEWER, event_slug="launch", name="screen")
    product = server(workers="1")
    lines = [_who_never_reads(product.port, token) for _ in range(20)]
    for one in people:
        await scanned(phone, one.badge)
    bearer = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=product.base_url, timeout=30) as client, asyncio.timeout(60):
        # The picture is shared and a second old at most.
        while '"admitted":20' not in (await client.get(f"{STREAM}?seconds=1", headers=bearer)).text:
            pass
    assert await asyncio.to_thread(product.stop)
    for line in lines:
        line.close()


def _who_never_reads(port: int, token: str) -> socket.socket:
    """A reader whose side takes as few bytes as a system allows, and who reads none of them."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    line.connect(("127.0.0.1", port))
    line.sendall(f"GET {STREAM} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    return line


async def test_who_leaves_is_not_told_any_more() -> None:
    event = await an_event()
    answer = EventStream(watch(event.id, key="one", write=admitted, seconds=60)).to_asgi_response(None, None)
    told = asyncio.Event()

    async def send(message: Any) -> None:
        if b"picture" in message.get("body", b""):
            told.set()

    async def receive() -> Any:
        await told.wait()
        return {"type": "http.disconnect"}

    async with asyncio.timeout(10):
        await answer({"type": "http", "method": "GET"}, receive, send)  # type: ignore[arg-type]
    assert told.is_set()
    assert event.id not in live._live
