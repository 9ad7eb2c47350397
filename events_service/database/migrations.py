"""Bringing the database to the shape this version needs: one process at a time, on both databases.

Piccolo's migration machinery takes more than half a second to import, so it is loaded only when something is to be done.
"""

import asyncio
import contextlib
import fcntl
import io
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import structlog

from events_service.database.connection import engine, fetch, transaction
from events_service.database.postgres import PostgresEngine
from events_service.database.sqlite import SQLiteEngine

APP_NAME = "events_service"
# Any number will do as long as nobody else uses it: it names the advisory lock.
ADVISORY_LOCK = 7_301_955_021

log = structlog.get_logger(__name__)


def migrations_folder() -> Path:
    """`migrations/` of the checkout, or the copy that the wheel carries."""
    package = Path(__file__).parent.parent
    beside = package.parent / "migrations"
    return beside if beside.is_dir() else package / "_shipped" / "migrations"


@cache
def known_migrations() -> list[str]:
    """The ids of the migrations this version has, oldest first."""
    return sorted(_id_in(path) for path in migrations_folder().glob("[a-z0-9]*_*.py"))


async def missing_migrations() -> list[str]:
    """The ids that the database has not seen, oldest first. Raises `Unavailable` when the database is away."""
    if isinstance(engine(), SQLiteEngine):
        tables = await fetch("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'migration'")
    else:
        tables = await fetch("SELECT tablename FROM pg_tables WHERE tablename = 'migration'")
    done = await fetch("SELECT name FROM migration WHERE app_name = $1", APP_NAME) if tables else []
    return sorted(set(known_migrations()) - {row["name"] for row in done})


async def migrate() -> list[str]:
    """Run what is missing, under a lock, and return the ids that were run. Safe to start twice at once and to run again after a stop."""
    if isinstance(engine(), SQLiteEngine):
        # A reader cannot create the file; the writer does, and sets its journal mode.
        async with transaction():
            pass
    if not await missing_migrations():
        return []
    async with _only_one():
        missing = await missing_migrations()
        if missing:
            await _run_piccolo()
    return missing


async def add_column(table: str, name: str, meaning: str) -> None:
    """Add a column where it is not there yet; `meaning` is its type with what else SQL says of it. For migrations alone."""
    current = engine()
    if isinstance(current, PostgresEngine):
        await current.run_ddl(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {name} {meaning}")
        return
    found = await current.fetch("SELECT name FROM pragma_table_info($1) WHERE name = $2", table, name)
    if not found:
        await current.run_ddl(f"ALTER TABLE {table} ADD COLUMN {name} {meaning}")


async def _run_piccolo() -> None:
    os.environ["PICCOLO_CONF"] = "events_service.database.piccolo_conf"
    from piccolo.apps.migrations.commands.forwards import run_forwards

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        result = await run_forwards(app_name=APP_NAME)
    log.info("database.migrated", success=result.success)
    if not result.success:
        raise RuntimeError(f"Migration failed: {result.message}\n{said.getvalue()}")


@asynccontextmanager
async def _only_one() -> AsyncIterator[None]:
    current = engine()
    if isinstance(current, PostgresEngine):
        async with _advisory_lock(current):
            yield
    else:
        async with _file_lock(Path(f"{current.path}.migrating")):
            yield


@asynccontextmanager
async def _advisory_lock(current: PostgresEngine) -> AsyncIterator[None]:
    connection = await current.acquire()
    try:
        # No statement time-out: another process may take a while over a long migration.
        await connection.execute(f"SELECT pg_advisory_lock({ADVISORY_LOCK})", timeout=600)
        try:
            yield
        finally:
            await connection.execute(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})")
    finally:
        await current.release(connection)


@asynccontextmanager
async def _file_lock(path: Path) -> AsyncIterator[None]:
    with path.open("w") as file:
        await asyncio.to_thread(fcntl.flock, file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


def _id_in(path: Path) -> str:
    line = next(line for line in path.read_text().splitlines() if line.startswith("ID = "))
    return line.removeprefix("ID = ").strip("\"'")
