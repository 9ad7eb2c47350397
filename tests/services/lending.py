"""One migrated PostgreSQL database for many tests, one after the other: each finds it as it was after migrating.

Making and dropping a database for every test costs half a second of disk; emptying the few tables that a test wrote
to costs a few milliseconds. A database that a test changed in any other way is dropped, and the next test gets a new one.
"""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg

from tests.services.postgres import LoopThread, PostgresServer

# After so many deleted rows the tables hold more of the past than a test should meet.
MOST_DELETED_ROWS = 5_000
# How often to look whether the connections of the test before are gone: for ten seconds.
LOOKS = 2_000

TABLES = (
    "SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
)
# `xmin` names the transaction that wrote a row of the catalogue: it changes with the row. In pg_class emptying may change it.
SHAPE = """
SELECT md5(string_agg(part, ';' ORDER BY part)) FROM (
    SELECT concat_ws(',', 'class', oid, relname, relhastriggers) AS part
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(',', 'column', a.attrelid, a.attnum, a.xmin)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(',', 'constraint', oid, xmin)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(',', 'trigger', t.oid, t.xmin)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(',', 'function', oid, xmin)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(',', 'schema', oid, xmin)
        FROM pg_namespace WHERE nspname !~ '^pg_'
    UNION ALL SELECT concat_ws(',', 'setting', setrole, setconfig)
        FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS parts
"""
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"


class LentDatabase:
    """A migrated database that is lent to one test at a time. Its methods block."""

    def __init__(self, server: PostgresServer, template: str) -> None:
        """Nothing is made before the first `lend`. `template` is the URL of a migrated database that nobody is connected to."""
        self._server = server
        self._template = template
        self._loop = LoopThread()
        self._kept: _Kept | None = None

    def lend(self) -> str:
        """The URL of the database, as it was after migrating. Whoever is still connected to it loses the connection."""
        if self._kept is None or not self._loop.run(self._kept.restored()):
            self._drop()
            url = self._server.copy_database(self._template)
            self._kept = self._loop.run(_Kept.opened(url))
        return self._kept.url

    def close(self) -> None:
        """Drop the database."""
        self._drop()
        self._loop.close()

    def _drop(self) -> None:
        if self._kept is not None:
            self._loop.run(self._kept.let_go())
            self._server.drop_database(self._kept.url)
            self._kept = None


class _Kept:
    """A database as it was when opened, and a connection that brings it back to that."""

    def __init__(self, url: str, connection: Any) -> None:
        self.url = url
        self._connection = connection
        self._deleted = 0

    @classmethod
    async def opened(cls, url: str) -> "_Kept":
        """Look at what is there and remember it."""
        connection = await asyncpg.connect(url)
        # A test loses nothing when the machine does: no test waits for the disk.
        name = await connection.fetchval("SELECT quote_ident(current_database())")
        await connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        await connection.execute("SET synchronous_commit = off")
        self = cls(url, connection)
        self._tables = [table for (table,) in await connection.fetch(TABLES)]
        self._written = await connection.prepare(
            " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in self._tables)
        )
        self._at_first = await self._rows_of(await self._with_rows())
        self._shape = await connection.fetchval(SHAPE)
        return self

    async def restored(self) -> bool:
        """Bring it back to how it was. False when that cannot be done: then it is of no more use."""
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            await self._end_the_others()
            with_rows = await self._with_rows()
            if self._at_first != await self._rows_of(self._at_first) or self._shape != await self._connection.fetchval(
                SHAPE
            ):
                return False
            self._deleted += await self._empty([table for table in with_rows if table not in self._at_first])
            return self._deleted < MOST_DELETED_ROWS
        return False

    async def let_go(self) -> None:
        """Disconnect."""
        self._connection.terminate()

    async def _end_the_others(self) -> None:
        for _ in range(LOOKS):
            if not await self._connection.fetchval(f"SELECT count(pg_terminate_backend(pid)) {OTHERS}"):
                return
            await asyncio.sleep(0.005)
        raise TimeoutError("somebody stays connected")

    async def _with_rows(self) -> list[str]:
        return [table for (table,) in await self._written.fetch()]

    async def _rows_of(self, tables: "list[str] | dict[str, str]") -> dict[str, str]:
        """Of each table a digest of all its rows."""
        digest = "SELECT md5(string_agg(a_row::text, ';' ORDER BY a_row::text)) FROM {} AS a_row"
        return {table: await self._connection.fetchval(digest.format(table)) for table in tables}

    async def _empty(self, tables: list[str]) -> int:
        """Delete all their rows, whatever refers to them or forbids it; returns how many there were."""
        if not tables:
            return 0
        deletions = ", ".join(f"d{n} AS (DELETE FROM {table} RETURNING 1)" for n, table in enumerate(tables))
        counts = " + ".join(f"(SELECT count(*) FROM d{n})" for n, _ in enumerate(tables))
        async with self._connection.transaction():
            await self._connection.execute("SET LOCAL session_replication_role = replica")
            return int(await self._connection.fetchval(f"WITH {deletions} SELECT {counts}"))
