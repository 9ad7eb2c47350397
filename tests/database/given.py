"""Rows that tests of the database write and read: the plumbing's own table of tries."""

import asyncio
import contextvars
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from events_service.database import Transaction, fetch, transaction

NOW = datetime(2026, 11, 21, tzinfo=UTC)
INSERT = "INSERT INTO attempts (bucket, window_ends_at, tries) VALUES ($1, $2, 1)"


async def write(tx: Transaction, bucket: str) -> None:
    """A row named `bucket`, within the transaction."""
    await tx.execute(INSERT, bucket, NOW)


async def write_one(bucket: str) -> None:
    """A row named `bucket`, in a transaction of its own."""
    async with transaction() as tx:
        await write(tx, bucket)


async def written() -> list[str]:
    """The names of all rows as committed, in order."""
    return [row["bucket"] for row in await fetch("SELECT bucket FROM attempts ORDER BY bucket")]


async def as_another_request(work: Coroutine[Any, Any, None]) -> None:
    """Run it in a context of its own: it knows nothing of the transaction that is open around it."""
    await asyncio.get_running_loop().create_task(work, context=contextvars.Context())
