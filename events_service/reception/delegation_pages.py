"""A delegation as its coordinator sees it: the way in by the code from the mail, its seats, and naming who has them."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.response import Redirect

from events_service import settings
from events_service.delegations.drafts import DelegateDraft
from events_service.delegations.rules import DELEGATE_CATEGORIES, unnamed
from events_service.errors import Conflict, Invalid, TooMany
from events_service.events.rules import Format, for_the_public
from events_service.people.entrances import NothingOpen
from events_service.reception.open_delegation import (
    ENTRANCE,
    OWN,
    WAY_IN,
    OwnDelegation,
    counted_try,
    own_delegation,
    pass_by_code,
)
from events_service.registrations.delegate_queries import delegates_of
from events_service.registrations.delegates import name_delegate
from events_service.registrations.rules import Status
from events_service.web.forms import read_form
from events_service.web.pages import page, redirect

PageRequest = Request[Any, Any, Any]
PUBLIC = {"public": True}


@get(ENTRANCE, name="delegation", opt=PUBLIC)
async def open_form(request: PageRequest) -> Response[str]:
    """Where the link in the mail leads. Reading it changes nothing: mail scanners follow links."""
    return WAY_IN.form(request)


@post(ENTRANCE, opt=PUBLIC)
async def open_page(request: PageRequest) -> Response[Any]:
    """Open the delegation of this code, or ask again."""
    return await WAY_IN.open(request, pass_by_code)


@get(OWN, opt=PUBLIC)
async def own_page(request: PageRequest) -> Response[str]:
    """The city's seats, and who has them; and the form to name somebody."""
    own = await own_delegation(request)
    return await _page(request, own, typed=_blank(own))


@post(OWN, opt=PUBLIC)
async def name(request: PageRequest) -> Response[Any]:
    """Give a seat to somebody; or the form again with what is wrong."""
    own = await own_delegation(request)
    form = await read_form(request, DelegateDraft)
    try:
        wanted = form.given()
        async with counted_try(own):
            await name_delegate(own.delegation.id, wanted, by=own.doer)
    except (Invalid, Conflict, TooMany) as refused:
        return await _page(request, own, **form.again(refused))
    return redirect(f"{OWN}?done=delegate_named")


@post(ENTRANCE + "/leave", opt=PUBLIC)
async def leave() -> Redirect:
    """Forget on this device whose delegation was open."""
    return WAY_IN.leave()


def _blank(own: OwnDelegation) -> dict[str, Any]:
    return {"language": own.delegation.language, "attendance": own.delegation.attendance}


async def _page(
    request: PageRequest,
    own: OwnDelegation,
    *,
    typed: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    people = await delegates_of(own.delegation.id)
    named = sum(one.status is Status.CONFIRMED for one in people)
    return page(
        "delegation/seats.html",
        request,
        status=status,
        delegation=own.delegation,
        event=for_the_public(own.event),
        people=people,
        named=named,
        unnamed=unnamed(own.delegation, named),
        is_open=own.is_open,
        is_hybrid=own.event.format is Format.HYBRID,
        categories=[one.value for one in DELEGATE_CATEGORIES],
        contact=settings.current().reply_address,
        form=typed,
        errors=errors or {},
        refusal=refusal,
    )


ROUTES = [
    Router(
        "/",
        route_handlers=[open_form, open_page, own_page, name, leave],
        exception_handlers={NothingOpen: WAY_IN.ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
