"""What a transaction offers, whichever database is behind it."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar

from events_service.database.bulk import Bulk

Result = TypeVar("Result")
Row = Mapping[str, Any]
# What is done within one transaction, and waits for nothing else.
Work: TypeAlias = Callable[["Transaction"], Coroutine[Any, Any, Result]]


class Transaction(ABC):
    """An open transaction. Statements are written as `database/sql.py` says and bind their values."""

    _savepoints = 0

    @abstractmethod
    async def fetch(self, statement: str, *values: object) -> list[Row]:
        """All rows."""

    @abstractmethod
    async def execute(self, statement: str, *values: object) -> None:
        """Run it for its effect."""

    @abstractmethod
    async def execute_many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Run it once for each row of values; nothing for none."""

    async def change_all(self, bulk: Bulk, rows: Sequence[Sequence[object]]) -> None:
        """The same change for all of these rows of values; nothing for none."""
        await self.execute_many(bulk.each, rows)

    async def fetch_one(self, statement: str, *values: object) -> Row | None:
        """The first row, or None."""
        rows = await self.fetch(statement, *values)
        return rows[0] if rows else None

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is written inside is undone when the block raises; the transaction itself goes on."""
        self._savepoints += 1
        name = f"step_{self._savepoints}"
        await self.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            await self.execute(f"ROLLBACK TO SAVEPOINT {name}")
            await self.execute(f"RELEASE SAVEPOINT {name}")
            raise
        await self.execute(f"RELEASE SAVEPOINT {name}")
