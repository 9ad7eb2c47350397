"""What a participant answers about a seat in the browser: yes to one that is kept for them, and that an address is theirs."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.response import Redirect

from events_service.errors import Conflict
from events_service.people.entrances import Entrance, NothingOpen
from events_service.registrations.checking import confirm_address
from events_service.registrations.my_pages import PUBLIC, ask_for_code
from events_service.registrations.offers import accept_offer
from events_service.registrations.open_pass import PASS, Pass, own_registration
from events_service.web.pages import redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
CONFIRMING = Entrance("/my/confirm", "my/confirm.html", leads_to="/my/registration?done=address_confirmed", cookie=PASS)


@post("/my/accept", include_in_schema=False, opt=PUBLIC)
async def accept(request: PageRequest) -> Redirect:
    """Take the seat that is kept. Where it is kept no longer, the page says how things stand."""
    person = await own_registration(request)
    try:
        await accept_offer(person.id)
    except Conflict:
        return redirect("/my/registration?done=offer_over")
    return redirect("/my/registration?done=offer_accepted")


@get("/my/confirm", name="my.confirm", include_in_schema=False, opt=PUBLIC)
async def confirm_form(request: PageRequest) -> Response[str]:
    """Where the link in the mail leads. Reading it changes nothing: mail scanners follow links."""
    return CONFIRMING.form(request)


@post("/my/confirm", include_in_schema=False, opt=PUBLIC)
async def confirm(request: PageRequest) -> Response[Any]:
    """The address is theirs: the registration counts from now on, and its page is open."""
    unknown = _("This code confirms nothing: it was used, or it is too old. Register again to get another.")
    return await CONFIRMING.open(request, _pass_confirmed, unknown=unknown)


async def _pass_confirmed(code: str) -> Pass:
    return Pass.of(await confirm_address(code))


ROUTES = [
    Router(
        "/",
        route_handlers=[accept, confirm_form, confirm],
        exception_handlers={NothingOpen: ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
