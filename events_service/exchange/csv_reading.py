"""CSV as spreadsheets write it: commas, semicolons or tabs; UTF-8, UTF-16 or Windows-1252 (RFC 4180 where it says anything)."""

import codecs
import csv
import io
import itertools

from events_service.exchange.sheets import Gathering, NoTable, Sheet

DELIMITERS = (",", ";", "\t")
# As much as is looked at to tell the delimiter.
SAMPLE_CHARACTERS, SAMPLE_LINES = 64_000, 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_csv(data: bytes) -> Sheet:
    """The table. Raises `NoTable`, `FileTooLarge`. A quotation mark that is never closed ends the reading at its line."""
    text = _decoded(data)
    said, text, first_line = _said_delimiter(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=said or _delimiter(text), strict=True)
    gathering, number = Gathering(), first_line
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            gathering.leave_out(number, *_why(error))
            if not _goes_on(error):
                return gathering.sheet()
        else:
            if row is None:
                return gathering.sheet()
            gathering.add(number, row)
        number = first_line + rows.line_num


def _decoded(data: bytes) -> str:
    """By its byte order mark, else as what it can be: UTF-16 by its zeros, UTF-8, Windows-1252."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode(data, encoding)
    if encoding := _sixteen_bits(data[:2_000]):
        return _decode(data, encoding)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _decode(data, "cp1252")


def _sixteen_bits(head: bytes) -> str:
    """Which UTF-16 it is where every other byte is a zero, as in most of our languages' letters; else nothing."""
    first, second = head[0::2].count(0), head[1::2].count(0)
    if max(first, second) * 3 < len(head):
        return ""
    return "utf-16-be" if first > second else "utf-16-le"


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NoTable("unreadable", "The file's text cannot be read. Save it as CSV in UTF-8, or as XLSX.") from error


def _said_delimiter(text: str) -> tuple[str, str, int]:
    """What a first line `sep=;` says, the text after it, and the number of its first line."""
    head, _, rest = text[:80].partition("\n")
    head = head.rstrip("\r")
    if head.lower().startswith("sep=") and head[4:] in DELIMITERS:
        return head[4], text[len(text[:80]) - len(rest) :], 2
    return "", text, 1


def _delimiter(text: str) -> str:
    """The one that divides the first lines into most columns, as many in each."""
    sample = text[:SAMPLE_CHARACTERS]
    return max(DELIMITERS, key=lambda one: _columns(sample, one))


def _columns(sample: str, delimiter: str) -> tuple[int, int]:
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        widths = [len(row) for row in itertools.islice(rows, SAMPLE_LINES) if row]
    except csv.Error:
        return (0, 0)
    if not widths or widths[0] == 1:
        return (0, 0)
    return (sum(width == widths[0] for width in widths), widths[0])


def _goes_on(error: csv.Error) -> bool:
    """Whether what follows the line can still be trusted to be lines."""
    return "expected after" in str(error)


def _why(error: csv.Error) -> tuple[str, str]:
    if _goes_on(error):
        return "stray_quote", "A quotation mark stands in the middle of a cell. Double it, or take it away."
    return (
        "open_quote",
        "A quotation mark that opens here is not closed. Neither this line nor what follows it was read.",
    )
