"""The database floor: SQLite and PostgreSQL behind one `transaction()`."""

from events_service.database.bulk import deleting, inserting, updating
from events_service.database.connection import (
    connect,
    disconnect,
    engine,
    fetch,
    fetch_one,
    is_postgres,
    look_up,
    transaction,
)
from events_service.database.failures import is_collision
from events_service.database.group_commit import GroupCommit
from events_service.database.migrations import migrate, missing_migrations
from events_service.database.transactions import Row, Transaction
from events_service.database.unchanged import KeptUntilWritten

__all__ = [
    "GroupCommit",
    "KeptUntilWritten",
    "Row",
    "Transaction",
    "connect",
    "deleting",
    "disconnect",
    "engine",
    "fetch",
    "fetch_one",
    "inserting",
    "is_collision",
    "is_postgres",
    "look_up",
    "migrate",
    "missing_migrations",
    "transaction",
    "updating",
]
