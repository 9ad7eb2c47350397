"""A speaker's own page. The code from the mail opens it; a sealed cookie keeps it open for a while."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.response import Redirect
from msgspec import Meta

from events_service import clock, settings
from events_service.errors import Conflict, Invalid, NotFound
from events_service.events.queries import event_by_id
from events_service.events.rules import Event, Status
from events_service.people.entrances import Entrance, NothingOpen
from events_service.programme.speaking_slots import own_slots
from events_service.registrations.speaking import answer_parts, withdraw_speaker
from events_service.speakers import photos
from events_service.speakers.actions import edit_speaker
from events_service.speakers.drafts import OwnChange
from events_service.speakers.forms import MOST_SENT_BYTES, languages_offered, posted_photo
from events_service.speakers.links import own_feed_url
from events_service.speakers.queries import find_speaker, speaker_by_code
from events_service.speakers.rules import OUT, Speaker, State
from events_service.web.bodies import Body
from events_service.web.forms import errors_by_field, read_form
from events_service.web.pages import page, redirect
from events_service.web.sealed_cookies import SealedCookie
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
ENTRANCE, OWN = "/speaking", "/speaking/me"
PUBLIC = {"public": True}
# In a form, what was emptied is emptied.
BLANK = {"name": "", "public": False}


class OpenPage(msgspec.Struct, frozen=True, array_like=True):
    """What the cookie holds: whose page, of which link."""

    speaker_id: str
    link_generation: int


PASS = SealedCookie("speaking", purpose="speaker-cookie", holds=OpenPage, lasts=timedelta(hours=2))
WAY_IN = Entrance(ENTRANCE, "speaking/open.html", leads_to=OWN, cookie=PASS)


class AnswerForm(Body, frozen=True):
    """Yes or no to one session, or, without one, to all that can be answered."""

    answer: Literal["confirmed", "declined"]
    session_id: Annotated[str, Meta(max_length=64)] = ""


@dataclass(frozen=True, slots=True)
class _Own:
    speaker: Speaker
    event: Event


@get(ENTRANCE, name="speaking", opt=PUBLIC)
async def open_form(request: PageRequest) -> Response[str]:
    """Where the link in the mail leads. Reading it changes nothing: mail scanners follow links."""
    return WAY_IN.form(request)


@post(ENTRANCE, opt=PUBLIC)
async def open_page(request: PageRequest) -> Response[Any]:
    """Open the page of this code, or ask again."""
    return await WAY_IN.open(request, _page_by_code)


@get(OWN, opt=PUBLIC)
async def own_page(request: PageRequest) -> Response[str]:
    """Where and when they are on, their answers, and what the audience reads about them."""
    return await _own_page(request, await _own(request))


@post(ENTRANCE + "/answer", opt=PUBLIC)
async def answer(request: PageRequest) -> Response[Any]:
    """Yes or no to one session, or to all. Answering again changes the answer."""
    own = await _own(request)
    form = await read_form(request, AnswerForm)
    if form.value is None:
        return await _own_page(request, own, refusal=_("Please press one of the buttons."), status=422)
    given = State(form.value.answer)
    open_ids = {one.session_id for one in await own_slots(own.event, own.speaker, now=clock.now()) if one.can_answer}
    wanted = {form.value.session_id} if form.value.session_id else open_ids
    try:
        if not wanted <= open_ids:
            raise Conflict("This session cannot be answered any more.", code="not_open")
        if wanted:
            await answer_parts(own.event, own.speaker.id, dict.fromkeys(sorted(wanted), given))
    except (Conflict, NotFound) as refused:
        return await _own_page(request, await _own(request), refusal=_(refused.detail), status=409)
    return redirect(f"{OWN}?done=answer_kept")


@post(ENTRANCE + "/profile", opt=PUBLIC)
async def change_profile(request: PageRequest) -> Response[Any]:
    """What the audience reads about them, and what organisers need to know; or the form again with what is wrong."""
    own = await _own(request)
    form = await read_form(request, OwnChange, blank=BLANK)
    if form.value is None:
        return await _own_page(request, own, typed=form.typed, errors=form.errors, status=422)
    await edit_speaker(own.event.slug, own.speaker.id, form.value)
    return redirect(f"{OWN}?done=profile_kept")


@get(ENTRANCE + "/photo.webp", opt=PUBLIC)
async def own_photo(request: PageRequest) -> Response[bytes]:
    """Their photograph, whether the public sees it yet or not."""
    own = await _own(request)
    if own.speaker.photo_digest is None:
        raise NotFound()
    picture = await photos.photo(own.event.id, own.speaker.id, "large", digest=own.speaker.photo_digest)
    return Response(picture, media_type="image/webp")


@post(ENTRANCE + "/photo", opt=PUBLIC, request_max_body_size=MOST_SENT_BYTES)
async def set_photo(request: PageRequest) -> Response[Any]:
    """Take the picture that was chosen; or say what is wrong with it."""
    own = await _own(request)
    try:
        await photos.set_photo(own.event.id, own.speaker.id, await posted_photo(request))
    except Invalid as invalid:
        return await _own_page(request, own, errors=errors_by_field(invalid), status=422)
    return redirect(f"{OWN}?done=photo_set")


@post(ENTRANCE + "/photo/remove", opt=PUBLIC)
async def remove_photo(request: PageRequest) -> Redirect:
    """Take it away."""
    own = await _own(request)
    await photos.remove_photo(own.event.id, own.speaker.id)
    return redirect(f"{OWN}?done=photo_removed")


@get(ENTRANCE + "/withdraw", opt=PUBLIC)
async def ask_withdraw(request: PageRequest) -> Response[Any]:
    """Ask once before it is done."""
    own = await _own(request)
    if not _may_withdraw(own):
        return redirect(OWN)
    return page("speaking/withdraw.html", request, event=own.event, speaker=own.speaker)


@post(ENTRANCE + "/withdraw", opt=PUBLIC)
async def withdraw(request: PageRequest) -> Redirect:
    """Leave every session. Doing it again changes nothing."""
    own = await _own(request)
    if _may_withdraw(own):
        await withdraw_speaker(own.event, own.speaker.id, by_themselves=True)
    return redirect(f"{OWN}?done=speaking_withdrawn")


@post(ENTRANCE + "/leave", opt=PUBLIC)
async def leave() -> Redirect:
    """Forget on this device whose page was open."""
    return WAY_IN.leave(to=f"{ENTRANCE}?done=speaking_closed_here")


async def _page_by_code(code: str) -> OpenPage:
    speaker = await speaker_by_code(code)
    return OpenPage(speaker.id, speaker.link_generation)


async def _own(request: PageRequest) -> _Own:
    """The speaker whose page is open in this browser. Raises `NothingOpen`, also when the link was replaced meanwhile."""
    held = WAY_IN.held(request)
    speaker = await find_speaker(held.speaker_id)
    if speaker is None or speaker.link_generation != held.link_generation:
        raise NothingOpen()
    return _Own(speaker, await event_by_id(speaker.event_id))


def _may_withdraw(own: _Own) -> bool:
    return own.speaker.state not in OUT and own.event.status is not Status.CANCELLED and own.event.ends_at > clock.now()


async def _own_page(
    request: PageRequest,
    own: _Own,
    *,
    typed: dict[str, Any] | None = None,
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    speaker = own.speaker
    slots = await own_slots(own.event, own.speaker, now=clock.now())
    form = _filled(speaker) if typed is None else typed
    return page(
        "speaking/page.html",
        request,
        status=status,
        event=own.event,
        speaker=speaker,
        slots=slots,
        waiting=sum(one.waits for one in slots),
        form=form,
        errors=errors or {},
        refusal=refusal,
        languages=languages_offered(form.get("language", "")),
        # The address changes with the picture, so that no browser shows the one before.
        photo=f"{ENTRANCE}/photo.webp?{speaker.photo_digest}" if speaker.photo_digest else None,
        feed_url=own_feed_url(speaker.id, speaker.link_generation),
        may_withdraw=_may_withdraw(own),
        contact=settings.current().reply_address,
    )


def _filled(speaker: Speaker) -> dict[str, Any]:
    return {
        "name": speaker.name,
        "title": speaker.title,
        "organisation": speaker.organisation,
        "city": speaker.city,
        "biography": speaker.biography,
        "language": speaker.language,
        "public": "true" if speaker.public else "",
        "availability": speaker.availability,
        "technical_needs": speaker.technical_needs,
    }


ROUTES = [
    Router(
        "/",
        route_handlers=[
            open_form,
            open_page,
            own_page,
            answer,
            change_profile,
            own_photo,
            set_photo,
            remove_photo,
            ask_withdraw,
            withdraw,
            leave,
        ],
        exception_handlers={NothingOpen: WAY_IN.ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
