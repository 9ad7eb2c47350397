"""Registering somebody at the entrance from the back office; their page then shows the badge to print.

The door shows the same short form, and takes it by `take_form` too.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from events_service.errors import Conflict, Invalid
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.people.guards import SignInFirst, actor_of, doer_of, to_sign_in
from events_service.people.rules import Permission
from events_service.registrations.access import sees_who
from events_service.registrations.pools import fullness_of
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Category, EventFull, QuotaFull
from events_service.registrations.walk_ins import WalkInDraft, register_walk_in
from events_service.web.forms import read_form
from events_service.web.pages import page, redirect
from events_service.web.words import language

Draft = TypeVar("Draft", bound=WalkInDraft)
Done = TypeVar("Done")
PageRequest = Request[Any, Any, Any]
PAGE = "/office/events/{slug:str}/walk-in"
CATEGORIES = (Category.GUEST, *(one for one in Category if one is not Category.GUEST))


@dataclass(frozen=True, slots=True)
class WalkInForm:
    """The short form: what stands in it, what is wrong with that, or why it cannot be done now; and whether for want of a seat."""

    typed: dict[str, Any]
    errors: dict[str, list[str]] = field(default_factory=dict)
    refusal: str = ""
    is_full: bool = False
    status: int = 200

    def in_page(self, template: str, request: PageRequest, **beside: Any) -> Response[str]:
        """A page around the form, which asks for a reason where all seats are taken. `beside`: what else its template takes."""
        return page(
            template,
            request,
            status=self.status,
            categories=[one.value for one in CATEGORIES],
            form=self.typed,
            errors=self.errors,
            refusal=self.refusal,
            asks_reason=self.is_full or bool(self.typed.get("override_reason")),
            **beside,
        )


async def take_form(
    request: PageRequest, kind: type[Draft], act: Callable[[Draft], Awaitable[Done]]
) -> Done | WalkInForm:
    """What `act` made of the posted form; or the form again, where it is wrong or `act` refuses it."""
    form = await read_form(request, kind)
    try:
        return await act(form.given())
    except (Invalid, Conflict) as refused:
        return WalkInForm(**form.again(refused), is_full=isinstance(refused, EventFull | QuotaFull))


@get(PAGE, name="office.walk_in", guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)])
async def walk_in_form(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The short form: a name is enough."""
    return await _page(request, await event_by_slug(slug), WalkInForm({"language": language.get()}))


@post(PAGE, guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)])
async def take_walk_in(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """On to the person's page with the badge; or the form again, which asks for a reason where all seats are taken."""
    event = await event_by_slug(slug)

    async def act(draft: WalkInDraft) -> Registration:
        return await register_walk_in(slug, draft, by=await doer_of(request))

    taken = await take_form(request, WalkInDraft, act)
    if isinstance(taken, WalkInForm):
        return await _page(request, event, taken)
    if not sees_who(await actor_of(request), taken, event):
        return redirect(f"/office/events/{slug}/walk-in?done=walked_in")
    return redirect(f"/office/registrations/{taken.id}?done=walked_in")


async def _page(request: PageRequest, event: Event, form: WalkInForm) -> Response[str]:
    return form.in_page("office/walk_in.html", request, event=event, full=await fullness_of(event))


ROUTES = [
    Router(
        "/",
        route_handlers=[walk_in_form, take_walk_in],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
