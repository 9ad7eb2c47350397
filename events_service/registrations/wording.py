"""What each kind of letter says, in the recipient's language."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from events_service.events.entries import page_url
from events_service.events.rules import Event
from events_service.texts.rules import Words, as_html, as_line, as_text
from events_service.web.words import gettext as _
from events_service.web.words import number


@dataclass(frozen=True, slots=True)
class Wording:
    """A letter's subject, its first sentence, and what follows the facts."""

    subject: str
    opening: str
    closing: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a letter says as it goes out: each part as text and as HTML."""

    subject: str
    opening: str
    closing: str
    opening_html: Markup
    closing_html: Markup

    @classmethod
    def of(cls, ours: Wording, own: Words | None, values: Mapping[str, str]) -> "Said":
        """An organiser's words where there are any, else ours."""
        return cls.by_us(ours) if own is None else cls.by_organiser(own, values)

    def with_reason(self, reason: str) -> "Said":
        """The same, and what an organiser wrote to it at the end, whoever wrote the rest."""
        closing_html = self.closing_html + Markup("\n") + as_html(reason, {})
        return replace(self, closing=f"{self.closing}\n\n{reason}".strip(), closing_html=closing_html)

    def as_a_test(self) -> "Said":
        """The same, with a subject that says so."""
        return replace(self, subject=_("Test: %s") % self.subject)

    @classmethod
    def by_us(cls, ours: Wording) -> "Said":
        """Our words: nothing in them is left to fill in."""
        return cls(ours.subject, ours.opening, ours.closing, as_html(ours.opening, {}), as_html(ours.closing, {}))

    @classmethod
    def by_organiser(cls, own: Words, values: Mapping[str, str]) -> "Said":
        """An organiser's own words, filled in."""
        return cls(
            as_line(own.subject, values),
            as_text(own.opening, values),
            as_text(own.closing, values),
            as_html(own.opening, values),
            as_html(own.closing, values),
        )


def wording(
    kind: str, event: Event, *, reason: str = "", position: int | None = None, is_online: bool = False
) -> Wording:
    """The words of that kind of letter; `is_online` for who takes part so."""
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
                _("All seats are taken at the moment. You are number %s on the waiting list.")
                % (number(position) if position else "–"),
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
        case "answered_no":
            return Wording(
                _("You said no: %s") % title,
                _(
                    "Your calendar told us that you cannot come. Your seat goes to the next in line, and your badge is no longer valid."
                ),
                _("If that was a mistake, register again while there are seats: %s") % page_url(event),
            )
        case "attendance_changed":
            return Wording(
                _("How you take part changed: %s") % title,
                _("You now take part online.") if is_online else _("You now take part in the room."),
                _(
                    "Your seat and your badge stay yours. The invite in this letter puts the right place into your calendar."
                ),
            )
        case "event_changed":
            return Wording(
                _("Time or place changed: %s") % title,
                _("The plans for this event changed. Below is how it stands now; the invite updates your calendar."),
                _("If you can no longer come, please cancel on your page, so that the next in line gets the seat."),
            )
        case "event_reminder":
            return Wording(
                _("Soon: %s") % title,
                _("The event you registered for begins soon. Here is what you need for it."),
                _("If you can no longer come, please cancel on your page, so that the next in line gets the seat."),
            )
        case "event_cancelled":
            return Wording(
                _("Cancelled: %s") % title,
                _("We are sorry: this event is called off."),
                reason,
            )
    raise KeyError(kind)
