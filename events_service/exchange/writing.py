"""Tables as CSV and XLSX, piece by piece: nothing is held that was handed on already.

An XLSX is a zip of a few XML parts (ECMA-376). Its cells are texts, written inline, so that a row can go as soon as it is known;
no cell is ever a formula.
"""

import csv
import io
import re
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from events_service.exchange.defusing import defused

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Excel takes no more in a cell.
LONGEST_CELL = 32_767
Rows = AsyncIterator[Sequence[Sequence[str]]]

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Excel reads `_x0041_` as the character of that number: an underscore that begins such a thing is written as one.
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs></styleSheet>'
    ),
}  # fmt: skip
_SHEET_BEGINS = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="200" width="22" customWidth="1"/></cols><sheetData>'
)
_SHEET_ENDS = "</sheetData></worksheet>"


def csv_bytes(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """In UTF-8, CRLF after each line (RFC 4180); what a spreadsheet could take for a formula begins with an apostrophe."""
    file = io.StringIO(newline="")
    lines = csv.writer(file, lineterminator="\r\n")
    for row in (headers, *rows):
        lines.writerow([defused(cell.replace("\0", "")) for cell in row])
    return file.getvalue().encode()


async def csv_pieces(headers: Sequence[str], rows: Rows) -> AsyncIterator[bytes]:
    """The same, a batch of rows at a time."""
    yield csv_bytes(headers, ())
    async for batch in rows:
        if batch:
            yield csv_bytes(batch[0], batch[1:])


async def xlsx_pieces(headers: Sequence[str], rows: Rows) -> AsyncIterator[bytes]:
    """A workbook with one sheet, packed as it goes. Every cell is a text, and defused all the same: it may become CSV again."""
    passage = _Passage()
    with zipfile.ZipFile(passage, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, _HEAD + text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write((_HEAD + _SHEET_BEGINS + _row(headers, style=1)).encode())
            async for batch in rows:
                sheet.write("".join(_row(row) for row in batch).encode())
                yield passage.taken()
            sheet.write(_SHEET_ENDS.encode())
    yield passage.taken()


def _row(cells: Sequence[str], *, style: int = 0) -> str:
    return f"<row>{''.join(_cells(cells, style))}</row>"


def _cells(cells: Sequence[str], style: int) -> Iterator[str]:
    for cell in cells:
        text = defused(_NO_XML.sub("", cell))[:LONGEST_CELL]
        text = escape(_ESCAPED.sub("_x005F_", text)).replace("\r", "&#13;")
        yield f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{text}</t></is></c>' if text else "<c/>"


class _Passage(io.RawIOBase):
    """A file that is only written to, and gives away what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """Yes: it is all it does."""
        return True

    def write(self, piece: object) -> int:
        """Take a piece."""
        data = bytes(piece)  # type: ignore[call-overload]
        self._pieces.append(data)
        return len(data)

    def taken(self) -> bytes:
        """What was written since this was last asked."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data
