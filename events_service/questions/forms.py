"""The form of a question: what it holds, and the draft or change that is made of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from litestar import Request

from events_service.errors import FieldError, Invalid
from events_service.folding import search_key
from events_service.questions.drafts import QuestionChange, QuestionDraft
from events_service.questions.rules import CAN_BE_A_CONDITION, YES, Kind, Question, words
from events_service.web.bodies import read_values
from events_service.web.forms import errors_by_field, posted_form
from events_service.web.words import LANGUAGES
from events_service.web.words import gettext as _

Body = TypeVar("Body", bound=QuestionDraft | QuestionChange)
MANY = frozenset({"categories", "condition"})
FLAGS = ("required", "sensitive", "long")


@dataclass(frozen=True, slots=True)
class QuestionForm(Generic[Body]):
    """`body` when all is right, else None; `typed` and `errors` show the form again."""

    body: Body | None
    typed: dict[str, Any]
    errors: dict[str, list[str]]


async def read_question_form(request: Request[Any, Any, Any], kind: type[Body]) -> QuestionForm[Body]:
    """The posted form as a draft, or as the change of what is there."""
    posted = await posted_form(request)
    typed: dict[str, Any] = {}
    for field in posted:
        if field != "csrf_token":
            given = [value for value in posted.getall(field) if isinstance(value, str)]
            typed[field] = given if field in MANY else (given[-1] if given else "")
    values, wrong = _values(typed), _wrong_conditions(typed)
    if kind is QuestionDraft:
        label = str(typed.get("labels.en", ""))
        values |= {"name": typed.get("name") or name_from(label), "kind": typed.get("kind", "")}
    elif typed.get("version"):
        values["version"] = typed["version"]
    try:
        body = read_values(kind, values, from_text=True)
        if wrong:
            raise Invalid([])
    except Invalid as invalid:
        return QuestionForm(None, typed, errors_as_typed(Invalid([*wrong, *invalid.errors])))
    return QuestionForm(body, typed, {})


def errors_as_typed(invalid: Invalid) -> dict[str, list[str]]:
    """Field → messages by the names of the form, which writes options and conditions in its own way."""
    by_field: dict[str, list[str]] = {}
    for field, messages in errors_by_field(invalid).items():
        outer = field.split(".")[0]
        name = {"options": "options.en", "condition": "condition", "labels": "labels.en", "help": "help.en"}.get(
            outer, field
        )
        if outer in ("labels", "help") and field.count("."):
            name = field
        by_field.setdefault(name, []).extend(message for message in messages if message not in by_field.get(name, []))
    return by_field


def filled_form(question: Question) -> dict[str, Any]:
    """The question as its form holds it."""
    condition = question.condition
    return {
        "name": question.name,
        "kind": question.kind.value,
        "version": str(question.version),
        "categories": list(question.categories),
        "condition": [f"{condition.question}={answer}" for answer in condition.answers] if condition else [],
        "least": "" if question.least is None else str(question.least),
        "most": "" if question.most is None else str(question.most),
        **{flag: "true" if getattr(question, flag) else "" for flag in FLAGS},
        **{f"labels.{code}": question.labels.get(code, "") for code in LANGUAGES},
        **{f"help.{code}": question.help.get(code, "") for code in LANGUAGES},
        **{f"options.{code}": _lines(question, code) for code in LANGUAGES},
    }


def conditions_to_choose(questions: Sequence[Question], *, besides: str, language: str) -> dict[str, str]:
    """`question=answer` → words, for every answer that another question can wait for."""
    found: dict[str, str] = {}
    for one in questions:
        if one.kind in CAN_BE_A_CONDITION and one.id != besides:
            answers = (
                {YES: _("Yes")}
                if one.kind is Kind.CONSENT
                else {option.value: words(option.labels, language) for option in one.options}
            )
            found |= {
                f"{one.name}={value}": f"{words(one.labels, language)} – {said}" for value, said in answers.items()
            }
    return found


def name_from(label: str) -> str:
    """A name made of the question's words."""
    plain = re.sub(r"[^a-z0-9]+", "_", search_key(label)).strip("_")[:60].strip("_")
    return plain if plain[:1].isalpha() else f"question_{plain}".rstrip("_")


def _conditions(typed: dict[str, Any]) -> list[tuple[str, str]]:
    """What is ticked, as pairs of a question and an answer to it."""
    pairs = (one.partition("=") for one in typed.get("condition", []))
    return [(question, answer) for question, _equals, answer in pairs]


def _wrong_conditions(typed: dict[str, Any]) -> list[FieldError]:
    if len({question for question, _answer in _conditions(typed)}) < 2:
        return []
    return [FieldError("condition", "several", "Choose answers of one question only.")]


def _values(typed: dict[str, Any]) -> dict[str, Any]:
    conditions = _conditions(typed)
    condition = None
    if conditions:
        condition = {"question": conditions[0][0], "answers": [answer for _question, answer in conditions]}
    return {
        "labels": {code: typed.get(f"labels.{code}", "") for code in LANGUAGES},
        "help": {code: typed.get(f"help.{code}", "") for code in LANGUAGES},
        "options": _options(typed),
        "categories": typed.get("categories", []),
        "condition": condition,
        "least": typed.get("least") or None,
        "most": typed.get("most") or None,
        **{flag: bool(typed.get(flag)) for flag in FLAGS},
    }


def _options(typed: dict[str, Any]) -> list[dict[str, Any]]:
    """From lines `value: words`, the English ones first; a line without a colon makes its value of its words."""
    options: dict[str, dict[str, str]] = {}
    for code in LANGUAGES:
        for line in str(typed.get(f"options.{code}", "")).splitlines():
            value, colon, said = line.partition(":")
            if not colon:
                value, said = name_from(line), line
            if line.strip():
                options.setdefault(value.strip(), {})[code] = said.strip()
    return [{"value": value, "labels": labels} for value, labels in options.items()]


def _lines(question: Question, code: str) -> str:
    return "\n".join(f"{one.value}: {one.labels[code]}" for one in question.options if code in one.labels)
