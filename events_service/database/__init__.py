"""The database floor: SQLite and PostgreSQL behind one `transaction()`."""

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

__all__ = [
    "GroupCommit",
    "Row",
    "Transaction",
    "connect",
    "disconnect",
    "engine",
    "fetch",
    "fetch_one",
    "is_collision",
    "is_postgres",
    "look_up",
    "migrate",
    "missing_migrations",
    "transaction",
]
