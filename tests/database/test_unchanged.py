"""What was read is kept until anybody writes, and not a moment longer."""

import asyncio
import subprocess
import sys

import pytest

from events_service.database import KeptUntilWritten, fetch_one, is_postgres, transaction
from events_service.database.connection import state_mark
from events_service.settings import Settings


class Counting:
    """Counts what was noted, and how often it looked."""

    def __init__(self) -> None:
        self.looked = 0
        self.kept: KeptUntilWritten[int] = KeptUntilWritten(most=2)

    async def notes(self, key: str = "all") -> int:
        return await self.kept.read(key, self._count)

    async def _count(self) -> int:
        self.looked += 1
        row = await fetch_one("SELECT COUNT(*) AS notes FROM note")
        assert row is not None
        return int(row["notes"])


@pytest.fixture
async def counting(database: Settings) -> Counting:
    async with transaction() as tx:
        await tx.execute("CREATE TABLE note (text TEXT)")
    return Counting()


async def note() -> None:
    async with transaction() as tx:
        await tx.execute("INSERT INTO note (text) VALUES ('something')")


async def test_what_is_written_is_seen_at_once(counting: Counting) -> None:
    seen = [await counting.notes()]
    for _ in range(3):
        await note()
        seen += [await counting.notes(), await counting.notes()]
    assert seen == [0, 1, 1, 2, 2, 3, 3]


async def test_what_another_process_writes_is_seen_at_once(counting: Counting, database: Settings) -> None:
    assert await counting.notes() == 0
    if is_postgres():
        program = "import asyncio, asyncpg, sys\nasync def go():\n c = await asyncpg.connect(sys.argv[1])\n"
        program += " await c.execute(\"INSERT INTO note VALUES ('theirs')\")\n await c.close()\nasyncio.run(go())"
        where = database.database_url
    else:
        program = "import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as c: c.execute(\"INSERT INTO note VALUES ('theirs')\")"
        where = str(database.sqlite_path)
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program, where], check=True)
    assert await counting.notes() == 1


async def test_nothing_is_looked_for_twice_while_nobody_writes(counting: Counting) -> None:
    before = await state_mark()
    assert [await counting.notes(), await counting.notes(), await counting.notes("others")] == [0, 0, 0]
    # On a server that others use as well their writing counts, too.
    assert counting.looked == 2 or await state_mark() != before


async def test_within_a_transaction_its_own_words_are_read(counting: Counting) -> None:
    await counting.notes()
    async with transaction() as tx:
        await tx.execute("INSERT INTO note (text) VALUES ('mine')")
        assert await counting.notes() == 1


async def test_no_more_is_kept_than_was_asked_for(counting: Counting) -> None:
    before = await state_mark()
    for key in ("one", "two", "three", "one"):
        await counting.notes(key)
    assert counting.looked == 4 or await state_mark() != before
