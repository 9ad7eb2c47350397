"""Who of the invented people takes part in which event. In the order in which they registered."""

from dataclasses import dataclass
from functools import cache
from itertools import chain

from events_service.demo.cities import CITIES
from events_service.demo.happenings import KICK_OFF, LAUNCH, MAYORS_MEETING, SUMMIT, TASK_FORCE, WORKSHOP
from events_service.demo.people import everyone
from events_service.directory.rules import Contact, Group

SPARRING_CITIES = (
    "aarhus",
    "bergen",
    "turku",
    "umea",
    "malmo",
    "reykjavik",
    "helsingor",
    "tromso",
    "vasteras",
    "tampere",
)
FOUR_CAPITALS = ("copenhagen", "helsinki", "oslo", "stockholm")
DIETS = ("", "", "vegetarian", "", "", "gluten-free", "", "", "vegan", "", "halal")


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody at an event: `attendance` is `in_person` or `online`, `diet` empty where nothing was said."""

    person: Contact
    attendance: str
    diet: str


@cache
def guests() -> dict[str, tuple[Guest, ...]]:
    """The guests of each event, by its slug."""
    return {
        KICK_OFF: _online(_some("practitioner", 64)),
        TASK_FORCE: (*_in_person(_task_force_in_the_room()), *_online(_some("expert", 4, beyond=40))),
        LAUNCH: _in_person((*_mayors()[:12], *_some("practitioner", 150))),
        WORKSHOP: _online(_sparring_teams()),
        MAYORS_MEETING: _in_person(tuple(mayor for mayor in _mayors() if mayor.city in FOUR_CAPITALS)),
        SUMMIT: _in_person(_delegations()),
    }


def city_name(slug: str | None) -> str:
    """The name of a city by its slug, nothing for None."""
    return next((city.name for city in CITIES if city.slug == slug), "")


def _mayors() -> tuple[Contact, ...]:
    return tuple(person for person in everyone() if person.group is Group.MAYOR)


def _some(category: str, count: int, *, beyond: int = 0) -> tuple[Contact, ...]:
    """The first `count` people of a category after the first `beyond`: they come from cities in turn."""
    return tuple(person for person in everyone() if person.category == category)[beyond : beyond + count]


def _from(city: str, category: str, count: int) -> tuple[Contact, ...]:
    return tuple(person for person in everyone() if person.city == city and person.category == category)[:count]


def _task_force_in_the_room() -> tuple[Contact, ...]:
    return (*_some("practitioner", 4, beyond=200), *_some("expert", 3), *_some("police", 3))


def _sparring_teams() -> tuple[Contact, ...]:
    """Four from each of the ten cities, then six more, for whom no seat is left."""
    teams = (_from(city, "practitioner", 3) + _from(city, "youth", 1) for city in SPARRING_CITIES)
    return (*chain.from_iterable(teams), *_some("ngo", 6))


def _delegations() -> tuple[Contact, ...]:
    """The mayors, two practitioners and a young ambassador from each city, guests included, and their partners."""
    teams = (_from(city.slug, "practitioner", 2) + _from(city.slug, "youth", 1) for city in CITIES)
    return (*_mayors(), *chain.from_iterable(teams), *_some("expert", 30), *_some("ngo", 20), *_some("police", 10))


def _in_person(people: tuple[Contact, ...]) -> tuple[Guest, ...]:
    return tuple(Guest(person, "in_person", DIETS[index % len(DIETS)]) for index, person in enumerate(people))


def _online(people: tuple[Contact, ...]) -> tuple[Guest, ...]:
    return tuple(Guest(person, "online", "") for person in people)
