"""The queue in the back office: saying yes or no to many at once, and the waiting list with the reasons for its order."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, QueryParameter

from events_service.errors import Conflict
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_id, event_by_slug
from events_service.events.rules import Event
from events_service.people.guards import SignInFirst, actor_of, doer_of, needs_account, to_sign_in
from events_service.people.rules import Permission
from events_service.registrations.access import registration_at
from events_service.registrations.admission_drafts import DecisionDraft, PriorityDraft, PromotionDraft
from events_service.registrations.drafts import RecordedReason
from events_service.registrations.offers import decide_many, offer_seat, promote_registration, set_priority
from events_service.registrations.pools import fullness_of
from events_service.registrations.queries import Registration
from events_service.registrations.queue_queries import (
    Among,
    cities_waiting,
    count_waiting,
    line_of,
    pending_of,
    people_by_id,
)
from events_service.registrations.rules import Category, Status
from events_service.web.bodies import Body
from events_service.web.forms import Form, read_form
from events_service.web.lists import cursor_for, key_in
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
QUEUE = "/office/events/{slug:str}/queue"
ONE = "/office/registrations/{registration_id:str}"
PENDING_SHOWN, LINE_SHOWN, FURTHEST = 100, 50, 20_000
Typed = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\x00]*$")]
CursorTyped = Annotated[str, QueryParameter(max_length=400)]
Draft = TypeVar("Draft", bound=Body)
Start = Annotated[int, QueryParameter(ge=0, le=FURTHEST)]


@get(QUEUE, name="office.queue", guards=[needs_at_event(Permission.SEE_REGISTRATIONS)])
async def queue(
    request: PageRequest,
    slug: FromPath[str],
    category: Typed = "",
    city: Typed = "",
    cursor: CursorTyped = "",
    start: Start = 0,
) -> Response[str]:
    """Who waits, and for what."""
    event = await event_by_slug(slug)
    return await _page(request, event, typed={"category": category, "city": city}, cursor=cursor, start=start)


@post(QUEUE + "/approve", guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)])
async def approve_many(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Say yes to those who are ticked, in the order they came; the page then says who got it, and why others did not."""
    return await _decide(request, slug, approved=True)


@post(QUEUE + "/decline", guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)])
async def decline_many(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Say no to those who are ticked, with the reason in their letters."""
    return await _decide(request, slug, approved=False)


@post(ONE + "/promote", guards=[needs_account])
async def promote(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """A free seat out of turn, or the first place in line; the reason is recorded."""

    async def verb(person: Registration, draft: PromotionDraft) -> None:
        await promote_registration(person.id, reason=draft.reason, by=await doer_of(request))

    return await _with_reason(request, registration_id, PromotionDraft, verb, done="promoted_by_hand")


@post(ONE + "/priority", guards=[needs_account])
async def prioritise(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Another priority in line; the reason is recorded."""

    async def verb(person: Registration, draft: PriorityDraft) -> None:
        await set_priority(person.id, draft.priority, reason=draft.reason, by=await doer_of(request))

    return await _with_reason(request, registration_id, PriorityDraft, verb, done="priority_set")


@post(ONE + "/offer", guards=[needs_account])
async def offer(request: PageRequest, registration_id: FromPath[str]) -> Response[Any]:
    """Keep a free seat for somebody who waits until they answer; a reason, where one is given, is recorded."""

    async def verb(person: Registration, draft: RecordedReason) -> None:
        await offer_seat(person.id, reason=draft.reason, by=await doer_of(request))

    return await _with_reason(request, registration_id, RecordedReason, verb, done="seat_offered")


async def _decide(request: PageRequest, slug: str, *, approved: bool) -> Response[Any]:
    event = await event_by_slug(slug)
    form = await read_form(request, DecisionDraft, many=frozenset({"ids"}))
    if form.value is None:
        return await _page(request, event, form=form, refusal=_why_nobody(form), status=422)
    asked = form.value
    done, refused = await decide_many(
        event, asked.ids, approved=approved, reason=asked.reason, by=await doer_of(request)
    )
    people = await people_by_id(event, asked.ids)
    decided = _Decided(
        approved,
        done=len(done),
        seated=sum(1 for one in done if people[one].status is Status.CONFIRMED),
        refused=[(people[one].name if one in people else one, _(why.detail)) for one, why in refused.items()],
    )
    return await _page(request, event, decided=decided)


def _what_is_wrong(form: Form[Any]) -> str:
    if not str(form.typed.get("reason", "")).strip():
        return _("Give a reason; it is recorded.")
    return _all_said(form)


def _why_nobody(form: Form[DecisionDraft]) -> str:
    if not form.typed.get("ids"):
        return _("Tick at least one person first.")
    return _all_said(form)


def _all_said(form: Form[Any]) -> str:
    return " ".join(message for said in form.errors.values() for message in said)


@dataclass(frozen=True, slots=True)
class _Decided:
    """What came of a decision about many: for how many it was done, how many of them have a seat; of the others name and why not."""

    approved: bool
    done: int
    seated: int
    refused: list[tuple[str, str]]


async def _with_reason(
    request: PageRequest,
    registration_id: str,
    kind: type[Draft],
    verb: Callable[[Registration, Draft], Awaitable[None]],
    *,
    done: str,
) -> Response[Any]:
    """Do it and show the queue; or show it with the sentence why it cannot be done."""
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    event = await event_by_id(person.event_id)
    form = await read_form(request, kind)
    if form.value is None:
        return await _page(request, event, refusal=_what_is_wrong(form), open_for=person.id, status=422)
    try:
        await verb(person, form.value)
    except Conflict as refused:
        return await _page(request, event, refusal=_(refused.detail), open_for=person.id, status=409)
    return redirect(f"/office/events/{event.slug}/queue?done={done}")


async def _page(
    request: PageRequest,
    event: Event,
    *,
    typed: Mapping[str, str] | None = None,
    cursor: str = "",
    start: int = 0,
    form: Form[DecisionDraft] | None = None,
    decided: _Decided | None = None,
    open_for: str = "",
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    typed = dict(typed or {"category": "", "city": ""})
    among = Among(**typed)
    found = await pending_of(event, among, after=key_in(cursor), limit=PENDING_SHOWN + 1)
    line = await line_of(event, among, start=start, limit=LINE_SHOWN + 1)
    more_pending, more_line = len(found) > PENDING_SHOWN, len(line) > LINE_SHOWN
    return page(
        "office/queue.html",
        request,
        status=status,
        event=event,
        full=await fullness_of(event),
        form=typed,
        categories=[category.value for category in Category],
        cities=await cities_waiting(event),
        pending=found[:PENDING_SHOWN],
        pending_total=await count_waiting(event, Status.PENDING, among),
        line=line[:LINE_SHOWN],
        line_total=await count_waiting(event, Status.WAITLISTED, among),
        ticked=form.typed.get("ids", []) if form else [],
        reason=form.typed.get("reason", "") if form else "",
        decided=decided,
        open_for=open_for,
        refusal=refusal,
        may_edit=(await actor_of(request)).may(Permission.EDIT_REGISTRATIONS, event.slug),
        pending_earlier=_address(event, typed) if cursor else None,
        pending_later=_address(event, typed, cursor=cursor_for(found[PENDING_SHOWN - 1].id)) if more_pending else None,
        line_earlier=_address(event, typed, start=max(0, start - LINE_SHOWN)) if start else None,
        line_later=_address(event, typed, start=start + LINE_SHOWN)
        if more_line and start + LINE_SHOWN <= FURTHEST
        else None,
    )


def _address(event: Event, typed: Mapping[str, str], **more: str | int) -> str:
    query = urlencode({name: value for name, value in {**typed, **more}.items() if value})
    path = f"/office/events/{event.slug}/queue"
    return f"{path}?{query}" if query else path


ROUTES = [
    Router(
        "/",
        route_handlers=[queue, approve_many, decline_many, promote, prioritise, offer],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
