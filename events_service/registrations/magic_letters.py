"""The letter with the link to all of one's registrations. Nobody else may see it: it opens them."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from events_service import settings
from events_service.outbox.rules import PostedLetter, Rendered
from events_service.registrations.finished_letters import finished_letter, link_values
from events_service.registrations.magic_links import KIND, LASTS, Opens, link_code
from events_service.web.words import gettext as _
from events_service.web.words import language, spoken


class LinkFacts(msgspec.Struct, frozen=True):
    """The link asked for; its code is drawn again from its id."""

    link_id: str
    opens: Opens = Opens.REGISTRATIONS


async def write_magic_letter(letter: PostedLetter) -> Rendered:
    """The finished letter, made off the event loop."""
    facts = msgspec.convert(letter.facts, LinkFacts)
    return await asyncio.to_thread(_write, letter, facts)


MAGIC_RENDERERS: dict[str, Callable[[PostedLetter], Awaitable[Rendered]]] = {KIND: write_magic_letter}


def _write(letter: PostedLetter, facts: LinkFacts) -> Rendered:
    language.set(spoken(letter.language))
    code, for_members = link_code(facts.link_id), facts.opens is Opens.MEMBERS
    subject = _("The members' events") if for_members else _("Your registrations")
    address = f"{settings.current().base_url}{'/members' if for_members else '/my/link'}"
    values = {
        "name": letter.recipient_name,
        "subject": subject,
        "minutes": int(LASTS.total_seconds() // 60),
        "for_members": for_members,
        **link_values(f"{address}#{code}"),
    }
    return finished_letter(letter, "magic_link", values, subject=subject)
