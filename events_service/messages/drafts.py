"""A message as it is typed into the form or sent by a program, and what may be wrong with it."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from msgspec import Meta, field

from events_service.errors import FieldError, Invalid
from events_service.messages.rules import PLACEHOLDERS, Message, Segment
from events_service.registrations.rules import Attendance, Category
from events_service.texts.drafts import LONGEST_PART, LONGEST_SUBJECT, unknown
from events_service.texts.rules import Words
from events_service.web.bodies import Body, Wrong
from events_service.web.fields import Email, OptionalLine, checked, one_line, paragraphs
from events_service.web.words import LANGUAGES
from events_service.web.words import gettext as _

Language = Literal["en", "da", "sv", "nb", "fi", "is"]
Wanted = Literal["confirmed", "waitlisted", "pending", "invited", "offered", "declined", "cancelled"]
Subject = Annotated[str, checked(one_line, max_length=LONGEST_SUBJECT)]
Text = Annotated[str, checked(paragraphs, max_length=LONGEST_PART)]


class MessageForm(Body, frozen=True):
    """Whom it goes to, and its words in up to six languages: those of the main language are needed."""

    key: Annotated[str, Meta(min_length=16, max_length=64, pattern="^[a-z0-9]+$")]
    main_language: Language
    status: Annotated[list[Wanted], Meta(min_length=1)]
    category: Category | None = None
    city: OptionalLine = ""
    attendance: Attendance | None = None
    session_id: OptionalLine = ""
    answer_name: OptionalLine = ""
    answer_value: OptionalLine = ""
    subject_en: Subject = ""
    subject_da: Subject = ""
    subject_sv: Subject = ""
    subject_nb: Subject = ""
    subject_fi: Subject = ""
    subject_is: Subject = ""
    body_en: Text = ""
    body_da: Text = ""
    body_sv: Text = ""
    body_nb: Text = ""
    body_fi: Text = ""
    body_is: Text = ""


class SegmentDraft(Body, frozen=True):
    """Whom a message goes to: everyone who fits all that is given. `session_id`: who has a place in that session."""

    status: Annotated[list[Wanted], Meta(min_length=1)] = field(default_factory=lambda: ["confirmed"])
    category: Category | None = None
    city: OptionalLine = ""
    attendance: Attendance | None = None
    session_id: OptionalLine = ""
    answer_name: OptionalLine = ""
    answer_value: OptionalLine = ""


class WordsDraft(Body, frozen=True):
    """A message in one language; placeholders in braces are filled in for each person."""

    subject: Subject
    body: Text


class MessageDraft(Body, frozen=True):
    """A message by language; who speaks another gets the words of the main one, which are needed."""

    main_language: Language
    texts: dict[Language, WordsDraft]
    segment: SegmentDraft = field(default_factory=SegmentDraft)


class TestDraft(Body, frozen=True):
    """A message, and the colleague it is tried on."""

    main_language: Language
    texts: dict[Language, WordsDraft]
    to: Email


def message_from(form: MessageForm) -> Message:
    """The message. Raises `Invalid` for words that are half there or cannot be filled in, every field at once."""
    typed: dict[str, tuple[str, str]] = {}
    for language in LANGUAGES:
        subject, body = getattr(form, f"subject_{language}"), getattr(form, f"body_{language}")
        if subject or body or language == form.main_language:
            typed[language] = subject, body
    names = {language: (f"subject_{language}", f"body_{language}") for language in typed}
    return Message(_segment(form), _words(typed, names), form.main_language)


def message_in(draft: MessageDraft) -> Message:
    """The same of what a program sends."""
    return Message(_segment(draft.segment), words_in(draft), draft.main_language)


def words_in(draft: MessageDraft | TestDraft) -> dict[str, Words]:
    """The words by language. Raises `Invalid`."""
    given: dict[str, tuple[str, str]] = {}
    errors: list[FieldError] = []
    for language, one in draft.texts.items():
        # Values behind names that differ are not checked where a body is read.
        subject = _plain(one_line, one.subject, f"texts.{language}.subject", errors)
        given[language] = subject, _plain(paragraphs, one.body, f"texts.{language}.body", errors)
    if errors:
        raise Invalid(errors)
    given.setdefault(draft.main_language, ("", ""))
    names = {language: (f"texts.{language}.subject", f"texts.{language}.body") for language in given}
    return _words(given, names)


def _plain(check: Callable[[str], str], text: str, name: str, errors: list[FieldError]) -> str:
    try:
        return check(text)
    except Wrong as wrong:
        errors.append(FieldError(name, wrong.code, wrong.message))
    return text


def _words(given: Mapping[str, tuple[str, str]], names: Mapping[str, tuple[str, str]]) -> dict[str, Words]:
    """Subject and body by language, checked; `names` are what the two are called where they were given."""
    errors: list[FieldError] = []
    for language, parts in given.items():
        for name, text in zip(names[language], parts, strict=True):
            if not text:
                errors.append(FieldError(name, "required", _("This is needed.")))
            errors += unknown(name, text, allowed=PLACEHOLDERS)
    if errors:
        raise Invalid(errors)
    return {language: Words(subject, body) for language, (subject, body) in given.items()}


def _segment(form: MessageForm | SegmentDraft) -> Segment:
    return Segment(
        statuses=tuple(form.status),
        category=form.category.value if form.category else "",
        city=form.city,
        attendance=form.attendance.value if form.attendance else "",
        session_id=form.session_id,
        answer_name=form.answer_name,
        answer_value=form.answer_value,
    )
