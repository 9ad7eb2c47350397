"""Invitations in the back office: who is invited and how far it has come, and inviting with a look before it is sent."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, QueryParameter
from msgspec import structs

from events_service.directory.queries import member_cities
from events_service.directory.rules import Group
from events_service.errors import Conflict, FieldError, Invalid, NotFound
from events_service.events.access import needs_at_event
from events_service.events.categories import Category
from events_service.events.queries import event_by_id, event_by_slug
from events_service.events.rules import Event
from events_service.invitations import actions
from events_service.invitations.actions import Rejected
from events_service.invitations.drafts import GuestDraft, Segment, Terms
from events_service.invitations.queries import (
    Wanted,
    count_by_state,
    invitation_by_id,
    known_addresses,
    list_invitations,
    names_of,
)
from events_service.invitations.rules import MOST_PEOPLE, State, read_pasted
from events_service.invitations.terms import offered_in
from events_service.people.api import known_id
from events_service.people.guards import SignInFirst, actor_of, as_doer, needs_account, to_sign_in
from events_service.people.rules import Permission
from events_service.reception.invitation_api import invitations_csv, people_in_segment
from events_service.web.fields import checked, paragraphs
from events_service.web.forms import errors_by_field, read_form
from events_service.web.lists import cursor_for, key_in
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
LIST = "/office/events/{slug:str}/invitations"
ONE = "/office/invitations/{invitation_id:str}"
PAGE_LENGTH, SHOWN_BEFORE = 50, 100
Typed = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\x00]*$")]
CursorTyped = Annotated[str, QueryParameter(max_length=400)]


class InviteForm(Terms, frozen=True, kw_only=True):
    """Whom to invite, as typed: a pasted list, or a segment of the directory; first to look, then to send."""

    pasted: Annotated[str, checked(paragraphs, max_length=600_000)] = ""
    segment: Segment | None = None
    from_directory: bool = False
    step: Literal["look", "send"] = "look"


@get(LIST, name="office.invitations", guards=[needs_at_event(Permission.SEE_REGISTRATIONS)])
async def invitations(
    request: PageRequest, slug: FromPath[str], q: Typed = "", status: Typed = "", cursor: CursorTyped = ""
) -> Response[str]:
    """Who is invited, in the order they were."""
    return await _list(request, await event_by_slug(slug), q=q, how_far=status, cursor=cursor)


@get(LIST + "/file.csv", guards=[needs_at_event(Permission.SEE_REGISTRATIONS)])
async def export(request: PageRequest, slug: FromPath[str]) -> Response[bytes]:
    """All of them as a file. That it was read is noted."""
    return await invitations_csv(await event_by_slug(slug), await actor_of(request))


@get(LIST + "/new", guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)])
async def new(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """Whom to invite."""
    return await _form(request, await event_by_slug(slug), typed={})


@post(LIST + "/new", guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)])
async def invite(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """A look at who would be invited; after it, the letters. Or the form again with what is wrong."""
    event = await event_by_slug(slug)
    form = await read_form(request, InviteForm)
    if form.value is None:
        return await _form(request, event, typed=form.typed, errors=form.errors, status=422)
    try:
        offered = offered_in(form.value, event)
        guests, rejected = await _guests(form.value)
        if form.value.step == "look":
            return await _preview(request, event, guests, rejected, typed=form.typed)
        sent = await actions.invite(slug, guests, offered, by=as_doer(await actor_of(request)))
    except Invalid as invalid:
        return await _form(request, event, typed=form.typed, errors=errors_by_field(invalid), status=422)
    except Conflict as refused:
        return await _form(request, event, typed=form.typed, refusal=_(refused.detail), status=409)
    return redirect(f"/office/events/{slug}/invitations?done={'people_invited' if sent else 'nobody_new_invited'}")


@post(LIST + "/remind", guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)])
async def remind(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Remind everyone who has not answered."""
    event = await event_by_slug(slug)
    try:
        reminded = await actions.remind_by_hand(slug, by=as_doer(await actor_of(request)))
    except Conflict as refused:
        return await _list(request, event, refusal=_(refused.detail), status=409)
    return redirect(f"/office/events/{slug}/invitations?done={'guests_reminded' if reminded else 'no_guest_to_remind'}")


@post(ONE + "/withdraw", guards=[needs_account])
async def withdraw(request: PageRequest, invitation_id: FromPath[str]) -> Response[Any]:
    """Take it back."""
    event = await _event_of(request, invitation_id)
    try:
        await actions.withdraw(invitation_id, by=as_doer(await actor_of(request)))
    except Conflict as refused:
        return await _list(request, event, refusal=_(refused.detail), status=409)
    return redirect(f"/office/events/{event.slug}/invitations?done=invitation_withdrawn")


@post(ONE + "/resend", guards=[needs_account])
async def resend(request: PageRequest, invitation_id: FromPath[str]) -> Response[Any]:
    """Send it again, or anew."""
    event = await _event_of(request, invitation_id)
    try:
        await actions.send_again(invitation_id, by=as_doer(await actor_of(request)))
    except Conflict as refused:
        return await _list(request, event, refusal=_(refused.detail), status=409)
    return redirect(f"/office/events/{event.slug}/invitations?done=resent")


async def _guests(form: InviteForm) -> tuple[list[GuestDraft], list[Rejected]]:
    if form.from_directory:
        return await people_in_segment(form.segment or Segment()), []
    people = read_pasted(form.pasted)[: MOST_PEOPLE + 1]
    if not people or len(people) > MOST_PEOPLE:
        raise Invalid([FieldError("pasted", "required", _("Paste from one to 5,000 people, one on each line."))])
    return actions.read_people(people)


async def _event_of(request: PageRequest, invitation_id: str) -> Event:
    """Its event, for who may edit there. Raises `NotFound`, `Forbidden`."""
    invitation = await invitation_by_id(known_id(invitation_id))
    event = await event_by_id(invitation.event_id)
    actor = await actor_of(request)
    if not actor.may(Permission.SEE_REGISTRATIONS, event.slug):
        raise NotFound()
    actor.require(Permission.EDIT_REGISTRATIONS, event.slug)
    return event


async def _list(
    request: PageRequest,
    event: Event,
    *,
    q: str = "",
    how_far: str = "",
    cursor: str = "",
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    actor = await actor_of(request)
    protected = actor.may(Permission.SEE_PROTECTED, event.slug)
    found = await list_invitations(
        event.id, Wanted(q, how_far), after=key_in(cursor), limit=PAGE_LENGTH + 1, may_see_protected=protected
    )
    shown = found[:PAGE_LENGTH]
    typed = {"q": q, "status": how_far}
    return page(
        "office/invitations.html",
        request,
        status=status,
        event=event,
        invitations=shown,
        hosts=await names_of(event.id, [one.host_id for one in shown if one.host_id], may_see_protected=protected),
        counts=await count_by_state(event.id),
        states=list(State),
        form=typed,
        may_edit=actor.may(Permission.EDIT_REGISTRATIONS, event.slug),
        earlier=_address(event.slug, typed) if cursor else None,
        later=_address(event.slug, typed | {"cursor": cursor_for(shown[-1].id)}) if len(found) > PAGE_LENGTH else None,
        refusal=refusal,
    )


async def _preview(
    request: PageRequest, event: Event, guests: list[GuestDraft], rejected: list[Rejected], *, typed: dict[str, Any]
) -> Response[str]:
    by_address = {one.email.casefold(): one for one in guests}
    known = await known_addresses(event.id, list(by_address))
    fresh = [one for key, one in by_address.items() if key not in known]
    return page(
        "office/invitations_preview.html",
        request,
        event=event,
        fresh=[structs.asdict(one) for one in fresh[:SHOWN_BEFORE]],
        count=len(fresh),
        known=len(guests) - len(fresh),
        rejected=[(one.line, "; ".join(error.message for error in one.errors)) for one in rejected],
        typed=typed,
    )


async def _form(
    request: PageRequest,
    event: Event,
    *,
    typed: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    cities = await member_cities()
    return page(
        "office/invitations_new.html",
        request,
        status=status,
        event=event,
        cities=[city.slug for city in cities],
        countries=sorted({city.country for city in cities}),
        categories=list(Category),
        groups=list(Group),
        form=typed,
        errors=errors or {},
        refusal=refusal,
    )


def _address(slug: str, typed: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in typed.items() if value})
    path = f"/office/events/{slug}/invitations"
    return f"{path}?{query}" if query else path


ROUTES = [
    Router(
        "/",
        route_handlers=[invitations, export, new, invite, remind, withdraw, resend],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
