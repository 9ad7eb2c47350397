"""A table out of a file somebody gives us: CSV in any common dress, or XLSX. Pure: bytes in, lines of text out.

Every line keeps its number in the file, so that what is wrong can be found there.
"""

from dataclasses import dataclass

from events_service.errors import FieldError, Invalid, Refused
from events_service.sentences import Grouped, sentence

LARGEST_BYTES = 10_000_000
MOST_LINES, MOST_COLUMNS, LONGEST_CELL = 20_000, 200, 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line that could be read: its number in the file (1 is the first), and as many cells as there are headers."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that could not: its number, a code, and a sentence."""

    number: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the headers, the lines under them, and the lines that could not be read. Empty lines are in neither."""

    headers: tuple[str, ...]
    lines: tuple[Line, ...]
    unread: tuple[Unread, ...] = ()


class NoTable(Invalid):
    """The file holds no table we can read; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__([FieldError("file", code, message)], message)
        self.code = code


class FileTooLarge(Refused):
    """More than a file may hold, packed or unpacked."""

    code = "too_large"
    detail = sentence(
        "A file has at most %(size)s MB, %(lines)s lines and %(columns)s columns. "
        "Divide it, or leave out what is not needed.",
        size=LARGEST_BYTES // 1_000_000,
        lines=Grouped(MOST_LINES),
        columns=MOST_COLUMNS,
    )


class Gathering:
    """Puts a sheet together from numbered rows. Raises `NoTable` and `FileTooLarge` as soon as it is known."""

    def __init__(self) -> None:
        self._headers: tuple[str, ...] = ()
        self._lines: list[Line] = []
        self._unread: list[Unread] = []

    def add(self, number: int, row: list[str]) -> None:
        """The next row, whatever it holds; the first that is not empty holds the headers."""
        while row and not row[-1].strip():
            row.pop()
        if not row:
            return
        if len(row) > MOST_COLUMNS:
            if not self._headers:
                raise FileTooLarge()
            self._unread.append(Unread(number, "too_many_cells", "The line has more cells than there are columns."))
        elif not self._headers:
            self._headers = tuple(_short(cell) for cell in row)
        elif len(row) > len(self._headers):
            self._unread.append(Unread(number, "too_many_cells", "The line has more cells than there are columns."))
        elif any(len(cell) > LONGEST_CELL for cell in row):
            self._unread.append(
                Unread(
                    number,
                    "too_long",
                    sentence("A cell of the line has more than %(most)s characters.", most=Grouped(LONGEST_CELL)),
                )
            )
        else:
            self._lines.append(Line(number, (*row, *("",) * (len(self._headers) - len(row)))))
        self._count()

    def leave_out(self, number: int, code: str, message: str) -> None:
        """A row that could not be read."""
        self._unread.append(Unread(number, code, message))
        self._count()

    def sheet(self) -> Sheet:
        """All of it."""
        if not self._headers:
            raise NoTable("empty", "The file holds no table. Its first line names the columns.")
        return Sheet(self._headers, tuple(self._lines), tuple(self._unread))

    def _count(self) -> None:
        if len(self._lines) + len(self._unread) > MOST_LINES:
            raise FileTooLarge()


def _short(header: str) -> str:
    return " ".join(header.split())[:80]
