"""Reading invitations, and the people of the directory who could be invited."""

from collections.abc import Mapping
from dataclasses import dataclass

from events_service.database import Row, fetch, fetch_one
from events_service.database.sql import meant_literally
from events_service.errors import NotFound
from events_service.events.categories import Category
from events_service.folding import search_key
from events_service.invitations.drafts import GuestDraft, Segment
from events_service.invitations.hiding import Hidden, hidden_at
from events_service.invitations.rules import Invitation, State
from events_service.sealing import token_digest


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which invitations a list shows; empty means all."""

    text: str = ""
    state: str = ""


def invitation_from(row: Row) -> Invitation:
    """The invitation in a row of the table."""
    return Invitation(
        id=row["id"],
        event_id=row["event"],
        email=row["email"],
        name=row["name"],
        organisation=row["organisation"],
        city=row["city"],
        category=row["category"],
        language=row["language"],
        state=State(row["state"]),
        reserve_number=row["reserve_number"],
        plus_ones=row["plus_ones"],
        lapses_at=row["lapses_at"],
        invited_by_kind=row["invited_by_kind"],
        invited_by=row["invited_by"],
        host_id=row["host"],
        registration_id=row["registration_id"],
        word=row["word"],
        created_at=row["created_at"],
        invited_at=row["invited_at"],
        opened_at=row["opened_at"],
        answered_at=row["answered_at"],
        reminded_at=row["reminded_at"],
    )


async def invitation_by_id(invitation_id: str) -> Invitation:
    """Raises `NotFound`."""
    row = await fetch_one("SELECT * FROM invitation WHERE id = $1", invitation_id)
    if row is None:
        raise NotFound()
    return invitation_from(row)


async def find_by_code(code: str) -> Invitation | None:
    """The invitation whose personal link holds this code."""
    row = await fetch_one("SELECT * FROM invitation WHERE code_digest = $1", token_digest(code.strip().lower()))
    return invitation_from(row) if row else None


async def list_invitations(
    event_id: str, wanted: Wanted, *, after: str = "", limit: int = 50, may_see_protected: bool = False
) -> list[Invitation]:
    """Up to `limit` invitations of an event, in the order they were made; `after` is the id of the last one seen.

    Protected people are shown, and found, under their alias, save by who may see them.
    """
    hidden = await hidden_at(event_id, may_see_protected=may_see_protected)
    where, values = ["event = $1", "id > $2"], list[object]([event_id, after])
    if wanted.state:
        values.append(wanted.state)
        where.append(f"state = ${len(values)}")
    words = search_key(wanted.text).split()
    if words:
        matching = []
        for word in words:
            values.append(f"%{meant_literally(word)}%")
            matching.append(f"search_key LIKE ${len(values)} ESCAPE '!'")
        is_hidden, is_found = (_any_of(people, values) for people in (hidden, hidden.found_by(wanted.text)))
        where.append(f"({' AND '.join(matching)} AND NOT {is_hidden} OR {is_found})")
    values.append(limit)
    rows = await fetch(
        f"SELECT * FROM invitation WHERE {' AND '.join(where)} ORDER BY id LIMIT ${len(values)}",  # noqa: S608
        *values,
    )
    return [hidden.shown(invitation_from(row)) for row in rows]


async def count_by_state(event_id: str) -> Mapping[State, int]:
    """How many of an event's invitations have come how far."""
    rows = await fetch("SELECT state, COUNT(*) AS people FROM invitation WHERE event = $1 GROUP BY state", event_id)
    return {State(row["state"]): int(row["people"]) for row in rows}


async def names_of(event_id: str, ids: list[str], *, may_see_protected: bool = False) -> dict[str, str]:
    """Invitation id → the guest's name, or the alias."""
    hidden = await hidden_at(event_id, may_see_protected=may_see_protected)
    rows = await fetch("SELECT * FROM invitation WHERE event = $1 AND id = ANY($2)", event_id, ids)
    return {row["id"]: hidden.shown(invitation_from(row)).name for row in rows}


def _any_of(people: Hidden, values: list[object]) -> str:
    """The condition that an invitation is one of these people's; what it binds is appended to `values`."""
    values += [list(people.by_registration), list(people.by_address)]
    return f"(COALESCE(registration_id, '') = ANY(${len(values) - 1}) OR email_key = ANY(${len(values)}))"


async def known_addresses(event_id: str, email_keys: list[str]) -> set[str]:
    """Those among these (case-folded) that have an invitation to the event, of whatever state."""
    rows = await fetch(
        "SELECT email_key FROM invitation WHERE event = $1 AND email_key = ANY($2)", event_id, email_keys
    )
    return {row["email_key"] for row in rows}


async def people_in(segment: Segment, *, limit: int) -> list[GuestDraft]:
    """The directory's people who are all that the segment says, by name; at most `limit`."""
    where, values = ["1 = 1"], list[object]()
    asked = (
        ("city.country", segment.country),
        ("city.slug", segment.city),
        ("contact.category", segment.category),
        ("contact.contact_group", segment.group),
    )
    for column, value in asked:
        if value is not None:
            values.append(str(value))
            where.append(f"{column} = ${len(values)}")
    if segment.members:
        where.append("city.member")
    values.append(limit)
    rows = await fetch(
        f"""SELECT contact.*, organisation.name AS organisation_name, city.name AS city_name FROM contact
            LEFT JOIN organisation ON organisation.id = contact.organisation
            LEFT JOIN city ON city.slug = COALESCE(contact.city, organisation.city)
            WHERE {" AND ".join(where)} ORDER BY contact.name, contact.id LIMIT ${len(values)}""",  # noqa: S608
        *values,
    )
    return [
        GuestDraft(
            name=row["name"],
            email=row["email"],
            organisation=row["organisation_name"] or "",
            city=row["city_name"] or "",
            category=Category(row["category"]),
            language=row["language"],
        )
        for row in rows
    ]
