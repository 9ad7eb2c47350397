"""Filling the directory. What is known already stays as it is, so each of these may be done again."""

from collections.abc import Iterable

from events_service.database import Transaction, transaction
from events_service.directory.rules import City, Contact, Organisation
from events_service.errors import FieldError, Invalid
from events_service.identifiers import new_id
from events_service.sentences import sentence


async def add_cities(cities: Iterable[City]) -> int:
    """Add those whose slug is new, and say how many that were."""
    async with transaction() as tx:
        wanted = {city.slug: city for city in cities}
        fresh = wanted.keys() - await _known(tx, "city", "slug", wanted)
        rows = [
            (city.slug, city.name, city.country, city.timezone, city.member)
            for slug, city in wanted.items()
            if slug in fresh
        ]
        await tx.execute_many(
            """INSERT INTO city (slug, name, country, timezone, member) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (slug) DO NOTHING""",
            rows,
        )
    return len(rows)


async def add_organisations(organisations: Iterable[Organisation]) -> int:
    """Add those whose name is new, and say how many that were. Raises `Invalid` for a city not in the directory."""
    async with transaction() as tx:
        wanted = {organisation.name: organisation for organisation in organisations}
        await _check_cities(tx, (organisation.city for organisation in wanted.values()))
        fresh = wanted.keys() - await _known(tx, "organisation", "name", wanted)
        rows = [
            (new_id(), organisation.name, organisation.kind.value, organisation.city)
            for name, organisation in wanted.items()
            if name in fresh
        ]
        await tx.execute_many(
            "INSERT INTO organisation (id, name, kind, city) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING",
            rows,
        )
    return len(rows)


async def add_contacts(contacts: Iterable[Contact]) -> int:
    """Add those whose mail address is new, and say how many that were.

    Raises `Invalid` for a city or an organisation that is not in the directory.
    """
    async with transaction() as tx:
        wanted = {contact.email.lower(): contact for contact in contacts}
        await _check_cities(tx, (contact.city for contact in wanted.values()))
        organisations = await _organisation_ids(tx, (contact.organisation for contact in wanted.values()))
        fresh = wanted.keys() - await _known(tx, "contact", "email", wanted)
        rows = [_contact_row(email, contact, organisations) for email, contact in wanted.items() if email in fresh]
        await tx.execute_many(
            """INSERT INTO contact (id, name, email, title, category, contact_group, organisation, city, language)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (email) DO NOTHING""",
            rows,
        )
    return len(rows)


def _contact_row(email: str, contact: Contact, organisations: dict[str, str]) -> tuple[str | None, ...]:
    return (
        new_id(),
        contact.name,
        email,
        contact.title,
        contact.category,
        contact.group.value,
        organisations[contact.organisation] if contact.organisation else None,
        contact.city,
        contact.language,
    )


async def _known(tx: Transaction, table: str, key: str, values: Iterable[str]) -> set[str]:
    """Which of the values the table's key column holds; both names are ours."""
    rows = await tx.fetch(f"SELECT {key} FROM {table} WHERE {key} = ANY($1)", list(values))  # noqa: S608
    return {row[key] for row in rows}


async def _check_cities(tx: Transaction, slugs: Iterable[str | None]) -> None:
    wanted = {slug for slug in slugs if slug is not None}
    _refuse_unknown("city", wanted - await _known(tx, "city", "slug", wanted))


async def _organisation_ids(tx: Transaction, names: Iterable[str | None]) -> dict[str, str]:
    wanted = {name for name in names if name is not None}
    rows = await tx.fetch("SELECT id, name FROM organisation WHERE name = ANY($1)", list(wanted))
    ids = {row["name"]: row["id"] for row in rows}
    _refuse_unknown("organisation", wanted - ids.keys())
    return ids


def _refuse_unknown(field: str, names: set[str]) -> None:
    if names:
        raise Invalid(
            [
                FieldError(field, f"unknown_{field}", sentence("The directory has no “%(name)s”.", name=name))
                for name in sorted(names)
            ]
        )
