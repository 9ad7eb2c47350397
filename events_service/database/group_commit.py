"""Group commit: what arrives while one transaction commits shares the next one.

There is no timer. A lone item is flushed at once; under load a batch grows to what queued during the last commit, so that the price
of a commit is shared. An answer is given only after COMMIT.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from events_service.database.connection import is_postgres, together
from events_service.database.failures import is_collision
from events_service.database.transactions import Transaction
from events_service.errors import Unavailable

Item = TypeVar("Item")
Answer = TypeVar("Answer")

LARGEST_BATCH = 200
TRIES = 3


class GroupCommit(Generic[Item, Answer]):
    """Queue items; `flush` decides and records a batch within one transaction and returns an answer for each, in order.

    An exception among the answers is a refusal of that item alone. When `flush` itself raises, each item is tried by itself, so that
    one that the database rejects does not take the others with it.
    """

    def __init__(
        self,
        flush: Callable[[Transaction, list[Item]], Coroutine[Any, Any, list[Answer | Exception]]],
        *,
        lanes: int = 1,
    ) -> None:
        """`lanes`: how many batches PostgreSQL may work on at once, where their locks tell them apart; SQLite has one writer."""
        self._flush = flush
        self._lanes = lanes
        self._queue: deque[tuple[Item, asyncio.Future[Answer]]] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def submit(self, item: Item) -> Answer:
        """The answer, once it is committed. Raises what `flush` gave as this item's refusal, or `Unavailable`."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._queue.append((item, answer))
        self._running = {task for task in self._running if not task.done()}
        if len(self._running) < (self._lanes if is_postgres() else 1):
            # In a context of its own: the batch must not run inside the transaction of whoever came first.
            self._running.add(loop.create_task(self._drain(), context=contextvars.Context()))
        return await answer

    async def _drain(self) -> None:
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), LARGEST_BATCH))]
            try:
                await self._settle(batch)
            except BaseException:
                for _, answer in batch:
                    answer.cancel()
                raise

    async def _settle(self, batch: list[tuple[Item, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._commit([item for item, _ in batch])
        except Exception as error:
            if len(batch) == 1 or isinstance(error, Unavailable):
                answers = [error for _ in batch]
            else:
                for waiting in batch:
                    await self._settle([waiting])
                return
        for (_, answer), outcome in zip(batch, answers, strict=True):
            _resolve(answer, outcome)

    async def _commit(self, items: list[Item]) -> list[Answer | Exception]:
        for _ in range(TRIES - 1):
            try:
                return await self._once(items)
            except Exception as error:
                if not _may_try_again(error):
                    raise
        return await self._once(items)

    async def _once(self, items: list[Item]) -> list[Answer | Exception]:
        return await together(lambda tx: self._flush(tx, items))


def _may_try_again(error: Exception) -> bool:
    """Whether nothing was written and another run may go well.

    The database itself rolled it back (SQLSTATE class 40), or another process wrote the same key meanwhile: that is found now.
    """
    rolled_back = isinstance(error, Unavailable) and str(getattr(error.__cause__, "sqlstate", "")).startswith("40")
    return rolled_back or is_collision(error)


def _resolve(answer: "asyncio.Future[Answer]", outcome: "Answer | Exception") -> None:
    if answer.done():
        return
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
