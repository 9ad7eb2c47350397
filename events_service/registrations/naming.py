"""Which name is shown of whom: the one place that decides it.

A protected person's row holds the alias where others hold the name, and an address that leads nowhere; who they are stands
apart, as `identity`. So every list, search, badge, door and export shows the alias without knowing why, and the real name is
seen only where it is asked for here: in their own letters and page, and by named roles who say why.
"""

from dataclasses import replace

import msgspec

from events_service.folding import search_key
from events_service.identifiers import new_id
from events_service.registrations.queries import Registration


def address_of_nobody() -> str:
    """What stands where an address does of somebody who gave none; no letter is ever posted to it."""
    return f"{new_id()}@nobody.invalid"


class Identity(msgspec.Struct, frozen=True):
    """Who somebody is."""

    name: str
    email: str
    organisation: str


def columns_of(who: Identity, registration_id: str, *, city: str, alias: str | None = None) -> dict[str, object]:
    """What a registration's row holds of the person; with an alias, what hides them."""
    if alias is None:
        return {
            **msgspec.structs.asdict(who),
            "search_key": search_key(f"{who.name} {who.email} {who.organisation} {city}"),
            "protected": False,
            "identity": "",
        }
    return {
        "name": alias,
        "email": f"{registration_id}@protected.invalid",
        "organisation": "",
        "search_key": search_key(f"{alias} {city}"),
        "protected": True,
        "identity": msgspec.json.encode(who).decode(),
    }


def identity_of(person: Registration) -> Identity:
    """Who somebody really is."""
    if person.protected:
        return msgspec.json.decode(person.identity, type=Identity)
    return Identity(person.name, person.email, person.organisation)


def seen_by(person: Registration, *, may_see_protected: bool) -> Registration:
    """The person as they are shown: a protected one under their alias, or, to who may see it, as who they are."""
    if not may_see_protected:
        return person
    who = identity_of(person)
    return replace(person, name=who.name, email=who.email, organisation=who.organisation)
