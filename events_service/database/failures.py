"""Which of the drivers' errors mean "the database is away": they become `Unavailable`, and the caller may try again."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import structlog

from events_service.errors import Unavailable

log = structlog.get_logger(__name__)

_SQLITE_AWAY = (
    "locked",
    "disk i/o",
    "is full",
    "readonly",
    "unable to open",
    "busy",
    "not a database",
    "no transaction is active",
)
_POSTGRES_AWAY: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.TransactionRollbackError,
    asyncpg.exceptions.ReadOnlySQLTransactionError,
    asyncpg.exceptions.InvalidAuthorizationSpecificationError,
    asyncpg.exceptions.InvalidCatalogNameError,
    asyncpg.exceptions.PostgresSystemError,
)


def is_away(error: BaseException) -> bool:
    """Whether the error says that the database, not the statement, is at fault."""
    if isinstance(error, sqlite3.OperationalError):
        return any(words in str(error).lower() for words in _SQLITE_AWAY)
    if isinstance(error, ValueError):
        # asyncpg's word for a value that does not fit its column is an InterfaceError too: a mistake of ours, no absence.
        return isinstance(error, asyncpg.exceptions.ClientConfigurationError)
    return isinstance(error, _POSTGRES_AWAY)


def is_collision(error: BaseException) -> bool:
    """Whether a row with the same key was there already: somebody else wrote it between our looking and our writing."""
    if isinstance(error, sqlite3.IntegrityError):
        return error.sqlite_errorname in ("SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE")
    return isinstance(error, asyncpg.UniqueViolationError)


@contextmanager
def translated() -> Iterator[None]:
    """Raise `Unavailable` in place of a driver's word for it; every other error passes as it is."""
    try:
        yield
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("database.away", error=type(error).__name__)
        raise Unavailable() from error
