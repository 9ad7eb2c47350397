"""Lists that organisers gave us and that name somebody: the files go as they are, unread by anybody else."""

import asyncio
import io
import zipfile
from html import unescape

from events_service.database import fetch

# Uploads were held to this already: what claims to be more is none of them.
LARGEST_UNPACKED = 100_000_000


async def lists_that_name(email_key: str) -> list[str]:
    """The ids of the waiting files in which this address, given folded, stands."""
    found = []
    for row in await fetch("SELECT id FROM waiting_file ORDER BY id"):
        for file in await fetch("SELECT data FROM waiting_file WHERE id = $1", row["id"]):
            if await asyncio.to_thread(names_address, bytes(file["data"]), email_key):
                found.append(row["id"])
    return found


def names_address(data: bytes, email_key: str) -> bool:
    """Whether the address stands in a list, in capitals or not: CSV in any usual encoding, or XLSX."""
    for part in _parts(data):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp1252"):
            # A byte-order mark or none, whole pairs or not: what does not fit is passed over.
            text = part.decode(encoding, "ignore")
            # Sheets write letters as they are, or as `&#229;`.
            if email_key in unescape(text).casefold():
                return True
    return False


def _parts(data: bytes) -> list[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(member.file_size for member in packed.infolist()) > LARGEST_UNPACKED:
                return []
            return [packed.read(member) for member in packed.infolist()]
    except zipfile.BadZipFile:
        return [data]
