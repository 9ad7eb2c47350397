"""What an organiser writes of a question, the same for JSON and for forms."""

import re
from collections.abc import Callable
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from events_service.events.categories import Category
from events_service.events.drafts import Version
from events_service.questions.rules import LARGEST_NUMBER, Condition, Kind, Option
from events_service.sentences import sentence
from events_service.web.bodies import Body, Wrong
from events_service.web.fields import checked, needed_line, one_line, paragraphs
from events_service.web.words import LANGUAGES

_NAME = re.compile("[a-z][a-z0-9_]*")
LONGEST_LABEL, LONGEST_HELP = 300, 1_000


def answer_name(text: str) -> str:
    """Under which an answer stands: small letters, digits and underscores, beginning with a letter."""
    if not _NAME.fullmatch(text):
        raise Wrong("invalid_name", "Use small letters a-z, digits and underscores, such as photo_consent.")
    return text


def labels(by_language: dict[str, str]) -> dict[str, str]:
    """Short words by language; empty ones count as not given."""
    return _by_language(by_language, one_line, longest=LONGEST_LABEL)


def help_texts(by_language: dict[str, str]) -> dict[str, str]:
    """Longer words by language; empty ones count as not given."""
    return _by_language(by_language, paragraphs, longest=LONGEST_HELP)


def option_value(text: str) -> str:
    """What stands for an answer in data: one short line."""
    return needed_line(text)


def _by_language(by_language: dict[str, str], clean: Callable[[str], str], *, longest: int) -> dict[str, str]:
    if strange := sorted(set(by_language) - set(LANGUAGES)):
        raise Wrong("unknown_language", f"Use {', '.join(LANGUAGES)}; not {strange[0][:20]}.")
    cleaned = {code: clean(text) for code, text in by_language.items()}
    if any(len(text) > longest for text in cleaned.values()):
        raise Wrong("too_long", sentence("At most %(most)s characters are allowed here.", most=longest))
    return {code: cleaned[code] for code in LANGUAGES if cleaned.get(code)}


Name = Annotated[str, checked(answer_name, max_length=80, examples=["photo_consent"])]
Labels = Annotated[dict[str, str], checked(labels, max_length=10)]
Help = Annotated[dict[str, str], checked(help_texts, max_length=10)]
Bound = Annotated[int, Meta(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]
Position = Annotated[int, Meta(ge=0, le=10_000)]
Categories = Annotated[list[Category], Meta(max_length=20)]


class OptionDraft(Body, frozen=True):
    """One of the answers to choose from."""

    value: Annotated[str, checked(option_value, max_length=80)]
    labels: Labels

    def as_option(self) -> Option:
        """As it is kept."""
        return Option(self.value, self.labels)


class ConditionDraft(Body, frozen=True):
    """Asked only of who gave one of these answers to that question; a consent's answer is `true`."""

    question: Name
    answers: Annotated[list[Annotated[str, Meta(max_length=80)]], Meta(min_length=1, max_length=50)]

    def as_condition(self) -> Condition:
        """As it is kept."""
        return Condition(self.question, self.answers)


Options = Annotated[list[OptionDraft], Meta(max_length=50)]


class QuestionDraft(Body, frozen=True):
    """A new question, after the others; its name and kind stay as they are."""

    name: Name
    kind: Kind
    labels: Labels
    help: Help = field(default_factory=dict)
    options: Options = field(default_factory=list)
    categories: Categories = field(default_factory=list)
    condition: ConditionDraft | None = None
    required: bool = False
    sensitive: bool = False
    long: bool = False
    least: Bound | None = None
    most: Bound | None = None


class QuestionChange(Body, frozen=True):
    """A change: only what is given changes. `version`, when given, must be the one that was read."""

    version: Version | UnsetType = UNSET
    labels: Labels | UnsetType = UNSET
    help: Help | UnsetType = UNSET
    options: Options | UnsetType = UNSET
    categories: Categories | UnsetType = UNSET
    condition: ConditionDraft | UnsetType | None = UNSET
    required: bool | UnsetType = UNSET
    sensitive: bool | UnsetType = UNSET
    long: bool | UnsetType = UNSET
    least: Bound | UnsetType | None = UNSET
    most: Bound | UnsetType | None = UNSET
    position: Position | UnsetType = UNSET
