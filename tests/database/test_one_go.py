"""Batches: the whole transaction at once, on both databases; and rows looked up beside them."""

import asyncio

import pytest

from events_service.database import Transaction, fetch, look_up
from events_service.database.connection import is_postgres, together
from tests.database.given import write, write_one, written

pytestmark = pytest.mark.usefixtures("database")


class Stop(Exception):
    """Raised by a test on purpose."""


async def test_what_is_done_together_is_committed_and_seen_by_reads_in_between() -> None:
    async def work(tx: Transaction) -> int:
        await write(tx, "one")
        await write(tx, "two")
        return len(await fetch("SELECT bucket FROM attempts"))

    assert await together(work) == 2
    assert await written() == ["one", "two"]


async def test_nothing_is_kept_when_the_work_fails_and_the_next_goes_well() -> None:
    async def fail(tx: Transaction) -> None:
        await write(tx, "one")
        raise Stop

    async def succeed(tx: Transaction) -> None:
        await write(tx, "two")

    with pytest.raises(Stop):
        await together(fail)
    await together(succeed)
    assert await written() == ["two"]


async def test_work_that_waits_for_something_else_is_undone_on_sqlite() -> None:
    async def work(tx: Transaction) -> None:
        await write(tx, "one")
        await asyncio.sleep(0)

    if is_postgres():
        await together(work)
        assert await written() == ["one"]
        return
    with pytest.raises(RuntimeError):
        await together(work)
    assert await written() == []


async def test_work_that_was_cancelled_half_way_is_whole_or_nothing() -> None:
    async def work(tx: Transaction) -> None:
        await write(tx, "one")
        await write(tx, "two")

    task = asyncio.create_task(together(work))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await written() in ([], ["one", "two"])
    await write_one("three")
    assert "three" in await written()


async def test_a_row_is_looked_up_as_last_committed() -> None:
    assert await look_up("SELECT tries FROM attempts WHERE bucket = $1", "one") is None
    await write_one("one")
    found = await look_up("SELECT bucket FROM attempts WHERE bucket = $1", "one")
    assert found is not None
    assert found["bucket"] == "one"
