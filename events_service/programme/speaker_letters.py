"""Letters to speakers: whether they take their parts, a reminder, and the link to their page.

The link is no fact of the letter: it is drawn again from the speaker's id when the letter is written.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from events_service import settings
from events_service.agenda.asking import ASKED, KINDS, REMINDED, AskingFacts
from events_service.calendar import compose_letter, mailbox, set_header
from events_service.events.rules import Event
from events_service.outbox.rules import PostedLetter, Rendered
from events_service.registrations.letters import mail_date
from events_service.speakers.links import own_page_url
from events_service.web.pages import render
from events_service.web.words import gettext as _
from events_service.web.words import language, spoken


@dataclass(frozen=True, slots=True)
class _Wording:
    subject: str
    opening: str
    closing: str


async def write_speaker_letter(letter: PostedLetter) -> Rendered:
    """The finished letter, made off the event loop."""
    facts = msgspec.convert(letter.facts, AskingFacts)
    return await asyncio.to_thread(_write, letter, facts)


SPEAKER_RENDERERS: dict[str, Callable[[PostedLetter], Awaitable[Rendered]]] = dict.fromkeys(KINDS, write_speaker_letter)


def _write(letter: PostedLetter, facts: AskingFacts) -> Rendered:
    language.set(spoken(letter.language))
    own = settings.current()
    says = _wording(letter.kind, facts.event)
    page_url = own_page_url(facts.speaker_id, facts.link_generation)
    values = {
        "event": facts.event,
        "name": facts.name,
        "slots": facts.slots,
        "says": says,
        "asks": letter.kind in (ASKED, REMINDED),
        "language": language.get(),
        "page_url": page_url,
        "page_address": page_url.partition("#")[0],
        "page_code": page_url.partition("#")[2],
        "reply_address": own.reply_address,
        "organisation": own.organisation,
    }
    text, html = render("letters/speaker.txt", **values), render("letters/speaker.html", **values)
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


def _wording(kind: str, event: Event) -> _Wording:
    title = event.title
    match kind:
        case "speaker_asked":
            return _Wording(
                _("Will you take part? %s") % title,
                _("We would be glad to have you on stage. Please tell us whether you can take your part."),
                _("On a page of your own you say yes or no, and tell the audience who you are."),
            )
        case "speaker_reminded":
            return _Wording(
                _("We have not heard from you yet: %s") % title,
                _(
                    "We wrote to you about your part in this event and have no answer yet. A yes or a no helps us either way."
                ),
                _("It takes two presses on a page of your own."),
            )
        case _:
            return _Wording(
                _("Your page as a speaker: %s") % title,
                _("This is the link to your own page for this event. Earlier links may no longer work."),
                _("There you see when and where you are on, and keep what the audience reads about you up to date."),
            )
