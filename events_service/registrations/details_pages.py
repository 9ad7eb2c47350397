"""Correcting one's own details in the browser, and switching between the room and online while seats last."""

from typing import Any

from litestar import Request, Response, Router, get, post

from events_service import clock
from events_service.errors import Conflict, Invalid
from events_service.events.queries import event_by_id
from events_service.events.rules import Event, Format, for_the_public
from events_service.people.entrances import NothingOpen
from events_service.registrations.my_pages import PUBLIC, ask_for_code
from events_service.registrations.naming import seen_by
from events_service.registrations.open_pass import own_registration
from events_service.registrations.own_details import OwnDetails, change_own_details
from events_service.registrations.pools import fullness_of
from events_service.registrations.queries import Registration
from events_service.registrations.rules import ENDED, still_seats_people
from events_service.web.forms import read_form
from events_service.web.pages import page, redirect

PageRequest = Request[Any, Any, Any]
PATH = "/my/details"


@get(PATH, opt=PUBLIC)
async def details_form(request: PageRequest) -> Response[Any]:
    """The details as they stand; where nothing can be changed, back to the page that says how things are."""
    person, event = await _own(request)
    if person.status in ENDED or not still_seats_people(event, now=clock.now()):
        return redirect("/my/registration")
    return await _form(request, person, event, typed=_filled(person))


@post(PATH, opt=PUBLIC)
async def change_details(request: PageRequest) -> Response[Any]:
    """Keep them; or the form again with what is wrong, also where there is no seat the other way."""
    person, event = await _own(request)
    form = await read_form(request, OwnDetails)
    try:
        changed = await change_own_details(person.id, form.given())
    except (Invalid, Conflict) as refused:
        return await _form(request, person, event, **form.again(refused))
    switched = changed.attendance is not person.attendance
    return redirect(f"/my/registration?done={'attendance_switched' if switched else 'details_kept'}")


async def _own(request: PageRequest) -> tuple[Registration, Event]:
    person = await own_registration(request)
    return seen_by(person, may_see_protected=True), await event_by_id(person.event_id)


def _filled(person: Registration) -> dict[str, Any]:
    return {
        "name": person.name,
        "organisation": person.organisation,
        "city": person.city,
        "language": person.language,
        "attendance": person.attendance.value,
    }


async def _form(
    request: PageRequest,
    person: Registration,
    event: Event,
    *,
    typed: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    return page(
        "my/details.html",
        request,
        status=status,
        registration=person,
        event=for_the_public(event),
        seats=(await fullness_of(event)).seats if event.format is Format.HYBRID else [],
        form=typed,
        errors=errors or {},
        refusal=refusal,
    )


ROUTES = [
    Router(
        "/",
        route_handlers=[details_form, change_details],
        exception_handlers={NothingOpen: ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
