"""What a person fills in to take part, the same for JSON and for the form."""

import re
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from events_service.questions.rules import AnswerValue
from events_service.registrations.rules import Attendance, Category
from events_service.web.bodies import Body, Wrong
from events_service.web.fields import Email, LanguageTag, Line, OptionalLine, checked, needed_line, one_line, paragraphs

LONGEST_DOOR_NOTE = 200
ID = re.compile("[0-9a-f]{32}")
CODE = re.compile("[a-z2-7]{32}")
# No event takes more.
MOST_COMPANIONS = 5


def clean_answers(answers: dict[str, AnswerValue]) -> dict[str, AnswerValue]:
    """Texts cleaned, names short and plain."""
    if any(len(name) > 80 for name in answers):
        raise Wrong("too_long", "The name of an answer has at most 80 characters.")
    return {needed_line(name): _clean_answer(value) for name, value in answers.items()}


def _clean_answer(value: AnswerValue) -> AnswerValue:
    if isinstance(value, str):
        return _short(value)
    if isinstance(value, list):
        return [_short(one) for one in value]
    return value


def _short(text: str) -> str:
    if len(text) > 4_000:
        raise Wrong("too_long", "An answer has at most 4,000 characters.")
    return paragraphs(text)


def session_id(text: str) -> str:
    """What may be the id of a session; whether the event has it is known once its agenda is read."""
    if not ID.fullmatch(text):
        raise Wrong("unknown_session", "This event has no such session.")
    return text


def registration_id(text: str) -> str:
    """What may be the id of a registration."""
    if not ID.fullmatch(text):
        raise Wrong("unknown_registration", "This event has no such registration.")
    return text


def invitation_code(code: str) -> str:
    """What may be the code of an invitation; whether it is one is known once it is looked up."""
    code = code.strip().lower()
    if not CODE.fullmatch(code):
        raise Wrong("unknown_invitation", "This invitation is not known. Use the link in your mail, or leave it out.")
    return code


def agreed(consent: bool) -> bool:
    """Without consent nothing may be kept."""
    if not consent:
        raise Wrong("consent_required", "Please agree to how your data is used; without it we cannot register you.")
    return consent


# Read by whoever stands at the door, at a glance: plain, and one line.
DoorNote = Annotated[
    str, checked(one_line, max_length=LONGEST_DOOR_NOTE, examples=["Comes by the side entrance: wheelchair."])
]
Why = Annotated[str, checked(one_line, max_length=500, examples=["Speaks at the opening."])]
SessionId = Annotated[str, checked(session_id, max_length=64)]
Answers = Annotated[dict[str, AnswerValue], checked(clean_answers, max_length=50)]


class RegistrationDraft(Body, frozen=True, kw_only=True):
    """A wish to take part, and in which sessions; `despite_overlap` says that those at the same time are meant."""

    name: Annotated[str, checked(needed_line, max_length=200, examples=["Åsa Ðórsdóttir"])]
    email: Email
    organisation: OptionalLine = ""
    city: OptionalLine = ""
    category: Category = Category.PRACTITIONER
    attendance: Attendance | None = None
    language: LanguageTag = "en"
    answers: Answers = field(default_factory=dict)
    session_ids: Annotated[list[SessionId], Meta(max_length=100)] = field(default_factory=list)
    despite_overlap: bool = False
    invitation: Annotated[str, checked(invitation_code, max_length=200)] | None = None
    consent: bool = False


class ListedDraft(RegistrationDraft, frozen=True):
    """The same from an organiser's list, with what the door is to be told."""

    door_note: DoorNote = ""
    photo_id: bool = False


class OwnDraft(RegistrationDraft, frozen=True):
    """The same from the person themselves, who must agree to it."""

    consent: Annotated[bool, checked(agreed)]


class CompanionForm(Body, frozen=True, kw_only=True):
    """Somebody who comes along. Without an address their badge is on the page of whoever brings them."""

    name: Annotated[str, checked(needed_line, max_length=200, examples=["Bo Ek"])]
    email: Email | None = None


class PartyDraft(RegistrationDraft, frozen=True, kw_only=True):
    """A wish to take part with `companions`: `together` for all or none, else as seats come."""

    companions: Annotated[list[CompanionForm], Meta(max_length=MOST_COMPANIONS)] = field(default_factory=list)
    together: bool = False


class OwnPartyDraft(PartyDraft, frozen=True):
    """The same from the person themselves, who must agree to it."""

    consent: Annotated[bool, checked(agreed)]


class CompanionRows(Body, frozen=True, kw_only=True):
    """The rows for them on the form, as many as any event has."""

    person_1: CompanionForm | None = None
    person_2: CompanionForm | None = None
    person_3: CompanionForm | None = None
    person_4: CompanionForm | None = None
    person_5: CompanionForm | None = None

    @property
    def filled(self) -> list[CompanionForm]:
        """Those that name somebody, in their order."""
        rows = (self.person_1, self.person_2, self.person_3, self.person_4, self.person_5)
        return [row for row in rows if row is not None]


class RegistrationForm(OwnDraft, frozen=True):
    """The same from the public form, where nothing is assumed."""

    category: Category
    companions: CompanionRows = field(default_factory=CompanionRows)
    together: bool = False


class RegistrationChange(Body, frozen=True, kw_only=True):
    """A correction by a registrar: only what is given changes, and of the answers only those that are named; None takes one away.

    `version`, when given, must be the one that was read. The `reason` is recorded.
    """

    version: Annotated[int, Meta(ge=1, le=2**31 - 1)] | UnsetType = UNSET
    name: Line | UnsetType = UNSET
    organisation: OptionalLine | UnsetType = UNSET
    city: OptionalLine | UnsetType = UNSET
    category: Category | UnsetType = UNSET
    attendance: Attendance | UnsetType = UNSET
    priority: Annotated[int, Meta(ge=0, le=1_000)] | UnsetType = UNSET
    language: LanguageTag | UnsetType = UNSET
    answers: Answers | UnsetType = UNSET
    door_note: DoorNote | UnsetType = UNSET
    photo_id: bool | UnsetType = UNSET
    reason: Why | UnsetType = UNSET


class DoorWord(Body, frozen=True, kw_only=True):
    """What the door is told of somebody beside their name, as the form in the back office sends it: all of it."""

    door_note: DoorNote = ""
    photo_id: bool = False


class OwnAnswers(Body, frozen=True, kw_only=True):
    """What a participant answers to the event's questions from now on, all of it."""

    answers: Answers = field(default_factory=dict)


class SignUpDraft(Body, frozen=True, kw_only=True):
    """Whom a registrar signs up for a session; `despite_overlap` says that one at the same time is meant."""

    registration_id: Annotated[str, checked(registration_id, max_length=64)]
    despite_overlap: bool = False


class SignUpByAddress(Body, frozen=True, kw_only=True):
    """The same in the back office, where people are known by their address."""

    email: Email
    despite_overlap: bool = False


class RecordedReason(Body, frozen=True, kw_only=True):
    """Why; it is recorded."""

    reason: Why = ""


class Reason(Body, frozen=True, kw_only=True):
    """Why; the letter carries it."""

    reason: Annotated[str, checked(paragraphs, max_length=1_000)] = ""
