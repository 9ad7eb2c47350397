"""The JSON of questions: what comes out, with an example of each."""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from events_service.events.categories import Category
from events_service.questions.consents import DATA_USE_VERSION, data_use_in
from events_service.questions.rules import Condition, Kind, Option, Question, words

EXAMPLE_LABELS = {"en": "Which evening would you like to join?", "da": "Hvilken aften vil du være med?"}
EXAMPLE_DRAFT: dict[str, Any] = {
    "name": "evening",
    "kind": "choice",
    "labels": EXAMPLE_LABELS,
    "help": {},
    "options": [
        {"value": "dinner", "labels": {"en": "The dinner", "da": "Middagen"}},
        {"value": "walk", "labels": {"en": "The walk through the city", "da": "Gåturen gennem byen"}},
    ],
    "categories": ["practitioner", "elected_official"],
    "condition": None,
    "required": True,
    "sensitive": False,
    "long": False,
    "least": None,
    "most": None,
}
EXAMPLE_QUESTION: dict[str, Any] = {
    "id": "0190f6b2d5e87f21a4b3c6d9e8f70a1b",
    **EXAMPLE_DRAFT,
    "position": 0,
    "version": 1,
}
EXAMPLE_CHANGE: dict[str, Any] = {"version": 1, "required": False, "position": 2}
EXAMPLE_CHANGED: dict[str, Any] = {**EXAMPLE_QUESTION, "required": False, "position": 2, "version": 2}
EXAMPLE_FORM: dict[str, Any] = {
    "event": "guide-launch",
    "language": "en",
    "questions": [
        {
            "name": "evening",
            "kind": "choice",
            "label": "Which evening would you like to join?",
            "help": "",
            "options": [
                {"value": "dinner", "label": "The dinner"},
                {"value": "walk", "label": "The walk through the city"},
            ],
            "categories": ["practitioner", "elected_official"],
            "condition": None,
            "required": True,
            "sensitive": False,
            "long": False,
            "least": None,
            "most": None,
            "version": 1,
        }
    ],
    "consent": {
        "version": DATA_USE_VERSION,
        "label": "The alliance may keep these answers to run this event, and delete them afterwards.",
    },
}

Words = Annotated[dict[str, str], Meta(description="Words by language; other languages fall back to English.")]
Version = Annotated[int, Meta(description="Raised by every edit; a consent is kept with the version it was given to.")]
Categories = Annotated[list[Category], Meta(description="Who is asked; empty for everybody.")]
Asked = Annotated[
    Condition | None,
    Meta(description="Asked only of who gave one of these answers to that question; a consent's is `true`."),
]


class QuestionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A question of an event, in all its languages."""

    id: str
    name: str
    kind: Kind
    labels: Words
    help: Words
    options: list[Option]
    categories: Categories
    condition: Asked
    required: bool
    sensitive: Annotated[bool, Meta(description="Only registrars see the answers, which are deleted first.")]
    long: Annotated[bool, Meta(description="For text: several lines, up to 4,000 characters instead of 300.")]
    least: int | None
    most: int | None
    position: int
    version: Version


class OptionAsked(msgspec.Struct, frozen=True):
    """One of the answers to choose from, in one language."""

    value: str
    label: str


class QuestionAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A question as it is put to people, in one language. Its answer goes under `answers.<name>` of a registration."""

    name: str
    kind: Kind
    label: str
    help: str
    options: list[OptionAsked]
    categories: Categories
    condition: Asked
    required: bool
    sensitive: bool
    long: bool
    least: int | None
    most: int | None
    version: Version


class ConsentAsked(msgspec.Struct, frozen=True):
    """What everybody agrees to who registers."""

    version: str
    label: str


class FormOut(msgspec.Struct, frozen=True):
    """What to ask of somebody who registers. Without questions, `answers` may hold whatever one likes to say."""

    event: str
    language: str
    questions: list[QuestionAsked]
    consent: ConsentAsked


def question_out(question: Question, *, position: int | None = None) -> QuestionOut:
    """A question as organisers' programs see it; `position` is its place among the others."""
    return QuestionOut(
        id=question.id,
        name=question.name,
        kind=question.kind,
        labels=question.labels,
        help=question.help,
        options=question.options,
        categories=question.categories,
        condition=question.condition,
        required=question.required,
        sensitive=question.sensitive,
        long=question.long,
        least=question.least,
        most=question.most,
        position=question.position if position is None else position,
        version=question.version,
    )


def asked(question: Question, language: str) -> QuestionAsked:
    """The question in that language."""
    return QuestionAsked(
        name=question.name,
        kind=question.kind,
        label=words(question.labels, language),
        help=words(question.help, language),
        options=[OptionAsked(one.value, words(one.labels, language)) for one in question.options],
        categories=question.categories,
        condition=question.condition,
        required=question.required,
        sensitive=question.sensitive,
        long=question.long,
        least=question.least,
        most=question.most,
        version=question.version,
    )


def form_out(slug: str, questions: Iterable[Question], language: str) -> FormOut:
    """What to ask of somebody who registers."""
    consent = ConsentAsked(DATA_USE_VERSION, data_use_in(language))
    return FormOut(slug, language, [asked(one, language) for one in questions], consent)
