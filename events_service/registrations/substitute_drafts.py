"""Who is to come in somebody's place, the same for JSON and for the form."""

from typing import Annotated

from msgspec import field

from events_service.registrations.drafts import Answers, RegistrationDraft
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Attendance, Category
from events_service.web.bodies import Body
from events_service.web.fields import Email, LanguageTag, OptionalLine, checked, needed_line, paragraphs


class SubstituteDraft(Body, frozen=True, kw_only=True):
    """Somebody who takes over a seat. What is left out is as it was of the one who leaves; the seat itself stays as it is.

    `move_sessions`: their places in sessions go to the one who comes, else to whoever waits for them.
    """

    name: Annotated[str, checked(needed_line, max_length=200, examples=["Jónas Þórðarson"])]
    email: Email
    organisation: OptionalLine | None = None
    city: OptionalLine | None = None
    category: Category | None = None
    attendance: Attendance | None = None
    language: LanguageTag | None = None
    answers: Answers = field(default_factory=dict)
    move_sessions: bool = False
    consent: bool = False
    reason: Annotated[str, checked(paragraphs, max_length=1_000)] = ""


def registration_draft(draft: SubstituteDraft, leaving: Registration) -> RegistrationDraft:
    """Their registration for the seat that the other one leaves."""
    return RegistrationDraft(
        name=draft.name,
        email=draft.email,
        organisation=leaving.organisation if draft.organisation is None else draft.organisation,
        city=leaving.city if draft.city is None else draft.city,
        category=leaving.category,
        attendance=leaving.attendance,
        language=draft.language or leaving.language,
        answers=draft.answers,
        consent=draft.consent,
    )
