"""A participant's own registration in the browser. The code from the mail opens it; a sealed cookie keeps it open for a while."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from litestar import Request, Response, Router, get, post
from litestar.response import Redirect

from events_service import clock, settings
from events_service.audit.rules import Doer
from events_service.calendar import Feed, feed_ics
from events_service.errors import Conflict, NotFound
from events_service.events.entries import confirmed_entry
from events_service.events.queries import event_by_id
from events_service.events.rules import Disclosure, Event, for_the_public, is_open_to_all
from events_service.events.rules import Status as EventStatus
from events_service.outbox.suppression import reasons
from events_service.people.entrances import Entrance, NothingOpen
from events_service.registrations import actions
from events_service.registrations.badges import badge_picture, code_of
from events_service.registrations.choices import own_agenda
from events_service.registrations.companions_shown import companions_shown
from events_service.registrations.link_renewing import renew_links
from events_service.registrations.links import feed_url, join_page_url
from events_service.registrations.naming import seen_by
from events_service.registrations.open_pass import PASS, Pass, own_registration
from events_service.registrations.queries import (
    Registration,
    registration_by_code,
    waitlist_position,
)
from events_service.registrations.rules import Attendance, Status, may_cancel
from events_service.web.pages import page, redirect
from events_service.web.words import in_language

PageRequest = Request[Any, Any, Any]
PUBLIC = {"public": True}
ENTRANCE = Entrance("/my", "my/open.html", leads_to="/my/registration", cookie=PASS)
ask_for_code = ENTRANCE.ask_for_code


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
    return ENTRANCE.form(request)


@post("/my", include_in_schema=False, opt=PUBLIC)
async def open_page(request: PageRequest) -> Response[Any]:
    """Open the registration of this code, or ask again."""
    return await ENTRANCE.open(request, _pass_by_code)


@get("/my/registration", include_in_schema=False, opt=PUBLIC)
async def show_own(request: PageRequest) -> Response[str]:
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
        badge_code=code_of(person),
        calendar_url="/my/calendar.ics",
        feed_url=feed_url(person.id, person.links_generation, settings.current()),
        can_cancel=may_cancel(person.status, event, now=clock.now()),
        choices=[one for one in sessions.chosen if one.sign_up or one.is_speaking],
        may_choose=own.has_seat and bool(sessions.offered),
        has_sessions=bool(sessions.chosen or sessions.offered),
        is_listed=is_open_to_all(event),
        companions=await companions_shown(person, event),
        takes_no_mail=bool(await reasons([person.email])),
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
    is_online = own.person.attendance is Attendance.ONLINE
    join_page = join_page_url(own.person.id, own.person.links_generation, settings.current())
    with in_language(own.person.language):
        entry = confirmed_entry(
            own.event, sequence=sequence, online=is_online, join_page=join_page if is_online else ""
        )
        data = feed_ics(Feed(own.event.title, (entry,)))
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


@post("/my/new-links", include_in_schema=False, opt=PUBLIC)
async def new_links(request: PageRequest) -> Redirect:
    """Replace the links that open this page and its calendar. It stays open in this browser, and ends in every other."""
    own = await _own(request)
    renewed = await renew_links(own.person.id, by=Doer("participant", own.person.id))
    back = redirect("/my/registration?done=links_replaced")
    back.set_cookie(PASS.keep(Pass.of(renewed)))
    return back


@post("/my/leave", include_in_schema=False, opt=PUBLIC)
async def leave() -> Redirect:
    """Forget on this device whose registration was open."""
    return ENTRANCE.leave(to="/my?done=registration_closed_here")


async def _pass_by_code(code: str) -> Pass:
    return Pass.of(await registration_by_code(code))


async def _own(request: PageRequest) -> _Own:
    """The registration open in this browser. Raises `NothingOpen`, also when its links were replaced meanwhile."""
    person = await own_registration(request)
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
            show_own,
            badge_png,
            badge_svg,
            calendar_file,
            ask_cancel,
            cancel,
            new_links,
            leave,
        ],
        exception_handlers={NothingOpen: ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
