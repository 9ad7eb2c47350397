"""Files as people make them, and the people in them."""

import io
import zipfile
from collections.abc import Mapping, Sequence

import openpyxl

from events_service.database import fetch

HEADERS = ("name", "email", "organisation", "city", "category", "language")
ASA = ("Åsa Ðórsdóttir", "asa@malmo.example", "City of Malmö", "Malmö", "practitioner", "sv")
BJORN = ("Bjørn Ægir", "bjorn@oslo.example", "Oslo kommune", "Oslo", "police", "nb")


def csv_of(*rows: Sequence[str], headers: Sequence[str] = HEADERS, by: str = ",", end: str = "\r\n") -> str:
    """Rows without anything that needs quoting."""
    return "".join(by.join(row) + end for row in (headers, *rows))


def xlsx_of(*rows: Sequence[object], headers: Sequence[object] = HEADERS) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (headers, *rows):
        sheet.append(list(row))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def with_parts(xlsx: bytes, changed: Mapping[str, bytes]) -> bytes:
    """The workbook with these of its parts replaced, or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx)) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in given.namelist():
            if name not in changed:
                archive.writestr(name, given.read(name))
        for name, data in changed.items():
            archive.writestr(name, data)
    return made.getvalue()


async def registered() -> dict[str, str]:
    """Address → status, of everyone, in the order they came."""
    return {row["email"]: row["status"] for row in await fetch("SELECT email, status FROM registration ORDER BY id")}


async def letters() -> int:
    (row,) = await fetch("SELECT COUNT(*) AS letters FROM letter")
    return int(row["letters"])
