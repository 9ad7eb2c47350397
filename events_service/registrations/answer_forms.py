"""Reading forms that hold answers: every wrong one at once, and files kept only once all the rest is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile

from events_service.errors import FieldError, Invalid
from events_service.events.rules import Event
from events_service.questions.rules import AnswerValue, Kind, Question, check_answers
from events_service.registrations.answer_files import MOST_BYTES, SafeFile, checked_file, keep_file
from events_service.registrations.drafts import OwnAnswers, RegistrationDraft
from events_service.web.forms import errors_by_field, posted_form, read_form

Draft = TypeVar("Draft", bound=RegistrationDraft | OwnAnswers)
# Four files as large as they may be, and what else is typed.
MOST_SENT_BYTES = 4 * MOST_BYTES + 1_000_000
# Stands for a file that is there but not kept yet: of the form of an id, and none.
_TO_COME = "0" * 32


@dataclass(slots=True)
class AnswersForm(Generic[Draft]):
    """`draft` when all is right, else None; `typed` and `errors` show the form again; `files` (question → file) are not kept yet."""

    draft: Draft | None
    typed: dict[str, Any]
    errors: dict[str, list[str]]
    files: Mapping[str, SafeFile]

    @property
    def must_choose_again(self) -> bool:
        """Whether files were sent that a browser does not keep for the next try."""
        return bool(self.files)


async def read_answers_form(
    request: Request[Any, Any, Any],
    kind: type[Draft],
    questions: Sequence[Question],
    *,
    category: str = "",
    must_be_whole: bool = True,
    held: Mapping[str, str] = MappingProxyType({}),
) -> AnswersForm[Draft]:
    """The posted form. The category is the typed one unless it is given; `held` are files (question → id) that stay without another."""
    many = {one.field for one in questions if one.kind is Kind.CHOICES} | {"session_ids"}
    form = await read_form(request, kind, many=frozenset(many))
    files, wrong = await _sent_files(request, questions)
    given = form.value.answers if form.value else {one.name: form.typed.get(one.field) for one in questions}
    answers = {one.name: given.get(one.name) for one in questions if one.kind is not Kind.FILE}
    answers |= {**held, **dict.fromkeys(files, _TO_COME)}
    kept, more_wrong = _checked(
        questions, answers, category=category or str(form.typed.get("category", "")), must_be_whole=must_be_whole
    )
    errors = {**form.errors, **_by_field(more_wrong, but=form.errors), **_by_field(wrong)}
    if form.value is None or errors:
        return AnswersForm(None, form.typed, errors, files)
    draft = msgspec.structs.replace(form.value, answers=kept) if questions else form.value
    return AnswersForm(draft, form.typed, {}, {name: file for name, file in files.items() if name in kept})


async def with_files_kept(
    event: Event, questions: Sequence[Question], form: AnswersForm[Draft], draft: Draft
) -> tuple[Draft, list[str]]:
    """The draft with the ids of its files, and those ids: whoever then fails does without them (`forget_files`)."""
    by_name = {one.name: one for one in questions}
    ids = {name: await keep_file(event.id, by_name[name], file) for name, file in form.files.items()}
    if not ids:
        return draft, []
    return msgspec.structs.replace(draft, answers={**draft.answers, **ids}), list(ids.values())


def as_refused(form: AnswersForm[Draft], invalid: Invalid) -> AnswersForm[Draft]:
    """The form again, with what was found wrong later; sessions are told together."""
    errors = dict[str, list[str]]()
    for name, messages in errors_by_field(invalid).items():
        errors.setdefault("session_ids" if name.startswith("session_ids.") else name, []).extend(messages)
    return replace(form, draft=None, errors=errors)


def _checked(
    questions: Sequence[Question], answers: Mapping[str, AnswerValue], *, category: str, must_be_whole: bool
) -> tuple[dict[str, AnswerValue], list[FieldError]]:
    try:
        return check_answers(questions, answers, category=category, must_be_whole=must_be_whole), []
    except Invalid as invalid:
        return {}, list(invalid.errors)


async def _sent_files(
    request: Request[Any, Any, Any], questions: Sequence[Question]
) -> tuple[dict[str, SafeFile], list[FieldError]]:
    posted, files, wrong = await posted_form(request), dict[str, SafeFile](), list[FieldError]()
    for question in questions:
        sent = posted.get(question.field) if question.kind is Kind.FILE else None
        data = await sent.read() if isinstance(sent, UploadFile) else b""
        if isinstance(sent, UploadFile) and data:
            try:
                files[question.name] = await checked_file(question, sent.filename, data)
            except Invalid as invalid:
                wrong += invalid.errors
    return files, wrong


def _by_field(
    errors: Sequence[FieldError], *, but: Mapping[str, object] = MappingProxyType({})
) -> dict[str, list[str]]:
    return {name: said for name, said in errors_by_field(Invalid(list(errors))).items() if name not in but}
