"""Letters about a seat beside those that give or end it: offers, checks of an address, refused substitutes. None carries an invite."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from events_service import settings
from events_service.events.rules import Event, for_the_public
from events_service.outbox.rules import NewLetter, PostedLetter, Rendered
from events_service.registrations.finished_letters import finished_letter, link_values
from events_service.registrations.letter_facts import FIRST, URGENT, event_json
from events_service.registrations.links import page_url
from events_service.registrations.mail_checks import check_code, check_url
from events_service.registrations.naming import identity_of
from events_service.registrations.placeholders import about_event, public_place
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Attendance
from events_service.registrations.secrets import page_code
from events_service.registrations.wording import Said, Wording
from events_service.texts.queries import own_words
from events_service.texts.rules import ABOUT_SEATS, Words
from events_service.web.words import gettext as _
from events_service.web.words import language, spoken, wall, zone_label

SEAT_SAMPLE = "seat_test"


class SeatFacts(msgspec.Struct, frozen=True):
    """All such a letter is written from. `until` is the deadline of an offer, `reason` what an organiser wrote.

    `words` are an organiser's for this letter alone; `sample_of` is the kind that a test shows.
    """

    event: Event
    id: str
    name: str
    attendance: Attendance
    links_generation: int
    until: datetime | None = None
    reason: str = ""
    words: Words | None = None
    sample_of: str = ""


def seat_letter(
    kind: str, event: Event, person: Registration, *, until: datetime | None = None, reason: str = ""
) -> NewLetter:
    """A letter to lay in the outbox, to who they really are."""
    who = identity_of(person)
    return NewLetter(
        kind=kind,
        recipient=who.email,
        recipient_name=who.name,
        language=person.language,
        facts={
            "event": event_json(for_the_public(event)),
            "id": person.id,
            "name": who.name,
            "attendance": person.attendance,
            "links_generation": person.links_generation,
            "until": until,
            "reason": reason,
        },
        event_slug=event.slug,
        registration_id=person.id,
        priority=FIRST if kind == "mail_check" else URGENT,
    )


async def write_seat_letter(letter: PostedLetter) -> Rendered:
    """The finished letter, in an organiser's own words where there are any; made off the event loop."""
    facts = msgspec.convert(letter.facts, SeatFacts)
    words = facts.words or await own_words(facts.event.id, letter.kind, letter.language)
    return await asyncio.to_thread(_write, letter, facts, words)


SEAT_RENDERERS: dict[str, Callable[[PostedLetter], Awaitable[Rendered]]] = dict.fromkeys(
    (*ABOUT_SEATS, SEAT_SAMPLE), write_seat_letter
)


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
        case "substitute_refused":
            refused = _("The organisers could not let the person you named come in your place.")
            return Wording(
                _("Your seat is still yours: %s") % title,
                f"{refused} {_('The reason they gave:')} {facts.reason}" if facts.reason else refused,
                _("On your page you can name somebody else, or cancel."),
            )
    raise KeyError(kind)


def _write(letter: PostedLetter, facts: SeatFacts, words: Words | None) -> Rendered:
    language.set(spoken(letter.language))
    own, kind = settings.current(), facts.sample_of or letter.kind
    checks = kind == "mail_check"
    code = (check_code if checks else page_code)(facts.id, facts.links_generation, secret_key=own.secret_key)
    says = Said.of(seat_wording(kind, facts), words, _filled_in(facts))
    if letter.kind == SEAT_SAMPLE:
        says = says.as_a_test()
    values = {
        "event": facts.event,
        "name": facts.name,
        "says": says,
        "checks": checks,
        "asks": kind == "offered",
        **link_values((check_url if checks else page_url)(code, own)),
    }
    return finished_letter(letter, "seat", values, subject=says.subject)


def _filled_in(facts: SeatFacts) -> dict[str, str]:
    """What stands for each placeholder."""
    zone = facts.event.timezone
    return {
        **about_event(facts.event, place=public_place(facts.event)),
        "name": facts.name,
        "deadline": f"{wall(facts.until, zone)} {zone_label(facts.until, zone)}" if facts.until else "",
        "reason": facts.reason,
    }
