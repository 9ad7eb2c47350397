"""An organiser's own words for an event's letters: all kinds at a glance, and one with its preview and a test to oneself."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from events_service.audit.rules import Doer
from events_service.database import transaction
from events_service.errors import Conflict, Invalid
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.outbox.actions import post as post_letters
from events_service.outbox.pages import LETTER_POLICY
from events_service.people.guards import SignInFirst, actor_of, to_sign_in
from events_service.people.rules import Permission
from events_service.registrations.samples import our_wording, sample_of, test_letter
from events_service.texts.actions import drop_words, keep_words
from events_service.texts.drafts import TextDraft, check_text_address, checked_words
from events_service.texts.queries import all_own_words, own_words
from events_service.texts.rules import BY_RECIPIENT, Words, placeholders
from events_service.web.forms import Form, errors_by_field, read_form
from events_service.web.pages import page, redirect
from events_service.web.words import LANGUAGES, in_language
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
LIST = "/office/events/{slug:str}/texts"
ONE = LIST + "/{kind:str}/{language:str}"


@dataclass(frozen=True, slots=True)
class _At:
    """Which letter of which event, in which language."""

    event: Event
    kind: str
    language: str

    @property
    def address(self) -> str:
        return f"/office/events/{self.event.slug}/texts/{self.kind}/{self.language}"


@get(LIST, name="office.texts", guards=[needs_at_event(Permission.EDIT_EVENTS)])
async def texts(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """Every kind of letter, and in which languages it has words of the event's own."""
    event = await event_by_slug(slug)
    own = await all_own_words(event.id)
    listed = [
        (to, [(kind, [(language, (kind, language) in own) for language in LANGUAGES]) for kind in kinds])
        for to, kinds in BY_RECIPIENT.items()
    ]
    return page("office/texts.html", request, event=event, groups=listed)


@get(ONE, name="office.text", guards=[needs_at_event(Permission.EDIT_EVENTS)])
async def text(
    request: PageRequest, slug: FromPath[str], kind: FromPath[str], language: FromPath[str]
) -> Response[str]:
    """The words as they are, and the letter as it goes out with them."""
    at = await _at(slug, kind, language)
    words = await own_words(at.event.id, kind, language)
    typed = {"subject": words.subject, "opening": words.opening, "closing": words.closing} if words else {}
    return await _shown(request, at, typed=typed, words=words, is_own=words is not None)


@post(ONE, guards=[needs_at_event(Permission.EDIT_EVENTS)])
async def keep(
    request: PageRequest, slug: FromPath[str], kind: FromPath[str], language: FromPath[str]
) -> Response[Any]:
    """From now on the letter says this."""
    at = await _at(slug, kind, language)
    form, words = await _typed(request, at)
    if words is None:
        return await _again(request, at, form)
    await keep_words(at.event, kind, language, words, by=await _doer(request))
    return redirect(f"{at.address}?done=saved")


@post(ONE + "/preview", guards=[needs_at_event(Permission.EDIT_EVENTS)])
async def preview(
    request: PageRequest, slug: FromPath[str], kind: FromPath[str], language: FromPath[str]
) -> Response[str]:
    """The letter with the words that were typed; nothing is kept."""
    at = await _at(slug, kind, language)
    form, words = await _typed(request, at)
    if words is None:
        return await _again(request, at, form)
    return await _shown(request, at, typed=form.typed, words=words, is_own=await _is_own(at))


@post(ONE + "/test", guards=[needs_at_event(Permission.EDIT_EVENTS)])
async def send_test(
    request: PageRequest, slug: FromPath[str], kind: FromPath[str], language: FromPath[str]
) -> Response[Any]:
    """Send the letter with the words that were typed to whoever asks; nothing is kept."""
    at = await _at(slug, kind, language)
    form, words = await _typed(request, at)
    if words is None:
        return await _again(request, at, form)
    actor = await actor_of(request)
    if not actor.email:
        raise Conflict(_("There is no mail address in your account to send a test to."), code="no_address")
    async with transaction() as tx:
        await post_letters(tx, [test_letter(at.event, kind, language, words, to=actor.email, name=actor.name)])
    return await _shown(request, at, typed=form.typed, words=words, is_own=await _is_own(at), said="test_sent")


@post(ONE + "/remove", guards=[needs_at_event(Permission.EDIT_EVENTS)])
async def remove(request: PageRequest, slug: FromPath[str], kind: FromPath[str], language: FromPath[str]) -> Redirect:
    """Go back to our words. Doing it again changes nothing."""
    at = await _at(slug, kind, language)
    if await _is_own(at):
        await drop_words(at.event, kind, language, by=await _doer(request))
    return redirect(f"{at.address}?done=text_removed")


async def _at(slug: str, kind: str, language: str) -> _At:
    event = await event_by_slug(slug)
    check_text_address(kind, language)
    return _At(event, kind, language)


async def _is_own(at: _At) -> bool:
    return await own_words(at.event.id, at.kind, at.language) is not None


async def _typed(request: PageRequest, at: _At) -> tuple[Form[TextDraft], Words | None]:
    """The form, and the words in it where all is right."""
    form = await read_form(request, TextDraft)
    if form.value is None:
        return form, None
    try:
        return form, checked_words(at.kind, form.value)
    except Invalid as invalid:
        form.errors = errors_by_field(invalid)
        return form, None


async def _again(request: PageRequest, at: _At, form: Form[TextDraft]) -> Response[str]:
    own = await own_words(at.event.id, at.kind, at.language)
    return await _shown(
        request, at, typed=form.typed, words=own, is_own=own is not None, errors=form.errors, status=422
    )


async def _shown(
    request: PageRequest,
    at: _At,
    *,
    typed: dict[str, Any],
    words: Words | None,
    is_own: bool,
    said: str = "",
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> Response[str]:
    sample = await sample_of(at.event, at.kind, at.language, words)
    with in_language(at.language):
        ours = our_wording(at.event, at.kind)
    response = page(
        "office/text.html",
        request,
        status=status,
        event=at.event,
        kind=at.kind,
        letter_language=at.language,
        languages=LANGUAGES,
        ours=ours,
        placeholders=placeholders(at.kind),
        form=typed,
        errors=errors or {},
        sample=sample,
        is_own=is_own,
        said=said,
    )
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


async def _doer(request: PageRequest) -> Doer:
    return Doer("account", (await actor_of(request)).id)


ROUTES = [
    Router(
        "/",
        route_handlers=[texts, text, keep, preview, send_test, remove],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
