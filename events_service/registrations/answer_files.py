"""Files that people answer with: taken apart, kept until their registration is made, and given out again."""

import asyncio
import io
import re
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from PIL import Image, ImageOps

from events_service import clock
from events_service.database import Transaction, fetch, fetch_one, transaction
from events_service.errors import FieldError, Invalid, NotFound
from events_service.identifiers import new_id
from events_service.questions.rules import Question

MOST_BYTES = 5_000_000
MOST_PIXELS = 24_000_000
LONGEST_SIDE = 3_000
QUALITY = 85
# Long enough to fill in a form; then nobody is coming for the file.
LOOSE_FOR = timedelta(days=1)
ENDINGS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
_UNFIT_FOR_NAMES = re.compile(r"[^\w .()+-]")

# What Pillow only warns of is too much for us as well.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

# One at a time: a picture of 24 megapixels takes a hundred megabytes while it is worked on.
_workshop = ThreadPoolExecutor(max_workers=1, thread_name_prefix="files")


@dataclass(frozen=True, slots=True)
class SafeFile:
    """A file as it is kept: a PDF as it came, or a picture encoded anew, under a harmless name."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of somebody's, without its bytes."""

    id: str
    question: str
    name: str
    media_type: str


async def checked_file(question: Question, name: str, data: bytes) -> SafeFile:
    """The file as it may be kept. Raises `Invalid`, by the question's field, for all but PDF, PNG and JPEG of at most 5 MB."""
    try:
        return await asyncio.get_running_loop().run_in_executor(_workshop, safe_file, name, data)
    except ValueError as refused:
        code, message = refused.args
        raise Invalid([FieldError(question.field, code, message)]) from refused


async def keep_file(event_id: str, question: Question, file: SafeFile) -> str:
    """Keep it until a registration answers with its id, for a day at most."""
    now, file_id = clock.now(), new_id()
    async with transaction() as tx:
        await tx.execute("DELETE FROM answer_file WHERE registration IS NULL AND created_at < $1", now - LOOSE_FOR)
        await tx.execute(
            """INSERT INTO answer_file (id, event, question, name, media_type, data, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)""",
            file_id,
            event_id,
            question.name,
            file.name,
            file.media_type,
            file.data,
            now,
        )
    return file_id


async def forget_files(file_ids: Sequence[str]) -> None:
    """Do without these, as long as they belong to nobody."""
    async with transaction() as tx:
        await tx.execute("DELETE FROM answer_file WHERE id = ANY($1) AND registration IS NULL", list(file_ids))


async def loose_files(file_ids: Sequence[str]) -> frozenset[tuple[str, str, str]]:
    """Which of these belong to nobody yet: event, question, id."""
    rows = await fetch(
        "SELECT event, question, id FROM answer_file WHERE id = ANY($1) AND registration IS NULL", list(file_ids)
    )
    return frozenset((row["event"], row["question"], row["id"]) for row in rows)


async def attach_files(tx: Transaction, files: Iterable[tuple[str, str]]) -> None:
    """Let these (registration, file) belong together."""
    pairs = list(files)
    if pairs:
        await tx.execute_many("UPDATE answer_file SET registration = $1 WHERE id = $2 AND registration IS NULL", pairs)


async def remove_other_files(tx: Transaction, registration_id: str, *, keep: Sequence[str]) -> None:
    """Delete what this person sent before and answers with no more."""
    rows = await tx.fetch("SELECT id FROM answer_file WHERE registration = $1", registration_id)
    gone = [row["id"] for row in rows if row["id"] not in keep]
    if gone:
        await tx.execute("DELETE FROM answer_file WHERE id = ANY($1)", gone)


async def files_of(registration_id: str) -> dict[str, KeptFile]:
    """What this person sent, by id."""
    rows = await fetch(
        "SELECT id, question, name, media_type FROM answer_file WHERE registration = $1 ORDER BY id", registration_id
    )
    return {row["id"]: KeptFile(row["id"], row["question"], row["name"], row["media_type"]) for row in rows}


async def file_of(registration_id: str, file_id: str) -> SafeFile:
    """One of this person's files. Raises `NotFound`."""
    row = await fetch_one(
        "SELECT name, media_type, data FROM answer_file WHERE registration = $1 AND id = $2", registration_id, file_id
    )
    if row is None:
        raise NotFound()
    return SafeFile(row["name"], row["media_type"], bytes(row["data"]))


def safe_file(name: str, data: bytes) -> SafeFile:
    """The file as it may be kept; what it is, its bytes say, whatever its name. Raises `ValueError` (code, message)."""
    if len(data) > MOST_BYTES:
        raise ValueError("file_too_large", "The file is too large. Send one of at most 5 MB.")
    if data.startswith(b"%PDF-"):
        return SafeFile(_plain_name(name, "application/pdf"), "application/pdf", data)
    try:
        return _picture(name, data)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except ValueError as error:
        if len(error.args) == 2:
            raise
        raise _unreadable() from error
    # Decoders fail on hostile bytes in every way there is; none of them is a mistake of ours.
    except Exception as error:
        raise _unreadable() from error


def _picture(name: str, data: bytes) -> SafeFile:
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as found:
        if found.width * found.height > MOST_PIXELS:
            raise _too_many_pixels()
        kind = str(found.format)
        upright = ImageOps.exif_transpose(found)
        # A new picture: with the old one its metadata would travel.
        mode = "RGBA" if kind == "PNG" and upright.has_transparency_data else "RGB"
        clean = Image.new(mode, upright.size)
        clean.paste(upright.convert(mode))
    clean.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    clean.save(file, kind, **({"quality": QUALITY} if kind == "JPEG" else {"optimize": False}))
    media_type = "image/png" if kind == "PNG" else "image/jpeg"
    return SafeFile(_plain_name(name, media_type), media_type, file.getvalue())


def _plain_name(name: str, media_type: str) -> str:
    """The last part of the name with what is harmless in it, and the ending of what the file is."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    stem = _UNFIT_FOR_NAMES.sub("_", last.rsplit(".", 1)[0]).strip(" ._")[:80] or "file"
    return stem + ENDINGS[media_type]


def _too_many_pixels() -> ValueError:
    return ValueError("too_many_pixels", "The picture has too many pixels. Use one of at most 24 megapixels.")


def _unreadable() -> ValueError:
    return ValueError("unreadable_file", "Send a PDF, or a picture as PNG or JPEG.")
