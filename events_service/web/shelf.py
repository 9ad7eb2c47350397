"""Finished files kept in the process by what they show and its revision, the longest unused thrown away first."""

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

FILES_AT_MOST = 512
BYTES_AT_MOST = 64 * 1024 * 1024
# Below this a smaller body is not worth the work of unpacking it.
WORTH_PACKING_BYTES = 1_400


@dataclass(frozen=True, slots=True)
class KeptFile:
    """The bytes of a file and the strong entity tag over them; `packed` are the same bytes by gzip, None for small files."""

    data: bytes
    etag: str
    packed: bytes | None = None


def strong_etag(data: bytes) -> str:
    """A strong entity tag over the bytes, with its quotes (RFC 9110 §8.8.3)."""
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'


class Shelf:
    """A bounded store: `files` files of `size` bytes together. A new revision takes the old one's place."""

    def __init__(self, *, files: int = FILES_AT_MOST, size: int = BYTES_AT_MOST) -> None:
        self._kept: OrderedDict[str, tuple[str, KeptFile, datetime | None]] = OrderedDict()
        self._files, self._size, self._bytes = files, size, 0

    def find(self, name: str, revision: str, *, now: datetime | None = None) -> KeptFile | None:
        """The file of that name, if it is of that revision and `now` is before the moment until which it was to be kept."""
        kept = self._kept.get(name)
        if kept is None or kept[0] != revision:
            return None
        if now is not None and kept[2] is not None and now >= kept[2]:
            return None
        self._kept.move_to_end(name)
        return kept[1]

    def keep(self, name: str, revision: str, data: bytes, *, until: datetime | None = None) -> KeptFile:
        """Keep the finished file, packed as well where that pays. `until`: from when on it is out of date of itself."""
        packed = gzip.compress(data, compresslevel=6, mtime=0) if len(data) >= WORTH_PACKING_BYTES else None
        file = KeptFile(data, strong_etag(data), packed)
        self._drop(name)
        self._kept[name] = (revision, file, until)
        self._bytes += _weight(file)
        while len(self._kept) > self._files or self._bytes > self._size:
            self._drop(next(iter(self._kept)))
        return file

    def _drop(self, name: str) -> None:
        if name in self._kept:
            _, dropped, _ = self._kept.pop(name)
            self._bytes -= _weight(dropped)


def _weight(file: KeptFile) -> int:
    return len(file.data) + len(file.packed or b"")
