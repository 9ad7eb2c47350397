"""What organisers do to an event's questions. Each verb locks the event first."""

import msgspec
from msgspec import UNSET, UnsetType

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import SERVICE, Deed, Doer, fields_changed
from events_service.database import Transaction, transaction
from events_service.errors import Conflict, FieldError, Invalid, NotFound
from events_service.events.drafts import given
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.questions.drafts import OptionDraft, QuestionChange, QuestionDraft
from events_service.questions.queries import question_from, questions_of
from events_service.questions.rules import Option, Question, hang_on, possible_answers, wrong_in
from events_service.sentences import sentence

MOST_QUESTIONS = 50


async def add_question(slug: str, draft: QuestionDraft, *, by: Doer = SERVICE) -> Question:
    """A new question, after the others. Raises `NotFound`, `Invalid`, `Conflict` where there are too many."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        others = await _locked_questions(tx, event.id)
        if len(others) >= MOST_QUESTIONS:
            raise Conflict(
                sentence("An event asks %(most)s questions at most.", most=MOST_QUESTIONS), code="too_many_questions"
            )
        question = Question(
            id=new_id(),
            name=draft.name,
            kind=draft.kind,
            labels=draft.labels,
            help=draft.help,
            options=_options(draft.options),
            categories=draft.categories,
            condition=draft.condition.as_condition() if draft.condition else None,
            required=draft.required,
            sensitive=draft.sensitive,
            long=draft.long,
            least=draft.least,
            most=draft.most,
            position=max((one.position + 1 for one in others), default=0),
        )
        _check(question, others)
        await _insert(tx, event.id, question)
        await record(tx, by, _deed("added_question", event, question))
    return question


async def copy_questions(tx: Transaction, first: Event, copy: Event) -> None:
    """Let the copy of an event ask what the first one asks."""
    for question in await questions_of(first.id):
        await _insert(tx, copy.id, msgspec.structs.replace(question, id=new_id(), version=1))


async def edit_question(slug: str, question_id: str, change: QuestionChange, *, by: Doer = SERVICE) -> Question:
    """Change what is given; a position moves it there. Raises `NotFound`, `Invalid`, `Conflict` for a stale version."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        questions = await _locked_questions(tx, event.id)
        before = _found(questions, question_id)
        _check_version(change.version, before)
        after = _changed(before, change)
        others = [one for one in questions if one.id != question_id]
        _check(after, others)
        _check_what_follows(before, after, others)
        if after != before:
            after = msgspec.structs.replace(after, version=before.version + 1)
            await _update(tx, after)
            fields = fields_changed(_columns(before), _columns(after), besides=("version", "changed_at"))
            await record(tx, by, _deed("changed_question", event, after, *fields))
        if change.position is not UNSET:
            await _put(tx, after, others, at=change.position)
    return after


async def move_question(slug: str, question_id: str, *, by: int) -> None:
    """Some places further down, or up where negative; no further than the ends. Raises `NotFound`."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        questions = await _locked_questions(tx, event.id)
        question = _found(questions, question_id)
        others = [one for one in questions if one.id != question_id]
        await _put(tx, question, others, at=max(0, questions.index(question) + by))


async def retire_question(slug: str, question_id: str, *, version: int | UnsetType = UNSET, by: Doer = SERVICE) -> None:
    """Ask it no more; what was answered is kept. Raises `NotFound`, `Conflict` for a stale version or where another one needs it."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        questions = await _locked_questions(tx, event.id)
        question = _found(questions, question_id)
        _check_version(version, question)
        if waiting := hang_on(questions, question):
            raise Conflict(
                "Another question is asked only where this one is answered. Change that one first.",
                code="question_in_use",
                questions=[one.name for one in waiting],
            )
        await tx.execute("UPDATE question SET retired_at = $2, changed_at = $2 WHERE id = $1", question.id, clock.now())
        await record(tx, by, _deed("retired_question", event, question))


def _deed(action: str, event: Event, question: Question, *fields: str) -> Deed:
    return Deed(action, event.slug, "question", question.id, fields)


async def _locked_questions(tx: Transaction, event_id: str) -> list[Question]:
    await tx.fetch("SELECT id FROM event WHERE id = $1 FOR NO KEY UPDATE", event_id)
    rows = await tx.fetch(
        "SELECT * FROM question WHERE event = $1 AND retired_at IS NULL ORDER BY position, id", event_id
    )
    return [question_from(row) for row in rows]


def _found(questions: list[Question], question_id: str) -> Question:
    for question in questions:
        if question.id == question_id:
            return question
    raise NotFound()


def _check_version(given_version: int | UnsetType, question: Question) -> None:
    if given_version is not UNSET and given_version != question.version:
        raise Conflict(
            "Somebody changed this meanwhile. Read it again.", code="stale_version", version=question.version
        )


def _changed(before: Question, change: QuestionChange) -> Question:
    condition = before.condition
    if change.condition is not UNSET:
        condition = change.condition.as_condition() if change.condition else None
    return msgspec.structs.replace(
        before,
        labels=given(change.labels, before.labels),
        help=given(change.help, before.help),
        options=before.options if change.options is UNSET else _options(change.options),
        categories=given(change.categories, before.categories),
        condition=condition,
        required=given(change.required, before.required),
        sensitive=given(change.sensitive, before.sensitive),
        long=given(change.long, before.long),
        least=given(change.least, before.least),
        most=given(change.most, before.most),
    )


def _check(question: Question, others: list[Question]) -> None:
    if errors := wrong_in(question, others):
        raise Invalid(errors)


def _check_what_follows(before: Question, after: Question, others: list[Question]) -> None:
    """Refuse what would make public what was told in confidence, or leave a condition that can never hold."""
    errors = list[FieldError]()
    if before.sensitive and not after.sensitive:
        message = "People have been promised that this stays with the registrars. Ask a new question instead."
        errors.append(FieldError("sensitive", "stays_sensitive", message))
    wanted = {answer for one in hang_on(others, after) if one.condition for answer in one.condition.answers}
    if not wanted <= possible_answers(after):
        message = "Another question is asked only of who gave an answer that is missing now."
        errors.append(FieldError("options", "answer_in_use", message))
    if errors:
        raise Invalid(errors)


def _options(drafts: list[OptionDraft]) -> list[Option]:
    return [draft.as_option() for draft in drafts]


async def _put(tx: Transaction, question: Question, others: list[Question], *, at: int) -> None:
    """Number all of them anew, with the question at that place."""
    ordered = [*others[:at], question, *others[at:]]
    await tx.execute_many(
        "UPDATE question SET position = $2 WHERE id = $1", [(one.id, index) for index, one in enumerate(ordered)]
    )


def _columns(question: Question) -> dict[str, object]:
    """What can change of a question, as it lies in the table."""

    def json(value: object) -> str:
        return msgspec.json.encode(value).decode()

    return {
        "labels": json(question.labels),
        "help": json(question.help),
        "options": json(question.options),
        "categories": json(question.categories),
        "condition": json(question.condition) if question.condition else None,
        "required": question.required,
        "sensitive": question.sensitive,
        "long": question.long,
        "least": question.least,
        "most": question.most,
        "version": question.version,
        "changed_at": clock.now(),
    }


async def _insert(tx: Transaction, event_id: str, question: Question) -> None:
    row = {
        "id": question.id,
        "event": event_id,
        "name": question.name,
        "kind": question.kind.value,
        "position": question.position,
        "created_at": clock.now(),
        **_columns(question),
    }
    places = ", ".join(f"${index}" for index in range(1, len(row) + 1))
    await tx.execute(f"INSERT INTO question ({', '.join(row)}) VALUES ({places})", *row.values())  # noqa: S608


async def _update(tx: Transaction, question: Question) -> None:
    row = _columns(question)
    assignments = ", ".join(f"{name} = ${index}" for index, name in enumerate(row, start=2))
    await tx.execute(f"UPDATE question SET {assignments} WHERE id = $1", question.id, *row.values())  # noqa: S608
