"""Reading checkpoints, and who has a place in the sessions that some of them are for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from events_service.database import Row, Transaction, fetch
from events_service.errors import NotFound


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A door within an event.

    `session_id` names the session it is for; `by_session` says that this one takes sign-ups, so that only those with a place in it
    or a part are admitted. Doors of one `zone` are rooms: whoever enters one has left the others.
    """

    id: str
    slug: str
    name: str
    categories: tuple[str, ...]
    session_id: str | None
    session_title: str | None
    by_session: bool
    reentry: str | None
    opens_at: datetime | None
    closes_at: datetime | None
    zone: str | None
    version: int


async def checkpoints_of(event_id: str) -> list[Checkpoint]:
    """The event's doors, the first one first."""
    return [_checkpoint(row) for row in await fetch(f"{_CHECKPOINTS} ORDER BY k.id", event_id)]


async def checkpoint_named(event_id: str, slug: str) -> Checkpoint:
    """The event's door of that name. Raises `NotFound`."""
    rows = await fetch(f"{_CHECKPOINTS} AND k.slug = $2", event_id, slug)
    if not rows:
        raise NotFound()
    return _checkpoint(rows[0])


@dataclass(frozen=True, slots=True)
class SessionAtDoor:
    """A session that a door can be for. `takes_sign_ups`: then only those with a place in it are let in."""

    id: str
    title: str
    takes_sign_ups: bool


async def sessions_for_doors(event_id: str) -> list[SessionAtDoor]:
    """The event's sessions as planned now, in the order of their times."""
    rows = await fetch(
        """SELECT id, title, signup FROM session WHERE event = $1 AND deleted_at IS NULL AND kind <> 'break'
           ORDER BY CASE WHEN starts_at IS NULL THEN 1 ELSE 0 END, starts_at, number""",
        event_id,
    )
    return [SessionAtDoor(row["id"], row["title"], row["signup"]) for row in rows]


# A meeting's join page is no door.
_CHECKPOINTS = """SELECT k.*, s.title AS session_title, s.signup AS takes_sign_ups
    FROM checkpoint k LEFT JOIN session s ON s.id = k.session_id WHERE k.event = $1 AND NOT k.online"""

# Who takes part is known by the address they registered with. The plan is what counts, as far as it has come: a speaker who
# stepped in an hour ago stands at the door before the next release.
_PARTS = """
    SELECT part.session, r.id AS registration FROM session_speaker part JOIN speaker s ON s.id = part.speaker
    JOIN registration r ON r.event = s.event AND r.email_key = s.email_key
    WHERE part.session = ANY($1) AND part.state NOT IN ('declined', 'withdrawn') AND s.state NOT IN ('declined', 'withdrawn')
"""
_PLACES = f"""
    SELECT u.session, u.registration FROM sign_up u WHERE u.status = 'confirmed' AND u.session = ANY($1) UNION {_PARTS}
"""  # noqa: S608


async def places_of(tx: Transaction, sessions: Sequence[str], people: Sequence[str]) -> set[tuple[str, str]]:
    """Which of these people (registrations' ids) have a place in which of these sessions, or a part: (session, person)."""
    if not sessions or not people:
        return set()
    rows = await tx.fetch(f"SELECT * FROM ({_PLACES}) AS place WHERE registration = ANY($2)", sessions, people)  # noqa: S608
    return _pairs(rows)


async def places_at_doors(sessions: Sequence[str]) -> set[tuple[str, str]]:
    """Everybody with a place in one of these sessions, or a part: (session, registration)."""
    return _pairs(await fetch(_PLACES, sessions)) if sessions else set()


async def parts_at_doors(sessions: Sequence[str]) -> set[tuple[str, str]]:
    """Of those, who takes part in it."""
    return _pairs(await fetch(_PARTS, sessions)) if sessions else set()


def _pairs(rows: list[Row]) -> set[tuple[str, str]]:
    return {(row["session"], row["registration"]) for row in rows}


def _checkpoint(row: Row) -> Checkpoint:
    return Checkpoint(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        categories=tuple(msgspec.json.decode(row["categories"])) if row["categories"] else (),
        session_id=row["session_id"],
        session_title=row["session_title"],
        by_session=bool(row["takes_sign_ups"]),
        reentry=row["reentry"],
        opens_at=row["opens_at"],
        closes_at=row["closes_at"],
        zone=row["zone"],
        version=row["version"],
    )
