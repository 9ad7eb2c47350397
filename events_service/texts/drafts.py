"""An organiser's words as they are sent in, and what may be wrong with them."""

from typing import Annotated, Any

from events_service.errors import FieldError, Invalid, NotFound
from events_service.texts.rules import KINDS, SEVERAL_LINES, Words, placeholders, unknown_placeholders
from events_service.web.bodies import Body
from events_service.web.fields import checked, needed_line, paragraphs
from events_service.web.words import LANGUAGES
from events_service.web.words import gettext as _

LONGEST_SUBJECT, LONGEST_PART = 200, 4_000

EXAMPLE: dict[str, Any] = {
    "subject": "Welcome to {event}",
    "opening": "We look forward to seeing you in {city}.",
    "closing": "How to find us: https://citysafety.example/find-us",
}


class TextDraft(Body, frozen=True):
    """What a letter says. Placeholders in braces are filled in for each recipient; an empty line begins a paragraph."""

    subject: Annotated[str, checked(needed_line, max_length=LONGEST_SUBJECT)]
    opening: Annotated[str, checked(paragraphs, min_length=1, max_length=LONGEST_PART)]
    closing: Annotated[str, checked(paragraphs, max_length=LONGEST_PART)] = ""


def checked_words(kind: str, draft: TextDraft) -> Words:
    """The words. Raises `Invalid` where braces hold what is not known in that kind of letter, every field at once."""
    allowed = placeholders(kind)
    in_subject = tuple(name for name in allowed if name not in SEVERAL_LINES)
    errors = [
        *unknown("subject", draft.subject, allowed=in_subject),
        *unknown("opening", draft.opening, allowed=allowed),
        *unknown("closing", draft.closing, allowed=allowed),
    ]
    if not draft.opening:
        errors.append(FieldError("opening", "required", _("This is needed.")))
    if errors:
        raise Invalid(errors)
    return Words(draft.subject, draft.opening, draft.closing)


def unknown(field: str, text: str, *, allowed: tuple[str, ...]) -> list[FieldError]:
    """One error that names everything in braces that is none of those allowed."""
    names = unknown_placeholders(text, allowed=allowed)
    if not names:
        return []
    message = _("%(unknown)s cannot be filled in. You can use %(allowed)s.") % {
        "unknown": ", ".join(f"{{{name[:40]}}}" for name in names[:5]),
        "allowed": ", ".join(f"{{{name}}}" for name in allowed),
    }
    return [FieldError(field, "unknown_placeholder", message)]


def check_text_address(kind: str, language: str) -> None:
    """Raises `NotFound` for a kind of letter that has no own words, and for a language we do not write in."""
    if kind not in KINDS or language not in LANGUAGES:
        raise NotFound()
