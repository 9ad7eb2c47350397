"""The form of a yes to an invitation, and the registrations that are made of it."""

from typing import Annotated

from events_service import settings
from events_service.errors import FieldError, Invalid
from events_service.events.categories import Category
from events_service.invitations.actions import read_people
from events_service.invitations.drafts import GuestDraft
from events_service.invitations.rules import Invitation, invitation_code, read_pasted
from events_service.registrations.drafts import OwnAnswers, RegistrationDraft, agreed
from events_service.registrations.rules import Attendance
from events_service.web.fields import LanguageTag, OptionalLine, checked, needed_line, paragraphs
from events_service.web.words import gettext as _


class AcceptForm(OwnAnswers, frozen=True, kw_only=True):
    """A yes, with the answers to the event's questions. The address and the category are the invitation's; `companions` one a line."""

    name: Annotated[str, checked(needed_line, max_length=200)]
    organisation: OptionalLine = ""
    city: OptionalLine = ""
    attendance: Attendance | None = None
    language: LanguageTag = "en"
    companions: Annotated[str, checked(paragraphs, max_length=5_000)] = ""
    consent: Annotated[bool, checked(agreed)]


def draft_from(form: AcceptForm, invitation: Invitation) -> RegistrationDraft:
    """The guest's registration. The address and the category are the invitation's."""
    return RegistrationDraft(
        name=form.name,
        email=invitation.email,
        organisation=form.organisation,
        city=form.city,
        category=Category(invitation.category),
        attendance=form.attendance,
        language=form.language,
        answers=form.answers,
        invitation=invitation_code(invitation.id, secret_key=settings.current().secret_key),
        consent=form.consent,
    )


def companions_in(form: AcceptForm) -> list[RegistrationDraft]:
    """Those who come along, as they were written; they are told by mail, in the guest's language. Raises `Invalid`."""
    people, rejected = read_people(read_pasted(form.companions))
    if rejected:
        message = _("Line %s: write name and address, such as Åsa Holm <asa@example.org>.") % rejected[0].line
        raise Invalid([FieldError("companions", "unreadable", message)])
    return [_companion(one, form) for one in people]


def _companion(guest: GuestDraft, form: AcceptForm) -> RegistrationDraft:
    return RegistrationDraft(
        name=guest.name,
        email=guest.email,
        organisation=guest.organisation or form.organisation,
        city=guest.city or form.city,
        category=Category.GUEST,
        attendance=form.attendance,
        language=form.language,
    )
