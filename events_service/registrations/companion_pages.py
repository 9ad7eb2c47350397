"""Companions in the browser: taken back on the page of whoever brings them."""

from typing import Annotated, Any

from litestar import Request, Router, post
from litestar.response import Redirect
from msgspec import Meta

from events_service.errors import Conflict, NotFound
from events_service.people.api import known_id
from events_service.people.entrances import NothingOpen
from events_service.registrations.my_pages import PUBLIC, ask_for_code
from events_service.registrations.open_pass import own_registration
from events_service.registrations.parties import take_back
from events_service.web.bodies import Body
from events_service.web.forms import read_form
from events_service.web.pages import redirect

PageRequest = Request[Any, Any, Any]


class OneForm(Body, frozen=True):
    """Which of the companions."""

    registration_id: Annotated[str, Meta(max_length=64)]


@post("/my/companions/cancel", opt=PUBLIC)
async def cancel_companion(request: PageRequest) -> Redirect:
    """Give back the seat of a companion who has no page of their own. Doing it again changes nothing."""
    person = await own_registration(request)
    form = await read_form(request, OneForm)
    if form.value is None:
        raise NotFound()
    try:
        await take_back(person, known_id(form.value.registration_id))
    except Conflict:
        return redirect("/my/registration")
    return redirect("/my/registration?done=companion_cancelled")


ROUTES = [
    Router(
        "/",
        route_handlers=[cancel_companion],
        exception_handlers={NothingOpen: ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
