"""Messages to an event's participants, for programs: what was sent, whom one would reach, a test, and sending."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter

from events_service.audit.actions import record_seen
from events_service.audit.rules import Deed, Doer
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.messages.actions import colleague_at, send_message, send_test
from events_service.messages.drafts import MessageDraft, TestDraft, message_in, words_in
from events_service.messages.queries import Sent, recipients_of, sent_messages, sent_under
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.registrations.samples import sample_of
from events_service.sealing import random_token
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers

ApiRequest = Request[Any, Any, Any]
MESSAGES = "/api/v1/events/{slug:str}/messages"
TAGS = ["letters"]
SENDING = [needs_at_event(Permission.SEND_LETTERS)]
SHOWN_PEOPLE = 100

EXAMPLE_TEXTS = {"en": {"subject": "Where we meet in {city}", "body": "Dear {name},\n\nthe doors open at nine."}}
EXAMPLE_SEGMENT = {"status": ["confirmed"], "city": "Malmö"}
EXAMPLE_DRAFT = {"segment": EXAMPLE_SEGMENT, "main_language": "en", "texts": EXAMPLE_TEXTS}
EXAMPLE_TEST = {"main_language": "en", "texts": EXAMPLE_TEXTS, "to": "registrar@example.org"}
EXAMPLE_SENT = {
    "id": "0190f6b2e8a07b43a5d1c2f3e4a5b6c7",
    "segment": {
        "status": ["confirmed"],
        "category": None,
        "city": "Malmö",
        "attendance": None,
        "session_id": None,
        "answer_name": None,
        "answer_value": None,
    },
    "main_language": "en",
    "texts": EXAMPLE_TEXTS,
    "recipients": 42,
    "left_out": 1,
    "created_at": "2027-03-01T09:12:00Z",
}
EXAMPLE_PREVIEW = {
    "recipients": 42,
    "left_out": 1,
    "by_language": {"en": 42},
    "people": [
        {
            "registration_id": "0190f6b2e8a07b43a5d1c2f3e4a5b6c8",
            "name": "Åsa Ðórsdóttir",
            "organisation": "City of Malmö",
            "language": "sv",
        }
    ],
    "letters": {"en": {"subject": "Where we meet in Copenhagen", "text": "Dear Åsa Ðórsdóttir, …", "html": "<!doctype html>…"}},
}  # fmt: skip

SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]


class SegmentOut(msgspec.Struct, frozen=True):
    """Whom it went to: everyone who fitted all that is not null."""

    status: list[str]
    category: str | None
    city: str | None
    attendance: str | None
    session_id: str | None
    answer_name: str | None
    answer_value: str | None


class WordsOut(msgspec.Struct, frozen=True):
    """A message in one language."""

    subject: str
    body: str


class MessageOut(msgspec.Struct, frozen=True):
    """A message that was sent: to so many; `left_out` had stopped their mails."""

    id: str
    segment: SegmentOut
    main_language: str
    texts: dict[str, WordsOut]
    recipients: int
    left_out: int
    created_at: datetime


class RecipientOut(msgspec.Struct, frozen=True):
    """Somebody who would get it."""

    registration_id: str
    name: str
    organisation: str
    language: str


class LetterOut(msgspec.Struct, frozen=True):
    """The letter as an imagined participant would get it."""

    subject: str
    text: str
    html: str


class PreviewOut(msgspec.Struct, frozen=True):
    """Whom a message would reach now: how many, in which languages, the first hundred by name; and the letter in each of its languages."""

    recipients: int
    left_out: int
    by_language: dict[str, int]
    people: list[RecipientOut]
    letters: dict[str, LetterOut]


class Tested(msgspec.Struct, frozen=True):
    """How many letters are on their way: one for each language."""

    letters: int


@get(
    MESSAGES,
    operation_id="listMessages",
    summary="List messages that were sent",
    tags=TAGS,
    guards=SENDING,
    responses=answers(200, Page[MessageOut], {"items": [EXAMPLE_SENT], "next": None}, 401, 403, 404),
)
async def list_all(slug: SlugInPath, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[MessageOut]:
    """The newest first."""
    event = await event_by_slug(slug)
    found = await sent_messages(event.id, after=key_in(cursor), limit=limit + 1)
    shown = page_of(found, limit=limit, key=lambda one: one.id)
    return Page([_out(one) for one in shown.items], shown.next)


@post(
    MESSAGES + "/preview",
    status_code=200,
    operation_id="previewMessage",
    summary="See whom a message would reach, and how it looks",
    tags=TAGS,
    guards=SENDING,
    responses=answers(200, PreviewOut, EXAMPLE_PREVIEW, 401, 403, 404, 415),
)
async def preview(
    request: ApiRequest, slug: SlugInPath, data: Annotated[MessageDraft, Body(examples=[Example(value=EXAMPLE_DRAFT)])]
) -> PreviewOut:
    """Nothing is sent. That an answer was looked for is noted."""
    event, message = await event_by_slug(slug), message_in(data)
    if message.segment.names_an_answer:
        fields = (f"answers.{message.segment.answer_name}",)
        await record_seen(await _doer(request), Deed("looked_for_answer", event.slug, fields=fields))
    found = await recipients_of(event.id, message.segment)
    by_language: dict[str, int] = {}
    for person in found.people:
        language, _words = message.words_for(person.language)
        by_language[language] = by_language.get(language, 0) + 1
    letters = {
        language: await sample_of(event, "bulk_message", language, words) for language, words in message.texts.items()
    }
    return PreviewOut(
        recipients=len(found.people),
        left_out=found.left_out,
        by_language=by_language,
        people=[RecipientOut(one.id, one.name, one.organisation, one.language) for one in found.people[:SHOWN_PEOPLE]],
        letters={language: LetterOut(one.subject, one.text, one.html) for language, one in letters.items()},
    )


@post(
    MESSAGES,
    operation_id="sendMessage",
    summary="Send a message",
    tags=TAGS,
    guards=SENDING,
    responses=answers(201, MessageOut, EXAMPLE_SENT, 401, 403, 404, 409, 415),
)
async def send(
    request: ApiRequest, slug: SlugInPath, data: Annotated[MessageDraft, Body(examples=[Example(value=EXAMPLE_DRAFT)])]
) -> MessageOut:
    """A letter to everyone it is meant for who did not stop their mails. 409 `nobody_to_write_to` where that is nobody."""
    event, key = await event_by_slug(slug), random_token()
    await send_message(event, message_in(data), key=key, by=await _doer(request))
    return _out(await sent_under(key))


@post(
    MESSAGES + "/test",
    status_code=200,
    operation_id="testMessage",
    summary="Try a message on a colleague",
    tags=TAGS,
    guards=SENDING,
    responses=answers(200, Tested, {"letters": 1}, 401, 403, 404, 415),
)
async def test(slug: SlugInPath, data: Annotated[TestDraft, Body(examples=[Example(value=EXAMPLE_TEST)])]) -> Tested:
    """One letter for each language, to an account that may send letters at this event. Nobody else gets anything."""
    event, texts = await event_by_slug(slug), words_in(data)
    colleague = await colleague_at(data.to, event)
    await send_test(event, texts, to=colleague.email, name=colleague.name)
    return Tested(len(texts))


async def _doer(request: ApiRequest) -> Doer:
    return Doer("token", (await actor_of(request)).id)


def _out(sent: Sent) -> MessageOut:
    segment = sent.segment
    return MessageOut(
        id=sent.id,
        segment=SegmentOut(
            status=list(segment.statuses),
            category=segment.category or None,
            city=segment.city or None,
            attendance=segment.attendance or None,
            session_id=segment.session_id or None,
            answer_name=segment.answer_name or None,
            answer_value=segment.answer_value or None,
        ),
        main_language=sent.main_language,
        texts={language: WordsOut(words.subject, words.opening) for language, words in sent.texts.items()},
        recipients=sent.recipients,
        left_out=sent.left_out,
        created_at=sent.created_at,
    )


ROUTES = [list_all, preview, send, test]
