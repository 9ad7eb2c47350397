"""An organiser's own words for letters, for programs."""

from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, put
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter

from events_service.audit.rules import Doer
from events_service.errors import NotFound
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.texts.actions import drop_words, keep_words
from events_service.texts.drafts import EXAMPLE, TextDraft, check_text_address, checked_words
from events_service.texts.queries import own_words
from events_service.texts.rules import Words, placeholders
from events_service.web.problems import answers, problems

ApiRequest = Request[Any, Any, Any]
TEXT = "/api/v1/events/{slug:str}/texts/{kind:str}/{language:str}"
TAGS = ["letters"]

Slug = Annotated[str, PathParameter(description="The event's slug.")]
Kind = Annotated[str, PathParameter(description="The kind of letter, such as `confirmed`.")]
Language = Annotated[str, PathParameter(description="A language we write in, such as `sv`.")]


class TextOut(msgspec.Struct, frozen=True):
    """An organiser's own words for one kind of letter, and what may stand in braces in them."""

    kind: str
    language: str
    subject: str
    opening: str
    closing: str
    placeholders: list[str]


EXAMPLE_OUT = {"kind": "confirmed", "language": "en", **EXAMPLE, "placeholders": list(placeholders("confirmed"))}


@get(
    TEXT,
    operation_id="getLetterText",
    summary="Read an event's own words for a letter",
    tags=TAGS,
    guards=[needs_at_event(Permission.EDIT_EVENTS)],
    responses=answers(200, TextOut, EXAMPLE_OUT, 401, 403, 404),
)
async def read(slug: Slug, kind: Kind, language: Language) -> TextOut:
    """404 while letters of that kind and language go out with the service's own words."""
    event = await event_by_slug(slug)
    check_text_address(kind, language)
    words = await own_words(event.id, kind, language)
    if words is None:
        raise NotFound()
    return _out(kind, language, words)


@put(
    TEXT,
    operation_id="putLetterText",
    summary="Write an event's own words for a letter",
    tags=TAGS,
    guards=[needs_at_event(Permission.EDIT_EVENTS)],
    responses=answers(200, TextOut, EXAMPLE_OUT, 401, 403, 404, 409, 415),
)
async def write(
    request: ApiRequest,
    slug: Slug,
    kind: Kind,
    language: Language,
    data: Annotated[TextDraft, Body(examples=[Example(value=EXAMPLE)])],
) -> TextOut:
    """In place of the service's own, for whoever gets that kind of letter in that language. An unknown placeholder is refused."""
    event = await event_by_slug(slug)
    check_text_address(kind, language)
    words = checked_words(kind, data)
    await keep_words(event, kind, language, words, by=await _doer(request))
    return _out(kind, language, words)


@delete(
    TEXT,
    operation_id="deleteLetterText",
    summary="Go back to the service's words for a letter",
    tags=TAGS,
    guards=[needs_at_event(Permission.EDIT_EVENTS)],
    responses=problems(401, 403, 404),
)
async def remove(request: ApiRequest, slug: Slug, kind: Kind, language: Language) -> None:
    """404 where there were no others."""
    event = await event_by_slug(slug)
    check_text_address(kind, language)
    await drop_words(event, kind, language, by=await _doer(request))


async def _doer(request: ApiRequest) -> Doer:
    return Doer("token", (await actor_of(request)).id)


def _out(kind: str, language: str, words: Words) -> TextOut:
    return TextOut(kind, language, words.subject, words.opening, words.closing, list(placeholders(kind)))


ROUTES = [read, write, remove]
