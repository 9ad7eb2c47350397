"""Calendar files kept in the process by what they show and its revision, the longest unused thrown away first."""

from collections import OrderedDict
from dataclasses import dataclass

from events_service.calendar import Feed, feed_ics, strong_etag

FILES_AT_MOST = 512
BYTES_AT_MOST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The bytes of a calendar and the strong entity tag over them."""

    data: bytes
    etag: str


class Shelf:
    """A bounded store: `files` calendars of `size` bytes together. A new revision takes the old one's place."""

    def __init__(self, *, files: int = FILES_AT_MOST, size: int = BYTES_AT_MOST) -> None:
        self._kept: OrderedDict[str, tuple[str, CalendarFile]] = OrderedDict()
        self._files, self._size, self._bytes = files, size, 0

    def find(self, name: str, revision: str) -> CalendarFile | None:
        """The calendar of that name, if it is of that revision."""
        kept = self._kept.get(name)
        if kept is None or kept[0] != revision:
            return None
        self._kept.move_to_end(name)
        return kept[1]

    def keep(self, name: str, revision: str, feed: Feed) -> CalendarFile:
        """Write the calendar and keep it."""
        data = feed_ics(feed)
        file = CalendarFile(data, strong_etag(data))
        self._drop(name)
        self._kept[name] = (revision, file)
        self._bytes += len(data)
        while len(self._kept) > self._files or self._bytes > self._size:
            self._drop(next(iter(self._kept)))
        return file

    def _drop(self, name: str) -> None:
        if name in self._kept:
            _, dropped = self._kept.pop(name)
            self._bytes -= len(dropped.data)
