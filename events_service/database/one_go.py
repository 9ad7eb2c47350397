"""A whole SQLite transaction in one visit to its connection's thread, however many statements it has.

Each change of threads costs more than a short statement. The work of a batch is a coroutine that waits for nothing but the
database, so the thread can run it from beginning to end: here the database answers at once.
"""

import sqlite3
from collections.abc import Coroutine, Sequence
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from events_service.database.failures import translated
from events_service.database.sql import for_sqlite
from events_service.database.transactions import Row, Transaction, Work

Answer = TypeVar("Answer")


class OneGoTransaction(Transaction):
    """The open transaction as the work sees it, in the connection's own thread. Its methods never wait."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fetch(self, statement: str, *values: object) -> list[Row]:
        with translated():
            return cast(list[Row], self._connection.execute(for_sqlite(statement), values).fetchall())

    async def execute(self, statement: str, *values: object) -> None:
        with translated():
            self._connection.execute(for_sqlite(statement), values)

    async def execute_many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        if rows:
            with translated():
                self._connection.executemany(for_sqlite(statement), rows)


def in_one_go(connection: sqlite3.Connection, work: Work[Answer], current: ContextVar[Any]) -> Answer:
    """Begin, do the work, commit; all undone when it raises. `current` tells reads in between of this transaction."""
    transaction = OneGoTransaction(connection)
    connection.execute("BEGIN IMMEDIATE")
    token = current.set(transaction)
    try:
        answer = _to_its_end(work(transaction))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        current.reset(token)
    return answer


def _to_its_end(coroutine: Coroutine[Any, Any, Answer]) -> Answer:
    try:
        coroutine.send(None)
    except StopIteration as ended:
        return cast(Answer, ended.value)
    coroutine.close()
    raise RuntimeError("The work of a batch may wait for nothing but its own transaction.")
