"""Reads of the directory."""

from collections.abc import Collection
from dataclasses import dataclass

from events_service import database
from events_service.directory.rules import City, Group
from events_service.folding import search_key

# More than there will be: a bound for a statement that has none.
EVERY_CITY = 10_000


@dataclass(frozen=True, slots=True)
class Figures:
    """How much the directory holds; `contacts` by group, groups without anyone left out."""

    member_cities: int
    organisations: int
    contacts: dict[Group, int]


async def member_cities() -> list[City]:
    """All member cities, in the order of their slugs."""
    return await member_cities_after("", limit=EVERY_CITY)


async def member_cities_after(slug: str, *, limit: int) -> list[City]:
    """At most `limit` member cities whose slugs stand after that one, in their order."""
    rows = await database.fetch(
        "SELECT slug, name, country, timezone, member FROM city WHERE member AND slug > $1 ORDER BY slug LIMIT $2",
        slug,
        limit,
    )
    return [City(row["slug"], row["name"], row["country"], row["timezone"], bool(row["member"])) for row in rows]


async def members_among(emails: Collection[str]) -> frozenset[str]:
    """Those of these addresses, given case-folded, that belong to somebody of a member city."""
    return frozenset(await members_named(emails))


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a member city, as the directory knows them."""

    name: str
    email: str


async def members_named(emails: Collection[str]) -> dict[str, Member]:
    """Address, case-folded → who it is, of those among these that belong to somebody of a member city."""
    rows = await database.fetch(
        """SELECT contact.name, contact.email FROM contact
           LEFT JOIN organisation ON organisation.id = contact.organisation
           JOIN city ON city.slug = COALESCE(contact.city, organisation.city)
           WHERE city.member AND LOWER(contact.email) = ANY($1)""",
        list(emails),
    )
    return {row["email"].casefold(): Member(row["name"], row["email"]) for row in rows}


async def figures() -> Figures:
    """How much the directory holds now."""
    cities = await database.fetch_one("SELECT COUNT(*) AS count FROM city WHERE member")
    organisations = await database.fetch_one("SELECT COUNT(*) AS count FROM organisation")
    groups = await database.fetch("SELECT contact_group, COUNT(*) AS count FROM contact GROUP BY contact_group")
    assert cities is not None and organisations is not None
    return Figures(
        member_cities=cities["count"],
        organisations=organisations["count"],
        contacts={Group(row["contact_group"]): row["count"] for row in groups},
    )


async def city_called(text: str) -> str:
    """The directory's name of the city that is meant, by its slug or however its name is written; else the text as it is."""
    wanted = search_key(text)
    for row in await database.fetch("SELECT slug, name FROM city ORDER BY slug"):
        if wanted in (row["slug"], search_key(row["name"])):
            return str(row["name"])
    return text
