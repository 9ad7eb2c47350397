"""A participant's own registration in the browser. The code from the mail opens it; a sealed cookie keeps it open for a while."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any, Literal

from litestar import Request, Response, Router, get, post
from litestar.response import Redirect
from msgspec import Meta

from events_service import clock, settings
from events_service.calendar import Feed, feed_ics
from events_service.errors import Conflict, NotFound, TooMany
from events_service.events.entries import confirmed_entry
from events_service.events.queries import event_by_id
from events_service.events.rules import Disclosure, Event, for_the_public, is_open_to_all
from events_service.events.rules import Status as EventStatus
from events_service.people.addresses import network_of, visitor_address
from events_service.registrations import actions
from events_service.registrations.badges import badge_picture
from events_service.registrations.choices import own_agenda
from events_service.registrations.links import feed_url
from events_service.registrations.naming import seen_by
from events_service.registrations.open_pass import closing_cookie, open_registration, opening_cookie, pass_of
from events_service.registrations.queries import (
    Registration,
    registration_by_code,
    waitlist_position,
)
from events_service.registrations.rules import Status, may_cancel
from events_service.web.bodies import Body
from events_service.web.forms import read_form
from events_service.web.limits import allow, give_back
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _
from events_service.web.words import in_language

PageRequest = Request[Any, Any, Any]
TRIES, TRIES_WITHIN = 20, timedelta(minutes=10)
PUBLIC = {"public": True}


class CodeForm(Body, frozen=True):
    """The code from the mail."""

    code: Annotated[str, Meta(max_length=200)]


class NothingOpen(NotFound):
    """No registration is open in this browser."""

    code = "nothing_open"


@dataclass(frozen=True, slots=True)
class _Own:
    person: Registration
    event: Event

    @property
    def has_seat(self) -> bool:
        return self.person.status is Status.CONFIRMED


@get("/my", name="my", include_in_schema=False, opt=PUBLIC)
async def open_form(request: PageRequest) -> Response[str]:
    """Where the link in the mail leads. Reading it changes nothing: mail scanners follow links."""
    return _open_form(request)


@post("/my", include_in_schema=False, opt=PUBLIC)
async def open_page(request: PageRequest) -> Response[Any]:
    """Open the registration of this code, or ask again."""
    bucket = f"my|{network_of(visitor_address(request))}"
    try:
        await allow(bucket, most=TRIES, within=TRIES_WITHIN)
    except TooMany as refused:
        shown = _open_form(request, error=_(refused.detail), status=429)
        shown.headers["Retry-After"] = str(refused.retry_after)
        return shown
    form = await read_form(request, CodeForm)
    try:
        person = await registration_by_code(form.value.code if form.value else "")
    except NotFound:
        error = _("This code opens nothing. Please copy it once more from your latest mail.")
        return _open_form(request, error=error, status=422)
    await give_back(bucket)
    opened = redirect("/my/registration")
    opened.set_cookie(opening_cookie(person))
    return opened


@get("/my/registration", include_in_schema=False, opt=PUBLIC)
async def own_registration(request: PageRequest) -> Response[str]:
    """How things stand, the badge, the sessions, the calendar, and the way to cancel."""
    own = await _own(request)
    person, event = own.person, own.event
    sessions = await own_agenda(person, event, now=clock.now())
    return page(
        "my/registration.html",
        request,
        registration=person,
        event=_as_they_see_it(own),
        waitlist_position=await waitlist_position(person),
        badge_image="/my/badge.png" if own.has_seat and event.status is not EventStatus.CANCELLED else "",
        calendar_url="/my/calendar.ics",
        feed_url=feed_url(person.id, person.links_generation, settings.current()),
        can_cancel=may_cancel(person.status, event, now=clock.now()),
        choices=[one for one in sessions.chosen if one.sign_up or one.is_speaking],
        may_choose=own.has_seat and bool(sessions.offered),
        has_sessions=bool(sessions.chosen or sessions.offered),
        is_listed=is_open_to_all(event),
    )


@get("/my/badge.png", include_in_schema=False, opt=PUBLIC)
async def badge_png(request: PageRequest) -> Response[bytes]:
    """The badge's code."""
    return await _picture(request, "png")


@get("/my/badge.svg", include_in_schema=False, opt=PUBLIC)
async def badge_svg(request: PageRequest) -> Response[bytes]:
    """The badge's code, sharp at any size."""
    return await _picture(request, "svg")


@get("/my/calendar.ics", include_in_schema=False, opt=PUBLIC)
async def calendar_file(request: PageRequest) -> Response[bytes]:
    """The event as a file for the calendar, with the join link; for who has a seat."""
    own = await _own(request)
    if not own.has_seat:
        raise NotFound()
    sequence = max(own.event.sequence, own.person.invite_sequence or 0)
    with in_language(own.person.language):
        data = feed_ics(Feed(own.event.title, (confirmed_entry(own.event, sequence=sequence),)))
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{own.event.slug}.ics"'}
    return Response(data, media_type="text/calendar", headers=headers)


@get("/my/cancel", include_in_schema=False, opt=PUBLIC)
async def ask_cancel(request: PageRequest) -> Response[Any]:
    """Ask once before it is done; where nothing can be cancelled, back to the page that says how things stand."""
    own = await _own(request)
    if not may_cancel(own.person.status, own.event, now=clock.now()):
        return redirect("/my/registration")
    return page("my/cancel.html", request, registration=own.person, event=for_the_public(own.event))


@post("/my/cancel", include_in_schema=False, opt=PUBLIC)
async def cancel(request: PageRequest) -> Redirect:
    """Give the seat back. Doing it again changes nothing."""
    own = await _own(request)
    if not may_cancel(own.person.status, own.event, now=clock.now()):
        return redirect("/my/registration")
    try:
        await actions.cancel_registration(own.person.id)
    except Conflict:
        # Somebody was faster, perhaps the same finger: the page says how things stand.
        return redirect("/my/registration")
    return redirect("/my/registration?done=registration_cancelled")


@post("/my/leave", include_in_schema=False, opt=PUBLIC)
async def leave() -> Redirect:
    """Forget on this device whose registration was open."""
    gone = redirect("/my?done=registration_closed_here")
    gone.set_cookie(closing_cookie())
    return gone


def ask_for_code(request: PageRequest, error: Exception) -> Redirect:
    """The answer to `NothingOpen`: the way in."""
    return redirect("/my")


def _open_form(request: PageRequest, *, error: str = "", status: int = 200) -> Response[str]:
    errors = {"code": [error]} if error else {}
    return page("my/open.html", request, status=status, errors=errors, is_open=pass_of(request) is not None)


async def _own(request: PageRequest) -> _Own:
    """The registration open in this browser. Raises `NothingOpen`, also when its links were replaced meanwhile."""
    person = await open_registration(request)
    if person is None:
        raise NothingOpen()
    return _Own(seen_by(person, may_see_protected=True), await event_by_id(person.event_id))


def _as_they_see_it(own: _Own) -> Event:
    """With the join link and the whole venue for who has a seat at an event that takes place."""
    if not own.has_seat or own.event.status is EventStatus.CANCELLED:
        return for_the_public(own.event)
    venue = own.event.venue and replace(own.event.venue, disclosure=Disclosure.PUBLIC)
    return replace(own.event, venue=venue)


async def _picture(request: PageRequest, form: Literal["png", "svg"]) -> Response[bytes]:
    own = await _own(request)
    if not own.has_seat:
        raise NotFound()
    picture = await badge_picture(own.person, own.event, form)
    media_type = "image/png" if form == "png" else "image/svg+xml"
    return Response(picture, media_type=media_type, headers={"Cache-Control": "no-store"})


ROUTES = [
    Router(
        "/",
        route_handlers=[
            open_form,
            open_page,
            own_registration,
            badge_png,
            badge_svg,
            calendar_file,
            ask_cancel,
            cancel,
            leave,
        ],
        exception_handlers={NothingOpen: ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
