"""Where the invented people work: a city hall and a police district in each city, and what stands between them."""

from dataclasses import dataclass

from events_service.demo.cities import CITIES, MEMBERS
from events_service.directory.rules import City, Organisation, OrganisationKind


@dataclass(frozen=True, slots=True)
class Workplace:
    """An organisation and the domain of its mail addresses, which nobody can own (RFC 2606 §2)."""

    organisation: Organisation
    domain: str


def city_hall(city: City) -> Workplace:
    """The municipality."""
    return Workplace(
        Organisation(f"City of {city.name}", OrganisationKind.MUNICIPALITY, city.slug), f"{city.slug}.example"
    )


def _police(city: City) -> Workplace:
    name = f"{city.name} Police District"
    return Workplace(Organisation(name, OrganisationKind.POLICE, city.slug), f"police.{city.slug}.example")


def _youth_council(city: City) -> Workplace:
    name = f"{city.name} Youth Council"
    return Workplace(Organisation(name, OrganisationKind.YOUTH_COUNCIL, city.slug), f"youth.{city.slug}.example")


def _listed(kind: OrganisationKind, *names: tuple[str, str, str | None]) -> tuple[Workplace, ...]:
    return tuple(Workplace(Organisation(name, kind, city), f"{domain}.example") for name, domain, city in names)


CITY_HALLS = tuple(city_hall(city) for city in CITIES)
POLICE = tuple(_police(city) for city in CITIES)
YOUTH_COUNCILS = tuple(_youth_council(city) for city in MEMBERS)

NGOS = _listed(
    OrganisationKind.NGO,
    ("Nabolagets Stemme", "nabolagets-stemme", "copenhagen"),
    ("Åben Dør ved Åen", "aabendoer", "aarhus"),
    ("Fynske Forældre for Tryghed", "fynske-foraeldre", "odense"),
    ("Sundets Samtalehus", "sundets-samtalehus", "helsingor"),
    ("Kaupunkipolku", "kaupunkipolku", "helsinki"),
    ("Aurajoen Silta", "aurajoen-silta", "turku"),
    ("Kosken Väki", "kosken-vaki", "tampere"),
    ("Hyvä Naapuri Jyväskylä", "hyva-naapuri", "jyvaskyla"),
    ("Samtal í Hverfinu", "samtal-i-hverfinu", "reykjavik"),
    ("Norðurljósahópurinn", "nordurljosahopurinn", "akureyri"),
    ("Veien Ut og Inn", "veien-ut-og-inn", "oslo"),
    ("Bergenske Brobyggere", "brobyggere", "bergen"),
    ("Møteplassen på Møllenberg", "moteplassen", "trondheim"),
    ("Vinterlys Tromsø", "vinterlys", "tromso"),
    ("Kvartersrösten", "kvartersrosten", "stockholm"),
    ("Hisingens Mötesplats", "hisingens-motesplats", "gothenburg"),
    ("Ögonhöjd Malmö", "ogonhojd", "malmo"),
    ("Norrlands Nattvandrare", "norrlands-nattvandrare", "umea"),
    ("Mälardalens Mentorer", "malardalens-mentorer", "vasteras"),
    ("Húsini við Havið", "husini-vid-havid", "torshavn"),
    ("Åländska Fredssamtal", "fredssamtal", "mariehamn"),
    ("Mothers Who Ask", "mothers-who-ask", None),
)

UNIVERSITIES = _listed(
    OrganisationKind.UNIVERSITY,
    ("Øresund Institute for Urban Safety", "oeresund-institute", "copenhagen"),
    ("Jutland Centre for Prevention Studies", "jutland-prevention", "aarhus"),
    ("Gulf of Finland School of Social Research", "gulf-school", "helsinki"),
    ("Lakeland University of Youth Work", "lakeland-youthwork", "jyvaskyla"),
    ("Northern Lights Research Park", "northern-lights-park", "tromso"),
    ("Fjord College of Public Governance", "fjord-college", "bergen"),
    ("North Atlantic Institute of Democracy", "north-atlantic-institute", "reykjavik"),
    ("Mälaren School of Digital Society", "malaren-digital", "stockholm"),
    ("Västkusten Centre for Conflict Research", "vastkusten-conflict", "gothenburg"),
    ("Norrland College of Social Work", "norrland-college", "umea"),
)

MEDIA = _listed(
    OrganisationKind.MEDIA,
    ("Bymagasinet Broen", "bymagasinet-broen", "copenhagen"),
    ("Kaupunkiviikko", "kaupunkiviikko", "helsinki"),
    ("Byens Øye", "byens-oye", "oslo"),
    ("Kvällsrundan", "kvallsrundan", "stockholm"),
    ("Hverfisblaðið", "hverfisbladid", "reykjavik"),
)

COMPANIES = _listed(
    OrganisationKind.COMPANY,
    ("Lyspunkt Street Design", "lyspunkt", "odense"),
    ("Tuomi Housing Association", "tuomi-housing", "tampere"),
    ("Sølvpil Transport", "solvpil", "bergen"),
    ("Torget Moderation Tools", "torget-moderation", "malmo"),
    ("Næturvakt Venues", "naeturvakt", "reykjavik"),
    ("Kompassi Foundation", "kompassi", None),
)

WORKPLACES = CITY_HALLS + POLICE + YOUTH_COUNCILS + NGOS + UNIVERSITIES + MEDIA + COMPANIES
