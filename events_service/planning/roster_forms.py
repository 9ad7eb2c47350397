"""The office's form of a speaker: what it starts with, what its empty fields mean, and the picture that is sent with it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from litestar import Request
from litestar.datastructures import UploadFile

from events_service.errors import FieldError, Invalid
from events_service.speakers.drafts import SpeakerChange, SpeakerDraft
from events_service.speakers.photos import MOST_BYTES
from events_service.speakers.rules import Speaker, State
from events_service.web.forms import Form, read_form
from events_service.web.words import LANGUAGES, language
from events_service.web.words import gettext as _

# What a browser wraps around the picture, and pictures that are only somewhat too large, are taken in, to be told of properly.
MOST_SENT_BYTES = 2 * MOST_BYTES
# In JSON a field left out stays as it is; in a form, one that was emptied is emptied.
BLANK: Mapping[str, object] = MappingProxyType(
    {
        "name": "",
        "email": None,
        "title": "",
        "organisation": "",
        "city": "",
        "biography": "",
        "public": False,
        "availability": "",
        "technical_needs": "",
    }
)


async def read_speaker_form(
    request: Request[Any, Any, Any], kind: type[SpeakerDraft] | type[SpeakerChange]
) -> Form[Any]:
    """The posted form as a draft or a change."""
    return await read_form(request, kind, blank=BLANK)


def new_form() -> dict[str, Any]:
    """What the form of somebody new starts with."""
    return {"language": language.get(), "public": "true", "state": State.PROPOSED.value}


def filled_form(speaker: Speaker) -> dict[str, Any]:
    """The speaker as their form holds them."""
    return {
        "version": speaker.version,
        "name": speaker.name,
        "email": speaker.email or "",
        "title": speaker.title,
        "organisation": speaker.organisation,
        "city": speaker.city,
        "biography": speaker.biography,
        "language": speaker.language,
        "public": "true" if speaker.public else "",
        "state": speaker.state.value,
        "availability": speaker.availability,
        "technical_needs": speaker.technical_needs,
    }


def languages_offered(chosen: str) -> list[str]:
    """Our languages, and the one that was chosen elsewhere."""
    return list(dict.fromkeys((*LANGUAGES, chosen))) if chosen else list(LANGUAGES)


async def posted_photo(request: Request[Any, Any, Any]) -> bytes:
    """The picture of the form's field `photo`. Raises `Invalid` when none was chosen."""
    chosen = (await request.form()).get("photo")
    data = await chosen.read() if isinstance(chosen, UploadFile) else b""
    if not data:
        raise Invalid([FieldError("photo", "required", _("Choose a picture first."))])
    return data
