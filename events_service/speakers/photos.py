"""Photographs of speakers: whatever is sent is taken apart and encoded anew, in two sizes and without what cameras write into them."""

import asyncio
import hashlib
import io
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import msgspec
from PIL import Image, ImageOps

from events_service import clock
from events_service.database import Transaction, fetch_one, transaction
from events_service.errors import FieldError, Invalid, NotFound
from events_service.sentences import sentence
from events_service.speakers.actions import locked_speaker, touch_roster, update_speakers
from events_service.speakers.rules import Speaker

MOST_BYTES = 5_000_000
MOST_PIXELS = 24_000_000
LEAST_SIDE = 160
LARGE_SIDE, SMALL_SIDE = 960, 320
FORMATS = ("PNG", "JPEG", "WEBP")
QUALITY = 82
Size = Literal["large", "small"]

# What Pillow only warns of is too much for us as well.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

# One at a time: a picture of 24 megapixels takes a hundred megabytes while it is worked on.
_darkroom = ThreadPoolExecutor(max_workers=1, thread_name_prefix="photos")


class Photo(msgspec.Struct, frozen=True):
    """A photograph in both sizes (WebP): at most 960 pixels a side, and a square of 320. `digest` names the two."""

    large: bytes
    small: bytes
    digest: str


async def set_photo(event_id: str, speaker_id: str, data: bytes) -> Speaker:
    """Give the speaker this photograph. Raises `NotFound`, and `Invalid` for what is no photograph we take."""
    photo = await asyncio.get_running_loop().run_in_executor(_darkroom, develop, data)
    async with transaction() as tx:
        before = await locked_speaker(tx, event_id, speaker_id)
        await tx.execute(
            """INSERT INTO speaker_photo (speaker, large, small, changed_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (speaker) DO UPDATE SET
                 large = excluded.large, small = excluded.small, changed_at = excluded.changed_at""",
            speaker_id,
            photo.large,
            photo.small,
            clock.now(),
        )
        return await _named(tx, before, photo.digest)


async def remove_photo(event_id: str, speaker_id: str) -> Speaker:
    """Take the speaker's photograph away, if there is one. Raises `NotFound`."""
    async with transaction() as tx:
        before = await locked_speaker(tx, event_id, speaker_id)
        if before.photo_digest is None:
            return before
        await tx.execute("DELETE FROM speaker_photo WHERE speaker = $1", speaker_id)
        return await _named(tx, before, None)


async def photo(event_id: str, speaker_id: str, size: Size, *, digest: str) -> bytes:
    """The photograph of that digest (WebP). Raises `NotFound`, also when another one took its place."""
    row = await fetch_one(
        f"""SELECT {size} AS picture FROM speaker_photo JOIN speaker ON speaker.id = speaker_photo.speaker
           WHERE speaker.event = $1 AND speaker.id = $2 AND photo_digest = $3""",  # noqa: S608  # one of two words
        event_id,
        speaker_id,
        digest,
    )
    if row is None:
        raise NotFound()
    return bytes(row["picture"])


def develop(data: bytes) -> Photo:
    """The photograph in both sizes, upright, in plain colours, without metadata. Raises `Invalid` for any other bytes."""
    if len(data) > MOST_BYTES:
        raise _refused("photo_too_large", "The file is too large. Use a picture of at most 5 MB.")
    try:
        return _developed(data)
    except Invalid:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    # Decoders fail on hostile bytes in every way there is; none of them is a mistake of ours.
    except Exception as error:
        raise _refused(
            "unreadable_photo", "This is no picture we can read. Use a whole PNG, JPEG or WebP file."
        ) from error


def _developed(data: bytes) -> Photo:
    with Image.open(io.BytesIO(data), formats=FORMATS) as found:
        if found.width * found.height > MOST_PIXELS:
            raise _too_many_pixels()
        if min(found.size) < LEAST_SIDE:
            raise _refused(
                "photo_too_small",
                sentence("The picture is too small. Use one of at least %(least)s pixels a side.", least=LEAST_SIDE),
            )
        # A JPEG can be read at a half or a quarter of its size, which is all we need.
        found.draft("RGB", (2 * LARGE_SIDE, 2 * LARGE_SIDE))
        upright = _on_white(ImageOps.exif_transpose(found))
    # Faces are above the middle.
    small = ImageOps.fit(upright, (SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS, centering=(0.5, 0.4))
    upright.thumbnail((LARGE_SIDE, LARGE_SIDE), Image.Resampling.LANCZOS)
    sizes = _encoded(upright), _encoded(small)
    return Photo(*sizes, digest=hashlib.sha256(b"".join(sizes)).hexdigest()[:20])


def _on_white(image: Image.Image) -> Image.Image:
    """The same picture in RGB on white ground; a new one, for with the old one its metadata would travel."""
    clean = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        clean.paste(layer, mask=layer)
    else:
        clean.paste(image.convert("RGB"))
    return clean


def _encoded(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=4)
    return file.getvalue()


async def _named(tx: Transaction, before: Speaker, digest: str | None) -> Speaker:
    after = msgspec.structs.replace(before, photo_digest=digest, version=before.version + 1, changed_at=clock.now())
    await update_speakers(tx, [after])
    await touch_roster(tx, before.event_id)
    return after


def _too_many_pixels() -> Invalid:
    return _refused("too_many_pixels", "The picture has too many pixels. Use one of at most 24 megapixels.")


def _refused(code: str, message: str) -> Invalid:
    return Invalid([FieldError("photo", code, message)], detail=message)
