"""Answers to an event's questions: a participant's own, which they can change, and one person's in the back office."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from events_service import clock
from events_service.audit.actions import record_seen
from events_service.audit.rules import Deed
from events_service.errors import Conflict, Invalid
from events_service.events.queries import event_by_id
from events_service.events.rules import Format, for_the_public
from events_service.people.guards import SignInFirst, actor_of, as_doer, needs_account, to_sign_in
from events_service.questions.fields import (
    answers_in_words,
    fields_of,
    labels_of,
    typed_answers,
    usual_questions,
)
from events_service.questions.queries import every_question_of, questions_of, sensitive_names
from events_service.questions.rules import Kind, Question, questions_for, without_sensitive
from events_service.registrations.access import registration_at
from events_service.registrations.answer_files import SafeFile, file_of, files_of, forget_files
from events_service.registrations.answer_forms import (
    MOST_SENT_BYTES,
    AnswersForm,
    as_refused,
    read_answers_form,
    with_files_kept,
)
from events_service.registrations.answers_seen import record_answers_seen, record_person_seen
from events_service.registrations.drafts import OwnAnswers
from events_service.registrations.open_pass import open_registration
from events_service.registrations.own_answers import answer_oneself, may_answer
from events_service.registrations.queries import Registration
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _
from events_service.web.words import language

PageRequest = Request[Any, Any, Any]
ONE = "/office/registrations/{registration_id:str}"
PUBLIC = {"public": True}


@get("/my/answers", include_in_schema=False, opt=PUBLIC)
async def own_answers(request: PageRequest) -> Response[Any]:
    """What they answered, to be changed as long as that is possible."""
    person = await open_registration(request)
    if person is None:
        return redirect("/my")
    return await _own_form(request, person, typed=typed_answers(person.answers))


@post("/my/answers", include_in_schema=False, opt=PUBLIC, request_max_body_size=MOST_SENT_BYTES)
async def change_own_answers(request: PageRequest) -> Response[Any]:
    """The change; or the form again with what is wrong."""
    person = await open_registration(request)
    if person is None:
        return redirect("/my")
    event = await event_by_id(person.event_id)
    questions = await questions_of(event.id)
    form = await read_answers_form(
        request, OwnAnswers, questions, category=person.category, held=_held(questions, person)
    )
    if form.draft is None:
        return await _again(request, person, form)
    draft, file_ids = await with_files_kept(event, questions, form, form.draft)
    try:
        await answer_oneself(person.id, draft.answers)
    except Invalid as invalid:
        await forget_files(file_ids)
        return await _again(request, person, as_refused(form, invalid))
    except Conflict as refused:
        await forget_files(file_ids)
        return await _again(request, person, form, refusal=_(refused.detail), status=409)
    return redirect("/my/registration?done=answers_kept")


@get("/my/files/{sent_id:str}", include_in_schema=False, opt=PUBLIC)
async def own_file(request: PageRequest, sent_id: FromPath[str]) -> Response[Any]:
    """A file they sent."""
    person = await open_registration(request)
    if person is None:
        return redirect("/my")
    return _download(await file_of(person.id, sent_id))


@get(ONE + "/answers", name="office.answers", guards=[needs_account])
async def answers(request: PageRequest, registration_id: FromPath[str]) -> Response[str]:
    """What one person answered, but for what they told in confidence."""
    person = await registration_at(request, registration_id)
    await record_person_seen(await actor_of(request), person, await event_by_id(person.event_id))
    return await _answers_page(request, person, sensitive=False)


@post(ONE + "/answers", status_code=200, guards=[needs_account])
async def all_answers(request: PageRequest, registration_id: FromPath[str]) -> Response[str]:
    """The same with what they told in confidence; that somebody looked is written down."""
    person = await registration_at(request, registration_id)
    await record_answers_seen(await actor_of(request), person, await event_by_id(person.event_id))
    return await _answers_page(request, person, sensitive=True)


@get(ONE + "/files/{sent_id:str}", guards=[needs_account])
async def file(request: PageRequest, registration_id: FromPath[str], sent_id: FromPath[str]) -> Response[bytes]:
    """A file this person sent; that somebody took it is written down."""
    person = await registration_at(request, registration_id)
    found = await file_of(person.id, sent_id)
    event = await event_by_id(person.event_id)
    doer = as_doer(await actor_of(request))
    await record_seen(doer, Deed("took_file", event.slug, "registration", person.id, (sent_id,)))
    return _download(found)


async def _again(
    request: PageRequest,
    person: Registration,
    form: AnswersForm[OwnAnswers],
    *,
    refusal: str = "",
    status: int = 422,
) -> Response[str]:
    return await _own_form(
        request,
        person,
        typed=form.typed,
        errors=form.errors,
        files_again=form.must_choose_again,
        refusal=refusal,
        status=status,
    )


async def _own_form(
    request: PageRequest,
    person: Registration,
    *,
    typed: dict[str, Any],
    errors: Mapping[str, list[str]] | None = None,
    files_again: bool = False,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    event = await event_by_id(person.event_id)
    questions = questions_for(await questions_of(event.id), person.category)
    put = fields_of(questions or usual_questions(in_the_room=event.format is not Format.ONLINE), language.get())
    files = await files_of(person.id)
    return page(
        "my/answers.html",
        request,
        status=status,
        event=for_the_public(event),
        registration=person,
        questions=put,
        question_labels=labels_of(put),
        form=typed,
        errors=errors or {},
        refusal=refusal,
        files_again=files_again,
        held={f"answers.{one.question}": one.name for one in files.values()},
        files=list(files.values()),
        may_answer=may_answer(person.status, event, now=clock.now()),
    )


async def _answers_page(request: PageRequest, person: Registration, *, sensitive: bool) -> Response[str]:
    event = await event_by_id(person.event_id)
    questions = await every_question_of(event.id)
    hidden = await sensitive_names(event.id)
    shown = person.answers if sensitive else without_sensitive(person.answers, hidden)
    files = await files_of(person.id)
    return page(
        "office/answers.html",
        request,
        event=event,
        registration=person,
        answers=[
            (label, said, files.get(said) if question and question.kind is Kind.FILE else None)
            for question, label, said in answers_in_words(questions, shown, language.get())
        ],
        hides_some=not sensitive and not hidden.isdisjoint(person.answers),
    )


def _held(questions: Sequence[Question], person: Registration) -> dict[str, str]:
    return {
        one.name: str(person.answers[one.name])
        for one in questions
        if one.kind is Kind.FILE and one.name in person.answers
    }


def _download(found: SafeFile) -> Response[bytes]:
    """The file to be saved, never shown: what somebody sent is not ours to run."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(found.data, media_type=found.media_type, headers=headers)


ROUTES = [
    Router("/", route_handlers=[own_answers, change_own_answers, own_file], include_in_schema=False),
    Router(
        "/",
        route_handlers=[answers, all_answers, file],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    ),
]
