"""Who of the invented people takes part in which event. In the order in which they registered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

from events_service.demo.cities import CITIES
from events_service.demo.happenings import (
    AUTUMN_MEETING,
    KICK_OFF,
    LAUNCH,
    MAYORS_MEETING,
    STUDY_VISIT,
    SUMMIT,
    TASK_FORCE,
    WORKSHOP,
)
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
# What applicants for the study visit answered.
APPLICATIONS: tuple[dict[str, Any], ...] = (
    {
        "take_home": "Our schools ring three offices and reach none. I want to see one number that works.",
        "before": "no",
    },
    {"take_home": "How teachers are told what became of their worry.", "before": "once", "diet": "vegetarian"},
    {"take_home": "A model for two small schools that share one youth worker.", "before": "no"},
    {
        "take_home": "I was the pupil somebody rang about. I would like to say what helped.",
        "before": "no",
        "diet": "vegan",
    },
    {"take_home": "What young people may decide in the youth house, and what not.", "before": "no"},
    {"take_home": "Where the police belong in this, and where they had better stay away.", "before": "often"},
    {
        "take_home": "Parents come to us first. When do they come to you?",
        "before": "once",
        "access": "No stairs, please.",
    },
    {"take_home": "Data on follow-up: what is counted, and by whom.", "before": "often", "diet": "gluten-free"},
)
DIETS = ("", "", "vegetarian", "", "", "gluten-free", "", "", "vegan", "", "halal")


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody at an event: `attendance` is `in_person` or `online`, `answers` what they answered to its questions.

    Who `applies` registered by themselves; the others were put on the list.
    """

    person: Contact
    attendance: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    applies: bool = False


@cache
def guests() -> dict[str, tuple[Guest, ...]]:
    """The guests of each event, by its slug."""
    return {
        AUTUMN_MEETING: _online(_some("practitioner", 18, beyond=100)),
        KICK_OFF: _online(_some("practitioner", 64)),
        TASK_FORCE: (*_in_person(_task_force_in_the_room()), *_online(_some("expert", 4, beyond=40))),
        LAUNCH: _in_person((*_mayors()[:12], *_some("practitioner", 150))),
        WORKSHOP: _online(_sparring_teams()),
        STUDY_VISIT: (*_in_person(_some("practitioner", 9, beyond=240)), *_applicants()),
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
    diets = (DIETS[index % len(DIETS)] for index in range(len(people)))
    return tuple(
        Guest(person, "in_person", {"diet": diet} if diet else {}) for person, diet in zip(people, diets, strict=True)
    )


def _online(people: tuple[Contact, ...]) -> tuple[Guest, ...]:
    return tuple(Guest(person, "online") for person in people)


def _applicants() -> tuple[Guest, ...]:
    """Those who would like to see the schools, from a city or an organisation each."""
    people = (
        *_some("practitioner", 3, beyond=260),
        *_some("youth", 2, beyond=120),
        *_some("police", 1, beyond=20),
        *_some("ngo", 1, beyond=40),
        *_some("expert", 1, beyond=80),
    )
    return tuple(
        Guest(person, "in_person", answers, applies=True) for person, answers in zip(people, APPLICATIONS, strict=True)
    )
