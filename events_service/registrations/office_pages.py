"""Registrations in the back office: who takes part, adding somebody, and one person."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from events_service import clock
from events_service.agenda.release_queries import current_release
from events_service.errors import Conflict, Invalid
from events_service.events.access import needs_at_event
from events_service.events.admissions import admission_of
from events_service.events.queries import event_by_id, event_by_slug
from events_service.events.rules import Event
from events_service.outbox.queries import Search
from events_service.outbox.queries import letters as letters_of
from events_service.people.guards import SignInFirst, actor_of, doer_of, needs_account, to_sign_in
from events_service.people.rules import Permission
from events_service.questions.fields import answers_in_words, fields_of, labels_of
from events_service.questions.queries import every_question_of, questions_of, sensitive_names
from events_service.questions.rules import Kind, without_sensitive
from events_service.registrations import actions
from events_service.registrations.access import registration_at, sees_who
from events_service.registrations.answer_files import forget_files
from events_service.registrations.answer_forms import (
    MOST_SENT_BYTES,
    AnswersForm,
    as_refused,
    read_answers_form,
    with_files_kept,
)
from events_service.registrations.answer_queries import answers_of, count_answers
from events_service.registrations.answers_seen import record_list_seen, record_person_seen
from events_service.registrations.applications import Application
from events_service.registrations.badges import badge_picture, code_of
from events_service.registrations.choices import own_agenda
from events_service.registrations.drafts import DoorWord, RegistrationDraft
from events_service.registrations.queries import (
    Registration,
    Wanted,
    count_registrations,
    list_registrations,
    registration_by_id,
    seats,
    waitlist_position,
    waitlist_positions,
)
from events_service.registrations.rules import ALLOWED, ENDED, Category, Status
from events_service.registrations.shapes import manage_url
from events_service.registrations.wishes import sessions_to_ask_for
from events_service.web.forms import Form
from events_service.web.lists import cursor_for, key_in
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _
from events_service.web.words import language

PageRequest = Request[Any, Any, Any]
LIST = "/office/events/{slug:str}/registrations"
ONE = "/office/registrations/{registration_id:str}"
PAGE_LENGTH, LETTERS_SHOWN = 50, 200
Typed = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\x00]*$")]
CursorTyped = Annotated[str, QueryParameter(max_length=400)]


@get(LIST, name="office.registrations", guards=[needs_at_event(Permission.SEE_REGISTRATIONS)])
async def registrations(
    request: PageRequest,
    slug: FromPath[str],
    q: Typed = "",
    status: Typed = "",
    category: Typed = "",
    city: Typed = "",
    cursor: CursorTyped = "",
) -> Response[str]:
    """Who has registered, in the order they came."""
    event, actor = await event_by_slug(slug), await actor_of(request)
    await record_list_seen(actor, event)
    typed = {"q": q, "status": status, "category": category, "city": city}
    wanted = Wanted(text=q, status=status, category=category, city=city)
    found = await list_registrations(event.id, wanted, after=key_in(cursor), limit=PAGE_LENGTH + 1)
    shown = found[:PAGE_LENGTH]
    release = await current_release(event.id)
    return page(
        "office/registrations.html",
        request,
        event=event,
        seats=await seats(event),
        registrations=shown,
        positions=await waitlist_positions(shown),
        said=await answers_of([person.id for person in shown]),
        counts=await count_answers(event.id),
        form=typed,
        total=await count_registrations(event.id, wanted),
        may_edit=actor.may(Permission.EDIT_REGISTRATIONS, slug),
        earlier=_address(slug, typed) if cursor else None,
        takes_sign_ups=release is not None and release.agenda.takes_sign_ups,
        later=_address(slug, typed | {"cursor": cursor_for(shown[-1].id)}) if len(found) > PAGE_LENGTH else None,
    )


@get(LIST + "/new", name="office.new_registration", guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)])
async def new_registration(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The form to add somebody by hand."""
    typed = {"language": language.get(), "attendance": "in_person", "category": Category.GUEST.value}
    return await _form(request, await event_by_slug(slug), form=AnswersForm(None, typed, {}, {}))


@post(LIST + "/new", guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)], request_max_body_size=MOST_SENT_BYTES)
async def add(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Register somebody, past window and mode, never past the seats; or the form again with what is wrong."""
    event = await event_by_slug(slug)
    questions = await questions_of(event.id)
    form = await read_answers_form(request, RegistrationDraft, questions, must_be_whole=False)
    if form.draft is None:
        return await _form(request, event, form=form, status=422)
    draft, file_ids = await with_files_kept(event, questions, form, form.draft)
    wish = Application(slug, draft, by_registrar=True, source="office", by=await doer_of(request))
    try:
        outcome = await actions.register(wish)
    except Invalid as invalid:
        await forget_files(file_ids)
        return await _form(request, event, form=as_refused(form, invalid), status=422)
    except Conflict as refused:
        await forget_files(file_ids)
        return await _form(request, event, form=form, refusal=_(refused.detail), status=409)
    done = "registered" if outcome.is_new else "known_already"
    if not sees_who(await actor_of(request), await registration_by_id(outcome.registration_id), event):
        return redirect(f"/office/events/{slug}/registrations?done={done}")
    return to_person(outcome.registration_id, done=done)


@get(ONE, name="office.registration", guards=[needs_account])
async def registration(request: PageRequest, registration_id: FromPath[str]) -> Response[str]:
    """One person: facts, letters, badge."""
    person = await registration_at(request, registration_id)
    await record_person_seen(await actor_of(request), person, await event_by_id(person.event_id))
    return await person_page(request, person)


@get(ONE + "/badge.png", guards=[needs_account])
async def badge_png(request: PageRequest, registration_id: FromPath[str]) -> Response[bytes]:
    """The badge's code."""
    person = await registration_at(request, registration_id, to=Permission.SEE_BADGES)
    picture = await badge_picture(person, await event_by_id(person.event_id), "png")
    return Response(picture, media_type="image/png", headers={"Cache-Control": "no-store"})


async def person_page(
    request: PageRequest,
    person: Registration,
    *,
    form: dict[str, Any] | None = None,
    errors: dict[str, list[str]] | None = None,
    door: Form[DoorWord] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    """One person, with a form as it was typed where something was wrong with it."""
    event = await event_by_id(person.event_id)
    actor = await actor_of(request)
    edits = actor.may(Permission.EDIT_REGISTRATIONS, event.slug)
    seated = person.status is Status.CONFIRMED and actor.may(Permission.SEE_BADGES, event.slug)
    sees_letters = actor.may(Permission.SEE_LETTERS, event.slug)
    letters = await letters_of(Search(registration=person.id), limit=LETTERS_SHOWN) if sees_letters else []
    sessions = await own_agenda(person, event, now=clock.now())
    return page(
        "office/registration.html",
        request,
        status=status,
        event=event,
        registration=person,
        waitlist_position=await waitlist_position(person),
        answers=await _answers(person),
        letters=letters,
        may_resend=actor.may(Permission.SEND_LETTERS, event.slug),
        choices=[one for one in sessions.chosen if one.sign_up],
        said=(await answers_of([person.id])).get(person.id),
        badge_image=f"/office/registrations/{person.id}/badge.png" if seated else "",
        badge_code=code_of(person) if seated else "",
        page_url=manage_url(person) if edits and not person.protected else "",
        may_protect=bool(person.name)
        and (actor.may(Permission.SEE_PROTECTED, event.slug) if person.protected else edits),
        steps=_steps(person) if edits else frozenset(),
        may_edit=edits,
        door_form=door.typed if door else {"door_note": person.door_note, "photo_id": person.photo_id},
        door_errors=door.errors if door else {},
        all_asked=person.category.value in (await admission_of(event)).photo_id_categories,
        form=form or {},
        errors=errors or {},
        refusal=refusal,
    )


def _steps(person: Registration) -> frozenset[str]:
    """What can be done with this registration now."""
    possible = {
        "approve": person.status is Status.PENDING,
        "decline": person.status is Status.PENDING,
        "cancel": Status.CANCELLED in ALLOWED[person.status] and person.status is not Status.PENDING,
        "resend": person.status not in ENDED and person.status is not Status.INVITED,
        "renew": bool(person.email),
    }
    return frozenset(step for step, is_possible in possible.items() if is_possible)


async def _answers(person: Registration) -> Sequence[tuple[str, str]]:
    """What may stand beside the other facts: nothing told in confidence, and no files."""
    shown = without_sensitive(person.answers, await sensitive_names(person.event_id))
    told = answers_in_words(await every_question_of(person.event_id), shown, language.get())
    return [(label, said) for question, label, said in told if question is None or question.kind is not Kind.FILE]


async def _form(
    request: PageRequest,
    event: Event,
    *,
    form: AnswersForm[RegistrationDraft],
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    questions = fields_of(await questions_of(event.id), language.get())
    return page(
        "office/registration_form.html",
        request,
        status=status,
        event=event,
        seats=await seats(event),
        form=form.typed,
        errors=form.errors,
        refusal=refusal,
        questions=questions,
        question_labels=labels_of(questions),
        files_again=form.must_choose_again,
        sessions=await sessions_to_ask_for(event),
    )


def to_person(registration_id: str, *, done: str) -> Redirect:
    """Back to the person, with word of what was done."""
    return redirect(f"/office/registrations/{registration_id}?done={done}")


def _address(slug: str, typed: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in typed.items() if value})
    path = f"/office/events/{slug}/registrations"
    return f"{path}?{query}" if query else path


ROUTES = [
    Router(
        "/",
        route_handlers=[
            registrations,
            new_registration,
            add,
            registration,
            badge_png,
        ],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
