"""What everybody who registers agrees to, in words that have a version."""

from events_service.questions.rules import Question, words
from events_service.web.words import gettext as _
from events_service.web.words import in_language

DATA_USE = "data_use"
# Change it together with the sentence, or with what the page on privacy promises.
DATA_USE_VERSION = "2026-11"


def data_use_wording() -> str:
    """What people agree to who register, in the language of this request or letter."""
    return _("The alliance may keep these answers to run this event, and delete them afterwards.")


def wording_of(question: Question, language: str) -> str:
    """What somebody of that language was asked to agree to."""
    return words(question.labels, language)


def data_use_in(language: str) -> str:
    """The same as `data_use_wording`, in that language."""
    with in_language(language):
        return data_use_wording()
