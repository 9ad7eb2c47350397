"""Letters about a seat that is somebody's only once they say so: offers, and checks of an address. None carries an invite."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from events_service import settings
from events_service.calendar import compose_letter, mailbox, set_header
from events_service.events.rules import Event, for_the_public
from events_service.outbox.rules import NewLetter, PostedLetter, Rendered
from events_service.registrations.letters import URGENT, event_json, mail_date
from events_service.registrations.links import page_url
from events_service.registrations.mail_checks import check_code, check_url
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Attendance
from events_service.registrations.secrets import page_code
from events_service.registrations.wording import Wording
from events_service.web.pages import render
from events_service.web.words import gettext as _
from events_service.web.words import language, spoken, wall, zone_label

KINDS = ("offered", "offer_lapsed", "mail_check", "attendance_changed")


class SeatFacts(msgspec.Struct, frozen=True):
    """All such a letter is written from. `until` is the deadline of an offer."""

    event: Event
    id: str
    name: str
    attendance: Attendance
    links_generation: int
    until: datetime | None = None


def seat_letter(kind: str, event: Event, person: Registration, *, until: datetime | None = None) -> NewLetter:
    """A letter to lay in the outbox."""
    return NewLetter(
        kind=kind,
        recipient=person.email,
        recipient_name=person.name,
        language=person.language,
        facts={
            "event": event_json(for_the_public(event)),
            "id": person.id,
            "name": person.name,
            "attendance": person.attendance,
            "links_generation": person.links_generation,
            "until": until,
        },
        event_slug=event.slug,
        registration_id=person.id,
        priority=URGENT,
    )


async def write_seat_letter(letter: PostedLetter) -> Rendered:
    """The finished letter."""
    return await asyncio.to_thread(_write, letter, msgspec.convert(letter.facts, SeatFacts))


SEAT_RENDERERS: dict[str, Callable[[PostedLetter], Awaitable[Rendered]]] = dict.fromkeys(KINDS, write_seat_letter)


def seat_wording(kind: str, facts: SeatFacts) -> Wording:
    """What that kind of letter says, in the language that is set."""
    title, zone = facts.event.title, facts.event.timezone
    match kind:
        case "offered":
            assert facts.until is not None
            until = f"{wall(facts.until, zone)} {zone_label(facts.until, zone)}"
            return Wording(
                _("A seat is kept for you: %s") % title,
                _("A seat became free, and you are next on the waiting list. It is kept for you until %s.") % until,
                _("Please say yes or no on your page. Without a word from you the seat goes to the next in line."),
            )
        case "offer_lapsed":
            return Wording(
                _("The seat went to the next in line: %s") % title,
                _("We kept a seat for you and did not hear from you in time, so it went to the next in line."),
                _("You are welcome to register again."),
            )
        case "mail_check":
            return Wording(
                _("Please confirm your registration: %s") % title,
                _("Somebody, most likely you, registered this address. Please confirm it within 24 hours."),
                _("If it was not you, you need not do anything: the registration is then given up."),
            )
        case "attendance_changed":
            online = facts.attendance is Attendance.ONLINE
            return Wording(
                _("How you take part changed: %s") % title,
                _("You now take part online.") if online else _("You now take part in the room."),
                _("Your seat, your badge and the entry in your calendar stay yours."),
            )
    raise KeyError(kind)


def _write(letter: PostedLetter, facts: SeatFacts) -> Rendered:
    language.set(spoken(letter.language))
    own = settings.current()
    checks = letter.kind == "mail_check"
    code = (check_code if checks else page_code)(facts.id, facts.links_generation, secret_key=own.secret_key)
    url = (check_url if checks else page_url)(code, own)
    says = seat_wording(letter.kind, facts)
    values = {
        "event": facts.event,
        "name": facts.name,
        "says": says,
        "checks": checks,
        "asks": letter.kind == "offered",
        "url": url,
        "address": url.partition("#")[0],
        "code": code,
        "language": language.get(),
        "organisation": own.organisation,
    }
    text, html = render("letters/seat.txt", **values), render("letters/seat.html", **values)
    message = compose_letter(text=text, html=html)
    set_header(message, "From", mailbox(own.organisation, own.reply_address))
    set_header(message, "To", mailbox(letter.recipient_name, letter.recipient))
    set_header(message, "Subject", says.subject)
    set_header(message, "Date", mail_date(letter.created_at))
    set_header(message, "Message-ID", letter.message_id)
    set_header(message, "Auto-Submitted", "auto-generated")
    return Rendered(
        sender=own.reply_address,
        recipient=letter.recipient,
        message=message.as_bytes(),
        subject=says.subject,
        text=text,
        html=html,
    )
