"""Released agendas without a database, and the whole service with one."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from events_service.agenda.release_queries import Published
from events_service.agenda.rules import (
    Agenda,
    Appearance,
    Overlap,
    Part,
    Release,
    Room,
    Session,
    Track,
    for_the_public,
    in_order,
)
from events_service.speakers.rules import Speaker, State
from tests.events.given import plain_event

# The first day of the plain summit, 10 March 2037, in Copenhagen (an hour ahead of UTC).
EIGHT = datetime(2037, 3, 10, 8, tzinfo=UTC)
BEFORE = datetime(2037, 1, 1, tzinfo=UTC)
MADE = datetime(2036, 1, 1, tzinfo=UTC)

HALL, STUDY, TOWER = Room(id="hall", name="Hall"), Room(id="study", name="Study"), Room(id="tower", name="Tower")
HELSINKI = Room(id="helsinki", name="City hall", city="Helsinki", timezone="Europe/Helsinki")
DIGITAL = Track(id="digital", name="Digital cities", slug="digital-cities", colour="fjord")
SUMMIT = plain_event(
    slug="summit", starts_at=EIGHT, ends_at=EIGHT + timedelta(days=1, hours=8), timezone="Europe/Copenhagen"
)


def plain_session(
    number: int, minutes_in: int = 0, minutes: int = 30, rooms: Iterable[Room] = (), **more: Any
) -> Session:
    """Session `number` of the summit, so many minutes after nine (Copenhagen) of its first day."""
    starts_at = EIGHT + timedelta(minutes=minutes_in)
    fields: dict[str, Any] = {
        "id": f"s{number}",
        "number": number,
        "guid": f"guid-{number}",
        "slug": f"session-{number}",
        "title": f"Session {number}",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "minutes": minutes,
        "room_ids": tuple(room.id for room in rooms),
        "created_at": MADE,
        "changed_at": MADE,
    }
    return Session(**(fields | more))


def person(name: str, **more: Any) -> Speaker:
    """Somebody whose id is their name."""
    return Speaker(**{"id": name, "event_id": "e1", "name": name, "created_at": MADE, "changed_at": MADE, **more})


def part(name: str, role: Part = Part.SPEAKER, state: State = State.CONFIRMED) -> Appearance:
    return Appearance(speaker_id=name, role=role, state=state)


def published(*sessions: Session, speakers: Iterable[Speaker] = (), now: datetime = BEFORE) -> Published:
    """What the public sees at that moment of a release of these sessions, with all rooms and the one track."""
    agenda = Agenda(rooms=(HALL, STUDY, TOWER, HELSINKI), tracks=(DIGITAL,), sessions=in_order(sessions))
    release = Release(id="r1", event_id="e1", number=1, note="", agenda=agenda, changes=(), created_at=MADE)
    shown = {one.id: one for one in speakers}
    return Published(SUMMIT, release, for_the_public(agenda, now=now), shown, Overlap.WARN, "1-1-0-0")
