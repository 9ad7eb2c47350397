"""Registering in the browser: the form, and the page that says what happens next."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from events_service import clock, settings
from events_service.directory.queries import Member
from events_service.errors import Conflict, Forbidden, Invalid, Refused, TooMany
from events_service.events.access import visible_event
from events_service.events.admissions import admission_of
from events_service.events.members import member_of
from events_service.events.rules import Event, Format, Visibility, for_the_public
from events_service.people.addresses import network_of, visitor_address
from events_service.people.visitors import wide_network_of
from events_service.questions.consents import data_use_wording
from events_service.questions.fields import fields_of, labels_of, usual_questions
from events_service.questions.queries import questions_of
from events_service.questions.rules import Question, questions_for
from events_service.registrations.answer_files import forget_files
from events_service.registrations.answer_forms import (
    MOST_SENT_BYTES,
    AnswersForm,
    as_refused,
    read_answers_form,
    with_files_kept,
)
from events_service.registrations.applications import Application, Outcome
from events_service.registrations.drafts import RegistrationDraft, RegistrationForm
from events_service.registrations.event_pages import registration_window
from events_service.registrations.parties import companion_drafts, register_party
from events_service.registrations.queries import seats
from events_service.registrations.rules import OPEN_CATEGORIES, Attendance, EventFull, Status
from events_service.registrations.wishes import sessions_to_ask_for
from events_service.sealing import Unsealable, seal, unseal
from events_service.web.bots import doubt_about, shown_again, shown_now
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _
from events_service.web.words import language

PageRequest = Request[Any, Any, Any]
PURPOSE = "registration-received"
# Long enough to come back to the page from the mail program.
RECEIPT_LASTS = timedelta(minutes=30)
CategoryTyped = Annotated[str, QueryParameter(max_length=40, pattern=r"^[^\x00]*$")]


class Receipt(msgspec.Struct, frozen=True):
    """What the page after registering shows. It travels sealed in the address, so that loading it again posts nothing."""

    slug: str
    email: str
    status: Status
    waitlist_position: int | None
    expires_at: datetime


@get("/events/{slug:str}/register", name="register", include_in_schema=False, opt={"public": True})
async def registration_form(request: PageRequest, slug: FromPath[str], category: CategoryTyped = "") -> Response[str]:
    """The form, or the sentence why one cannot register now. Where categories are asked different things, that is asked first."""
    event = await visible_event(request, slug)
    typed = {"language": language.get(), "attendance": Attendance.IN_PERSON.value, "category": category}
    return await _form(request, event, await questions_of(event.id), typed=typed)


@post(
    "/events/{slug:str}/register",
    include_in_schema=False,
    opt={"public": True},
    request_max_body_size=MOST_SENT_BYTES,
)
async def take_registration(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """On to the page that says what happens next, or the form again with what was typed and what is wrong with it."""
    event = await visible_event(request, slug)
    questions = await questions_of(event.id)
    form = await read_answers_form(request, RegistrationForm, questions)
    if form.draft is None:
        return await _again(request, event, questions, form)
    doubt = await doubt_about(request, _name(event))
    if doubt and registration_window(event, await seats(event), now=clock.now()).is_open:
        return await _again(request, event, questions, form, doubt=doubt)
    member = await _member(request, event)
    typed = msgspec.structs.replace(form.draft, email=member.email) if member else form.draft
    draft, file_ids = await with_files_kept(event, questions, form, typed)
    visitor = visitor_address(request)
    try:
        wish = Application(
            slug,
            draft,
            knows_event=True,
            proven=member is not None,
            counted_for=f"register|{network_of(visitor)}",
            counted_around=f"register|around {wide_network_of(visitor)}",
        )
        outcome = await register_party(
            wish, companion_drafts(form.draft.companions.filled, host=draft), together=form.draft.together
        )
    except Refused as refused:
        await forget_files(file_ids)
        return await _refused(request, event, questions, form, refused)
    return redirect(f"/events/{slug}/registered?receipt={_sealed(slug, draft, outcome)}")


@get("/events/{slug:str}/registered", include_in_schema=False, opt={"public": True})
async def received(request: PageRequest, slug: FromPath[str], receipt: FromQuery[str] = "") -> Response[str] | Redirect:
    """What happens next. It is the same whether or not the address was known before; an old receipt leads to the event."""
    event = await visible_event(request, slug)
    told = _opened(receipt)
    if told is None or told.slug != slug or told.expires_at <= clock.now():
        return redirect(f"/events/{event.slug}")
    return page(
        "registrations/received.html",
        request,
        event=for_the_public(event),
        email=told.email,
        registration_status=told.status.value,
        waitlist_position=told.waitlist_position,
    )


async def _refused(
    request: PageRequest,
    event: Event,
    questions: Sequence[Question],
    form: AnswersForm[RegistrationForm],
    refused: Refused,
) -> Response[str]:
    """The form again with what a rule found. Raises what no form can answer."""
    if isinstance(refused, Invalid):
        return await _again(request, event, questions, as_refused(form, refused))
    if isinstance(refused, Conflict | Forbidden):
        status = 409 if isinstance(refused, Conflict) else 403
        return await _again(request, event, questions, form, refusal=_sentence(refused), status=status)
    if isinstance(refused, TooMany):
        shown = await _again(request, event, questions, form, refusal=_(refused.detail), status=429)
        shown.headers["Retry-After"] = str(refused.retry_after)
        return shown
    raise refused


async def _again(
    request: PageRequest,
    event: Event,
    questions: Sequence[Question],
    form: AnswersForm[RegistrationForm],
    *,
    refusal: str | None = None,
    doubt: str = "",
    status: int = 422,
) -> Response[str]:
    return await _form(
        request,
        event,
        questions,
        typed=form.typed,
        errors=form.errors,
        files_again=form.must_choose_again,
        refusal=refusal,
        doubt=doubt,
        shown=await shown_again(request, _name(event)),
        status=status,
    )


async def _form(
    request: PageRequest,
    event: Event,
    questions: Sequence[Question],
    *,
    typed: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    files_again: bool = False,
    refusal: str | None = None,
    doubt: str = "",
    shown: str = "",
    status: int = 200,
) -> Response[str]:
    counted = await seats(event)
    window = registration_window(event, counted, now=clock.now())
    category = str(typed.get("category", ""))
    usual = usual_questions(in_the_room=event.format is not Format.ONLINE)
    put = fields_of(questions_for(questions, category) if questions else usual, language.get())
    return page(
        "registrations/form.html",
        request,
        status=status,
        event=for_the_public(event),
        seats=counted,
        is_open=window.is_open or status != 200,
        form=typed,
        errors=errors or {},
        refusal=refusal or (None if window.is_open else window.note),
        categories=OPEN_CATEGORIES,
        by_category=any(one.categories for one in questions),
        category=category if category in OPEN_CATEGORIES else "",
        questions=put,
        question_labels=labels_of(put),
        files_again=files_again,
        sessions=await sessions_to_ask_for(event),
        consent=data_use_wording(),
        companions=(await admission_of(event)).companions,
        companions_open=any(
            name.startswith("companions") for name in (*typed, *(errors or {})) if typed.get(name, "-")
        ),
        member=await _member(request, event),
        doubt=doubt,
        shown=shown or shown_now(_name(event)),
    )


async def _member(request: PageRequest, event: Event) -> Member | None:
    """Whose proven address the form of a members' event is for."""
    return await member_of(request) if event.visibility is Visibility.MEMBERS else None


def _name(event: Event) -> str:
    """What this event's form is known by."""
    return f"register|{event.slug}"


def _sentence(refused: Conflict | Forbidden) -> str:
    if isinstance(refused, EventFull):
        return _("All seats were taken in the meantime, and this event keeps no waiting list.")
    return _(refused.detail)


def _sealed(slug: str, draft: RegistrationDraft, outcome: Outcome) -> str:
    receipt = Receipt(slug, draft.email, outcome.status, outcome.waitlist_position, clock.now() + RECEIPT_LASTS)
    sealed = seal(msgspec.json.encode(receipt), secret_key=settings.current().secret_key, purpose=PURPOSE)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _opened(text: str) -> Receipt | None:
    """The receipt; None for a text we did not seal."""
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        clear = unseal(sealed, secret_key=settings.current().secret_key, purpose=PURPOSE)
    except (binascii.Error, ValueError, Unsealable):
        return None
    return msgspec.json.decode(clear, type=Receipt)


ROUTES = [registration_form, take_registration, received]
