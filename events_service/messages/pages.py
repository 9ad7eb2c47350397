"""Messages to an event's participants: what was sent, writing one, seeing whom it reaches and how it looks, sending it once."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from events_service import clock
from events_service.agenda.release_queries import published_agenda
from events_service.audit.actions import record_seen
from events_service.audit.rules import Deed, Doer
from events_service.errors import Conflict, Invalid
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.messages.actions import send_message, send_test
from events_service.messages.drafts import MessageForm, message_from
from events_service.messages.queries import Recipients, recipients_of, sent_messages
from events_service.messages.rules import PLACEHOLDERS, Message
from events_service.outbox.pages import LETTER_POLICY
from events_service.outbox.rules import Rendered
from events_service.people.guards import SignInFirst, actor_of, to_sign_in
from events_service.people.rules import Permission
from events_service.registrations.rules import Attendance, Category, Status
from events_service.registrations.samples import sample_of
from events_service.sealing import random_token
from events_service.web.forms import Form, errors_by_field, read_form
from events_service.web.pages import page, redirect
from events_service.web.words import LANGUAGES
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
LIST = "/office/events/{slug:str}/messages"
NEW = LIST + "/new"
NAMED_AT_MOST = 100
MANY = frozenset({"status"})


@get(LIST, name="office.messages", guards=[needs_at_event(Permission.SEND_LETTERS)])
async def messages(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """What was sent, the newest first."""
    event = await event_by_slug(slug)
    return page("office/messages.html", request, event=event, messages=await sent_messages(event.id))


@get(NEW, name="office.new_message", guards=[needs_at_event(Permission.SEND_LETTERS)])
async def new_message(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """An empty message, to everyone with a seat."""
    event = await event_by_slug(slug)
    main = next((code for code in event.languages if code in LANGUAGES), "en")
    typed = {"status": [Status.CONFIRMED.value], "main_language": main, "key": random_token()}
    return await _form(request, event, typed=typed)


@post(NEW + "/preview", guards=[needs_at_event(Permission.SEND_LETTERS)])
async def preview(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """Whom it would reach now, and the letter in each of its languages; nothing is sent."""
    event = await event_by_slug(slug)
    form, message = await _typed(request)
    if message is None:
        return await _form(request, event, typed=form.typed, errors=form.errors, status=422)
    if message.segment.names_an_answer:
        fields = (f"answers.{message.segment.answer_name}",)
        await record_seen(await _doer(request), Deed("looked_for_answer", event.slug, fields=fields))
    recipients = await recipients_of(event.id, message.segment)
    samples = {
        language: await sample_of(event, "bulk_message", language, words) for language, words in message.texts.items()
    }
    return await _form(request, event, typed=form.typed, recipients=recipients, samples=samples, message=message)


@post(NEW, guards=[needs_at_event(Permission.SEND_LETTERS)])
async def send(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Send it. The same form once more sends nothing."""
    event = await event_by_slug(slug)
    form, message = await _typed(request)
    if form.value is None or message is None:
        return await _form(request, event, typed=form.typed, errors=form.errors, status=422)
    try:
        await send_message(event, message, key=form.value.key, by=await _doer(request))
    except Conflict as refused:
        return await _form(request, event, typed=form.typed, refusal=_(refused.detail), status=409)
    return redirect(f"/office/events/{slug}/messages?done=message_sent")


@post(NEW + "/test", guards=[needs_at_event(Permission.SEND_LETTERS)])
async def try_it(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Send the letter, in each of its languages, to whoever asks. Nobody else gets anything."""
    event = await event_by_slug(slug)
    form, message = await _typed(request)
    if message is None:
        return await _form(request, event, typed=form.typed, errors=form.errors, status=422)
    actor = await actor_of(request)
    if not actor.email:
        raise Conflict(_("There is no mail address in your account to send a test to."), code="no_address")
    await send_test(event, message.texts, to=actor.email, name=actor.name)
    return await _form(request, event, typed=form.typed, said="test_sent")


async def _typed(request: PageRequest) -> tuple[Form[MessageForm], Message | None]:
    """The form, and the message in it where all is right."""
    form = await read_form(request, MessageForm, many=MANY)
    if form.value is None:
        return form, None
    try:
        return form, message_from(form.value)
    except Invalid as invalid:
        form.errors = errors_by_field(invalid)
        return form, None


async def _form(
    request: PageRequest,
    event: Event,
    *,
    typed: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    recipients: Recipients | None = None,
    samples: dict[str, Rendered] | None = None,
    message: Message | None = None,
    said: str = "",
    status: int = 200,
) -> Response[str]:
    published = await published_agenda(event, now=clock.now())
    sessions = [(one.id, one.title) for one in published.agenda.sessions if one.signup] if published else []
    # A form whose key was lost is a new message.
    typed = {**typed, "key": typed.get("key") or random_token()}
    by_language: dict[str, int] = {}
    for person in recipients.people if recipients and message else ():
        language = message.words_for(person.language)[0] if message else ""
        by_language[language] = by_language.get(language, 0) + 1
    response = page(
        "office/message.html",
        request,
        status=status,
        event=event,
        form=typed,
        errors=errors or {},
        refusal=refusal,
        languages=LANGUAGES,
        statuses=[one.value for one in Status],
        categories=[one.value for one in Category],
        attendances=[one.value for one in Attendance],
        sessions=sessions,
        placeholders=PLACEHOLDERS,
        recipients=recipients,
        named=recipients.people[:NAMED_AT_MOST] if recipients else (),
        by_language=by_language,
        samples=samples or {},
        said=said,
    )
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


async def _doer(request: PageRequest) -> Doer:
    return Doer("account", (await actor_of(request)).id)


ROUTES = [
    Router(
        "/",
        route_handlers=[messages, new_message, preview, send, try_it],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
