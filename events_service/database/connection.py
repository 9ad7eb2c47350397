"""The one database of this process: opened by `connect`, asked by `fetch`, changed inside `transaction()`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from events_service.database.postgres import CockroachEngine, PostgresEngine
from events_service.database.sqlite import SQLiteEngine
from events_service.database.transactions import Row, Transaction, Work
from events_service.settings import Settings

Result = TypeVar("Result")
Engine = SQLiteEngine | PostgresEngine

_engine: Engine | None = None


def connect(settings: Settings) -> Engine:
    """Make the database of the settings the one of this process. Nothing is opened yet: the first statement does that."""
    global _engine
    _engine = _engine_for(settings)
    _hand_to_tables(_engine)
    return _engine


async def disconnect() -> None:
    """Close what is open."""
    global _engine
    if _engine is not None:
        await _engine.close()
    _engine = None


def engine() -> Engine:
    """The engine in use. Raises `RuntimeError` before `connect`."""
    if _engine is None:
        raise RuntimeError("The database is not connected: call database.connect(settings) first.")
    return _engine


def is_postgres() -> bool:
    """Whether statements go to PostgreSQL (or what speaks its protocol) rather than to SQLite."""
    return engine().dialect == "postgres"


@asynccontextmanager
async def transaction() -> AsyncIterator[Transaction]:
    """Everything inside is committed together, or not at all. Transactions do not nest; `tx.savepoint()` does.

    Raises `Unavailable` when the database is away; then nothing inside took effect, save that a COMMIT whose answer got lost may have.
    """
    async with engine().transaction() as tx:
        yield tx


async def together(work: Work[Result]) -> Result:
    """The work within one transaction, quicker than `transaction()`: it may wait for nothing but the database."""
    return await engine().together(work)


async def fetch(statement: str, *values: object) -> list[Row]:
    """Rows as last committed, or as the open transaction of this task sees them. Written as `database/sql.py` says."""
    return await engine().fetch(statement, *values)


async def fetch_one(statement: str, *values: object) -> Row | None:
    """The first row, or None."""
    rows = await engine().fetch(statement, *values)
    return rows[0] if rows else None


async def look_up(statement: str, *values: object) -> Row | None:
    """The one row that a key finds, or None. For short statements alone: on SQLite it is asked for on the event loop."""
    rows = await engine().look_up(statement, *values)
    return rows[0] if rows else None


async def state_mark() -> object | None:
    """Equal to an earlier one only where nothing was committed in between, by anybody. None where the database cannot tell."""
    return await engine().state_mark()


def _engine_for(settings: Settings) -> Engine:
    if settings.is_embedded:
        return SQLiteEngine(settings.sqlite_path)
    if settings.database_url.startswith("cockroachdb://"):
        return CockroachEngine(settings.database_url)
    return PostgresEngine(settings.database_url)


def _hand_to_tables(new: Engine) -> None:
    """Tables that were bound to an earlier engine (a test's) are bound to this one; others find it through `piccolo_conf`."""
    from piccolo.table import TABLE_REGISTRY

    for table in TABLE_REGISTRY:
        table._meta.db = new
