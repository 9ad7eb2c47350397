"""Contacts taken in from a list: who is new is added, who is known by their address is corrected."""

from collections.abc import Sequence
from dataclasses import astuple

from events_service.database import Row, Transaction, fetch, transaction
from events_service.directory.rules import Contact, Group, OrganisationKind
from events_service.identifiers import new_id

_SELECT = """SELECT contact.*, organisation.name AS organisation_name FROM contact
             LEFT JOIN organisation ON organisation.id = contact.organisation WHERE contact.email = ANY($1)"""
_KEEP = """
INSERT INTO contact (id, name, email, title, category, contact_group, organisation, city, language)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (email) DO UPDATE SET name = excluded.name, title = excluded.title, category = excluded.category,
  contact_group = excluded.contact_group, organisation = excluded.organisation, city = excluded.city, language = excluded.language
"""


async def contacts_at(addresses: Sequence[str]) -> dict[str, Contact]:
    """Address, in lower case → who has it, of those among these that are known."""
    return {row["email"]: _contact(row) for row in await fetch(_SELECT, list(addresses))}


async def keep_contacts(contacts: Sequence[Contact], *, kind: OrganisationKind) -> None:
    """Keep them as they are given, new ones and known ones; an organisation that is not known is added, of that kind."""
    async with transaction() as tx:
        organisations = await _organisations(tx, contacts, kind)
        await tx.execute_many(_KEEP, [_row(one, organisations) for one in contacts])


async def _organisations(tx: Transaction, contacts: Sequence[Contact], kind: OrganisationKind) -> dict[str, str]:
    """Name → id, of every organisation that is named."""
    cities = {one.organisation: one.city for one in contacts if one.organisation}
    await tx.execute_many(
        "INSERT INTO organisation (id, name, kind, city) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING",
        [(new_id(), name, kind.value, city) for name, city in sorted(cities.items())],
    )
    rows = await tx.fetch("SELECT id, name FROM organisation WHERE name = ANY($1)", list(cities))
    return {row["name"]: row["id"] for row in rows}


def _row(contact: Contact, organisations: dict[str, str]) -> tuple[str | None, ...]:
    name, email, title, category, group, organisation, city, language = astuple(contact)
    employer = organisations[organisation] if organisation else None
    return new_id(), name, email, title, category, group.value, employer, city, language


def _contact(row: Row) -> Contact:
    return Contact(
        name=row["name"],
        email=row["email"],
        title=row["title"],
        category=row["category"],
        group=Group(row["contact_group"]),
        organisation=row["organisation_name"],
        city=row["city"],
        language=row["language"],
    )
