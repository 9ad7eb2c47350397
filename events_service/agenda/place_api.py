"""The rooms and tracks of a draft for programs."""

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter

from events_service.agenda import draft_queries, examples, rooms, tracks
from events_service.agenda.api import EDITORS, TAGS, SlugInPath, VersionAsked, version_given
from events_service.agenda.drafts import RoomChange, RoomDraft, TrackChange, TrackDraft
from events_service.agenda.shapes import RoomOut, TrackOut, room_out, track_out
from events_service.errors import FieldError, Invalid
from events_service.events.queries import event_by_slug
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers, problems

ROOMS = "/api/v1/events/{slug:str}/rooms"
ROOM = ROOMS + "/{room_id:str}"
RoomInPath = Annotated[str, PathParameter(description="The room's id.")]
TRACKS = "/api/v1/events/{slug:str}/tracks"
TRACK = TRACKS + "/{track_id:str}"
TrackInPath = Annotated[str, PathParameter(description="The track's id.")]


@get(
    ROOMS,
    operation_id="listRooms",
    summary="List rooms",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(200, Page[RoomOut], {"items": [examples.ROOM], "next": None}, 401, 403, 404),
)
async def list_rooms(slug: SlugInPath, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[RoomOut]:
    """Rooms of the draft, in the organisers' order."""
    found = await draft_queries.rooms_of(await event_by_slug(slug))
    after = _place(key_in(cursor))
    later = [one for one in found if (one.position, one.id) > after]
    page = page_of(later, limit=limit, key=lambda one: f"{one.position}|{one.id}")
    return Page([room_out(one) for one in page.items], page.next)


@post(
    ROOMS,
    operation_id="createRoom",
    summary="Add a room",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(201, RoomOut, examples.ROOM, 401, 403, 404, 409, 415),
)
async def add_room(
    slug: SlugInPath, data: Annotated[RoomDraft, Body(examples=[Example(value=examples.ROOM_DRAFT)])]
) -> RoomOut:
    """To the draft, after the others unless it says where."""
    return room_out(await rooms.add_room(slug, data))


@get(
    ROOM,
    operation_id="getRoom",
    summary="Read a room",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(200, RoomOut, examples.ROOM, 401, 403, 404),
)
async def read_room(slug: SlugInPath, room_id: RoomInPath) -> RoomOut:
    """As it is in the draft."""
    return room_out(await draft_queries.room_by_id(await event_by_slug(slug), room_id))


@patch(
    ROOM,
    operation_id="changeRoom",
    summary="Change a room",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(200, RoomOut, {**examples.ROOM, **examples.ROOM_CHANGE, "version": 2}, 401, 403, 404, 409, 415),
)
async def change_room(
    slug: SlugInPath,
    room_id: RoomInPath,
    data: Annotated[RoomChange, Body(examples=[Example(value=examples.ROOM_CHANGE)])],
) -> RoomOut:
    """Only what is given changes. The next release tells whoever holds a session that is then in another place."""
    return room_out(await rooms.edit_room(slug, room_id, data))


@delete(
    ROOM,
    operation_id="deleteRoom",
    summary="Take a room away",
    tags=TAGS,
    guards=EDITORS,
    responses=problems(401, 403, 404, 409),
)
async def remove_room(slug: SlugInPath, room_id: RoomInPath, version: VersionAsked = None) -> None:
    """Not while a session takes place in it."""
    await rooms.remove_room(slug, room_id, version=version_given(version))


@get(
    TRACKS,
    operation_id="listTracks",
    summary="List tracks",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(200, Page[TrackOut], {"items": [examples.TRACK], "next": None}, 401, 403, 404),
)
async def list_tracks(slug: SlugInPath, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[TrackOut]:
    """Tracks of the draft, in the organisers' order."""
    found = await draft_queries.tracks_of(await event_by_slug(slug))
    after = _place(key_in(cursor))
    later = [one for one in found if (one.position, one.id) > after]
    page = page_of(later, limit=limit, key=lambda one: f"{one.position}|{one.id}")
    return Page([track_out(one) for one in page.items], page.next)


@post(
    TRACKS,
    operation_id="createTrack",
    summary="Add a track",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(201, TrackOut, examples.TRACK, 401, 403, 404, 409, 415),
)
async def add_track(
    slug: SlugInPath, data: Annotated[TrackDraft, Body(examples=[Example(value=examples.TRACK_DRAFT)])]
) -> TrackOut:
    """To the draft. Without a slug one is made of its name, without a colour the next of the palette is taken."""
    return track_out(await tracks.add_track(slug, data))


@get(
    TRACK,
    operation_id="getTrack",
    summary="Read a track",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(200, TrackOut, examples.TRACK, 401, 403, 404),
)
async def read_track(slug: SlugInPath, track_id: TrackInPath) -> TrackOut:
    """As it is in the draft."""
    return track_out(await draft_queries.track_by_id(await event_by_slug(slug), track_id))


@patch(
    TRACK,
    operation_id="changeTrack",
    summary="Change a track",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(
        200, TrackOut, {**examples.TRACK, **examples.TRACK_CHANGE, "version": 2}, 401, 403, 404, 409, 415
    ),
)
async def change_track(
    slug: SlugInPath,
    track_id: TrackInPath,
    data: Annotated[TrackChange, Body(examples=[Example(value=examples.TRACK_CHANGE)])],
) -> TrackOut:
    """Only what is given changes."""
    return track_out(await tracks.edit_track(slug, track_id, data))


@delete(
    TRACK,
    operation_id="deleteTrack",
    summary="Take a track away",
    tags=TAGS,
    guards=EDITORS,
    responses=problems(401, 403, 404, 409),
)
async def remove_track(slug: SlugInPath, track_id: TrackInPath, version: VersionAsked = None) -> None:
    """Its sessions stay, without a track."""
    await tracks.remove_track(slug, track_id, version=version_given(version))


def _place(key: str) -> tuple[int, str]:
    """Where a cursor stands. Raises `Invalid` for one that no list gave."""
    position, _, own_id = key.partition("|")
    if not key:
        return -1, ""
    if not (position.isascii() and position.isdigit()):
        raise Invalid([FieldError("cursor", "invalid_cursor", "Use the `next` of the page before.")])
    return int(position[:10]), own_id


ROUTES = [
    list_rooms, add_room, read_room, change_room, remove_room,
    list_tracks, add_track, read_track, change_track, remove_track,
]  # fmt: skip
