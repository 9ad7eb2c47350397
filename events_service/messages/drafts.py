"""A message as it is typed into the form, and what may be wrong with it."""

from typing import Annotated, Literal

from msgspec import Meta

from events_service.errors import FieldError, Invalid
from events_service.messages.rules import PLACEHOLDERS, Message, Segment
from events_service.registrations.rules import Attendance, Category
from events_service.texts.drafts import LONGEST_PART, LONGEST_SUBJECT, unknown
from events_service.texts.rules import Words
from events_service.web.bodies import Body
from events_service.web.fields import OptionalLine, checked, one_line, paragraphs
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


def message_from(form: MessageForm) -> Message:
    """The message. Raises `Invalid` for words that are half there or cannot be filled in, every field at once."""
    errors: list[FieldError] = []
    texts: dict[str, Words] = {}
    for language in LANGUAGES:
        subject, body = getattr(form, f"subject_{language}"), getattr(form, f"body_{language}")
        if not subject and not body and language != form.main_language:
            continue
        for name, given in ((f"subject_{language}", subject), (f"body_{language}", body)):
            if not given:
                errors.append(FieldError(name, "required", _("This is needed.")))
            errors += unknown(name, given, allowed=PLACEHOLDERS)
        texts[language] = Words(subject, body)
    if errors:
        raise Invalid(errors)
    segment = Segment(
        statuses=tuple(form.status),
        category=form.category.value if form.category else "",
        city=form.city,
        attendance=form.attendance.value if form.attendance else "",
        session_id=form.session_id,
        answer_name=form.answer_name,
        answer_value=form.answer_value,
    )
    return Message(segment, texts, form.main_language)
