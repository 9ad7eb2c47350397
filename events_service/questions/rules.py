"""What an event asks, of whom, and whether answers are right. Pure."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from events_service.errors import FieldError, Invalid
from events_service.events.categories import Category
from events_service.sentences import sentence

AnswerValue = str | int | float | bool | list[str] | None
LONGEST_LINE, LONGEST_TEXT = 300, 4_000
LARGEST_NUMBER = 2**53
# Food and access needs say something of a person's health or faith: treated so wherever somebody answers under these names.
ALWAYS_SENSITIVE = frozenset({"diet", "access"})
YES = "true"
_FILE_ID = re.compile("[0-9a-f]{32}")


class Kind(StrEnum):
    """What an answer looks like."""

    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    FILE = "file"
    CONSENT = "consent"


CAN_BE_A_CONDITION = frozenset({Kind.CHOICE, Kind.CHOICES, Kind.CONSENT})


class Option(msgspec.Struct, frozen=True):
    """One of the answers to choose from, and its words by language."""

    value: str
    labels: dict[str, str]


class Condition(msgspec.Struct, frozen=True):
    """Asked only of who gave one of these answers to another question; a consent's answer is `true`."""

    question: str
    answers: list[str]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question of an event. `categories` empty: for everybody; `version` counts its edits, and is what a consent was given to.

    `labels` and `help` hold words by language, English always among the labels. A retired question is asked no more; what was
    answered keeps its words and its sensitivity.
    """

    id: str
    name: str
    kind: Kind
    labels: dict[str, str]
    help: dict[str, str] = {}
    options: list[Option] = []
    categories: list[Category] = []
    condition: Condition | None = None
    required: bool = False
    sensitive: bool = False
    long: bool = False
    least: int | None = None
    most: int | None = None
    position: int = 0
    version: int = 1
    is_retired: bool = False

    @property
    def field(self) -> str:
        """Where its answer stands in a registration, and in a form."""
        return f"answers.{self.name}"

    def is_for(self, category: str) -> bool:
        """Whether people of this category are asked."""
        return not self.categories or category in self.categories


def words(labels: Mapping[str, str], language: str) -> str:
    """The words in that language, else in English, else nothing."""
    return labels.get(language) or labels.get("en", "")


def questions_for(questions: Iterable[Question], category: str) -> list[Question]:
    """Those that people of this category are asked."""
    return [one for one in questions if one.is_for(category)]


def sensitive_among(questions: Iterable[Question]) -> frozenset[str]:
    """The names of answers that only registrars see, that stand in no list, and that are deleted first."""
    return ALWAYS_SENSITIVE | {one.name for one in questions if one.sensitive}


def without_sensitive(answers: Mapping[str, AnswerValue], names: Iterable[str]) -> dict[str, AnswerValue]:
    """The answers that may stand in a list."""
    hidden = frozenset(names)
    return {name: value for name, value in answers.items() if name not in hidden}


def check_answers(
    questions: Sequence[Question], answers: Mapping[str, AnswerValue], *, category: str, must_be_whole: bool = True
) -> dict[str, AnswerValue]:
    """What is kept of the answers, in the order of the questions. Raises `Invalid` with every wrong one.

    An event that asks nothing keeps whatever it is told. Otherwise names it does not know are refused; answers are dropped where
    the question is not for this category or its condition does not hold. Who may leave needed answers out (a registrar) says
    `must_be_whole=False`. Whether a file is there is for others to know.
    """
    if not questions:
        return dict(answers)
    known = {one.name: one for one in questions}
    errors = [
        FieldError(f"answers.{name}"[:200], "unknown_question", "This event does not ask that.")
        for name in answers
        if name not in known
    ]
    kept: dict[str, AnswerValue] = {}
    wrong: set[str] = set()
    for question in in_order_of_need(questions):
        if not question.is_for(category) or not _is_asked(question, kept):
            continue
        try:
            value = _checked(question, answers.get(question.name))
        except _Wrong as refused:
            errors.append(FieldError(question.field, refused.code, refused.message))
            wrong.add(question.name)
            continue
        if value is not None:
            kept[question.name] = value
        elif question.required and must_be_whole and not _hangs_on(question, wrong):
            code = "consent_required" if question.kind is Kind.CONSENT else "required"
            errors.append(FieldError(question.field, code, "This is needed."))
    if errors:
        raise Invalid(errors)
    return {one.name: kept[one.name] for one in questions if one.name in kept}


def in_order_of_need(questions: Sequence[Question]) -> list[Question]:
    """The same, each behind the one its condition looks at. Raises `ValueError` where they wait for each other."""
    known = {one.name: one for one in questions}
    ordered: dict[str, Question] = {}

    def put(question: Question, above: tuple[str, ...]) -> None:
        if question.name in above:
            raise ValueError(f"the conditions of {question.name} go round in a circle")
        if question.condition and question.condition.question in known:
            put(known[question.condition.question], (*above, question.name))
        ordered.setdefault(question.name, question)

    for question in questions:
        put(question, ())
    return list(ordered.values())


def wrong_in(question: Question, others: Sequence[Question]) -> list[FieldError]:
    """What is wrong with a question among the event's others: each field with a sentence that says what to do."""
    errors: list[FieldError] = []
    if question.name in {other.name for other in others}:
        errors.append(FieldError("name", "name_taken", "Another question of this event has that name."))
    if not question.labels.get("en"):
        errors.append(
            FieldError("labels.en", "required", "Write the question in English: other languages fall back to it.")
        )
    values = [option.value for option in question.options]
    if question.kind in (Kind.CHOICE, Kind.CHOICES):
        if len(values) < 2:
            errors.append(FieldError("options", "required", "Give two answers at least to choose from."))
        if len(values) != len(set(values)):
            errors.append(FieldError("options", "twice", "Each answer needs a value of its own."))
        if any(not option.labels.get("en") for option in question.options):
            errors.append(FieldError("options", "required", "Each answer needs words in English."))
    elif values:
        errors.append(
            FieldError("options", "not_a_choice", "Only questions with a choice have answers to choose from.")
        )
    if question.least is not None and question.most is not None and question.least > question.most:
        errors.append(FieldError("most", "out_of_range", "The largest number is below the smallest."))
    return errors + _wrong_condition(question, others)


def _wrong_condition(question: Question, others: Sequence[Question]) -> list[FieldError]:
    condition = question.condition
    if condition is None:
        return []
    parent = next((other for other in others if other.name == condition.question), None)
    if parent is None or parent.kind not in CAN_BE_A_CONDITION:
        message = "Choose another question of this event that has a choice or is a consent."
        return [FieldError("condition.question", "unknown_question", message)]
    if not condition.answers or not set(condition.answers) <= possible_answers(parent):
        return [FieldError("condition.answers", "unknown_answer", "Choose among the answers of that question.")]
    try:
        in_order_of_need([*others, question])
    except ValueError:
        return [FieldError("condition.question", "circle", "That question waits for this one already.")]
    return []


def possible_answers(question: Question) -> set[str]:
    """What a condition may look for in the answer."""
    return {YES} if question.kind is Kind.CONSENT else {option.value for option in question.options}


def hang_on(questions: Iterable[Question], question: Question) -> list[Question]:
    """Those whose condition looks at this question."""
    return [one for one in questions if one.condition and one.condition.question == question.name]


class _Wrong(ValueError):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def _is_asked(question: Question, kept: Mapping[str, AnswerValue]) -> bool:
    if question.condition is None:
        return True
    answer = kept.get(question.condition.question)
    given = (
        answer if isinstance(answer, list) else [YES if answer is True else str(answer)] if answer is not None else []
    )
    return not set(given).isdisjoint(question.condition.answers)


def _hangs_on(question: Question, names: Iterable[str]) -> bool:
    return question.condition is not None and question.condition.question in names


def _checked(question: Question, value: AnswerValue) -> AnswerValue:
    """The answer as it is kept, None for none."""
    if isinstance(value, str):
        value = value.strip()
    if value is None or value in ("", []):
        return None
    return _CHECKS[question.kind](question, value)


def _text(question: Question, value: AnswerValue) -> str:
    if not isinstance(value, str):
        raise _Wrong("wrong_type", "Answer with text.")
    longest = LONGEST_TEXT if question.long else LONGEST_LINE
    if len(value) > longest:
        raise _Wrong("too_long", sentence("At most %(most)s characters are allowed here.", most=longest))
    return value


def _choice(question: Question, value: AnswerValue) -> str:
    if not isinstance(value, str) or value not in possible_answers(question):
        raise _Wrong("unknown_answer", "Choose one of the answers.")
    return value


def _choices(question: Question, value: AnswerValue) -> list[str] | None:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not set(given) <= possible_answers(question):
        raise _Wrong("unknown_answer", "Choose among the answers.")
    return [option.value for option in question.options if option.value in given]


def _number(question: Question, value: AnswerValue) -> int | float:
    number = math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and re.fullmatch(r"[+-]?\d{1,16}(?:[.,]\d{1,9})?", value):
        number = float(value.replace(",", "."))
    if not -LARGEST_NUMBER <= number <= LARGEST_NUMBER:
        raise _Wrong("wrong_type", "Answer with a number.")
    if question.least is not None and number < question.least:
        raise _Wrong("out_of_range", sentence("The number must be at least %(least)s.", least=question.least))
    if question.most is not None and number > question.most:
        raise _Wrong("out_of_range", sentence("The number must be at most %(most)s.", most=question.most))
    return int(number) if number == int(number) else number


def _date(_: Question, value: AnswerValue) -> str:
    try:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise _Wrong("invalid_date", "Answer with a date such as 2027-03-07.") from None


def _file(_: Question, value: AnswerValue) -> str:
    if not isinstance(value, str) or not _FILE_ID.fullmatch(value):
        raise _Wrong("unknown_file", "Send the file first, and answer with its id.")
    return value


def _consent(_: Question, value: AnswerValue) -> bool | None:
    if value in (True, YES):
        return True
    if value in (False, "false"):
        return None
    raise _Wrong("wrong_type", "Answer with true or false.")


_CHECKS = {
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.FILE: _file,
    Kind.CONSENT: _consent,
}
