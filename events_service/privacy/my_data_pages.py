"""One's own data: taken out as a file, or erased. Whoever opened the link to their address may."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.response import Redirect

from events_service import settings
from events_service.audit.rules import Doer
from events_service.privacy.erasing import erase_address
from events_service.privacy.take_out import as_csv, as_json, kept_about
from events_service.questions.consents import DATA_USE_VERSION, data_use_wording
from events_service.registrations.magic_links import registrations_of
from events_service.registrations.magic_pages import (
    OPEN_ADDRESS,
    NoAddressOpen,
    ask_for_link_first,
    open_address_of,
)
from events_service.registrations.open_pass import PASS
from events_service.web.pages import page, redirect

PageRequest = Request[Any, Any, Any]
PUBLIC = {"public": True}


@get("/privacy", name="privacy", opt=PUBLIC, include_in_schema=False)
async def privacy(request: PageRequest) -> Response[str]:
    """How personal data is treated, with the words that whoever registers agrees to."""
    return page(
        "privacy.html",
        request,
        contact=settings.current().reply_address,
        consent=data_use_wording(),
        consent_version=DATA_USE_VERSION,
    )


@get("/my/data.json", include_in_schema=False, opt=PUBLIC)
async def data_json(request: PageRequest) -> Response[bytes]:
    """Everything kept about the address, as JSON."""
    email_key = open_address_of(request)
    return _file(as_json(email_key, await kept_about(email_key)), "my-data.json", "application/json")


@get("/my/data.csv", include_in_schema=False, opt=PUBLIC)
async def data_csv(request: PageRequest) -> Response[bytes]:
    """The same as a table."""
    return _file(as_csv(await kept_about(open_address_of(request))), "my-data.csv", "text/csv")


@get("/my/erase", include_in_schema=False, opt=PUBLIC)
async def ask_erase(request: PageRequest) -> Response[str]:
    """Ask once before everything goes."""
    return page("my/erase.html", request, number=len(await registrations_of(open_address_of(request))))


@post("/my/erase", include_in_schema=False, opt=PUBLIC)
async def erase(request: PageRequest) -> Redirect:
    """Erase everything kept about the address; seats that lie ahead are given on."""
    await erase_address(open_address_of(request), doer=Doer("participant", ""))
    gone = redirect("/my/link?done=erased")
    gone.set_cookie(OPEN_ADDRESS.take_away())
    gone.set_cookie(PASS.take_away())
    return gone


def _file(data: bytes, name: str, media_type: str) -> Response[bytes]:
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=media_type, headers=headers)


ROUTES = [
    privacy,
    Router(
        "/",
        route_handlers=[data_json, data_csv, ask_erase, erase],
        exception_handlers={NoAddressOpen: ask_for_link_first},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    ),
]
