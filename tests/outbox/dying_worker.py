"""A worker that leases what is due and stands still in the midst of the first delivery, to be killed there."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from events_service import database, settings
from events_service.outbox import sending
from events_service.outbox.rules import PostedLetter, Rendered
from events_service.outbox.transports import Carrier
from tests.outbox.given import RENDERERS


class Standstill:
    """Takes a letter and never finishes."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Carrier]:
        yield self

    async def deliver(self, letter: PostedLetter, rendered: Rendered) -> None:
        print("delivering", flush=True)
        await asyncio.sleep(600)


async def main(now: datetime) -> None:
    database.connect(settings.current())
    await sending.send_due(RENDERERS, Standstill(), now=now)


if __name__ == "__main__":
    asyncio.run(main(datetime.fromisoformat(sys.argv[1])))
