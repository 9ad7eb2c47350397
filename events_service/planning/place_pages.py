"""The pages of rooms and tracks: their forms, and taking one away."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from events_service.agenda import rooms, tracks
from events_service.agenda.drafts import RoomChange, RoomDraft, TrackChange, TrackDraft
from events_service.agenda.queries import draft_of
from events_service.agenda.rules import COLOURS, Agenda, Room, Track
from events_service.errors import Conflict, NotFound
from events_service.events.access import needs_at_event
from events_service.events.pages import zones_to_choose
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.people.rules import Permission
from events_service.planning.editor_days import agenda_address
from events_service.planning.editor_forms import MARKS_FIELD, PageRequest, marks_of, reconciled, typed_into
from events_service.planning.place_forms import filled_place_form, new_track_form, read_place_form
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

AGENDA = "/office/events/{slug:str}/agenda"
EDITING = [needs_at_event(Permission.EDIT_AGENDA)]
Place = Room | Track
# What of a refusal belongs to which field.
FIELD_OF = {"name_taken": "name", "slug_taken": "slug"}


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of place in the agenda and what is done with it: rooms, or tracks."""

    folder: str
    template: str
    draft: type[Any]
    change: type[Any]
    add: Callable[..., Awaitable[Any]]
    edit: Callable[..., Awaitable[Any]]
    remove: Callable[..., Awaitable[None]]

    def find(self, agenda: Agenda, place_id: str) -> Any:
        """The room or track of that id. Raises `NotFound`."""
        found: Any = (agenda.room if self.draft is RoomDraft else agenda.track).get(place_id)
        if found is None:
            raise NotFound()
        return found


ROOM = Sort("rooms", "office/room_form.html", RoomDraft, RoomChange, rooms.add_room, rooms.edit_room, rooms.remove_room)
TRACK = Sort(
    "tracks",
    "office/track_form.html",
    TrackDraft,
    TrackChange,
    tracks.add_track,
    tracks.edit_track,
    tracks.remove_track,
)


@get(AGENDA + "/rooms/new", name="office.event.new_room", guards=EDITING, include_in_schema=False)
async def new_room(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The form of a new room."""
    return _form_page(request, await event_by_slug(slug), ROOM, {})


@post(AGENDA + "/rooms/new", guards=EDITING, include_in_schema=False)
async def add_room(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """A new room; or the form again with what is wrong."""
    return await _add(request, slug, ROOM)


@get(AGENDA + "/rooms/{room_id:str}", name="office.event.room", guards=EDITING, include_in_schema=False)
async def room_form(request: PageRequest, slug: FromPath[str], room_id: FromPath[str]) -> Response[str]:
    """The room as it stands."""
    return await _as_it_stands(request, slug, ROOM, room_id)


@post(AGENDA + "/rooms/{room_id:str}", guards=EDITING, include_in_schema=False)
async def save_room(request: PageRequest, slug: FromPath[str], room_id: FromPath[str]) -> Response[Any]:
    """The change; or the form again with what is wrong, and with what somebody else changed meanwhile."""
    return await _save(request, slug, ROOM, room_id)


@post(AGENDA + "/rooms/{room_id:str}/remove", guards=EDITING, include_in_schema=False)
async def remove_room(request: PageRequest, slug: FromPath[str], room_id: FromPath[str]) -> Response[Any]:
    """Take it away, unless something takes place there."""
    return await _remove(request, slug, ROOM, room_id)


@get(AGENDA + "/tracks/new", name="office.event.new_track", guards=EDITING, include_in_schema=False)
async def new_track(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The form of a new track, with the next colour of the palette."""
    event = await event_by_slug(slug)
    return _form_page(request, event, TRACK, new_track_form((await draft_of(event)).tracks))


@post(AGENDA + "/tracks/new", guards=EDITING, include_in_schema=False)
async def add_track(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """A new track; or the form again with what is wrong."""
    return await _add(request, slug, TRACK)


@get(AGENDA + "/tracks/{track_id:str}", name="office.event.track", guards=EDITING, include_in_schema=False)
async def track_form(request: PageRequest, slug: FromPath[str], track_id: FromPath[str]) -> Response[str]:
    """The track as it stands."""
    return await _as_it_stands(request, slug, TRACK, track_id)


@post(AGENDA + "/tracks/{track_id:str}", guards=EDITING, include_in_schema=False)
async def save_track(request: PageRequest, slug: FromPath[str], track_id: FromPath[str]) -> Response[Any]:
    """The change; or the form again with what is wrong, and with what somebody else changed meanwhile."""
    return await _save(request, slug, TRACK, track_id)


@post(AGENDA + "/tracks/{track_id:str}/remove", guards=EDITING, include_in_schema=False)
async def remove_track(request: PageRequest, slug: FromPath[str], track_id: FromPath[str]) -> Response[Any]:
    """Take it away; its sessions stay, without a track."""
    return await _remove(request, slug, TRACK, track_id)


async def _add(request: PageRequest, slug: str, sort: Sort) -> Response[Any]:
    form = await read_place_form(request, sort.draft)
    errors, status = form.errors, 422
    if form.body is not None:
        try:
            await sort.add(slug, form.body)
            return redirect(agenda_address(slug, day="", done="added_to_draft"))
        except Conflict as conflict:
            errors, status = _told(conflict), 409
    return _form_page(request, await event_by_slug(slug), sort, form.typed, errors=errors, status=status)


async def _as_it_stands(request: PageRequest, slug: str, sort: Sort, place_id: str) -> Response[str]:
    event = await event_by_slug(slug)
    place = sort.find(await draft_of(event), place_id)
    form = filled_place_form(place)
    return _form_page(request, event, sort, form, place=place, marks=marks_of(form))


async def _save(request: PageRequest, slug: str, sort: Sort, place_id: str) -> Response[Any]:
    event = await event_by_slug(slug)
    place = sort.find(await draft_of(event), place_id)
    form = await read_place_form(request, sort.change)
    marks = (await typed_into(request, frozenset({MARKS_FIELD})))[MARKS_FIELD]
    errors, status = form.errors, 422
    if form.typed["version"] == str(place.version) and form.body is not None:
        try:
            await sort.edit(slug, place_id, form.body)
            return redirect(agenda_address(slug, day="", done="saved"))
        except Conflict as conflict:
            errors, status = _told(conflict), 409
            place = sort.find(await draft_of(event), place_id)
    if form.typed["version"] == str(place.version):
        return _form_page(request, event, sort, form.typed, errors=errors, place=place, marks=marks, status=status)
    now = filled_place_form(place)
    typed, differences = reconciled(form.typed, marks=marks, now=now)
    shown = {"place": place, "marks": marks_of(now), "changed": True, "differences": differences}
    return _form_page(request, event, sort, typed, errors=form.errors, status=409, **shown)


async def _remove(request: PageRequest, slug: str, sort: Sort, place_id: str) -> Response[Any]:
    event = await event_by_slug(slug)
    place = sort.find(await draft_of(event), place_id)
    form = filled_place_form(place)
    typed = await typed_into(request, frozenset({"version"}))
    shown: dict[str, Any] = {"place": place, "marks": marks_of(form)}
    if typed["version"] != str(place.version):
        return _form_page(request, event, sort, form, changed=True, status=409, **shown)
    try:
        await sort.remove(slug, place_id, version=place.version)
    except Conflict as conflict:
        return _form_page(request, event, sort, form, refusal=_(conflict.detail), status=409, **shown)
    return redirect(agenda_address(slug, day="", done="taken_out"))


def _form_page(
    request: PageRequest,
    event: Event,
    sort: Sort,
    form: Mapping[str, Any],
    *,
    errors: Mapping[str, list[str]] | None = None,
    status: int = 200,
    **shown: Any,
) -> Response[str]:
    values: dict[str, Any] = {
        "place": None,
        "marks": "",
        "differences": (),
        "changed": False,
        "refusal": "",
        "zones": zones_to_choose() if sort is ROOM else [],
        "colours": COLOURS,
    }
    return page(sort.template, request, status=status, event=event, form=form, errors=errors or {}, **(values | shown))


def _told(conflict: Conflict) -> dict[str, list[str]]:
    return {FIELD_OF[conflict.code]: [_(conflict.detail)]} if conflict.code in FIELD_OF else {}


ROUTES = [
    new_room,
    add_room,
    room_form,
    save_room,
    remove_room,
    new_track,
    add_track,
    track_form,
    save_track,
    remove_track,
]
