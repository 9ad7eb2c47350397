"""An event's questions in the back office: which there are, in what order, and each in its form."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from events_service.errors import Conflict, FieldError, Invalid
from events_service.events.access import needs_at_event
from events_service.events.categories import Category
from events_service.events.drafts import Version
from events_service.events.queries import event_by_slug
from events_service.people.guards import SignInFirst, doer_of, to_sign_in
from events_service.people.rules import Permission
from events_service.questions import actions
from events_service.questions.drafts import QuestionChange, QuestionDraft
from events_service.questions.forms import conditions_to_choose, errors_as_typed, filled_form, read_question_form
from events_service.questions.presets import PRESETS
from events_service.questions.queries import question_by_id, questions_of
from events_service.questions.rules import Kind, Question
from events_service.web.bodies import Body
from events_service.web.forms import posted_form, read_form
from events_service.web.pages import page, redirect
from events_service.web.words import LANGUAGES, language
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
LIST = "/office/events/{slug:str}/questions"
ONE = LIST + "/{question_id:str}"
EDITING = [needs_at_event(Permission.EDIT_EVENTS)]


@get(LIST, name="office.questions", guards=EDITING)
async def questions(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """What the event asks, in the order of its form."""
    return await _list(request, slug)


@post(LIST + "/presets", guards=EDITING)
async def add_preset(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Add a question that most events ask."""
    preset = PRESETS.get(str((await posted_form(request)).get("preset", "")))
    if preset is None:
        raise Invalid([FieldError("preset", "unknown_value", "There is no such question ready to ask.")])
    try:
        await actions.add_question(slug, preset, by=await doer_of(request))
    except Invalid:
        # It is asked already: a double click, or somebody was quicker.
        return _to_list(slug)
    except Conflict as refused:
        return await _list(request, slug, refusal=_(refused.detail), status=409)
    return _to_list(slug, done="question_added")


@get(LIST + "/new", name="office.new_question", guards=EDITING)
async def new_question(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The form of a new one."""
    return await _form(request, slug, None, typed={"kind": Kind.TEXT.value})


@post(LIST + "/new", guards=EDITING)
async def add(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Ask it; or the form again with what is wrong."""
    form = await read_question_form(request, QuestionDraft)
    if form.body is None:
        return await _form(request, slug, None, typed=form.typed, errors=form.errors, status=422)
    try:
        await actions.add_question(slug, form.body, by=await doer_of(request))
    except Invalid as invalid:
        return await _form(request, slug, None, typed=form.typed, errors=errors_as_typed(invalid), status=422)
    except Conflict as refused:
        return await _form(request, slug, None, typed=form.typed, refusal=_(refused.detail), status=409)
    return _to_list(slug, done="question_added")


@get(ONE, name="office.question", guards=EDITING)
async def question_page(request: PageRequest, slug: FromPath[str], question_id: FromPath[str]) -> Response[str]:
    """The form of one that is asked."""
    question = await _found(slug, question_id)
    return await _form(request, slug, question, typed=filled_form(question))


@post(ONE, guards=EDITING)
async def save(request: PageRequest, slug: FromPath[str], question_id: FromPath[str]) -> Response[Any]:
    """The change; or the form again with what is wrong, also when somebody else was quicker."""
    question = await _found(slug, question_id)
    form = await read_question_form(request, QuestionChange)
    typed = {**form.typed, "name": question.name, "kind": question.kind.value}
    if form.body is None:
        return await _form(request, slug, question, typed=typed, errors=form.errors, status=422)
    try:
        await actions.edit_question(slug, question.id, form.body, by=await doer_of(request))
    except Invalid as invalid:
        return await _form(request, slug, question, typed=typed, errors=errors_as_typed(invalid), status=422)
    except Conflict as refused:
        return await _form(request, slug, question, typed=typed, refusal=_(refused.detail), status=409)
    return _to_list(slug, done="saved")


@post(ONE + "/up", guards=EDITING)
async def move_up(slug: FromPath[str], question_id: FromPath[str]) -> Redirect:
    """One place further up."""
    await actions.move_question(slug, question_id, by=-1)
    return _to_list(slug)


@post(ONE + "/down", guards=EDITING)
async def move_down(slug: FromPath[str], question_id: FromPath[str]) -> Redirect:
    """One place further down."""
    await actions.move_question(slug, question_id, by=1)
    return _to_list(slug)


@post(ONE + "/remove", guards=EDITING)
async def remove(request: PageRequest, slug: FromPath[str], question_id: FromPath[str]) -> Response[Any]:
    """Ask it no more."""
    question = await _found(slug, question_id)
    form = await read_form(request, Removal)
    try:
        # A form that does not say which version it saw is no form of ours.
        version = form.value.version if form.value else 0
        await actions.retire_question(slug, question.id, version=version, by=await doer_of(request))
    except Conflict as refused:
        return await _form(request, slug, question, typed=filled_form(question), refusal=_(refused.detail), status=409)
    return _to_list(slug, done="question_removed")


class Removal(Body, frozen=True):
    """Which version was before the one who takes the question away."""

    version: Version


async def _found(slug: str, question_id: str) -> Question:
    return await question_by_id((await event_by_slug(slug)).id, question_id)


async def _list(request: PageRequest, slug: str, *, refusal: str = "", status: int = 200) -> Response[str]:
    event = await event_by_slug(slug)
    found = await questions_of(event.id)
    return page(
        "office/questions.html",
        request,
        status=status,
        event=event,
        questions=found,
        presets=_presets_left(found),
        refusal=refusal,
        language=language.get(),
    )


def _presets_left(questions: Sequence[Question]) -> list[QuestionDraft]:
    names = {one.name for one in questions}
    return [preset for name, preset in PRESETS.items() if name not in names]


async def _form(
    request: PageRequest,
    slug: str,
    question: Question | None,
    *,
    typed: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    event = await event_by_slug(slug)
    others = await questions_of(event.id)
    besides = question.id if question else ""
    return page(
        "office/question_form.html",
        request,
        status=status,
        event=event,
        question=question,
        form=typed,
        errors=errors or {},
        refusal=refusal,
        kinds=list(Kind),
        categories=list(Category),
        conditions=conditions_to_choose(others, besides=besides, language=language.get()),
        other_languages=LANGUAGES[1:],
    )


def _to_list(slug: str, *, done: str = "") -> Redirect:
    path = f"/office/events/{slug}/questions"
    return redirect(f"{path}?done={done}" if done else path)


ROUTES = [
    Router(
        "/",
        route_handlers=[
            questions,
            add_preset,
            new_question,
            add,
            question_page,
            save,
            move_up,
            move_down,
            remove,
        ],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
