"""Whoever is cancelled leaves nothing behind, whatever the transaction was doing just then."""

import asyncio
import contextlib
from datetime import UTC, datetime

import pytest

from events_service.database import fetch, transaction

NOW = datetime(2026, 11, 21, tzinfo=UTC)
INSERT = "INSERT INTO attempts (bucket, window_ends_at, tries) VALUES ($1, $2, 1)"

pytestmark = pytest.mark.usefixtures("database")


async def write_down(bucket: str) -> None:
    async with transaction() as tx:
        await tx.execute(INSERT, bucket, NOW)
        await asyncio.Event().wait()


@pytest.mark.parametrize("turns", range(12))
async def test_a_cancelled_transaction_does_not_block_the_next(turns: int) -> None:
    await write_one("first")  # So that the connection is open, and the first turn is the transaction's own.
    task = asyncio.create_task(write_down("cancelled"))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await write_one("second")
    assert [row["bucket"] for row in await fetch("SELECT bucket FROM attempts ORDER BY bucket")] == ["first", "second"]


async def write_one(bucket: str) -> None:
    async with transaction() as tx:
        await tx.execute(INSERT, bucket, NOW)


@pytest.mark.parametrize("turns", [1, 5, 20, 60])
async def test_whoever_is_cancelled_while_writing_many_rows_is_cancelled_and_nothing_else(turns: int) -> None:
    rows = [(f"{number} {'x' * 300}", NOW) for number in range(10_000)]

    async def write_down_all() -> None:
        async with transaction() as tx:
            await tx.execute_many(INSERT, rows)

    await write_one("first")
    task = asyncio.create_task(write_down_all())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await write_one("second")
    assert [row["bucket"] for row in await fetch("SELECT bucket FROM attempts ORDER BY bucket")] == ["first", "second"]
