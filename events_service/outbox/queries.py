"""What lies in the outbox, shaped for the back office's list and preview."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from events_service import database
from events_service.database.sql import meant_literally
from events_service.errors import NotFound
from events_service.folding import search_key
from events_service.outbox.rules import PostedLetter, Status

# Held back is no state of its own in the table: such a letter is given up, and says since when.
_STATUS = "CASE WHEN held_back_at IS NULL THEN status ELSE 'held_back' END"
_CONDITIONS = {
    "event": "event_slug = {}",
    "status": f"{_STATUS} = {{}}",
    "kind": "kind = {}",
    "text": "search_key LIKE {} ESCAPE '!' AND NOT EXISTS (SELECT 1 FROM registration WHERE registration.protected"
    " AND (registration.id = letter.registration_id OR letter.registration_id IS NULL"
    " AND registration.email_key = LOWER(letter.recipient)))",
    "registration": "registration_id = {}",
    "within": "event_slug = ANY({})",
    "after": "id < {}",
}


@dataclass(frozen=True, slots=True)
class Search:
    """Which letters: of an event, a status, a kind, about a registration, with a text in the recipient's name or address;
    None: whichever.

    `within` are the events whose letters the reader may see; None for all, those of no event among them.
    """

    event: str | None = None
    status: Status | None = None
    kind: str | None = None
    text: str | None = None
    registration: str | None = None
    within: frozenset[str] | None = None


async def letters(search: Search, *, after: str = "", limit: int) -> list[PostedLetter]:
    """Up to `limit` letters, newest first, older than the one whose id is `after`."""
    where, values = _where(search, after=after)
    rows = await database.fetch(
        f"SELECT * FROM letter {where} ORDER BY id DESC LIMIT ${len(values) + 1}",  # noqa: S608
        *values,
        limit,
    )
    return await _under_their_aliases([letter_from(row) for row in rows])


async def counts(search: Search) -> dict[Status, int]:
    """How many letters of the search there are in each status; every status is in it."""
    where, values = _where(search)
    rows = await database.fetch(
        f"SELECT {_STATUS} AS state, COUNT(*) AS number FROM letter {where} GROUP BY {_STATUS}",  # noqa: S608
        *values,
    )
    found = {row["state"]: int(row["number"]) for row in rows}
    return {status: found.get(status, 0) for status in Status}


async def kinds(search: Search) -> list[str]:
    """The kinds of letters within the search, in the order of the alphabet."""
    where, values = _where(search)
    rows = await database.fetch(f"SELECT DISTINCT kind FROM letter {where} ORDER BY kind", *values)  # noqa: S608
    return [row["kind"] for row in rows]


async def events(search: Search) -> list[str]:
    """The slugs of the events with letters within the search, in the order of the alphabet."""
    where, values = _where(search)
    rows = await database.fetch(f"SELECT DISTINCT event_slug FROM letter {where}", *values)  # noqa: S608
    return sorted(row["event_slug"] for row in rows if row["event_slug"] is not None)


async def letter(letter_id: str, *, within: frozenset[str] | None = None) -> PostedLetter:
    """One letter. Raises `NotFound`, also when it belongs to none of the events `within` (None: to any or none)."""
    row = await database.fetch_one("SELECT * FROM letter WHERE id = $1", letter_id)
    if row is None or (within is not None and row["event_slug"] not in within):
        raise NotFound()
    return (await _under_their_aliases([letter_from(row)]))[0]


async def _under_their_aliases(found: list[PostedLetter]) -> list[PostedLetter]:
    """Letters to protected people show the alias for the address, and nothing of what they say.

    One that is about no registration, such as an invitation or a link they asked for, is known by its address.
    """
    about = sorted({one.registration_id for one in found if one.registration_id})
    addresses = sorted({one.recipient.casefold() for one in found if not one.registration_id and one.recipient})
    if not about and not addresses:
        return found
    rows = await database.fetch(
        """SELECT registration.id, registration.email_key, registration.name, event.slug
           FROM registration JOIN event ON event.id = registration.event
           WHERE protected AND (registration.id = ANY($1) OR email_key = ANY($2)) ORDER BY registration.id""",
        about,
        addresses,
    )
    aliases: dict[tuple[str | None, ...], str] = {}
    for row in rows:
        # What concerns no event is seen by those alone who see all of them.
        for key in ((row["id"],), (row["slug"], row["email_key"]), (None, row["email_key"])):
            aliases[key] = row["name"]
    return [_under(aliases.get(_key_of(one)), one) for one in found]


def _key_of(letter: PostedLetter) -> tuple[str | None, ...]:
    return (letter.registration_id,) if letter.registration_id else (letter.event_slug, letter.recipient.casefold())


def _under(alias: str | None, letter: PostedLetter) -> PostedLetter:
    return letter if alias is None else replace(letter, recipient=alias, recipient_name=alias, facts=None)


def letter_from(row: Mapping[str, Any]) -> PostedLetter:
    """A row of the table as a letter."""
    return PostedLetter(
        id=row["id"],
        message_id=row["message_id"],
        kind=row["kind"],
        recipient=row["recipient"],
        recipient_name=row["recipient_name"],
        language=row["language"],
        facts=msgspec.json.decode(row["facts"]) if row["facts"] else None,
        event_slug=row["event_slug"],
        registration_id=row["registration_id"],
        status=Status(row["status"]) if row["held_back_at"] is None else Status.HELD_BACK,
        attempts=row["attempts"],
        priority=row["priority"],
        created_at=row["created_at"],
        next_attempt_at=row["next_attempt_at"],
        sent_at=row["sent_at"],
        last_error=row["last_error"],
    )


def _where(search: Search, *, after: str = "") -> tuple[str, list[object]]:
    """A WHERE clause, empty when nothing narrows, and its values from $1 on. Its words are ours alone."""
    wanted = {
        "event": search.event,
        "status": search.status and search.status.value,
        "kind": search.kind,
        "text": search.text and f"%{meant_literally(search_key(search.text))}%",
        "registration": search.registration,
        "within": None if search.within is None else sorted(search.within),
        "after": after or None,
    }
    narrowing = {name: value for name, value in wanted.items() if value is not None}
    conditions = [_CONDITIONS[name].format(f"${number}") for number, name in enumerate(narrowing, start=1)]
    return ("WHERE " + " AND ".join(conditions) if conditions else ""), list(narrowing.values())
