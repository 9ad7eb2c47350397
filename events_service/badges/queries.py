"""Reading what was printed, and what of it can be fetched."""

from dataclasses import dataclass
from datetime import datetime

from events_service import settings
from events_service.badges.rules import Choice, Layout, chosen, face_of
from events_service.database import Row, Transaction, fetch, fetch_one
from events_service.errors import NotFound
from events_service.events.rules import Event
from events_service.registrations.queries import Registration, confirmed_registrations, registration_from

PRINTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a print: its number, and how many badges are in it."""

    number: int
    badges: int


@dataclass(frozen=True, slots=True)
class Print:
    """Badges that were asked for together. `state` is waiting, running, ready or failed; `parts` can be fetched."""

    id: str
    event_id: str
    layout: Layout
    language: str
    state: str
    badges: int
    again: int
    drawn: int
    asked_by_kind: str
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    parts: tuple[Part, ...] = ()

    @property
    def is_under_way(self) -> bool:
        """Whether more of it will be there later."""
        return self.state in ("waiting", "running")


_PRINTS = """SELECT p.*, COALESCE(a.name, t.name, '') AS asked_by_name
             FROM badge_print p LEFT JOIN account a ON p.asked_by_kind = 'account' AND a.id = p.asked_by
             LEFT JOIN api_token t ON p.asked_by_kind = 'token' AND t.id = p.asked_by"""


@dataclass(frozen=True, slots=True)
class PastPrint:
    """One print of somebody's badge: when, by which kind of doer, and what stood on it as a keyed digest."""

    at: datetime
    by_kind: str
    face: str


async def prints_of_person(tx: Transaction, registration_id: str) -> list[PastPrint]:
    """All that did not fail, the first one first."""
    rows = await tx.fetch(
        """SELECT p.asked_at, p.asked_by_kind, b.face FROM printed_badge b JOIN badge_print p ON p.id = b.print
           WHERE b.registration = $1 AND p.state <> 'failed' ORDER BY p.asked_at, p.id""",
        registration_id,
    )
    return [PastPrint(row["asked_at"], row["asked_by_kind"], row["face"]) for row in rows]


async def prints_of(event: Event) -> list[Print]:
    """The latest prints that people asked for, the newest first. Kiosks print one badge after the other, hundreds of them."""
    rows = await fetch(
        f"{_PRINTS} WHERE p.event = $1 AND p.asked_by_kind <> 'device' ORDER BY p.asked_at DESC LIMIT $2",
        event.id,
        PRINTS_SHOWN,
    )
    parts = await _parts([row["id"] for row in rows])
    return [print_from(row, parts.get(row["id"], [])) for row in rows]


async def find_print(event: Event, print_id: str) -> Print:
    """Raises `NotFound`."""
    row = await fetch_one(f"{_PRINTS} WHERE p.id = $1 AND p.event = $2", print_id, event.id)
    if row is None:
        raise NotFound()
    return print_from(row, (await _parts([print_id])).get(print_id, []))


async def sealed_part(print_id: str, part: int) -> bytes:
    """A file as it is kept. Raises `NotFound` for one that is not made yet, or forgotten."""
    row = await fetch_one("SELECT sealed FROM badge_file WHERE print = $1 AND part = $2", print_id, part)
    if row is None:
        raise NotFound("This file is no longer here. Print the badges once more.", code="file_gone")
    return bytes(row["sealed"])


async def whom(event: Event, choice: Choice) -> list[Registration]:
    """Whose badges this choice means, in order."""
    people = await confirmed_registrations(event.id)
    secret_key = settings.current().secret_key
    faces = {person.id: face_of(person, secret_key=secret_key) for person in people}
    return chosen(people, choice, faces=faces, printed=await last_faces(event))


async def last_faces(event: Event) -> dict[str, str]:
    """Registration id → what stood on the badge when it was last printed, of everybody whose badge ever was."""
    rows = await fetch(
        """SELECT b.registration, b.face FROM printed_badge b JOIN badge_print p ON p.id = b.print
           WHERE p.event = $1 AND p.state <> 'failed' ORDER BY p.asked_at, p.id""",
        event.id,
    )
    return {row["registration"]: row["face"] for row in rows}


async def people_of_part(print_id: str, *, first: int, most: int) -> list[Registration]:
    """Those at these places of the pile who have a seat still."""
    rows = await fetch(
        """SELECT r.* FROM printed_badge b JOIN registration r ON r.id = b.registration
           WHERE b.print = $1 AND b.place >= $2 AND b.place < $3 AND r.status = 'confirmed' ORDER BY b.place""",
        *(print_id, first, first + most),
    )
    return [registration_from(row) for row in rows]


async def _parts(print_ids: list[str]) -> dict[str, list[Part]]:
    rows = await fetch("SELECT print, part, badges FROM badge_file WHERE print = ANY($1) ORDER BY part", print_ids)
    found: dict[str, list[Part]] = {}
    for row in rows:
        found.setdefault(row["print"], []).append(Part(row["part"], row["badges"]))
    return found


def print_from(row: Row, parts: list[Part]) -> Print:
    """The print in a row."""
    return Print(
        id=row["id"],
        event_id=row["event"],
        layout=Layout(row["layout"]),
        language=row["language"],
        state=row["state"],
        badges=row["badges"],
        again=row["again"],
        drawn=row["drawn"],
        asked_by_kind=row["asked_by_kind"],
        asked_by=row["asked_by"],
        asked_by_name=row.get("asked_by_name") or "",
        asked_at=row["asked_at"],
        parts=tuple(parts),
    )
