"""Which kind of table a file is, by what it holds: names and media types are often wrong."""

from events_service.exchange.csv_reading import read_csv
from events_service.exchange.sheets import LARGEST_BYTES, FileTooLarge, NoTable, Sheet
from events_service.exchange.xlsx_reading import read_xlsx

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_sheet(data: bytes) -> Sheet:
    """The table in the file. Raises `NoTable`, `FileTooLarge`."""
    if len(data) > LARGEST_BYTES:
        raise FileTooLarge()
    if data.startswith(_ZIP):
        return read_xlsx(data)
    if data.startswith(_OLE):
        raise NoTable(
            "old_excel", "This is an old or a locked Excel file. Save it as XLSX without a password, or as CSV."
        )
    return read_csv(data)
