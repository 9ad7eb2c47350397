"""The letter with the link to all of one's registrations. Nobody else may see it: it opens them."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from events_service import settings
from events_service.calendar import compose_letter, mailbox, set_header
from events_service.outbox.rules import PostedLetter, Rendered
from events_service.registrations.letters import mail_date
from events_service.registrations.magic_links import KIND, LASTS, link_code
from events_service.web.pages import render
from events_service.web.words import gettext as _
from events_service.web.words import language, spoken


class LinkFacts(msgspec.Struct, frozen=True):
    """The link asked for; its code is drawn again from its id."""

    link_id: str


async def write_magic_letter(letter: PostedLetter) -> Rendered:
    """The finished letter, made off the event loop."""
    facts = msgspec.convert(letter.facts, LinkFacts)
    return await asyncio.to_thread(_write, letter, facts)


MAGIC_RENDERERS: dict[str, Callable[[PostedLetter], Awaitable[Rendered]]] = {KIND: write_magic_letter}


def _write(letter: PostedLetter, facts: LinkFacts) -> Rendered:
    language.set(spoken(letter.language))
    own = settings.current()
    code, subject = link_code(facts.link_id), _("Your registrations")
    values = {
        "name": letter.recipient_name,
        "subject": subject,
        "language": language.get(),
        "minutes": int(LASTS.total_seconds() // 60),
        "page_url": f"{own.base_url}/my/link#{code}",
        "page_address": f"{own.base_url}/my/link",
        "page_code": code,
        "organisation": own.organisation,
    }
    text, html = render("letters/magic_link.txt", **values), render("letters/magic_link.html", **values)
    message = compose_letter(text=text, html=html)
    set_header(message, "From", mailbox(own.organisation, own.reply_address))
    set_header(message, "To", mailbox(letter.recipient_name, letter.recipient))
    set_header(message, "Subject", subject)
    set_header(message, "Date", mail_date(letter.created_at))
    set_header(message, "Message-ID", letter.message_id)
    set_header(message, "Auto-Submitted", "auto-generated")
    return Rendered(
        sender=own.reply_address,
        recipient=letter.recipient,
        message=message.as_bytes(),
        subject=subject,
        text=text,
        html=html,
    )
