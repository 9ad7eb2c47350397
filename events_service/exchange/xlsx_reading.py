"""XLSX, by openpyxl: the first sheet that shows, values as they were last computed. Nothing in it is evaluated or followed.

A workbook is a zip of XML: how large it unpacks is asked before anything is, and none of its parts may declare a document type,
which is what entities are made of.
"""

import io
import warnings
import zipfile
import zlib
from datetime import date, datetime, time

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from events_service.exchange.sheets import LARGEST_BYTES, MOST_COLUMNS, FileTooLarge, Gathering, NoTable, Sheet

LARGEST_UNPACKED = 4 * LARGEST_BYTES
MOST_PARTS = 2_000
# The last one a sheet can have.
LAST_ROW = 1_048_576
# What the XML of a workbook may hold; pictures and the like are not looked into.
_TEXT_PARTS = (".xml", ".rels")
_DOCTYPE = [
    mark.encode(encoding) for mark in ("<!DOCTYPE", "<!ENTITY") for encoding in ("utf-8", "utf-16-le", "utf-16-be")
]


def read_xlsx(data: bytes) -> Sheet:
    """The table. Raises `NoTable` and `FileTooLarge`."""
    _check_parts(data)
    gathering = Gathering()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                sheet = next(one for one in workbook.worksheets if one.sheet_state == "visible")
                _gather(sheet, gathering)
            finally:
                workbook.close()
    except (NoTable, FileTooLarge):
        raise
    except Exception as error:
        # openpyxl has no error of its own for what it cannot make out: it fails wherever it happens to be.
        raise _unreadable() from error
    return gathering.sheet()


def _gather(sheet: Worksheet, gathering: Gathering) -> None:
    # A sheet may claim to be a million columns wide, and rows would be filled up to there.
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    rows = sheet.iter_rows(max_col=MOST_COLUMNS + 1, max_row=LAST_ROW, values_only=True)
    for number, row in enumerate(rows, start=1):
        # Rows that a sheet leaves out are filled in, up to a million of them: they must cost nothing.
        if row.count(None) < len(row):
            gathering.add(number, [_text(value) for value in row])


def _text(value: object) -> str:
    """What the cell shows, more or less: whole numbers without a point, dates as ISO 8601, truth as yes and no."""
    match value:
        case None:
            return ""
        case str():
            return unescape(value)
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
    return str(value)


def _check_parts(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise FileTooLarge()
            for part in parts:
                if part.filename.lower().endswith(_TEXT_PARTS):
                    _refuse_entities(archive.read(part))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise _unreadable() from error


def _refuse_entities(text: bytes) -> None:
    if any(mark in text for mark in _DOCTYPE):
        raise NoTable("doctype", "The file declares a document type, which no spreadsheet does. It was not read.")


def _unreadable() -> NoTable:
    return NoTable("unreadable", "This is no XLSX that can be read. Save it anew as XLSX, or as CSV.")
