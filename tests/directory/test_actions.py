"""Filling the directory, on both databases."""

from dataclasses import replace

import pytest

from events_service.database import fetch
from events_service.directory.actions import add_cities, add_contacts, add_organisations
from events_service.directory.queries import Figures, figures, member_cities
from events_service.directory.rules import City, Contact, Group, Organisation, OrganisationKind
from events_service.errors import FieldError, Invalid

MALMO = City("malmo", "Malmö", "SE", "Europe/Stockholm")
ODENSE = City("odense", "Odense", "DK", "Europe/Copenhagen")
NUUK = City("nuuk", "Nuuk", "GL", "America/Nuuk", member=False)
CITY_OF_MALMO = Organisation("City of Malmö", OrganisationKind.MUNICIPALITY, "malmo")
NETWORK = Organisation("Mothers Who Ask", OrganisationKind.NGO, None)
ASA = Contact(
    "Åsa Þórsdóttir",
    "asa@malmo.example",
    "Mayor",
    "elected_official",
    Group.MAYOR,
    organisation="City of Malmö",
    city="malmo",
    language="sv",
)

pytestmark = pytest.mark.usefixtures("database")


async def test_only_new_cities_are_added() -> None:
    assert await add_cities([MALMO, NUUK]) == 2
    assert await add_cities([MALMO, ODENSE]) == 1


async def test_a_known_city_stays_as_it_is() -> None:
    await add_cities([MALMO])
    await add_cities([replace(MALMO, name="Something else")])
    assert await member_cities() == [MALMO]


async def test_guests_are_no_member_cities() -> None:
    await add_cities([ODENSE, NUUK, MALMO])
    assert await member_cities() == [MALMO, ODENSE]


async def test_an_organisation_needs_a_known_city() -> None:
    await add_cities([MALMO])
    with pytest.raises(Invalid) as refused:
        await add_organisations([CITY_OF_MALMO, replace(NETWORK, city="atlantis")])
    assert refused.value.errors == (FieldError("city", "unknown_city", "The directory has no “atlantis”."),)
    assert (await figures()).organisations == 0


async def test_a_contact_is_added_once_with_its_organisation_and_city() -> None:
    await add_cities([MALMO])
    await add_organisations([CITY_OF_MALMO])
    assert await add_contacts([ASA]) == 1
    assert await add_contacts([replace(ASA, email="Asa@Malmo.example", name="Åsa Another")]) == 0
    rows = await fetch(
        """SELECT contact.name, contact.email, organisation.name AS organisation, contact.city
           FROM contact JOIN organisation ON organisation.id = contact.organisation"""
    )
    assert [dict(row) for row in rows] == [
        {"name": "Åsa Þórsdóttir", "email": "asa@malmo.example", "organisation": "City of Malmö", "city": "malmo"}
    ]


async def test_a_contact_may_stand_for_itself() -> None:
    assert await add_contacts([replace(ASA, organisation=None, city=None)]) == 1


async def test_a_contact_needs_a_known_organisation() -> None:
    await add_cities([MALMO])
    with pytest.raises(Invalid) as refused:
        await add_contacts([ASA])
    assert [error.code for error in refused.value.errors] == ["unknown_organisation"]


async def test_figures_count_what_is_there() -> None:
    assert await figures() == Figures(member_cities=0, organisations=0, contacts={})
    await add_cities([MALMO, ODENSE, NUUK])
    await add_organisations([CITY_OF_MALMO, NETWORK])
    await add_contacts([ASA, replace(ASA, email="saga@odense.example", group=Group.PARTNER, city="odense")])
    assert await figures() == Figures(member_cities=2, organisations=2, contacts={Group.MAYOR: 1, Group.PARTNER: 1})
