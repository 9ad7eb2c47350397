"""Our PostgreSQL engine for Piccolo: a pool without reset round trips, and transactions that always give their connection back."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Literal, TypeVar, cast

import asyncpg
import structlog
from piccolo.engine.cockroach import CockroachEngine as PiccoloCockroachEngine
from piccolo.engine.postgres import PostgresEngine as PiccoloPostgresEngine
from piccolo.engine.postgres import PostgresTransaction as PiccoloPostgresTransaction
from piccolo.querystring import QueryString

from events_service.database.bulk import Bulk
from events_service.database.failures import is_away, translated
from events_service.database.sqlite import finish
from events_service.database.transactions import Row, Transaction, Work

Result = TypeVar("Result")

log = structlog.get_logger(__name__)

POOL_SIZE = 10
ACQUIRE_SECONDS = 5.0
STATEMENT_SECONDS = 20.0
# Also how long a statement that was cancelled half-way may take to be so.
ROLLBACK_SECONDS = 5.0
# A statement is planned while its tables are small, and the plan is kept: with a disk's price for random reads it would go on reading
# tables from end to end that have grown since. Our statements are too short for compiling to pay.
SERVER_SETTINGS = {"application_name": "events-service", "random_page_cost": "1.1", "jit": "off"}
# Connections kept at hand: the pool's own lending and taking back costs as much as a short query.
AT_HAND = 2
AT_HAND_SECONDS = 30.0


class PostgresTransaction(Transaction, PiccoloPostgresTransaction):  # type: ignore[misc]  # our savepoint() undoes by itself
    """A READ COMMITTED transaction on a pooled connection."""

    engine: "PostgresEngine"

    async def __aenter__(self) -> "PostgresTransaction":
        if self._parent is not None:
            raise RuntimeError("A transaction is open already: use its savepoint().")
        with translated():
            self.connection = await self.engine.acquire()
            try:
                await self.connection.execute("BEGIN")
            except BaseException:
                await finish(self._give_back(broken=True))
                raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> Literal[False]:
        self.engine.current_transaction.reset(self.context)
        with translated():
            await finish(self._commit() if error is None else self._undo())
        return False

    async def _commit(self) -> None:
        broken = True
        try:
            if self.connection.is_closed():
                raise asyncpg.ConnectionDoesNotExistError("the connection was lost before COMMIT")
            await self.connection.execute("COMMIT")
            broken = False
        finally:
            await self._give_back(broken=broken)

    async def _undo(self) -> None:
        """The caller is told why it came to this, not that undoing failed: a connection that is ended undoes by itself."""
        broken = True
        try:
            if not self.connection.is_closed():
                await self.connection.execute("ROLLBACK", timeout=ROLLBACK_SECONDS)
                broken = False
        except Exception as error:
            if not is_away(error):
                raise
            log.warning("database.undo_failed", error=type(error).__name__)
        finally:
            await self._give_back(broken=broken)

    async def _give_back(self, *, broken: bool) -> None:
        # After a failed COMMIT nobody knows what state the connection is in: end it rather than lend it again.
        if broken:
            # A driver that waited in vain for a statement to be cancelled has taken the connection back already.
            with suppress(asyncpg.InterfaceError):
                self.connection.terminate()
            await self.engine.release(self.connection)
        else:
            await self.engine.lay_at_hand(self.connection)

    async def fetch(self, statement: str, *values: object) -> list[Row]:
        with translated():
            return cast(list[Row], await self.connection.fetch(statement, *values))

    async def execute(self, statement: str, *values: object) -> None:
        with translated():
            if values:
                await self.connection.fetch(statement, *values)
            else:
                await self.connection.execute(statement)

    async def execute_many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        if rows:
            with translated():
                # A driver that is cancelled half-way through the rows waits in vain for the answer to those it never sent.
                await finish(self.connection.executemany(statement, rows))

    async def change_all(self, bulk: Bulk, rows: Sequence[Sequence[object]]) -> None:
        if rows:
            await self.fetch(bulk.at_once, bulk.as_json(rows))


async def _no_reset(connection: Any) -> None:
    """Nothing of ours outlives a transaction, so nothing needs to be reset (a third of a short query otherwise)."""


class PostgresEngine(PiccoloPostgresEngine):
    """One pool, opened when first used; it also serves databases that speak PostgreSQL's protocol."""

    dialect = "postgres"

    def __init__(self, url: str) -> None:
        self._opening: asyncio.Lock = asyncio.Lock()
        self._at_hand: list[tuple[float, Any]] = []
        self._waiting = 0
        super().__init__(config={"dsn": url}, extensions=())

    async def get_version(self) -> float:
        """Not asked while starting: a service must start while its database is away."""
        return float(self.min_version_number)

    def transaction(self, allow_nested: bool = False) -> PostgresTransaction:
        """`allow_nested` is Piccolo's word; ours never nest."""
        return PostgresTransaction(engine=self, allow_nested=True)

    async def together(self, work: Work[Result]) -> Result:
        """The work within one transaction. It may wait for nothing but the database."""
        async with self.transaction() as transaction:
            return await work(transaction)

    async def acquire(self) -> Any:
        """A connection. Waits at most `ACQUIRE_SECONDS`."""
        while self._at_hand:
            since, connection = self._at_hand.pop()
            if not connection.is_closed() and time.monotonic() - since < AT_HAND_SECONDS:
                return connection
            await self.release(connection)
        if self.pool is None:
            await self._open_pool()
        assert self.pool is not None
        self._waiting += 1
        try:
            return await self.pool.acquire(timeout=ACQUIRE_SECONDS)
        finally:
            self._waiting -= 1

    async def lay_at_hand(self, connection: Any) -> None:
        """Give back a connection whose last statement went well: it may be lent again at once."""
        if self.pool is None or self._waiting or len(self._at_hand) >= AT_HAND:
            await self.release(connection)
        else:
            self._at_hand.append((time.monotonic(), connection))

    async def release(self, connection: Any) -> None:
        """Give it back to the pool, whatever state it is in."""
        if self.pool is not None:
            await self.pool.release(connection)

    async def fetch(self, statement: str, *values: object) -> list[Row]:
        """Rows as last committed, or as the open transaction of this task sees them."""
        transaction = self.current_transaction.get()
        if transaction is not None:
            return await cast(PostgresTransaction, transaction).fetch(statement, *values)
        with translated():
            connection = await self.acquire()
            try:
                rows = await connection.fetch(statement, *values)
            except BaseException:
                await self.release(connection)
                raise
            await self.lay_at_hand(connection)
            return cast(list[Row], rows)

    async def look_up(self, statement: str, *values: object) -> list[Row]:
        """A few rows by a key."""
        return await self.fetch(statement, *values)

    async def state_mark(self) -> object | None:
        """Which transactions a reading sees: whoever commits makes it another. None inside a transaction."""
        if self.current_transaction.get() is not None:
            return None
        return self, (await self.fetch("SELECT pg_current_snapshot()::text AS seen"))[0]["seen"]

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> Any:
        statement, values = querystring.compile_string(engine_type="postgres")
        return await self.fetch(statement, *values)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> Any:
        return await self.fetch(ddl)

    async def close(self) -> None:
        """Close the pool; a statement that still runs after five seconds is cut off."""
        if self.pool is None:
            return
        while self._at_hand:
            await self.release(self._at_hand.pop()[1])
        try:
            await asyncio.wait_for(self.pool.close(), timeout=5)
        except TimeoutError:
            self.pool.terminate()
        self.pool = None

    async def _open_pool(self) -> None:
        async with self._opening:
            if self.pool is not None:
                return
            self.pool = await asyncpg.create_pool(
                **self.config,
                min_size=0,
                max_size=POOL_SIZE,
                timeout=ACQUIRE_SECONDS,
                command_timeout=STATEMENT_SECONDS,
                statement_cache_size=512,
                max_inactive_connection_lifetime=300,
                server_settings=SERVER_SETTINGS,
                reset=_no_reset,
            )


class CockroachEngine(PostgresEngine, PiccoloCockroachEngine):  # type: ignore[misc]  # our transaction() is enough
    """The same pool against CockroachDB; Piccolo writes its schema words for it."""

    def __init__(self, url: str) -> None:
        super().__init__("postgresql://" + url.removeprefix("cockroachdb://"))
        self.engine_type = "cockroach"

    async def state_mark(self) -> object | None:
        """Not told there."""
        return None
