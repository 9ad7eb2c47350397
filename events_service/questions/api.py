"""An event's questions for programs, under `/api/v1`."""

from typing import Annotated, Any

from litestar import Request, delete, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter, QueryParameter
from msgspec import UNSET

from events_service.events.access import needs_at_event, visible_event
from events_service.events.categories import Category
from events_service.events.queries import event_by_slug
from events_service.people.guards import doer_of
from events_service.people.rules import Permission
from events_service.questions import actions, shapes
from events_service.questions.drafts import QuestionChange, QuestionDraft
from events_service.questions.queries import question_by_id, questions_of
from events_service.questions.rules import questions_for
from events_service.questions.shapes import FormOut, QuestionOut, form_out, question_out
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers, problems
from events_service.web.words import LANGUAGES

ApiRequest = Request[Any, Any, Any]
LIST = "/api/v1/events/{slug:str}/questions"
ONE = LIST + "/{question_id:str}"
TAGS = ["questions"]
ORGANISERS = [needs_at_event(Permission.EDIT_EVENTS)]
SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]
IdInPath = Annotated[str, PathParameter(description="The question's id.")]
LanguageAsked = Annotated[
    str,
    QueryParameter(
        max_length=20, pattern=r"^[^\x00]*$", description=f"One of {', '.join(LANGUAGES)}; any other means English."
    ),
]
VersionAsked = Annotated[
    int | None,
    QueryParameter(ge=1, le=2**31 - 1, description="The version that was read; refused if there is a newer one."),
]
CategoryAsked = Annotated[
    Category | None, QueryParameter(description="Only what people of this category are asked; without it, everything.")
]


@get(
    "/api/v1/events/{slug:str}/form",
    operation_id="getForm",
    summary="Read what to ask",
    tags=TAGS,
    responses=answers(200, FormOut, shapes.EXAMPLE_FORM, 401, 404),
    opt={"public": True},
)
async def read_form(
    request: ApiRequest, slug: SlugInPath, language: LanguageAsked = "en", category: CategoryAsked = None
) -> FormOut:
    """What a client asks of somebody who registers for the event, in one language."""
    event = await visible_event(request, slug)
    questions = await questions_of(event.id)
    if category is not None:
        questions = questions_for(questions, category)
    return form_out(slug, questions, language if language in LANGUAGES else "en")


@get(
    LIST,
    operation_id="listQuestions",
    summary="List questions",
    tags=TAGS,
    guards=ORGANISERS,
    responses=answers(200, Page[QuestionOut], {"items": [shapes.EXAMPLE_QUESTION], "next": None}, 401, 403, 404),
)
async def list_questions(slug: SlugInPath, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[QuestionOut]:
    """In the order of the form; an event has 50 at most."""
    event, after = await event_by_slug(slug), key_in(cursor)
    found = [question_out(one, position=index) for index, one in enumerate(await questions_of(event.id))]
    start = next((index for index, one in enumerate(found, start=1) if one.id == after), 0)
    return page_of(found[start : start + limit + 1], limit=limit, key=lambda one: one.id)


@post(
    LIST,
    operation_id="createQuestion",
    summary="Add a question",
    tags=TAGS,
    guards=ORGANISERS,
    responses=answers(201, QuestionOut, shapes.EXAMPLE_QUESTION, 401, 403, 404, 409, 415),
)
async def add(
    request: ApiRequest,
    slug: SlugInPath,
    data: Annotated[QuestionDraft, Body(examples=[Example(value=shapes.EXAMPLE_DRAFT)])],
) -> QuestionOut:
    """After the others. Whoever has registered already is not asked again."""
    return question_out(await actions.add_question(slug, data, by=await doer_of(request)))


@get(
    ONE,
    operation_id="getQuestion",
    summary="Read a question",
    tags=TAGS,
    guards=ORGANISERS,
    responses=answers(200, QuestionOut, shapes.EXAMPLE_QUESTION, 401, 403, 404),
)
async def read(slug: SlugInPath, question_id: IdInPath) -> QuestionOut:
    """In all its languages."""
    event = await event_by_slug(slug)
    return question_out(await question_by_id(event.id, question_id))


@patch(
    ONE,
    operation_id="changeQuestion",
    summary="Change a question",
    tags=TAGS,
    guards=ORGANISERS,
    responses=answers(200, QuestionOut, shapes.EXAMPLE_CHANGED, 401, 403, 404, 409, 415),
)
async def change(
    request: ApiRequest,
    slug: SlugInPath,
    question_id: IdInPath,
    data: Annotated[QuestionChange, Body(examples=[Example(value=shapes.EXAMPLE_CHANGE)])],
) -> QuestionOut:
    """Only what is given changes; a position moves it there. What was promised to be sensitive stays so."""
    await actions.edit_question(slug, question_id, data, by=await doer_of(request))
    event = await event_by_slug(slug)
    return question_out(await question_by_id(event.id, question_id))


@delete(
    ONE,
    operation_id="deleteQuestion",
    summary="Ask a question no more",
    tags=TAGS,
    guards=ORGANISERS,
    responses=problems(401, 403, 404, 409),
)
async def remove(request: ApiRequest, slug: SlugInPath, question_id: IdInPath, version: VersionAsked = None) -> None:
    """What was answered is kept as long as the registration is."""
    seen, by = UNSET if version is None else version, await doer_of(request)
    await actions.retire_question(slug, question_id, version=seen, by=by)


ROUTES = [read_form, list_questions, add, read, change, remove]
