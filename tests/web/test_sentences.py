"""Sentences of refusals: English for programs, the visitor's language on a page, with their facts in both."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec
import pytest
from babel.support import Translations

from events_service.errors import FieldError, Invalid
from events_service.sentences import Grouped, Quoted, sentence
from events_service.web import words
from events_service.web.forms import errors_by_field
from events_service.web.problems import ProblemError


class Kind(StrEnum):
    OPEN = "open"


class Danish(Translations):
    """A catalogue of a few words, and of a state."""

    WORDS = {  # noqa: RUF012
        "At most %(most)s people.": "Højst %(most)s personer.",
        "It is %(kind)s.": "Den er %(kind)s.",
        "Events": "Arrangementer",
        "Not with %(sessions)s.": "Ikke med %(sessions)s.",
        "“%(title)s”": "»%(title)s«",
    }

    def gettext(self, message: str) -> str:
        """The word, or the message where there is none."""
        return self.WORDS.get(message, message)

    def pgettext(self, context: str, message: str) -> str:
        """The state of something: the context is the package that knows it."""
        return {("web", "open"): "åben"}.get((context, message), message)


@pytest.fixture
def in_danish(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(words, "translations", lambda code: Danish())
    with words.in_language("da"):
        yield


def test_a_sentence_is_plain_english_with_its_facts() -> None:
    assert sentence("At most %(most)s people.", most=5000) == "At most 5000 people."
    assert sentence("At most %(most)s people.", most=Grouped(5000)) == "At most 5,000 people."
    assert sentence("It is %(kind)s.", kind=Kind.OPEN) == "It is open."


def test_a_page_says_it_in_the_visitors_language(in_danish: None) -> None:
    assert words.gettext(sentence("At most %(most)s people.", most=5000)) == "Højst 5.000 personer."
    assert words.gettext(sentence("At most %(most)s people.", most=Grouped(5000))) == "Højst 5.000 personer."


def test_a_word_of_ours_is_translated_and_what_somebody_wrote_is_not(in_danish: None) -> None:
    assert words.gettext(sentence("It is %(kind)s.", kind=Kind.OPEN)) == "Den er åben."
    assert words.gettext(sentence("It is %(kind)s.", kind="Events")) == "Den er Events."


def test_titles_stand_in_the_quotation_marks_of_the_language(in_danish: None) -> None:
    said = sentence("Not with %(sessions)s.", sessions=Quoted(["First", "100% Later"]))
    assert (said, words.gettext(said)) == ("Not with “First”, “100% Later”.", "Ikke med »First«, »100% Later«.")


def test_a_form_gets_its_errors_translated_and_a_program_in_english(in_danish: None) -> None:
    error = FieldError("people", "too_many", sentence("At most %(most)s people.", most=3))
    assert errors_by_field(Invalid([error])) == {"people": ["Højst 3 personer."]}
    told = ProblemError(error.field, error.code, str(error.message))
    assert msgspec.json.decode(msgspec.json.encode(told))["message"] == "At most 3 people."
