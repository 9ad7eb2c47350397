"""Who the alliance consists of and works with: values, and how they are put in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from events_service.folding import search_key


class OrganisationKind(StrEnum):
    """What sort of organisation it is."""

    MUNICIPALITY = "municipality"
    POLICE = "police"
    NGO = "ngo"
    UNIVERSITY = "university"
    YOUTH_COUNCIL = "youth_council"
    MEDIA = "media"
    COMPANY = "company"


class Group(StrEnum):
    """What someone is to the alliance."""

    MAYOR = "mayor"
    YOUNG_AMBASSADOR = "young_ambassador"
    EXPERT = "expert"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class City:
    """A city: `country` is an ISO 3166-1 code, `timezone` an IANA name; a guest city is no `member`."""

    slug: str
    name: str
    country: str
    timezone: str
    member: bool = True


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation, known by its name; `city` is a city's slug, or None for one that works in all of them."""

    name: str
    kind: OrganisationKind
    city: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone the alliance knows, by a mail address in lower case.

    `category` is a registration's, `organisation` an organisation's name, `city` a city's slug, and `language` the one
    that letters are written in.
    """

    name: str
    email: str
    title: str
    category: str
    group: Group
    organisation: str | None
    city: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Country:
    """A country's member cities, in the order of their names."""

    code: str
    cities: tuple[City, ...]


def by_country(cities: Iterable[City]) -> tuple[Country, ...]:
    """The cities under their countries, countries in the order of their codes."""
    grouped: dict[str, list[City]] = {}
    for city in sorted(cities, key=lambda city: (city.country, search_key(city.name))):
        grouped.setdefault(city.country, []).append(city)
    return tuple(Country(code, tuple(members)) for code, members in grouped.items())
