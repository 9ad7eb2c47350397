"""Who of the invented people stands on an event's roster, and what they say of themselves."""

from functools import cache
from random import Random

from events_service import clock
from events_service.demo.agendas import PROTECTED, Plan
from events_service.demo.cities import CITIES
from events_service.demo.people import everyone
from events_service.demo.portraits import portrait
from events_service.directory.rules import Contact
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.speakers.photos import Photo, develop
from events_service.speakers.rules import Speaker, State

CATEGORIES = {"mayor": "elected_official", "expert": "expert", "practitioner": "practitioner", "youth": "youth"}
# Nearly everybody has said yes; of each dozen one is only invited and one proposed.
STATES = (*[State.CONFIRMED] * 10, State.INVITED, State.PROPOSED)

_OPENINGS = {
    "elected_official": "{name} has led {city} since the last election and chairs its council for safety and open meeting places.",
    "expert": "{name} studies at {organisation} how towns keep trust when they are under strain.",
    "practitioner": "{name} works for {organisation} and coordinates the city's local prevention team.",
    "youth": "{name} is one of {city}'s young ambassadors and sits on the editorial board of the alliance's youth paper.",
    "ngo": "{name} is with {organisation} and has accompanied people out of violent groups and their families for years.",
    "police": "{name} is with {organisation} and answers for dialogue at large gatherings.",
}
_ENDINGS = (
    "Before that came ten years in schools, which still decide what counts as an answer.",
    "Outside work there is a choir, a boat that leaks and a strong opinion on coffee.",
    "Writes short reports, because long ones are not read at night.",
    "Believes that most of prevention is being there on an ordinary Tuesday.",
    "Likes questions better than panels, and will ask you one.",
)


def roster_of(event: Event, plan: Plan) -> dict[str, Speaker]:
    """The speakers of a plan, by the words the plan names them with; the same in every run but for their ids."""
    named = dict.fromkeys(words.partition(" ")[2] for item in plan.items for words in item.who)
    return {words: _speaker(event, words, place) for place, words in enumerate(named)}


def _speaker(event: Event, words: str, place: int) -> Speaker:
    person, now = person_named(words), clock.now()
    return Speaker(
        id=new_id(),
        event_id=event.id,
        name=person.name,
        email=person.email,
        title=person.title,
        organisation=person.organisation or "",
        city=_city_of(person),
        biography=_biography(person),
        language=person.language,
        public=words != PROTECTED,
        state=STATES[place % len(STATES)],
        created_at=now,
        changed_at=now,
    )


def photo_of(speaker: Speaker, place: int) -> Photo | None:
    """Every second one has sent a picture."""
    return _developed(speaker.email or speaker.name) if place % 2 == 0 else None


def person_named(words: str) -> Contact:
    """The directory's person of that name in a plan: `mayor:oslo`, `expert:3`, `youth:1@bergen`."""
    group, _, which = words.partition(":")
    number, _, city = which.partition("@")
    category = CATEGORIES.get(group, group)
    if group == "mayor":
        return next(one for one in everyone() if one.category == category and one.city == which)
    found = [one for one in everyone() if one.category == category and city in ("", one.city)]
    return found[int(number) - 1]


@cache
def _developed(address: str) -> Photo:
    return develop(portrait(address))


def _biography(person: Contact) -> str:
    opening = _OPENINGS[person.category].format(
        name=person.name, city=_city_of(person), organisation=person.organisation or _city_of(person)
    )
    return f"{opening} {Random(person.email).choice(_ENDINGS)}"  # noqa: S311  # the same for the same person


def _city_of(person: Contact) -> str:
    return next((city.name for city in CITIES if city.slug == person.city), "")
