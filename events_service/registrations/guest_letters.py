"""Letters to guests, as they go out."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from events_service import settings
from events_service.calendar import compose_letter, mailbox, set_header
from events_service.events.rules import Event, for_the_public
from events_service.invitations.letters import INVITED, KINDS, REMINDED, GuestFacts
from events_service.invitations.rules import invitation_code
from events_service.outbox.rules import PostedLetter, Rendered
from events_service.registrations.letters import mail_date
from events_service.web.pages import render
from events_service.web.words import gettext as _
from events_service.web.words import language, spoken


@dataclass(frozen=True, slots=True)
class _Wording:
    subject: str
    opening: str
    closing: str


async def write_guest_letter(letter: PostedLetter) -> Rendered:
    """The finished letter, made off the event loop."""
    facts = msgspec.convert(letter.facts, GuestFacts)
    return await asyncio.to_thread(_write, letter, facts)


GUEST_RENDERERS: dict[str, Callable[[PostedLetter], Awaitable[Rendered]]] = dict.fromkeys(KINDS, write_guest_letter)


def invitation_url(invitation_id: str) -> str:
    """The personal link. The code stands behind `#`: it is sent to no server and stands in no log."""
    own = settings.current()
    return f"{own.base_url}/invited#{invitation_code(invitation_id, secret_key=own.secret_key)}"


def _write(letter: PostedLetter, facts: GuestFacts) -> Rendered:
    language.set(spoken(letter.language))
    own = settings.current()
    says = _wording(letter.kind, facts.event, facts.host)
    url = invitation_url(facts.invitation_id)
    values = {
        "event": for_the_public(facts.event),
        "name": facts.name,
        "says": says,
        "asks": letter.kind in (INVITED, REMINDED),
        "lapses_at": facts.lapses_at,
        "plus_ones": facts.plus_ones,
        "language": language.get(),
        "page_url": url,
        "page_address": url.partition("#")[0],
        "page_code": url.partition("#")[2],
        "reply_address": own.reply_address,
        "organisation": own.organisation,
    }
    text, html = render("letters/guest.txt", **values), render("letters/guest.html", **values)
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


def _wording(kind: str, event: Event, host: str) -> _Wording:
    title = event.title
    match kind:
        case "invitation":
            return _Wording(
                _("You are invited: %s") % title,
                _("%s cannot come and passed this invitation on to you.") % host
                if host
                else _("We would be glad to welcome you at this event."),
                _("On your page you say yes or no, or name somebody who comes instead."),
            )
        case "invitation_reminder":
            return _Wording(
                _("Will you come? %s") % title,
                _("We have not heard from you yet, and would still be glad to welcome you."),
                _("On your page you say yes or no, or name somebody who comes instead."),
            )
        case "invitation_lapsed":
            return _Wording(
                _("Your invitation has lapsed: %s") % title,
                _("The time to answer is over, and your place goes to somebody else."),
                _("If you would still like to come, please write to us."),
            )
        case "invitation_delegated":
            return _Wording(
                _("You passed your invitation on: %s") % title,
                _("Thank you for naming somebody. They get an invitation of their own."),
                _("There is nothing left for you to do."),
            )
    raise KeyError(kind)
