"""What gates contradict, to be settled in the back office and on a supervisor's device; nothing here needs a script."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, QueryParameter

from events_service.audit.rules import Doer
from events_service.door.conflict_actions import ReopenDraft, SettleDraft, reopen, settle, supervisor_of
from events_service.door.conflict_queries import conflicts_of, how_many_open
from events_service.door.pages import answer_not_paired
from events_service.door.rules import DeviceRefused
from events_service.door.tokens import door_token
from events_service.errors import Conflict, Invalid
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.people.guards import doer_of
from events_service.people.rules import Permission
from events_service.sealing import token_digest
from events_service.web.forms import Form, errors_by_field, read_form
from events_service.web.lists import cursor_for, key_in
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

Draft = TypeVar("Draft", SettleDraft, ReopenDraft)
PageRequest = Request[Any, Any, Any]
OFFICE, DOOR = "/office/events/{slug:str}/door/conflicts", "/door/conflicts"
MANAGING = [needs_at_event(Permission.MANAGE_DOOR)]
AT_ONCE = 20
SettledAsked = Annotated[str, QueryParameter(name="settled", max_length=10)]
CursorTyped = Annotated[str, QueryParameter(max_length=400)]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the list is shown: its template and address, at which event, to whom; `shown` is what the template takes besides."""

    template: str
    address: str
    event_id: str
    doer: Doer
    shown: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A form that was not taken: whose, what was typed and what is wrong with it; or why it cannot be done at all."""

    conflict_id: str
    typed: dict[str, Any]
    errors: dict[str, list[str]]
    refusal: str = ""


@get(OFFICE, name="office.event.conflicts", guards=MANAGING, include_in_schema=False)
async def show_in_office(
    request: PageRequest, slug: FromPath[str], asked: SettledAsked = "", cursor: CursorTyped = ""
) -> Response[str]:
    """What waits to be settled, or what is."""
    return await _list(request, await _office(request, slug), settled=asked == "yes", cursor=cursor)


@post(OFFICE + "/{conflict_id:str}/settle", guards=MANAGING, include_in_schema=False)
async def settle_in_office(request: PageRequest, slug: FromPath[str], conflict_id: FromPath[str]) -> Response[Any]:
    """Settled; or the list again with what is wrong."""
    return await _settle(request, await _office(request, slug), conflict_id)


@post(OFFICE + "/{conflict_id:str}/reopen", guards=MANAGING, include_in_schema=False)
async def reopen_in_office(request: PageRequest, slug: FromPath[str], conflict_id: FromPath[str]) -> Response[Any]:
    """Open again; or the list with what is wrong."""
    return await _reopen(request, await _office(request, slug), conflict_id)


@get(DOOR, opt={"device": True})
async def show_on_device(request: PageRequest, asked: SettledAsked = "", cursor: CursorTyped = "") -> Response[str]:
    """The same on a supervisor's device."""
    return await _list(request, await _device(request), settled=asked == "yes", cursor=cursor)


@post(DOOR + "/{conflict_id:str}/settle", opt={"device": True})
async def settle_on_device(request: PageRequest, conflict_id: FromPath[str]) -> Response[Any]:
    """Settled on a supervisor's device."""
    return await _settle(request, await _device(request), conflict_id)


@post(DOOR + "/{conflict_id:str}/reopen", opt={"device": True})
async def reopen_on_device(request: PageRequest, conflict_id: FromPath[str]) -> Response[Any]:
    """Opened again on a supervisor's device."""
    return await _reopen(request, await _device(request), conflict_id)


async def _office(request: PageRequest, slug: str) -> Place:
    event = await event_by_slug(slug)
    address = f"/office/events/{slug}/door/conflicts"
    shown = {"event": event, "zone": event.timezone}
    return Place("office/conflicts.html", address, event.id, await doer_of(request), shown)


async def _device(request: PageRequest) -> Place:
    device = await supervisor_of(token_digest(door_token(request)))
    shown = {"device": device, "zone": device.timezone}
    return Place("door/conflicts.html", DOOR, device.event_id, Doer("device", device.id), shown)


async def _settle(request: PageRequest, place: Place, conflict_id: str) -> Response[Any]:
    async def act(draft: SettleDraft) -> None:
        await settle(conflict_id, draft, event_id=place.event_id, doer=place.doer)

    return await _decide(request, place, conflict_id, await read_form(request, SettleDraft), act)


async def _reopen(request: PageRequest, place: Place, conflict_id: str) -> Response[Any]:
    async def act(draft: ReopenDraft) -> None:
        await reopen(conflict_id, draft, event_id=place.event_id, doer=place.doer)

    return await _decide(request, place, conflict_id, await read_form(request, ReopenDraft), act, settled=True)


async def _decide(
    request: PageRequest,
    place: Place,
    conflict_id: str,
    form: Form[Draft],
    act: Callable[[Draft], Awaitable[None]],
    *,
    settled: bool = False,
) -> Response[Any]:
    """On to what waits; or the list that the form was in, with what is wrong. `settled` says which list that was."""
    try:
        if form.value is not None:
            await act(form.value)
            return redirect(f"{place.address}?done=conflict_{'reopened' if settled else 'settled'}")
        wrong, status = Wrong(conflict_id, form.typed, form.errors), 422
    except Invalid as invalid:
        wrong, status = Wrong(conflict_id, form.typed, errors_by_field(invalid)), 422
    except Conflict as refused:
        wrong, status = Wrong("", {}, {}, _(refused.detail)), 409
    return await _list(request, place, settled=settled, wrong=wrong, status=status)


async def _list(
    request: PageRequest,
    place: Place,
    *,
    settled: bool,
    cursor: str = "",
    wrong: Wrong | None = None,
    status: int = 200,
) -> Response[str]:
    found = await conflicts_of(place.event_id, settled=settled, before=key_in(cursor), limit=AT_ONCE + 1)
    shown, asked = found[:AT_ONCE], {"settled": "yes"} if settled else {}
    later = {**asked, "cursor": cursor_for(shown[-1].id)} if len(found) > AT_ONCE else None
    return page(
        place.template,
        request,
        status=status,
        **place.shown,
        here=place.address,
        conflicts=shown,
        is_settled=settled,
        waiting=await how_many_open(place.event_id),
        earlier=f"{place.address}?{urlencode(asked)}" if cursor else None,
        later=f"{place.address}?{urlencode(later)}" if later else None,
        wrong=wrong or Wrong("", {}, {}),
    )


OFFICE_ROUTES = [show_in_office, settle_in_office, reopen_in_office]
DOOR_ROUTES = [
    Router(
        "/",
        route_handlers=[show_on_device, settle_on_device, reopen_on_device],
        include_in_schema=False,
        exception_handlers={DeviceRefused: answer_not_paired},
    )
]
