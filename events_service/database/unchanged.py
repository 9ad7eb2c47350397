"""What was read is kept in memory for as long as nobody writes: the database itself says whether anybody did."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from events_service.database.connection import state_mark

Found = TypeVar("Found")


class KeptUntilWritten(Generic[Found]):
    """Up to `most` readings, each made again once anything was committed since, by whichever process. Never out of date."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._mark: object = None
        self._kept: OrderedDict[object, Found] = OrderedDict()

    async def read(self, key: object, reading: Callable[[], Awaitable[Found]]) -> Found:
        """What `reading` gave under this key; what it raises is raised and not kept."""
        # Asked before reading: what is committed meanwhile shows as another mark next time.
        mark = await state_mark()
        if mark is None:
            return await reading()
        if mark != self._mark:
            self._mark = mark
            self._kept.clear()
        if key not in self._kept:
            found = await reading()
            if self._mark != mark:
                return found
            self._kept[key] = found
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return self._kept[key]
