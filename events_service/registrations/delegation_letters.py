"""Letters to coordinators, as they go out."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from events_service import settings
from events_service.delegations.letters import ASKED, DELEGATION_SAMPLE, KINDS, REMINDED, CoordinatorFacts
from events_service.delegations.rules import delegation_code
from events_service.outbox.rules import PostedLetter, Rendered
from events_service.registrations.finished_letters import finished_letter, link_values
from events_service.registrations.placeholders import about_event, public_place
from events_service.registrations.wording import Said, Wording
from events_service.texts.queries import own_words
from events_service.texts.rules import Words
from events_service.web.words import gettext as _
from events_service.web.words import language, ngettext, number, spoken, wall, zone_label


async def write_coordinator_letter(letter: PostedLetter) -> Rendered:
    """The finished letter, in an organiser's own words where there are any; made off the event loop."""
    facts = msgspec.convert(letter.facts, CoordinatorFacts)
    words = facts.words or await own_words(facts.event.id, letter.kind, letter.language)
    return await asyncio.to_thread(_write, letter, facts, words)


DELEGATION_RENDERERS: dict[str, Callable[[PostedLetter], Awaitable[Rendered]]] = dict.fromkeys(
    KINDS, write_coordinator_letter
)


def coordinator_url(delegation_id: str, generation: int) -> str:
    """The coordinator's link. The code stands behind `#`: it is sent to no server and stands in no log."""
    own = settings.current()
    return f"{own.base_url}/delegation#{delegation_code(delegation_id, generation, secret_key=own.secret_key)}"


def _write(letter: PostedLetter, facts: CoordinatorFacts, words: Words | None) -> Rendered:
    language.set(spoken(letter.language))
    kind = facts.sample_of or letter.kind
    says = Said.of(coordinator_wording(kind, facts), words, _filled_in(facts))
    if letter.kind == DELEGATION_SAMPLE:
        says = says.as_a_test()
    values = {
        "event": facts.event,
        "name": facts.name,
        "city": facts.city,
        "says": says,
        "asks": kind in {ASKED, REMINDED},
        "closes_at": facts.closes_at,
        **link_values(coordinator_url(facts.delegation_id, facts.link_generation)),
    }
    return finished_letter(letter, "delegation", values, subject=says.subject)


def _filled_in(facts: CoordinatorFacts) -> dict[str, str]:
    """What stands for each placeholder."""
    zone = facts.event.timezone
    return {
        **about_event(facts.event, place=public_place(facts.event)),
        "name": facts.name,
        "delegation": facts.city,
        "seats": number(facts.seats),
        "unnamed": number(facts.left or facts.given_back),
        "deadline": f"{wall(facts.closes_at, zone)} {zone_label(facts.closes_at, zone)}",
        "reason": facts.reason,
    }


def coordinator_wording(kind: str, facts: CoordinatorFacts) -> Wording:
    """Our words of that kind of letter, in the language that is set."""
    title, city = facts.event.title, facts.city
    match kind:
        case "delegation":
            kept = ngettext(
                "%(seats)s seat is kept for %(city)s, and you choose who comes.",
                "%(seats)s seats are kept for %(city)s, and you choose who comes.",
                facts.seats,
            )
            return Wording(
                _("Your city's delegation: %s") % title,
                kept % {"seats": facts.seats, "city": city},
                _("On your page you name people, change what is known of them, and let others come in their place."),
            )
        case "delegation_reminder":
            left = ngettext(
                "%(seats)s seat that is kept for %(city)s has no name yet.",
                "%(seats)s seats that are kept for %(city)s have no name yet.",
                facts.left,
            )
            return Wording(
                _("Please name your city's delegates: %s") % title,
                left % {"seats": facts.left, "city": city},
                _("On your page you name people, change what is known of them, and let others come in their place."),
            )
        case "delegation_released":
            back = ngettext(
                "%(seats)s seat that was kept for %(city)s had no name, and went to those who wait.",
                "%(seats)s seats that were kept for %(city)s had no name, and went to those who wait.",
                facts.given_back,
            )
            return Wording(
                _("The time to name people is over: %s") % title,
                back % {"seats": facts.given_back, "city": city},
                _("Whoever you named keeps their seat. If somebody of them cannot come, please write to us."),
            )
        case "delegation_withdrawn":
            return Wording(
                _("Your city's delegation was withdrawn: %s") % title,
                _("No more seats are kept for %s at this event.") % city,
                f"{_('The reason they gave:')} {facts.reason}"
                if facts.reason
                else _("If you have questions, please write to us."),
            )
    raise KeyError(kind)
