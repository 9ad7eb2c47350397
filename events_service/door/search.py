"""Finding somebody by name at the door, who came without a badge."""

from datetime import datetime

import msgspec

from events_service.database import fetch
from events_service.door.queries import DoorDevice
from events_service.door.rules import Grant
from events_service.errors import Forbidden
from events_service.events.admissions import admission_of
from events_service.events.queries import event_by_id
from events_service.folding import search_key
from events_service.registrations.badges import badges_of
from events_service.registrations.queries import Registration, Wanted, list_registrations
from events_service.registrations.rules import Status

SHORTEST, LONGEST = 2, 100
MOST_FOUND = 20
# What is looked through for them: an address that holds the letters is no name.
LOOKED_AT = 200


class FoundPerson(msgspec.Struct, frozen=True):
    """Somebody of this event, a protected person under their alias. `badge` lets them in and is there for who has a seat;
    `admitted_at` is when they first came in at any checkpoint. `note` and `photo_id` as a scan tells them.
    """

    registration_id: str
    name: str
    organisation: str
    city: str
    category: str
    status: str
    badge: str | None
    admitted_at: datetime | None
    note: str | None
    photo_id: bool


async def search(text: str, *, device: DoorDevice) -> list[FoundPerson]:
    """Up to 20 people whose name, organisation or city hold every word, those with a seat first. Nordic letters count as plain ones.

    Fewer than two letters find nobody. Raises `Forbidden` for a device that may not.
    """
    if Grant.SEARCH not in device.powers:
        raise Forbidden("Only a supervisor's device finds people by name.")
    words = search_key(text).split()
    if sum(map(len, words)) < SHORTEST:
        return []
    people = await list_registrations(device.event_id, Wanted(text=text), limit=LOOKED_AT)
    found = sorted((person for person in people if _is_named(person, words)), key=_rank)[:MOST_FOUND]
    event = await event_by_id(device.event_id)
    badges, asked = await badges_of(found, event), (await admission_of(event)).photo_id_categories
    came = await _admitted([person.id for person in found])
    return [
        FoundPerson(
            person.id,
            person.name,
            person.organisation,
            person.city,
            person.category.value,
            person.status.value,
            badges.get(person.id),
            came.get(person.id),
            person.door_note or None,
            person.photo_id or person.category.value in asked,
        )
        for person in found
    ]


def _is_named(person: Registration, words: list[str]) -> bool:
    told = search_key(f"{person.name} {person.organisation} {person.city}")
    return all(word in told for word in words)


def _rank(person: Registration) -> tuple[bool, str, str]:
    return person.status is not Status.CONFIRMED, search_key(person.name), person.id


async def _admitted(ids: list[str]) -> dict[str, datetime]:
    rows = await fetch(
        """SELECT p.registration, MIN(p.admitted_at) AS came FROM presence p JOIN checkpoint k ON k.id = p.checkpoint
           WHERE p.registration = ANY($1) AND NOT k.online GROUP BY p.registration""",
        ids,
    )
    return {row["registration"]: row["came"] for row in rows}
