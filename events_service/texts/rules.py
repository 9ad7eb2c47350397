"""An organiser's own words in a letter: which kinds have them, what stands for what, and how they become text and HTML. Pure.

There is no template language: `{name}` is replaced from a flat dict of strings, and nothing else happens. What is filled in is
never read again, so that a name holds neither a placeholder nor a link.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

TO_PARTICIPANTS = (
    "confirmed",
    "promoted",
    "waitlisted",
    "pending",
    "declined",
    "already_registered",
    "cancelled",
    "answered_no",
    "attendance_changed",
    "event_changed",
    "event_cancelled",
    "event_reminder",
)
ABOUT_SEATS = ("offered", "offer_lapsed", "mail_check", "substitute_refused")
TO_GUESTS = ("invitation", "invitation_reminder", "invitation_lapsed", "invitation_delegated")
ABOUT_SESSIONS = (
    "session_invited",
    "session_promoted",
    "session_waitlisted",
    "session_changed",
    "session_withdrawn",
    "session_declined",
    "session_cancelled",
    "speaking_invited",
    "speaking_changed",
    "speaking_declined",
    "speaking_withdrawn",
)
TO_SPEAKERS = ("speaker_asked", "speaker_reminded", "speaker_link")
TO_COORDINATORS = ("delegation", "delegation_reminder", "delegation_released", "delegation_withdrawn")
BY_RECIPIENT = {
    "participants": TO_PARTICIPANTS + ABOUT_SEATS,
    "guests": TO_GUESTS,
    "sessions": ABOUT_SESSIONS,
    "speakers": TO_SPEAKERS,
    "coordinators": TO_COORDINATORS,
}
KINDS = tuple(kind for kinds in BY_RECIPIENT.values() for kind in kinds)

ALWAYS = ("name", "event", "date", "time", "place", "city", "organisation")
_OF_SESSION = ("session", "session_time", "room")
ONLY_IN: dict[str, tuple[str, ...]] = {
    "waitlisted": ("position",),
    "declined": ("reason",),
    "cancelled": ("reason",),
    "event_cancelled": ("reason",),
    "offered": ("deadline",),
    "substitute_refused": ("reason",),
    "invitation": ("deadline",),
    "invitation_reminder": ("deadline",),
    "invitation_lapsed": ("deadline",),
    **dict.fromkeys(ABOUT_SESSIONS, _OF_SESSION),
    "session_waitlisted": (*_OF_SESSION, "position"),
    **dict.fromkeys(("session_withdrawn", "session_cancelled", "speaking_withdrawn"), (*_OF_SESSION, "reason")),
    "delegation": ("delegation", "seats", "deadline"),
    "delegation_reminder": ("delegation", "seats", "unnamed", "deadline"),
    "delegation_released": ("delegation", "seats", "unnamed"),
    "delegation_withdrawn": ("delegation", "reason"),
}
# A reason may run over several lines; a subject is one.
SEVERAL_LINES = frozenset({"reason"})

_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
# A full stop or a bracket behind an address belongs to the sentence.
_LINK = re.compile(r"https://[^\s<>\"'{}]*[^\s<>\"'{}.,;:!?)\]]")
_PART = re.compile(rf"(?P<link>{_LINK.pattern})|{_PLACEHOLDER.pattern}")
_BETWEEN_PARAGRAPHS = re.compile(r"\n\s*\n")
_NOT_IN_HEADER = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+|=\\?")


@dataclass(frozen=True, slots=True)
class Words:
    """A letter's subject, what it opens and what it closes with; placeholders stand in braces."""

    subject: str
    opening: str
    closing: str = ""


def placeholders(kind: str) -> tuple[str, ...]:
    """What may stand in braces in that kind of letter."""
    return ALWAYS + ONLY_IN.get(kind, ())


def unknown_placeholders(text: str, *, allowed: tuple[str, ...]) -> list[str]:
    """What stands in braces and is none of them, each once, in the order of the text."""
    found = dict.fromkeys(_PLACEHOLDER.findall(text))
    return [name for name in found if name not in allowed]


def as_line(template: str, values: Mapping[str, str]) -> str:
    """The words for a subject: on one line, without what a mail header could be broken with."""
    return " ".join(_NOT_IN_HEADER.sub(" ", as_text(template, values)).split())


def as_text(template: str, values: Mapping[str, str]) -> str:
    """The words with everything filled in; a placeholder without a value stays as it is."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)


def as_html(template: str, values: Mapping[str, str]) -> Markup:
    """The same as paragraphs of HTML, in which only the template's own https addresses are links."""
    paragraphs = [one for one in _BETWEEN_PARAGRAPHS.split(template.strip()) if one.strip()]
    return Markup("\n").join(Markup("<p>{}</p>").format(_inline(one, values)) for one in paragraphs)


def _inline(paragraph: str, values: Mapping[str, str]) -> Markup:
    made, end = Markup(""), 0
    for part in _PART.finditer(paragraph):
        made += _broken(paragraph[end : part.start()])
        if part["link"]:
            made += Markup('<a href="{0}">{0}</a>').format(part["link"])
        else:
            made += _broken(values.get(part[2], part[0]))
        end = part.end()
    return made + _broken(paragraph[end:])


def _broken(text: str) -> Markup:
    """Escaped, with its line breaks."""
    return Markup("<br>\n").join(escape(line) for line in text.split("\n"))
