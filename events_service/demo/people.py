"""The invented people: 19 mayors, 300 young ambassadors, 800 experts and partners. The same in every run."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice
from random import Random

from events_service.demo import names
from events_service.demo.cities import CITIES, MEMBERS
from events_service.demo.organisations import (
    CITY_HALLS,
    COMPANIES,
    MEDIA,
    NGOS,
    POLICE,
    UNIVERSITIES,
    YOUTH_COUNCILS,
    Workplace,
    city_hall,
)
from events_service.directory.rules import Contact, Group

SEED = 2027
ENGLISH_ONE_IN = 9
LANGUAGES = {"DK": "da", "NO": "nb", "SE": "sv", "FI": "fi", "IS": "is", "FO": "da", "GL": "da", "AX": "sv"}


@dataclass(frozen=True, slots=True)
class Circle:
    """A number of people of one category, spread evenly over their workplaces."""

    count: int
    group: Group
    category: str
    workplaces: tuple[Workplace, ...]
    titles: tuple[str, ...]


MAYORS = Circle(len(MEMBERS), Group.MAYOR, "elected_official", tuple(city_hall(city) for city in MEMBERS), ("Mayor",))
YOUNG_AMBASSADORS = Circle(
    300,
    Group.YOUNG_AMBASSADOR,
    "youth",
    YOUTH_COUNCILS,
    (
        "Young ambassador",
        "Young ambassador, school dialogues",
        "Young ambassador, night walks",
        "Young ambassador, online",
    ),
)
PRACTITIONERS = Circle(
    330,
    Group.EXPERT,
    "practitioner",
    CITY_HALLS,
    (
        "Prevention coordinator",
        "Head of youth services",
        "Youth worker",
        "School liaison officer",
        "Exit mentor",
        "Safety planner",
        "Family counsellor",
        "Advisor, local democracy",
        "Crisis preparedness officer",
        "Neighbourhood manager",
    ),
)
RESEARCHERS = Circle(
    160,
    Group.EXPERT,
    "expert",
    UNIVERSITIES,
    ("Professor", "Associate professor", "Senior researcher", "Doctoral researcher", "Evaluation adviser", "Analyst"),
)
CIVIL_SOCIETY = Circle(
    140,
    Group.PARTNER,
    "ngo",
    NGOS,
    (
        "Director",
        "Dialogue facilitator",
        "Volunteer coordinator",
        "Mentor",
        "Project lead",
        "Parents' network coordinator",
    ),
)
OFFICERS = Circle(
    100,
    Group.PARTNER,
    "police",
    POLICE,
    ("Chief inspector", "Community police officer", "Prevention officer", "Inspector, online patrol"),
)
JOURNALISTS = Circle(30, Group.PARTNER, "media", MEDIA, ("Editor", "City reporter", "Photographer"))
FRIENDS = Circle(
    40, Group.PARTNER, "guest", COMPANIES, ("Partnership manager", "Head of social responsibility", "Programme adviser")
)

EXPERTS_AND_PARTNERS = (PRACTITIONERS, RESEARCHERS, CIVIL_SOCIETY, OFFICERS, JOURNALISTS, FRIENDS)


@cache
def everyone() -> tuple[Contact, ...]:
    """All of them, each circle in turn; names and mail addresses are unique."""
    chance = Random(SEED)  # noqa: S311
    taken: set[str] = set()
    circles = (MAYORS, YOUNG_AMBASSADORS, *EXPERTS_AND_PARTNERS)
    return tuple(person for circle in circles for person in _people_of(circle, chance, taken))


def _people_of(circle: Circle, chance: Random, taken: set[str]) -> Iterator[Contact]:
    for workplace in islice(cycle(circle.workplaces), circle.count):
        country = _country_of(workplace, chance)
        name = _name_not_taken(country, chance, taken)
        yield Contact(
            name=name,
            email=f"{names.in_ascii(name)}@{workplace.domain}",
            title=chance.choice(circle.titles),
            category=circle.category,
            group=circle.group,
            organisation=workplace.organisation.name,
            city=workplace.organisation.city,
            language="en" if chance.randrange(ENGLISH_ONE_IN) == 0 else LANGUAGES[country],
        )


def _country_of(workplace: Workplace, chance: Random) -> str:
    """Where it is; one that works in all cities takes people from any of them."""
    at_home = [city.country for city in CITIES if city.slug == workplace.organisation.city]
    return at_home[0] if at_home else chance.choice(CITIES).country


def _name_not_taken(country: str, chance: Random, taken: set[str]) -> str:
    """Unique in its spelling for mail addresses too, so that nobody is mistaken for another."""
    while True:
        name = names.invent(names.BY_COUNTRY[country], chance)
        spelling = names.in_ascii(name)
        if spelling not in taken:
            taken.add(spelling)
            return name
