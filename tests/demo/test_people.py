"""The invented people and their cities."""

import re
from collections import Counter
from zoneinfo import available_timezones

from events_service.demo.cities import CITIES, GUESTS, MEMBERS
from events_service.demo.names import in_ascii
from events_service.demo.organisations import WORKPLACES
from events_service.demo.people import everyone
from events_service.directory.rules import Group

NORDIC_LETTERS = set("åäöæøþð")
REGISTRATION_CATEGORIES = {
    "elected_official",
    "practitioner",
    "expert",
    "ngo",
    "police",
    "youth",
    "media",
    "speaker",
    "staff",
    "guest",
}


def test_nineteen_member_cities_lie_in_five_countries() -> None:
    assert len({city.slug for city in MEMBERS}) == 19
    assert {city.country for city in MEMBERS} == {"DK", "FI", "IS", "NO", "SE"}
    assert all(city.member for city in MEMBERS)
    assert not any(city.member for city in GUESTS)
    assert {city.timezone for city in CITIES} <= available_timezones()


def test_everyone_is_counted_as_announced() -> None:
    groups = Counter(person.group for person in everyone())
    assert groups[Group.MAYOR] == 19
    assert groups[Group.YOUNG_AMBASSADOR] == 300
    assert groups[Group.EXPERT] + groups[Group.PARTNER] == 800


def test_each_member_city_has_one_mayor() -> None:
    mayors = [person.city for person in everyone() if person.group is Group.MAYOR]
    assert sorted(filter(None, mayors)) == sorted(city.slug for city in MEMBERS)


def test_two_inventions_are_equal() -> None:
    first = everyone()
    everyone.cache_clear()
    second = everyone()
    assert first is not second
    assert first == second


def test_invention_is_the_same_on_every_machine() -> None:
    mayor = everyone()[0]
    last = everyone()[-1]
    assert (mayor.name, mayor.email) == ("Marianne Bondesen", "marianne.bondesen@copenhagen.example")
    assert (last.name, last.email) == ("Love Åkerlund", "love.akerlund@torget-moderation.example")


def test_addresses_are_unique_ascii_and_reserved() -> None:
    addresses = [person.email for person in everyone()]
    assert len(set(addresses)) == len(addresses)
    assert [address for address in addresses if not re.fullmatch(r"[a-z.-]+@[a-z.-]+\.example", address)] == []


def test_names_are_unique_and_use_every_nordic_letter() -> None:
    names = [person.name for person in everyone()]
    assert len(set(names)) == len(names)
    assert set("".join(names).casefold()) >= NORDIC_LETTERS


def test_everyone_has_a_known_category_workplace_and_language() -> None:
    workplaces = {place.organisation.name for place in WORKPLACES}
    assert {person.category for person in everyone()} <= REGISTRATION_CATEGORIES
    assert {person.organisation for person in everyone()} <= workplaces
    assert {person.language for person in everyone()} == {"en", "da", "sv", "nb", "fi", "is"}


def test_workplaces_have_names_and_domains_of_their_own() -> None:
    assert len({place.organisation.name for place in WORKPLACES}) == len(WORKPLACES)
    assert len({place.domain for place in WORKPLACES}) == len(WORKPLACES)


def test_a_name_in_an_address_has_plain_letters_only() -> None:
    assert in_ascii("Åsa Þórsdóttir") == "asa.thorsdottir"
    assert in_ascii("Søren Præstholm-Øhman") == "soren.praestholm-ohman"
