"""The roster in the back office: who is on it, what they answered, and asking, reminding and withdrawing them."""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from events_service.agenda import asking
from events_service.agenda.answers import remove_speaker
from events_service.agenda.slots import session_counts, slots_of
from events_service.errors import Conflict, Invalid
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.people.api import known_id
from events_service.people.guards import SignInFirst, to_sign_in
from events_service.people.rules import Permission
from events_service.planning.roster_forms import filled_form, new_form, read_speaker_form
from events_service.registrations.speaking import edit_speaker, withdraw_speaker
from events_service.speakers import photos
from events_service.speakers.actions import add_speaker, replace_links
from events_service.speakers.drafts import SpeakerChange, SpeakerDraft
from events_service.speakers.forms import MOST_SENT_BYTES, languages_offered, posted_photo
from events_service.speakers.links import own_page_url, photo_path
from events_service.speakers.queries import (
    Wanted,
    count_speakers,
    list_key,
    list_speakers,
    roster_overview,
    speaker_by_id,
)
from events_service.speakers.rules import OUT, Speaker, State, can_be_asked, waits_for_answer
from events_service.web.forms import errors_by_field
from events_service.web.lists import cursor_for, key_in
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
LIST = "/office/events/{slug:str}/speakers"
ONE = LIST + "/{speaker_id:str}"
PAGE_LENGTH = 50
EDITING = [needs_at_event(Permission.EDIT_AGENDA)]
Typed = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\x00]*$")]
StateTyped = Annotated[str, QueryParameter(name="state", max_length=20, pattern=r"^[^\x00]*$")]
CursorTyped = Annotated[str, QueryParameter(max_length=400)]


@get(LIST, name="office.speakers", guards=EDITING)
async def speakers(
    request: PageRequest, slug: FromPath[str], q: Typed = "", state_asked: StateTyped = "", cursor: CursorTyped = ""
) -> Response[str]:
    """Everyone on the roster by name, and how it stands."""
    event = await event_by_slug(slug)
    typed = {"q": q, "state": state_asked}
    wanted = Wanted(q, state_asked)
    found = await list_speakers(event.id, wanted, after=key_in(cursor), limit=PAGE_LENGTH + 1)
    shown = found[:PAGE_LENGTH]
    return page(
        "office/speakers.html",
        request,
        event=event,
        overview=await roster_overview(event.id),
        may_ask=asking.is_coming(event),
        states=list(State),
        speakers=shown,
        sessions=await session_counts([one.id for one in shown]),
        photos={one.id: photo_path(slug, one, "small") for one in shown},
        form=typed,
        total=await count_speakers(event.id, wanted),
        earlier=_address(slug, typed) if cursor else None,
        later=_address(slug, typed | {"cursor": cursor_for(list_key(shown[-1]))}) if len(found) > PAGE_LENGTH else None,
    )


@post(LIST + "/ask", guards=EDITING)
async def ask_all(slug: FromPath[str]) -> Redirect:
    """A letter with the link to their page for everyone who got none yet."""
    asked = await asking.ask_speakers(slug)
    return redirect(f"{_address(slug, {})}?done={'speakers_asked' if asked else 'nobody_to_ask'}")


@post(LIST + "/remind", guards=EDITING)
async def remind_all(slug: FromPath[str]) -> Redirect:
    """A letter for everyone who was asked and has not answered."""
    reminded = await asking.remind_by_hand(slug)
    return redirect(f"{_address(slug, {})}?done={'speakers_reminded' if reminded else 'nobody_to_remind'}")


@get(LIST + "/new", name="office.new_speaker", guards=EDITING)
async def new_speaker(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The form of somebody new."""
    return _new_form(request, await event_by_slug(slug), new_form())


@post(LIST + "/new", guards=EDITING)
async def add(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Put somebody on the roster; or the form again with what is wrong."""
    event = await event_by_slug(slug)
    form = await read_speaker_form(request, SpeakerDraft)
    if form.value is None:
        return _new_form(request, event, form.typed, form.errors, status=422)
    speaker = await add_speaker(slug, form.value)
    return _to_speaker(slug, speaker.id, done="speaker_added")


@get(ONE, name="office.speaker", guards=EDITING)
async def speaker_page(request: PageRequest, slug: FromPath[str], speaker_id: FromPath[str]) -> Response[str]:
    """One person: the form, the picture, the sessions and the answers."""
    event, speaker = await _found(slug, speaker_id)
    return await _one(request, event, speaker)


@post(ONE, guards=EDITING)
async def save(request: PageRequest, slug: FromPath[str], speaker_id: FromPath[str]) -> Response[Any]:
    """The change; or the form again with what is wrong, also when somebody else was quicker."""
    event, speaker = await _found(slug, speaker_id)
    form = await read_speaker_form(request, SpeakerChange)
    if form.value is None:
        return await _one(request, event, speaker, typed=form.typed, errors=form.errors, status=422)
    try:
        await edit_speaker(slug, speaker.id, form.value)
    except Conflict as refused:
        return await _one(request, event, speaker, typed=form.typed, refusal=_(refused.detail), status=409)
    return _to_speaker(slug, speaker.id, done="saved")


@post(ONE + "/photo", guards=EDITING, request_max_body_size=MOST_SENT_BYTES)
async def set_photo(request: PageRequest, slug: FromPath[str], speaker_id: FromPath[str]) -> Response[Any]:
    """Take the picture that was chosen; or say what is wrong with it."""
    event, speaker = await _found(slug, speaker_id)
    try:
        await photos.set_photo(event.id, speaker.id, await posted_photo(request))
    except Invalid as invalid:
        return await _one(request, event, speaker, errors=errors_by_field(invalid), status=422)
    return _to_speaker(slug, speaker.id, done="photo_set")


@post(ONE + "/photo/remove", guards=EDITING)
async def remove_photo(slug: FromPath[str], speaker_id: FromPath[str]) -> Redirect:
    """Take it away."""
    event, speaker = await _found(slug, speaker_id)
    await photos.remove_photo(event.id, speaker.id)
    return _to_speaker(slug, speaker.id, done="photo_removed")


@post(ONE + "/ask", guards=EDITING)
async def ask(request: PageRequest, slug: FromPath[str], speaker_id: FromPath[str]) -> Response[Any]:
    """Ask this one person."""
    event, speaker = await _found(slug, speaker_id)
    try:
        asked = await asking.ask_speakers(slug, speaker.id)
    except Conflict as refused:
        return await _one(request, event, speaker, refusal=_(refused.detail), status=409)
    return _to_speaker(slug, speaker.id, done="speakers_asked" if asked else "nobody_to_ask")


@post(ONE + "/remind", guards=EDITING)
async def remind(request: PageRequest, slug: FromPath[str], speaker_id: FromPath[str]) -> Response[Any]:
    """Remind this one person."""
    event, speaker = await _found(slug, speaker_id)
    try:
        reminded = await asking.remind_by_hand(slug, speaker.id)
    except Conflict as refused:
        return await _one(request, event, speaker, refusal=_(refused.detail), status=409)
    return _to_speaker(slug, speaker.id, done="speakers_reminded" if reminded else "nobody_to_remind")


@post(ONE + "/send-link", guards=EDITING)
async def send_link(request: PageRequest, slug: FromPath[str], speaker_id: FromPath[str]) -> Response[Any]:
    """Send this one person the link to their page once more."""
    event, speaker = await _found(slug, speaker_id)
    try:
        await asking.send_link(slug, speaker.id)
    except Conflict as refused:
        return await _one(request, event, speaker, refusal=_(refused.detail), status=409)
    return _to_speaker(slug, speaker.id, done="link_sent")


@post(ONE + "/new-link", guards=EDITING)
async def new_link(slug: FromPath[str], speaker_id: FromPath[str]) -> Redirect:
    """Draw page and calendar links anew, as when a mail was passed on; the new one goes out where a letter can."""
    event, speaker = await _found(slug, speaker_id)
    replaced = await replace_links(event.id, speaker.id)
    if can_be_asked(replaced):
        await asking.send_link(slug, speaker.id)
    return _to_speaker(slug, speaker.id, done="link_replaced")


@post(ONE + "/withdraw", guards=EDITING)
async def withdraw(slug: FromPath[str], speaker_id: FromPath[str]) -> Redirect:
    """Take them out of every session, of their calendar and out of sight."""
    event, speaker = await _found(slug, speaker_id)
    await withdraw_speaker(event, speaker.id, by_themselves=False)
    return _to_speaker(slug, speaker.id, done="speaker_withdrawn")


@post(ONE + "/remove", guards=EDITING)
async def remove(request: PageRequest, slug: FromPath[str], speaker_id: FromPath[str]) -> Response[Any]:
    """Take somebody from the roster who has no part in anything; or say why not."""
    event, speaker = await _found(slug, speaker_id)
    try:
        await remove_speaker(slug, speaker.id)
    except Conflict as refused:
        return await _one(request, event, speaker, refusal=_(refused.detail), status=409)
    return redirect(f"{_address(slug, {})}?done=speaker_removed")


async def _found(slug: str, speaker_id: str) -> tuple[Event, Speaker]:
    event = await event_by_slug(slug)
    return event, await speaker_by_id(event.id, known_id(speaker_id))


async def _one(
    request: PageRequest,
    event: Event,
    speaker: Speaker,
    *,
    typed: dict[str, Any] | None = None,
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    form = filled_form(speaker) if typed is None else typed
    return page(
        "office/speaker.html",
        request,
        status=status,
        event=event,
        speaker=speaker,
        photo=photo_path(event.slug, speaker, "large"),
        slots=await slots_of(event, speaker.id),
        states=list(State),
        languages=languages_offered(form.get("language", "")),
        steps=_steps(event, speaker),
        page_url=own_page_url(speaker.id, speaker.link_generation),
        form=form,
        errors=errors or {},
        refusal=refusal,
    )


def _steps(event: Event, speaker: Speaker) -> frozenset[str]:
    """What can be done with this person now."""
    is_coming = asking.is_coming(event)
    is_open = is_coming and speaker.state in (State.PROPOSED, State.INVITED)
    possible = {
        "ask": can_be_asked(speaker) and is_open and not waits_for_answer(speaker),
        "remind": is_coming and waits_for_answer(speaker),
        "send_link": can_be_asked(speaker),
        "withdraw": speaker.state not in OUT,
    }
    return frozenset(step for step, is_possible in possible.items() if is_possible)


def _new_form(
    request: PageRequest,
    event: Event,
    form: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    languages = languages_offered(form.get("language", ""))
    return page(
        "office/speaker_new.html",
        request,
        status=status,
        event=event,
        form=form,
        errors=errors or {},
        states=list(State),
        languages=languages,
    )


def _to_speaker(slug: str, speaker_id: str, *, done: str) -> Redirect:
    return redirect(f"/office/events/{slug}/speakers/{speaker_id}?done={done}")


def _address(slug: str, typed: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in typed.items() if value})
    path = f"/office/events/{slug}/speakers"
    return f"{path}?{query}" if query else path


ROUTES = [
    Router(
        "/",
        route_handlers=[
            speakers,
            ask_all,
            remind_all,
            new_speaker,
            add,
            speaker_page,
            save,
            set_photo,
            remove_photo,
            ask,
            remind,
            send_link,
            new_link,
            withdraw,
            remove,
        ],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
