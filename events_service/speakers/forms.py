"""The forms in which organisers and speakers themselves write about a speaker."""

from typing import Any

from litestar import Request
from litestar.datastructures import UploadFile

from events_service.errors import FieldError, Invalid
from events_service.speakers.photos import MOST_BYTES
from events_service.web.forms import posted_form
from events_service.web.words import LANGUAGES
from events_service.web.words import gettext as _

# What a browser wraps around the picture, and pictures that are only somewhat too large, are taken in, to be told of properly.
MOST_SENT_BYTES = 2 * MOST_BYTES


async def posted_photo(request: Request[Any, Any, Any]) -> bytes:
    """The picture of the form's field `photo`. Raises `Invalid` when none was chosen."""
    chosen = (await posted_form(request)).get("photo")
    data = await chosen.read() if isinstance(chosen, UploadFile) else b""
    if not data:
        raise Invalid([FieldError("photo", "required", _("Choose a picture first."))])
    return data


def languages_offered(chosen: str) -> list[str]:
    """Our languages, and the one that was chosen elsewhere."""
    return list(dict.fromkeys((*LANGUAGES, chosen))) if chosen else list(LANGUAGES)
