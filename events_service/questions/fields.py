"""Questions as a form puts them, in one language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from events_service.events.categories import Category
from events_service.questions.presets import ACCESS, DIET
from events_service.questions.rules import YES, AnswerValue, Condition, Kind, Question, words
from events_service.web.words import gettext as _


@dataclass(frozen=True, slots=True)
class AskedField:
    """One question in a form. `answers` are value → words to choose from; `asked_if` names the field it waits for, `asked_answers` the
    values there that it waits for, and `asked_note` says so to who sees it anyway.
    """

    name: str
    kind: Kind
    label: str
    help: str
    categories: list[Category]
    answers: dict[str, str]
    required: bool
    sensitive: bool
    long: bool
    least: int | None
    most: int | None
    asked_if: str
    asked_answers: list[str]
    asked_note: str


def usual_questions(*, in_the_room: bool) -> list[Question]:
    """What the form of an event without questions of its own asks, if one likes to say; only in a room is there food."""
    drafts = (DIET, ACCESS) if in_the_room else (ACCESS,)
    return [
        Question(id=one.name, name=one.name, kind=one.kind, labels=one.labels, help=one.help, sensitive=one.sensitive)
        for one in drafts
    ]


def fields_of(questions: Sequence[Question], language: str) -> list[AskedField]:
    """The questions in that language, in their order."""
    known = {one.name: one for one in questions}
    return [_field(one, known, language) for one in questions]


def labels_of(fields: Sequence[AskedField]) -> dict[str, str]:
    """Field → label, for the list of what is wrong."""
    return {one.name: one.label for one in fields}


def answers_in_words(
    questions: Sequence[Question], answers: Mapping[str, AnswerValue], language: str
) -> list[tuple[Question | None, str, str]]:
    """What was answered: the question where it is known, what it is called, and the answer to read. In the order of the questions."""
    known = {one.name: one for one in questions}
    names = [*(name for name in known if name in answers), *(name for name in answers if name not in known)]
    usual = {"diet": _("Food"), "access": _("Access")}
    return [
        (
            known.get(name),
            words(known[name].labels, language) if name in known else usual.get(name, name),
            _in_words(known.get(name), answers[name], language),
        )
        for name in names
    ]


def typed_answers(answers: Mapping[str, AnswerValue]) -> dict[str, Any]:
    """Answers as a form holds them."""
    return {f"answers.{name}": _typed(value) for name, value in answers.items()}


def _field(question: Question, known: Mapping[str, Question], language: str) -> AskedField:
    condition = question.condition
    parent = known.get(condition.question) if condition else None
    return AskedField(
        name=question.field,
        kind=question.kind,
        label=words(question.labels, language),
        help=words(question.help, language),
        categories=question.categories,
        answers={option.value: words(option.labels, language) for option in question.options},
        required=question.required,
        sensitive=question.sensitive,
        long=question.long,
        least=question.least,
        most=question.most,
        asked_if=parent.field if parent else "",
        asked_answers=condition.answers if condition and parent else [],
        asked_note=_note(condition, parent, language) if condition and parent else "",
    )


def _note(condition: Condition, parent: Question, language: str) -> str:
    label = words(parent.labels, language)
    if parent.kind is Kind.CONSENT:
        return _("Only if you ticked “%(question)s”.") % {"question": label}
    said = [words(option.labels, language) for option in parent.options if option.value in condition.answers]
    return _("Only if you answered “%(question)s” with: %(answers)s.") % {"question": label, "answers": ", ".join(said)}


def _in_words(question: Question | None, value: AnswerValue, language: str) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    said = {option.value: words(option.labels, language) for option in question.options} if question else {}
    if isinstance(value, list):
        return ", ".join(said.get(one, one) for one in value)
    return "" if value is None else said.get(str(value), str(value))


def _typed(value: AnswerValue) -> Any:
    if isinstance(value, bool):
        return YES if value else ""
    return value if isinstance(value, list) else "" if value is None else str(value)
