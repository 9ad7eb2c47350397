"""Reading who came to a session: by the doors that are its own, its join page among them."""

from dataclasses import dataclass
from datetime import datetime

from events_service.attendance.session_rules import Attender
from events_service.database import Row, fetch
from events_service.events.rules import Event


@dataclass(frozen=True, slots=True)
class SessionDoor:
    """A door of a session, and how many are behind it now; an `online` one is its join page."""

    slug: str
    name: str
    online: bool
    inside: int


async def doors_of_session(event: Event, session_id: str) -> list[SessionDoor]:
    """The session's doors, the first one first. None: nobody counts who comes."""
    rows = await fetch(
        """SELECT k.slug, k.name, k.online, COUNT(CASE WHEN p.inside THEN 1 END) AS inside
           FROM checkpoint k LEFT JOIN presence p ON p.checkpoint = k.id
           WHERE k.event = $1 AND k.session_id = $2 GROUP BY k.id, k.slug, k.name, k.online ORDER BY k.id""",
        event.id,
        session_id,
    )
    return [SessionDoor(row["slug"], row["name"], bool(row["online"]), row["inside"]) for row in rows]


async def sessions_with_doors(event: Event) -> list[tuple[str, str]]:
    """The sessions whose attendance is counted, in the order of their times: (id, title)."""
    rows = await fetch(
        """SELECT id, title FROM session WHERE event = $1
             AND id IN (SELECT session_id FROM checkpoint WHERE event = $1 AND session_id IS NOT NULL)
           ORDER BY CASE WHEN starts_at IS NULL THEN 1 ELSE 0 END, starts_at, number""",
        event.id,
    )
    return [(row["id"], row["title"]) for row in rows]


async def people_of_session(event: Event, session_id: str) -> list[Attender]:
    """Who has a place in it, who takes part, and who came, by name."""
    signed_up = await _ids(
        "SELECT registration AS id FROM sign_up WHERE session = $1 AND status = 'confirmed'", session_id
    )
    takes_part = await _ids(
        """SELECT r.id FROM session_speaker part JOIN speaker s ON s.id = part.speaker
           JOIN registration r ON r.event = s.event AND r.email_key = s.email_key
           WHERE part.session = $1 AND r.status = 'confirmed'
             AND part.state NOT IN ('declined', 'withdrawn') AND s.state NOT IN ('declined', 'withdrawn')""",
        session_id,
    )
    came = await _came(event, session_id)
    rows = await fetch(
        "SELECT id, name, organisation, category FROM registration WHERE event = $1 AND id = ANY($2)",
        event.id,
        sorted({*signed_up, *takes_part, *came}),
    )
    people = [_attender(row, signed_up, takes_part, came) for row in rows]
    return sorted(people, key=lambda one: (one.name.casefold(), one.id))


async def _ids(statement: str, session_id: str) -> set[str]:
    return {row["id"] for row in await fetch(statement, session_id)}


async def _came(event: Event, session_id: str) -> dict[str, tuple[datetime, bool]]:
    """Registration → when they were let in first, and whether they are inside."""
    rows = await fetch(
        """SELECT p.registration, p.admitted_at, p.inside FROM presence p JOIN checkpoint k ON k.id = p.checkpoint
           WHERE p.event = $1 AND k.session_id = $2 ORDER BY p.admitted_at DESC""",
        event.id,
        session_id,
    )
    inside = {row["registration"] for row in rows if row["inside"]}
    return {row["registration"]: (row["admitted_at"], row["registration"] in inside) for row in rows}


def _attender(row: Row, signed_up: set[str], takes_part: set[str], came: dict[str, tuple[datetime, bool]]) -> Attender:
    person = row["id"]
    came_at, inside = came.get(person, (None, False))
    return Attender(
        id=person,
        name=row["name"],
        organisation=row["organisation"],
        category=row["category"],
        signed_up=person in signed_up,
        takes_part=person in takes_part,
        came_at=came_at,
        inside=inside,
    )
