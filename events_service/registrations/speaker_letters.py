"""Letters to speakers: whether they take their parts, a reminder, and the link to their page.

The link is no fact of the letter: it is drawn again from the speaker's id when the letter is written.
"""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from events_service.agenda.asking import ASKED, KINDS, REMINDED, SPEAKER_SAMPLE, AskingFacts
from events_service.events.rules import Event
from events_service.outbox.rules import PostedLetter, Rendered
from events_service.registrations.finished_letters import finished_letter, link_values
from events_service.registrations.placeholders import about_event, public_place
from events_service.registrations.wording import Said, Wording
from events_service.speakers.links import own_page_url
from events_service.texts.queries import own_words
from events_service.texts.rules import Words
from events_service.web.words import gettext as _
from events_service.web.words import language, spoken


async def write_speaker_letter(letter: PostedLetter) -> Rendered:
    """The finished letter, in an organiser's own words where there are any; made off the event loop."""
    facts = msgspec.convert(letter.facts, AskingFacts)
    words = facts.words or await own_words(facts.event.id, letter.kind, letter.language)
    return await asyncio.to_thread(_write, letter, facts, words)


SPEAKER_RENDERERS: dict[str, Callable[[PostedLetter], Awaitable[Rendered]]] = dict.fromkeys(KINDS, write_speaker_letter)


def _write(letter: PostedLetter, facts: AskingFacts, words: Words | None) -> Rendered:
    language.set(spoken(letter.language))
    kind = facts.sample_of or letter.kind
    filled_in = {**about_event(facts.event, place=public_place(facts.event)), "name": facts.name}
    says = Said.of(speaker_wording(kind, facts.event), words, filled_in)
    if letter.kind == SPEAKER_SAMPLE:
        says = says.as_a_test()
    values = {
        "event": facts.event,
        "name": facts.name,
        "slots": facts.slots,
        "says": says,
        "asks": kind in (ASKED, REMINDED),
        **link_values(own_page_url(facts.speaker_id, facts.link_generation)),
    }
    return finished_letter(letter, "speaker", values, subject=says.subject)


def speaker_wording(kind: str, event: Event) -> Wording:
    """Our words of that kind of letter, in the language that is set."""
    title = event.title
    match kind:
        case "speaker_asked":
            return Wording(
                _("Will you take part? %s") % title,
                _("We would be glad to have you on stage. Please tell us whether you can take your part."),
                _("On a page of your own you say yes or no, and tell the audience who you are."),
            )
        case "speaker_reminded":
            return Wording(
                _("We have not heard from you yet: %s") % title,
                _(
                    "We wrote to you about your part in this event and have no answer yet. A yes or a no helps us either way."
                ),
                _("It takes two presses on a page of your own."),
            )
        case _:
            return Wording(
                _("Your page as a speaker: %s") % title,
                _("This is the link to your own page for this event. Earlier links may no longer work."),
                _("There you see when and where you are on, and keep what the audience reads about you up to date."),
            )
