"""The forms of rooms and tracks: what they hold, and the draft or change that is made of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import msgspec

from events_service.agenda.drafts import RoomChange, RoomDraft, TrackChange, TrackDraft
from events_service.agenda.rules import COLOURS, Room, Track
from events_service.errors import Invalid
from events_service.planning.editor_forms import PageRequest, typed_into
from events_service.web.bodies import read_values
from events_service.web.forms import errors_by_field

Body = TypeVar("Body", RoomDraft, RoomChange, TrackDraft, TrackChange)
# What an emptied field means; those that are not here are left out.
BLANK_ROOM: Mapping[str, object] = MappingProxyType(
    {
        "name": "",
        "venue": "",
        "city": "",
        "timezone": None,
        "online": False,
        "capacity": None,
        "latitude": None,
        "longitude": None,
        "description": "",
    }
)
BLANK_TRACK: Mapping[str, object] = MappingProxyType({"name": "", "description": ""})
ROOM_FIELDS = frozenset(BLANK_ROOM) | {"version", "position"}
TRACK_FIELDS = frozenset(BLANK_TRACK) | {"version", "position", "slug", "colour"}


@dataclass(frozen=True, slots=True)
class PlaceForm(Generic[Body]):
    """`body` when all is right, else None; `typed` and `errors` show the form again."""

    body: Body | None
    typed: dict[str, Any]
    errors: dict[str, list[str]]


async def read_place_form(request: PageRequest, kind: type[Body]) -> PlaceForm[Body]:
    """The posted form of a room or a track."""
    is_room = issubclass(kind, RoomDraft | RoomChange)
    typed = await typed_into(request, ROOM_FIELDS if is_room else TRACK_FIELDS)
    blank = BLANK_ROOM if is_room else BLANK_TRACK
    values = {**blank, **{name: value for name, value in typed.items() if value != ""}}
    try:
        return PlaceForm(read_values(kind, values, from_text=True), typed, {})
    except Invalid as invalid:
        return PlaceForm(None, typed, errors_by_field(invalid))


def filled_place_form(place: Room | Track) -> dict[str, Any]:
    """The room or track as its form holds it."""
    fields = msgspec.structs.asdict(place)
    return {name: _text(value) for name, value in fields.items() if name != "id"}


def new_track_form(tracks: tuple[Track, ...]) -> dict[str, Any]:
    """A new track begins with the next colour of the palette."""
    return {"colour": COLOURS[len(tracks) % len(COLOURS)]}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return "" if value is None else str(value)
