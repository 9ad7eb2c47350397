"""Tables out of files: every dress of CSV, XLSX, and files that are meant to hurt."""

import codecs
from collections.abc import Callable
from datetime import date, datetime

import pytest

from events_service.exchange.reading import read_sheet
from events_service.exchange.sheets import (
    LARGEST_BYTES,
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_LINES,
    FileTooLarge,
    NoTable,
    Sheet,
)
from tests.exchange.given import ASA, BJORN, HEADERS, csv_of, with_parts, xlsx_of

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def lines(sheet: Sheet) -> list[tuple[int, tuple[str, ...]]]:
    return [(line.number, line.cells) for line in sheet.lines]


def unread(sheet: Sheet) -> list[tuple[int, str]]:
    return [(one.number, one.code) for one in sheet.unread]


@pytest.mark.parametrize("by", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 marked", "utf-16", "utf-16-be", "utf-16-le unmarked", "utf-16-be unmarked", "windows"],
)
def test_csv_is_read_in_every_dress(encode: Callable[[str], bytes], end: str, by: str) -> None:
    sheet = read_sheet(encode(csv_of(ASA, BJORN, by=by, end=end)))
    assert (sheet.headers, lines(sheet), sheet.unread) == (HEADERS, [(2, ASA), (3, BJORN)], ())


def test_what_a_spreadsheet_says_about_itself_and_empty_lines_keep_the_numbers_right() -> None:
    text = 'sep=;\r\n\r\nName;E-mail\r\n;\r\n"Doe; Jane\r\nof two lines";j@x.example\r\n\r\nKai;k@x.example\r\n'
    sheet = read_sheet(text.encode())
    assert (sheet.headers, lines(sheet)) == (
        ("Name", "E-mail"),
        [(5, ("Doe; Jane\r\nof two lines", "j@x.example")), (8, ("Kai", "k@x.example"))],
    )


def test_lines_that_cannot_be_read_are_told_by_their_number_and_the_others_are_read() -> None:
    text = f'a,b\n1,2,3\n"x"y,2\n3\n{"x" * (LONGEST_CELL + 1)},2\n5,6,,\n"7,8\n9,10\n'
    sheet = read_sheet(text.encode())
    assert lines(sheet) == [(4, ("3", "")), (6, ("5", "6"))]
    assert unread(sheet) == [(2, "too_many_cells"), (3, "stray_quote"), (5, "too_long"), (7, "open_quote")]


def test_a_cell_too_long_to_be_one_ends_the_reading() -> None:
    sheet = read_sheet(('a,b\n1,2\n"' + "x\n" * 100_000 + '",2\n3,4\n').encode())
    assert (lines(sheet), unread(sheet)) == ([(2, ("1", "2"))], [(3, "open_quote")])


def test_an_xlsx_is_read_as_it_looks() -> None:
    row = ("Åsa", 7, 7.5, True, date(2027, 3, 7), datetime.fromisoformat("2027-03-07T09:30"), None, "_x0041_")
    sheet = read_sheet(xlsx_of((), row, headers=tuple("abcdefgh")))
    assert lines(sheet) == [(3, ("Åsa", "7", "7.5", "yes", "2027-03-07", "2027-03-07T09:30:00", "", "A"))]


def test_a_formula_is_never_evaluated() -> None:
    # What it last came to is read where the file says so; openpyxl writes formulas without.
    sheet = read_sheet(xlsx_of(("Åsa", '=HYPERLINK("http://x.example")'), headers=("a", "b")))
    assert lines(sheet) == [(2, ("Åsa", ""))]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\r\n ,\r\n", "empty"),
        (b"\x81\x8d\x8f", "unreadable"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a", "unreadable"),
        (b"PK\x03\x04 not a zip", "unreadable"),
        (with_parts(xlsx_of(), {"xl/workbook.xml": b"<nothing/>"}), "unreadable"),
        (with_parts(xlsx_of(), {SHEET: b"<broken"}), "unreadable"),
        (with_parts(xlsx_of(), {SHEET: b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}), "doctype"),
        (with_parts(xlsx_of(), {SHEET: '<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16")}), "doctype"),
        (codecs.BOM_UTF8 + b"PK\x03\x04", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
    ],
)
def test_what_is_no_table_is_refused_by_name(data: bytes, code: str | None) -> None:
    if code is None:
        assert read_sheet(data).lines == ()
        return
    with pytest.raises(NoTable) as refused:
        read_sheet(data)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "data",
    [
        b"a," * (LARGEST_BYTES // 2 + 1),
        b"a,b" + b",x" * 1_000_000,
        b"a,b\n" + b"1,2\n" * (MOST_LINES + 1),
        with_parts(xlsx_of(), {"xl/media/bomb.bin": b"\0" * (4 * LARGEST_BYTES + 1)}),
        xlsx_of(headers=tuple(range(MOST_COLUMNS + 1))),
    ],
    ids=["bytes", "a million columns", "lines", "bomb", "wide sheet"],
)
def test_what_is_too_large_is_refused(data: bytes) -> None:
    with pytest.raises(FileTooLarge):
        read_sheet(data)


def test_a_sheet_that_lies_about_its_size_is_read_by_what_it_holds() -> None:
    cells = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
        '<row r="999999"><c r="A999999"><v>5</v></c></row><row r="1000000"><c r="XFD1000000"><v>1</v></c></row>'
        '<row r="99999999999"><c r="A1"><v>1</v></c></row>'
    )
    text = f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>{cells}</sheetData></worksheet>'
    sheet = read_sheet(with_parts(xlsx_of(), {SHEET: text.encode()}))
    assert (lines(sheet), sheet.headers) == ([(999999, ("5",))], ("a",))


def test_a_nul_stays_in_its_cell_for_the_line_to_be_rejected() -> None:
    assert lines(read_sheet(b"a,b\n1,x\x00y\n2,3\n")) == [(2, ("1", "x\x00y")), (3, ("2", "3"))]
