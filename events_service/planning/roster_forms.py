"""The office's form of a speaker: what it starts with, and what its empty fields mean."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from litestar import Request

from events_service.speakers.drafts import SpeakerChange, SpeakerDraft
from events_service.speakers.rules import Speaker, State
from events_service.web.forms import Form, read_form
from events_service.web.words import language

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
