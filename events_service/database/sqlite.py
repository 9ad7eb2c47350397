"""Our SQLite engine for Piccolo: one persistent writer behind a lock, a few persistent readers, full durability.

Piccolo's own opens a connection and a thread for each query. Which journal is used, and why one process serves the file,
is told in docs/decisions/0002-sqlite-journal.md.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite
from piccolo.engine.sqlite import SQLiteEngine as PiccoloSQLiteEngine
from piccolo.engine.sqlite import SQLiteTransaction as PiccoloSQLiteTransaction
from piccolo.engine.sqlite import TransactionType, dict_factory
from piccolo.querystring import QueryString

from events_service.database.failures import is_away, translated
from events_service.database.one_go import in_one_go
from events_service.database.sql import for_sqlite
from events_service.database.transactions import Row, Transaction, Work

Result = TypeVar("Result")

READERS = 2
BUSY_TIMEOUT_MS = 5_000
# Below this version several connections that checkpoint a WAL are reported to corrupt it.
SAFE_WAL = (3, 51, 3)
READING_WORDS = ("SELECT", "WITH", "PRAGMA", "EXPLAIN")


def journal_mode() -> str:
    """`WAL` where this SQLite is safe with it, else `TRUNCATE`."""
    return "WAL" if sqlite3.sqlite_version_info >= SAFE_WAL else "TRUNCATE"


async def finish(ending: Coroutine[Any, Any, Result]) -> Result:
    """Run it to its end even when the caller is cancelled meanwhile, then pass the cancellation on."""
    task = asyncio.ensure_future(ending)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            await asyncio.wait([task])
        raise


class SQLiteTransaction(Transaction, PiccoloSQLiteTransaction):  # type: ignore[misc]  # our savepoint() undoes by itself
    """An IMMEDIATE transaction on the one writer; it holds the writer's lock from begin to end."""

    engine: "SQLiteEngine"

    async def __aenter__(self) -> "SQLiteTransaction":
        if self._parent is not None:
            raise RuntimeError("A transaction is open already: use its savepoint().")
        with translated():
            # Whoever queues behind a locked file is told in time, instead of waiting for everyone before them.
            async with asyncio.timeout(BUSY_TIMEOUT_MS / 1000):
                await self.engine.writer_lock.acquire()
        try:
            with translated():
                self.connection = await self.engine.writer()
                await self.connection.execute_fetchall("BEGIN IMMEDIATE")
        except BaseException:
            # A cancelled BEGIN may still run in the connection's thread: undo it before anyone else writes.
            await finish(self._leave(commit=False))
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        self.engine.current_transaction.reset(self.context)
        with translated():
            await finish(self._leave(commit=error is None))
        return False

    async def _leave(self, *, commit: bool) -> None:
        try:
            await self._end(commit=commit)
        finally:
            self.engine.writer_lock.release()

    async def _end(self, *, commit: bool) -> None:
        connection = self.engine.open_writer
        if connection is None:
            return
        try:
            if not commit:
                # A cancelled BEGIN may still be waiting for the thread: only once it has run can it be undone.
                await connection.execute_fetchall("SELECT 1")
            else:
                # Also where SQLite has rolled back by itself, as on a full disk: then this fails, and nobody is told otherwise.
                await connection.execute_fetchall("COMMIT")
        finally:
            if connection.in_transaction:
                await connection.execute_fetchall("ROLLBACK")

    async def fetch(self, statement: str, *values: object) -> list[Row]:
        with translated():
            return cast(list[Row], await self.connection.execute_fetchall(for_sqlite(statement), values))

    async def execute(self, statement: str, *values: object) -> None:
        await self.fetch(statement, *values)

    async def execute_many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        if rows:
            with translated():
                await self.connection.executemany(for_sqlite(statement), rows)


class SQLiteEngine(PiccoloSQLiteEngine):
    """One database file, opened when first used."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path), timeout=BUSY_TIMEOUT_MS / 1000)
        self.writer_lock = asyncio.Lock()
        self.open_writer: aiosqlite.Connection | None = None
        self._at_hand: sqlite3.Connection | None = None
        self._readers: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        self._reader_places = asyncio.Semaphore(READERS)

    def transaction(
        self, transaction_type: TransactionType = TransactionType.immediate, allow_nested: bool = False
    ) -> SQLiteTransaction:
        """Always IMMEDIATE: a deferred one that starts to write fails under load. `allow_nested` is Piccolo's word."""
        return SQLiteTransaction(engine=self, transaction_type=TransactionType.immediate, allow_nested=True)

    async def together(self, work: Work[Result]) -> Result:
        """The work within one transaction, in one visit to the writer's thread. It may wait for nothing but the database."""
        await self.take_writer_lock()
        try:
            with translated():
                connection = await self.writer()
                # aiosqlite has no public way to run a function in the connection's thread.
                hand_over: Callable[..., Coroutine[Any, Any, Result]] = connection._execute
                return await finish(hand_over(in_one_go, connection._conn, work, self.current_transaction))
        finally:
            self.writer_lock.release()

    async def take_writer_lock(self) -> None:
        """Raises `Unavailable` after a while: whoever queues behind a locked file is told in time."""
        with translated():
            async with asyncio.timeout(BUSY_TIMEOUT_MS / 1000):
                await self.writer_lock.acquire()

    async def writer(self) -> aiosqlite.Connection:
        """The one connection that writes; ask for it only while holding `writer_lock`."""
        if self.open_writer is None:
            self.open_writer = await self._open(f"PRAGMA journal_mode = {journal_mode()}")
        return self.open_writer

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[aiosqlite.Connection]:
        """A connection that cannot write, lent for one statement."""
        async with self._reader_places:
            if self._readers.empty():
                connection = await self._open("PRAGMA query_only = ON")
            else:
                connection = self._readers.get_nowait()
            try:
                yield connection
            finally:
                self._readers.put_nowait(connection)

    async def fetch(self, statement: str, *values: object) -> list[Row]:
        """Rows as last committed, or as the open transaction of this task sees them."""
        transaction = self.current_transaction.get()
        if transaction is not None:
            return await cast(SQLiteTransaction, transaction).fetch(statement, *values)
        with translated():
            async with self.reader() as connection:
                return cast(list[Row], await connection.execute_fetchall(for_sqlite(statement), values))

    async def look_up(self, statement: str, *values: object) -> list[Row]:
        """A few rows by a key, asked for in this very thread: changing threads costs more than finding them.

        A file that is locked at this moment is waited for in a thread.
        """
        if self.current_transaction.get() is None:
            try:
                return cast(list[Row], self._connection_at_hand().execute(for_sqlite(statement), values).fetchall())
            except sqlite3.Error as error:
                if not is_away(error):
                    raise
        return await self.fetch(statement, *values)

    async def state_mark(self) -> object | None:
        """Whether anybody wrote, as the connection at hand sees it; None inside a transaction and while the file is locked."""
        if self.current_transaction.get() is not None:
            return None
        connection = self._connection_at_hand()
        try:
            return connection, connection.execute("PRAGMA data_version").fetchall()
        except sqlite3.Error as error:
            if not is_away(error):
                raise
            return None

    def _connection_at_hand(self) -> sqlite3.Connection:
        if self._at_hand is None:
            # Waiting would hold up everyone, so it never waits.
            self._at_hand = sqlite3.connect(**{**self.connection_kwargs, "timeout": 0, "check_same_thread": False})
            self._at_hand.execute("PRAGMA query_only = ON")
            self._at_hand.row_factory = dict_factory
        return self._at_hand

    async def run_querystring(self, querystring: QueryString, in_pool: bool = False) -> Any:
        statement, values = querystring.compile_string(engine_type=self.engine_type)
        return await self._run(statement, values)

    async def run_ddl(self, ddl: str, in_pool: bool = False) -> Any:
        return await self._run(ddl, [])

    async def _run(self, statement: str, values: Sequence[Any]) -> Any:
        if self.current_transaction.get() is not None or statement.lstrip()[:7].upper().startswith(READING_WORDS):
            return await self.fetch(statement, *values)
        async with self.transaction() as transaction:
            return await transaction.fetch(statement, *values)

    async def get_connection(self) -> aiosqlite.Connection:
        """A connection of its own for Piccolo's `batch`, which closes it."""
        return await self._open("PRAGMA query_only = ON")

    async def close(self) -> None:
        """Close every connection and end its thread."""
        if self._at_hand is not None:
            self._at_hand.close()
            self._at_hand = None
        while not self._readers.empty():
            await self._readers.get_nowait().close()
        if self.open_writer is not None:
            await self.open_writer.close()
            self.open_writer = None

    async def _open(self, *pragmas: str) -> aiosqlite.Connection:
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        connection = await aiosqlite.connect(**self.connection_kwargs)
        try:
            # Before the journal mode, so that a second process waits its turn instead of failing.
            for pragma in (f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}", *pragmas, *_EVERY_CONNECTION):
                await connection.execute_fetchall(pragma)
            connection.row_factory = dict_factory  # type: ignore[assignment]
        except BaseException:
            await connection.close()
            raise
        return connection


_EVERY_CONNECTION = ("PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON", "PRAGMA cache_size = -8000")
