"""Registers one guest after the other until its standard input ends, telling of each, as a process of its own."""

import asyncio
import sys

from events_service import database, settings
from events_service.events.queries import find_event
from tests.door.given import guests


async def main(slug: str) -> None:
    database.connect(settings.current())
    event = await find_event(slug)
    assert event is not None
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    while not ended.done():
        await guests(event, 3)
        print("registered", flush=True)
    await database.disconnect()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
