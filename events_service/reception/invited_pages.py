"""An invitation as its guest sees it. The code from the mail opens it; a sealed cookie keeps it open for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.response import Redirect

from events_service import clock
from events_service.errors import Conflict, Invalid, NotFound, Refused
from events_service.events.queries import event_by_id
from events_service.events.rules import Event, Format, for_the_public
from events_service.invitations.answering import decline, open_invitation, pass_on
from events_service.invitations.drafts import PassedOn, Word
from events_service.invitations.queries import invitation_by_id
from events_service.invitations.rules import (
    AnsweredAlready,
    Invitation,
    check_answerable,
)
from events_service.people.entrances import Entrance, NothingOpen
from events_service.questions.fields import fields_of, labels_of, usual_questions
from events_service.questions.queries import questions_of
from events_service.questions.rules import Question, questions_for
from events_service.reception.accept_form import AcceptForm, companions_in, draft_from
from events_service.registrations.accepting import accept_invitation
from events_service.registrations.answer_files import forget_files
from events_service.registrations.answer_forms import (
    MOST_SENT_BYTES,
    AnswersForm,
    as_refused,
    read_answers_form,
    with_files_kept,
)
from events_service.registrations.applications import Application
from events_service.registrations.rules import Attendance
from events_service.web.forms import errors_by_field, read_form
from events_service.web.pages import page, redirect
from events_service.web.sealed_cookies import SealedCookie
from events_service.web.words import gettext as _
from events_service.web.words import language

PageRequest = Request[Any, Any, Any]
ENTRANCE, OWN = "/invited", "/invited/answer"
PUBLIC = {"public": True}


class OpenInvitation(msgspec.Struct, frozen=True, array_like=True):
    """What the cookie holds: whose invitation."""

    invitation_id: str


PASS = SealedCookie("invited", purpose="guest-cookie", holds=OpenInvitation, lasts=timedelta(hours=2))
WAY_IN = Entrance(ENTRANCE, "invited/open.html", leads_to=OWN, cookie=PASS)


@dataclass(frozen=True, slots=True)
class _Own:
    invitation: Invitation
    event: Event
    questions: Sequence[Question]


@get(ENTRANCE, name="invited", opt=PUBLIC)
async def open_form(request: PageRequest) -> Response[str]:
    """Where the link in the mail leads. Reading it changes nothing: mail scanners follow links."""
    return WAY_IN.form(request)


@post(ENTRANCE, opt=PUBLIC)
async def open_page(request: PageRequest) -> Response[Any]:
    """Open the invitation of this code, or ask again."""
    return await WAY_IN.open(request, _invitation_by_code)


@get(OWN, opt=PUBLIC)
async def own_page(request: PageRequest) -> Response[str]:
    """The event, and the ways to answer; or how it was answered."""
    own = await _own(request)
    return _page(request, own, form=_filled(own.invitation))


@post(ENTRANCE + "/accept", opt=PUBLIC, request_max_body_size=MOST_SENT_BYTES)
async def accept(request: PageRequest) -> Response[Any]:
    """Yes: a seat for the guest and one for each companion; or the form again with what is wrong."""
    own = await _own(request)
    form = await read_answers_form(request, AcceptForm, own.questions, category=own.invitation.category)
    if form.draft is None:
        return _yes_again(request, own, form)
    yes, file_ids = await with_files_kept(own.event, own.questions, form, form.draft)
    try:
        companions = companions_in(yes)
        await accept_invitation(
            Application(own.event.slug, draft_from(yes, own.invitation), knows_event=True), companions
        )
    except Refused as refused:
        await forget_files(file_ids)
        if isinstance(refused, Invalid):
            return _yes_again(request, own, as_refused(form, refused))
        if isinstance(refused, Conflict):
            return _yes_again(request, own, form, refusal=_(refused.detail), status=409)
        raise
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
    return WAY_IN.leave()


async def _invitation_by_code(code: str) -> OpenInvitation:
    return OpenInvitation((await open_invitation(code)).id)


async def _own(request: PageRequest) -> _Own:
    held = WAY_IN.held(request)
    try:
        invitation = await invitation_by_id(held.invitation_id)
    except NotFound as gone:
        raise NothingOpen() from gone
    questions = questions_for(await questions_of(invitation.event_id), invitation.category)
    return _Own(invitation, await event_by_id(invitation.event_id), questions)


def _yes_again(
    request: PageRequest, own: _Own, form: AnswersForm[AcceptForm], *, refusal: str = "", status: int = 422
) -> Response[str]:
    again = form.must_choose_again
    return _page(request, own, form=form.typed, errors=form.errors, files_again=again, refusal=refusal, status=status)


def _page(
    request: PageRequest,
    own: _Own,
    *,
    form: dict[str, Any] | None = None,
    errors: dict[str, list[str]] | None = None,
    passed: dict[str, Any] | None = None,
    passed_errors: dict[str, list[str]] | None = None,
    files_again: bool = False,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    usual = usual_questions(in_the_room=own.event.format is not Format.ONLINE)
    put = fields_of(own.questions or usual, language.get())
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
        questions=put,
        question_labels=labels_of(put),
        files_again=files_again,
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


ROUTES = [
    Router(
        "/",
        route_handlers=[open_form, open_page, own_page, accept, say_no, name_another, leave],
        exception_handlers={NothingOpen: WAY_IN.ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
