"""Agendas that tests begin with."""

from typing import Any

from events_service.agenda import releases, rooms, sessions, tracks
from events_service.agenda.drafts import (
    RoomChange,
    RoomDraft,
    SessionChange,
    SessionDraft,
    TrackDraft,
)
from events_service.agenda.rules import Release, Room, Session, Track
from events_service.events.rules import Event
from events_service.speakers import actions as speakers
from events_service.speakers.drafts import SpeakerChange, SpeakerDraft
from events_service.speakers.rules import Speaker
from events_service.web.bodies import read_values
from tests.events.given import VENUE
from tests.events.given import an_event as any_event

SUMMIT: dict[str, Any] = {
    "slug": "summit",
    "title": "Nordic Safe Cities Summit",
    "kind": "summit",
    "timezone": "Europe/Copenhagen",
    "starts_at": "2037-03-10T09:00",
    "ends_at": "2037-03-11T17:00",
    "visibility": "public",
    "venue": VENUE,
    "registration": {"mode": "open", "capacity": 300},
}


async def a_summit(**more: Any) -> Event:
    """Two days in Copenhagen, 10 and 11 March 2037, published and open to register for."""
    return await any_event(SUMMIT, **more)


async def a_room(name: str = "Great hall", *, event: str = "summit", **more: Any) -> Room:
    return await rooms.add_room(event, read_values(RoomDraft, {"name": name, **more}, from_text=False))


async def a_track(name: str = "Digital cities", *, event: str = "summit", **more: Any) -> Track:
    return await tracks.add_track(event, read_values(TrackDraft, {"name": name, **more}, from_text=False))


async def a_speaker(name: str = "Åsa Ðórsdóttir", *, event: str = "summit", **more: Any) -> Speaker:
    """Somebody on the roster, with an address made of the name unless another one, or None, is given."""
    address = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalpha()) + "@example.org"
    body = {"name": name, "email": address, "state": "confirmed", **more}
    return await speakers.add_speaker(event, read_values(SpeakerDraft, body, from_text=False))


async def a_session(
    title: str = "Opening", starts_at: str | None = "2037-03-10T09:00", *, event: str = "summit", **more: Any
) -> Session:
    """A session of half an hour; `room_ids` and `speakers` as in the API."""
    body = {"title": title, "starts_at": starts_at, **more}
    return await sessions.add_session(event, read_values(SessionDraft, body, from_text=False))


async def change_session(session: Session, *, event: str = "summit", **fields: Any) -> Session:
    return await sessions.edit_session(event, session.id, read_values(SessionChange, fields, from_text=False))


async def change_room(room: Room, *, event: str = "summit", **fields: Any) -> Room:
    return await rooms.edit_room(event, room.id, read_values(RoomChange, fields, from_text=False))


async def change_speaker(speaker: Speaker, *, event: str = "summit", **fields: Any) -> Speaker:
    return await speakers.edit_speaker(event, speaker.id, read_values(SpeakerChange, fields, from_text=False))


async def a_release(note: str = "", *, event: str = "summit") -> Release:
    return await releases.release_agenda(event, note=note, by="tester")
