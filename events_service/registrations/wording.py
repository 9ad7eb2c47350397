"""What each kind of letter says, in the recipient's language."""

from dataclasses import dataclass

from events_service.events.rules import Event
from events_service.web.words import gettext as _


@dataclass(frozen=True, slots=True)
class Wording:
    """A letter's subject, its first sentence, and what follows the facts."""

    subject: str
    opening: str
    closing: str = ""


def wording(kind: str, event: Event, *, reason: str = "", position: int | None = None) -> Wording:
    """The words of that kind of letter."""
    title = event.title
    match kind:
        case "confirmed":
            return Wording(
                _("You have a seat: %s") % title,
                _("You are registered, and a seat is yours."),
                _("The invite in this letter puts the event into your calendar and keeps it right if plans change."),
            )
        case "promoted":
            return Wording(
                _("A seat became free for you: %s") % title,
                _("A seat became free, and you were next on the waiting list: it is yours."),
                _("If you can no longer come, please cancel on your page, so that the next in line gets the seat."),
            )
        case "waitlisted":
            return Wording(
                _("You are on the waiting list: %s") % title,
                _("All seats are taken at the moment. You are number %s on the waiting list.") % (position or "–"),
                _("As soon as a seat becomes free it is given to the next in line, and you get a letter."),
            )
        case "pending":
            return Wording(
                _("We received your registration: %s") % title,
                _("Thank you. An organiser looks at each registration for this event; you get a letter either way."),
            )
        case "declined":
            return Wording(
                _("Your registration: %s") % title,
                _("We are sorry: we cannot offer you a seat at this event."),
                reason,
            )
        case "already_registered":
            return Wording(
                _("You are registered already: %s") % title,
                _("Somebody, most likely you, registered this address again. Nothing changed."),
                _("If it was not you, you need not do anything."),
            )
        case "cancelled":
            return Wording(
                _("Your registration is cancelled: %s") % title,
                _("Your registration is cancelled, and your badge is no longer valid."),
                reason or _("You are welcome to register again while there are seats."),
            )
        case "event_changed":
            return Wording(
                _("Time or place changed: %s") % title,
                _("The plans for this event changed. Below is how it stands now; the invite updates your calendar."),
                _("If you can no longer come, please cancel on your page, so that the next in line gets the seat."),
            )
        case "event_cancelled":
            return Wording(
                _("Cancelled: %s") % title,
                _("We are sorry: this event is called off."),
                reason,
            )
    raise KeyError(kind)
