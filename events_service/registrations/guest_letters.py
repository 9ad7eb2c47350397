"""Letters to guests, as they go out."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from events_service import settings
from events_service.events.rules import Event, for_the_public
from events_service.invitations.letters import GUEST_SAMPLE, INVITED, KINDS, REMINDED, GuestFacts
from events_service.invitations.rules import invitation_code
from events_service.outbox.rules import PostedLetter, Rendered
from events_service.registrations.finished_letters import finished_letter, link_values
from events_service.registrations.placeholders import about_event, public_place
from events_service.registrations.wording import Said, Wording
from events_service.texts.queries import own_words
from events_service.texts.rules import Words
from events_service.web.words import gettext as _
from events_service.web.words import language, spoken, wall


async def write_guest_letter(letter: PostedLetter) -> Rendered:
    """The finished letter, in an organiser's own words where there are any; made off the event loop.

    An invitation that was passed on keeps ours: they say by whom.
    """
    facts = msgspec.convert(letter.facts, GuestFacts)
    words = facts.words
    if words is None and not facts.host:
        words = await own_words(facts.event.id, letter.kind, letter.language)
    return await asyncio.to_thread(_write, letter, facts, words)


GUEST_RENDERERS: dict[str, Callable[[PostedLetter], Awaitable[Rendered]]] = dict.fromkeys(KINDS, write_guest_letter)


def invitation_url(invitation_id: str) -> str:
    """The personal link. The code stands behind `#`: it is sent to no server and stands in no log."""
    own = settings.current()
    return f"{own.base_url}/invited#{invitation_code(invitation_id, secret_key=own.secret_key)}"


def _write(letter: PostedLetter, facts: GuestFacts, words: Words | None) -> Rendered:
    language.set(spoken(letter.language))
    kind, event = facts.sample_of or letter.kind, for_the_public(facts.event)
    says = Said.of(guest_wording(kind, event, facts.host), words, _filled_in(facts, event))
    if letter.kind == GUEST_SAMPLE:
        says = says.as_a_test()
    values = {
        "event": event,
        "name": facts.name,
        "says": says,
        "asks": kind in (INVITED, REMINDED),
        "lapses_at": facts.lapses_at,
        "plus_ones": facts.plus_ones,
        **link_values(invitation_url(facts.invitation_id)),
    }
    return finished_letter(letter, "guest", values, subject=says.subject)


def _filled_in(facts: GuestFacts, event: Event) -> dict[str, str]:
    """What stands for each placeholder; of a place that is not told to everybody the city alone."""
    deadline = wall(facts.lapses_at, event.timezone) if facts.lapses_at else "–"
    return {**about_event(event, place=public_place(event)), "name": facts.name, "deadline": deadline}


def guest_wording(kind: str, event: Event, host: str = "") -> Wording:
    """Our words of that kind of letter; `host` is who passed the invitation on."""
    title = event.title
    match kind:
        case "invitation":
            return Wording(
                _("You are invited: %s") % title,
                _("%s cannot come and passed this invitation on to you.") % host
                if host
                else _("We would be glad to welcome you at this event."),
                _("On your page you say yes or no, or name somebody who comes instead."),
            )
        case "invitation_reminder":
            return Wording(
                _("Will you come? %s") % title,
                _("We have not heard from you yet, and would still be glad to welcome you."),
                _("On your page you say yes or no, or name somebody who comes instead."),
            )
        case "invitation_lapsed":
            return Wording(
                _("Your invitation has lapsed: %s") % title,
                _("The time to answer is over, and your place goes to somebody else."),
                _("If you would still like to come, please write to us."),
            )
        case "invitation_delegated":
            return Wording(
                _("You passed your invitation on: %s") % title,
                _("Thank you for naming somebody. They get an invitation of their own."),
                _("There is nothing left for you to do."),
            )
    raise KeyError(kind)
