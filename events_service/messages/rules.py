"""A message to many: whom it goes to, and which words each of them gets. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from events_service.texts.rules import ALWAYS, Words

PLACEHOLDERS = ALWAYS


class Segment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom a message goes to: everyone who fits all that is said; what is empty does not matter.

    `session_id`: who has a place in that session; `answer_value`: what was answered to the question `answer_name`, whatever its case.
    """

    statuses: tuple[str, ...] = ("confirmed",)
    category: str = ""
    city: str = ""
    attendance: str = ""
    session_id: str = ""
    answer_name: str = ""
    answer_value: str = ""

    @property
    def names_an_answer(self) -> bool:
        """Whether it looks into what people answered."""
        return bool(self.answer_name)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to whom. Whoever speaks a language without words of its own gets those of the main language."""

    segment: Segment
    texts: Mapping[str, Words]
    main_language: str

    def words_for(self, language: str) -> tuple[str, Words]:
        """The language the letter is written in, and its words."""
        chosen = language if language in self.texts else self.main_language
        return chosen, self.texts[chosen]


def answers_fit(answers: Mapping[str, Any], *, name: str, value: str) -> bool:
    """Whether this was answered to that question, alone or among others; for an empty value, whether anything was."""
    given = answers.get(name)
    listed = given if isinstance(given, list) else [] if given in (None, "", False) else [given]
    told = ["yes" if one is True else str(one).casefold() for one in listed]
    return bool(told) and (not value or value.strip().casefold() in told)
