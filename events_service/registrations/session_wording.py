"""What each kind of letter about a session says, in the recipient's language."""

from events_service.agenda.rules import Session
from events_service.events.rules import Event
from events_service.registrations.wording import Wording
from events_service.web.words import gettext as _


def session_wording(
    kind: str, event: Event, session: Session, *, reason: str = "", position: int | None = None
) -> Wording:
    """The words of that kind of letter."""
    title = session.title
    match kind:
        case "session_invited":
            return Wording(
                _("Your place: %s") % title,
                _("You have a place in this session."),
                _("The invite in this letter puts it into your calendar and keeps it right if plans change."),
            )
        case "session_promoted":
            return Wording(
                _("A place became free for you: %s") % title,
                _("A place became free in this session, and you were next in line: it is yours."),
                _("If you can no longer come, please withdraw on your page, so that the next in line gets the place."),
            )
        case "session_changed":
            return Wording(
                _("Time or place changed: %s") % title,
                _("This session moved. Below is how it stands now; the invite updates your calendar."),
                _("If it no longer suits you, please withdraw on your page, so that the next in line gets the place."),
            )
        case "session_waitlisted":
            return Wording(
                _("You are waiting for a place: %s") % title,
                _("All places in this session are taken. You are number %s in line.") % (position or "–"),
                _("As soon as a place becomes free it is given to the next in line, and you get a letter."),
            )
        case "session_withdrawn":
            return Wording(
                _("You gave up your place: %s") % title,
                _("You no longer have a place in this session; it leaves your calendar."),
                reason,
            )
        case "session_cancelled":
            return Wording(
                _("Cancelled: %s") % title,
                _("We are sorry: this session does not take place."),
                reason,
            )
        case "speaking_invited":
            return Wording(
                _("Your part in %(event)s: %(session)s") % {"event": event.title, "session": title},
                _("You take part in this session."),
                _("The invite in this letter puts it into your calendar. On your own page you say whether you come."),
            )
        case "speaking_changed":
            return Wording(
                _("Time or place changed: %s") % title,
                _("A session you take part in moved. Below is how it stands now; the invite updates your calendar."),
                _("If it no longer suits you, please say so on your own page."),
            )
        case "speaking_withdrawn":
            return Wording(
                _("No longer on your agenda: %s") % title,
                _("You no longer take part in this session; it leaves your calendar."),
                reason,
            )
        case "session_declined":
            return Wording(
                _("You said no: %s") % title,
                _("Your calendar told us that you cannot come to this session. Your place goes to the next in line."),
                _("If that was a mistake, sign up again on the session's page while there are places."),
            )
        case "speaking_declined":
            return Wording(
                _("You said no: %s") % title,
                _("Your calendar told us that you do not take part in this session. The organisers see it."),
                _("If that was a mistake, say so on your own page."),
            )
    raise KeyError(kind)
