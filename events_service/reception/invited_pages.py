"""An invitation as its guest sees it. The code from the mail opens it; a sealed cookie keeps it open for a while."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.response import Redirect
from msgspec import Meta, field

from events_service import clock, settings
from events_service.errors import Conflict, FieldError, Invalid, NotFound, TooMany
from events_service.events.categories import Category
from events_service.events.queries import event_by_id
from events_service.events.rules import Event, for_the_public
from events_service.invitations.actions import decline, open_invitation, pass_on, read_people
from events_service.invitations.drafts import GuestDraft, PassedOn, Word
from events_service.invitations.queries import invitation_by_id
from events_service.invitations.rules import (
    AnsweredAlready,
    Invitation,
    check_answerable,
    invitation_code,
    read_pasted,
)
from events_service.people.addresses import network_of, visitor_address
from events_service.registrations.accepting import accept_invitation
from events_service.registrations.drafts import Answers, RegistrationDraft, agreed
from events_service.registrations.rules import Attendance
from events_service.registrations.seating import Application
from events_service.web.bodies import Body
from events_service.web.fields import LanguageTag, OptionalLine, checked, needed_line, paragraphs
from events_service.web.forms import errors_by_field, read_form
from events_service.web.limits import allow, give_back
from events_service.web.pages import page, redirect
from events_service.web.sealed_cookies import SealedCookie
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
ENTRANCE, OWN = "/invited", "/invited/answer"
TRIES, TRIES_WITHIN = 20, timedelta(minutes=10)
PUBLIC = {"public": True}


class OpenInvitation(msgspec.Struct, frozen=True, array_like=True):
    """What the cookie holds: whose invitation."""

    invitation_id: str


PASS = SealedCookie("invited", purpose="guest-cookie", holds=OpenInvitation, lasts=timedelta(hours=2))


class CodeForm(Body, frozen=True):
    """The code from the mail."""

    code: Annotated[str, Meta(max_length=200)]


class AcceptForm(Body, frozen=True, kw_only=True):
    """A yes. The address and the category are the invitation's; `companions` one a line, as in a pasted list."""

    name: Annotated[str, checked(needed_line, max_length=200)]
    organisation: OptionalLine = ""
    city: OptionalLine = ""
    attendance: Attendance | None = None
    language: LanguageTag = "en"
    answers: Answers = field(default_factory=dict)
    companions: Annotated[str, checked(paragraphs, max_length=5_000)] = ""
    consent: Annotated[bool, checked(agreed)]


class NothingOpen(NotFound):
    """No invitation is open in this browser."""

    code = "nothing_open"


@dataclass(frozen=True, slots=True)
class _Own:
    invitation: Invitation
    event: Event


@get(ENTRANCE, name="invited", opt=PUBLIC)
async def open_form(request: PageRequest) -> Response[str]:
    """Where the link in the mail leads. Reading it changes nothing: mail scanners follow links."""
    return _open_form(request)


@post(ENTRANCE, opt=PUBLIC)
async def open_page(request: PageRequest) -> Response[Any]:
    """Open the invitation of this code, or ask again."""
    bucket = f"invited|{network_of(visitor_address(request))}"
    try:
        await allow(bucket, most=TRIES, within=TRIES_WITHIN)
    except TooMany as refused:
        shown = _open_form(request, error=_(refused.detail), status=429)
        shown.headers["Retry-After"] = str(refused.retry_after)
        return shown
    form = await read_form(request, CodeForm)
    try:
        invitation = await open_invitation(form.value.code if form.value else "")
    except NotFound:
        error = _("This code opens nothing. Please copy it once more from your latest mail.")
        return _open_form(request, error=error, status=422)
    await give_back(bucket)
    opened = redirect(OWN)
    opened.set_cookie(PASS.keep(OpenInvitation(invitation.id)))
    return opened


@get(OWN, opt=PUBLIC)
async def own_page(request: PageRequest) -> Response[str]:
    """The event, and the ways to answer; or how it was answered."""
    own = await _own(request)
    return _page(request, own, form=_filled(own.invitation))


@post(ENTRANCE + "/accept", opt=PUBLIC)
async def accept(request: PageRequest) -> Response[Any]:
    """Yes: a seat for the guest and one for each companion; or the form again with what is wrong."""
    own = await _own(request)
    form = await read_form(request, AcceptForm)
    if form.value is None:
        return _page(request, own, form=form.typed, errors=form.errors, status=422)
    try:
        companions = _companions(form.value)
        wish = Application(own.event.slug, _draft(form.value, own.invitation), knows_event=True)
        await accept_invitation(wish, companions)
    except Invalid as invalid:
        return _page(request, own, form=form.typed, errors=errors_by_field(invalid), status=422)
    except Conflict as refused:
        return _page(request, own, form=form.typed, refusal=_(refused.detail), status=409)
    return redirect(f"{OWN}?done=invitation_accepted")


@post(ENTRANCE + "/decline", opt=PUBLIC)
async def say_no(request: PageRequest) -> Response[Any]:
    """No, with a word or without."""
    own = await _own(request)
    form = await read_form(request, Word)
    if form.value is None:
        return _page(request, own, form=form.typed, errors=form.errors, status=422)
    try:
        await decline(own.invitation.id, word=form.value.word)
    except Conflict as refused:
        return _page(request, own, form=form.typed, refusal=_(refused.detail), status=409)
    return redirect(f"{OWN}?done=invitation_declined")


@post(ENTRANCE + "/pass-on", opt=PUBLIC)
async def name_another(request: PageRequest) -> Response[Any]:
    """Let somebody else be invited instead."""
    own = await _own(request)
    form = await read_form(request, PassedOn)
    if form.value is None:
        return _page(request, own, passed=form.typed, passed_errors=form.errors, status=422)
    try:
        await pass_on(own.invitation.id, form.value)
    except Invalid as invalid:
        return _page(request, own, passed=form.typed, passed_errors=errors_by_field(invalid), status=422)
    except Conflict as refused:
        return _page(request, own, passed=form.typed, refusal=_(refused.detail), status=409)
    return redirect(f"{OWN}?done=invitation_passed_on")


@post(ENTRANCE + "/leave", opt=PUBLIC)
async def leave() -> Redirect:
    """Forget on this device whose invitation was open."""
    gone = redirect(ENTRANCE)
    gone.set_cookie(PASS.take_away())
    return gone


def ask_for_code(request: PageRequest, error: Exception) -> Redirect:
    """The answer to `NothingOpen`: the way in."""
    return redirect(ENTRANCE)


def _open_form(request: PageRequest, *, error: str = "", status: int = 200) -> Response[str]:
    errors = {"code": [error]} if error else {}
    return page("invited/open.html", request, status=status, errors=errors, is_open=PASS.find(request) is not None)


async def _own(request: PageRequest) -> _Own:
    held = PASS.find(request)
    if held is None:
        raise NothingOpen()
    try:
        invitation = await invitation_by_id(held.invitation_id)
    except NotFound as gone:
        raise NothingOpen() from gone
    return _Own(invitation, await event_by_id(invitation.event_id))


def _page(
    request: PageRequest,
    own: _Own,
    *,
    form: dict[str, Any] | None = None,
    errors: dict[str, list[str]] | None = None,
    passed: dict[str, Any] | None = None,
    passed_errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    return page(
        "invited/answer.html",
        request,
        status=status,
        invitation=own.invitation,
        event=for_the_public(own.event),
        is_answerable=_is_answerable(own),
        may_pass_on=own.invitation.host_id is None,
        form=_filled(own.invitation) if form is None else form,
        errors=errors or {},
        passed=passed or {},
        passed_errors=passed_errors or {},
        refusal=refusal,
    )


def _is_answerable(own: _Own) -> bool:
    try:
        check_answerable(own.invitation, own.event, now=clock.now())
    except AnsweredAlready:
        return False
    return True


def _filled(invitation: Invitation) -> dict[str, Any]:
    return {
        "name": invitation.name,
        "organisation": invitation.organisation,
        "city": invitation.city,
        "language": invitation.language,
        "attendance": Attendance.IN_PERSON.value,
    }


def _draft(form: AcceptForm, invitation: Invitation) -> RegistrationDraft:
    return RegistrationDraft(
        name=form.name,
        email=invitation.email,
        organisation=form.organisation,
        city=form.city,
        category=Category(invitation.category),
        attendance=form.attendance,
        language=form.language,
        answers=form.answers,
        invitation=invitation_code(invitation.id, secret_key=settings.current().secret_key),
        consent=form.consent,
    )


def _companions(form: AcceptForm) -> list[RegistrationDraft]:
    """Those who come along, as they were written; they are told by mail, in the guest's language. Raises `Invalid`."""
    people, rejected = read_people(read_pasted(form.companions))
    if rejected:
        message = _("Line %s: write name and address, such as Åsa Holm <asa@example.org>.") % rejected[0].line
        raise Invalid([FieldError("companions", "unreadable", message)])
    return [_companion(one, form) for one in people]


def _companion(guest: GuestDraft, form: AcceptForm) -> RegistrationDraft:
    return RegistrationDraft(
        name=guest.name,
        email=guest.email,
        organisation=guest.organisation or form.organisation,
        city=guest.city or form.city,
        category=Category.GUEST,
        attendance=form.attendance,
        language=form.language,
    )


ROUTES = [
    Router(
        "/",
        route_handlers=[open_form, open_page, own_page, accept, say_no, name_another, leave],
        exception_handlers={NothingOpen: ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
