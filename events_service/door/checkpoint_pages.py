"""Adding, changing and closing checkpoints in the back office."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from msgspec import UNSET

from events_service import clock
from events_service.door import checkpoint_actions as actions
from events_service.door.checkpoint_drafts import CheckpointChange, CheckpointDraft
from events_service.door.checkpoint_queries import Checkpoint, checkpoint_named, sessions_for_doors
from events_service.door.rules import MAIN
from events_service.errors import Conflict, Invalid
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.people.guards import doer_of
from events_service.people.rules import Permission
from events_service.registrations.rules import Category
from events_service.web.forms import errors_by_field, read_form
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
CHECKPOINTS = "/office/events/{slug:str}/door/checkpoints"
CHECKPOINT = CHECKPOINTS + "/{checkpoint:str}"
# Beside them, so that one of them may be called `new`.
NEW = "/office/events/{slug:str}/door/new-checkpoint"
MANAGING = [needs_at_event(Permission.MANAGE_DOOR)]
CATEGORIES, SESSION = "admits.categories", "admits.session_id"
MANY = frozenset({CATEGORIES})
SessionAsked = Annotated[str, QueryParameter(max_length=64)]
# What an empty field of the form takes away.
BLANK: Mapping[str, object] = MappingProxyType(
    {CATEGORIES: [], SESSION: None, "reentry": None, "opens_at": None, "closes_at": None, "zone": None}
)


@get(NEW, name="office.event.new_checkpoint", guards=MANAGING, include_in_schema=False)
async def new_checkpoint(request: PageRequest, slug: FromPath[str], session: SessionAsked = "") -> Response[str]:
    """The form of a new checkpoint, for that session if one is asked for."""
    return await _form_page(request, await event_by_slug(slug), {SESSION: session})


@post(CHECKPOINTS, guards=MANAGING, include_in_schema=False)
async def add_checkpoint(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Another checkpoint; or the form again with what is wrong."""
    event = await event_by_slug(slug)
    form = await read_form(request, CheckpointDraft, many=MANY)
    errors, status = form.errors, 422
    if form.value is not None:
        try:
            await actions.add_checkpoint(event, form.value, by=await doer_of(request))
            return _to_door(slug, done="checkpoint_added")
        except Invalid as invalid:
            errors = errors_by_field(invalid)
        except Conflict as conflict:
            errors, status = {"slug": [_(conflict.detail)]}, 409
    return await _form_page(request, event, form.typed, errors=errors, status=status)


@get(CHECKPOINT, name="office.event.checkpoint", guards=MANAGING, include_in_schema=False)
async def show_checkpoint(request: PageRequest, slug: FromPath[str], checkpoint: FromPath[str]) -> Response[str]:
    """The checkpoint as it stands, to be changed."""
    event = await event_by_slug(slug)
    door = await checkpoint_named(event.id, checkpoint)
    return await _form_page(request, event, _filled(door, event.timezone), door=door)


@post(CHECKPOINT, guards=MANAGING, include_in_schema=False)
async def save_checkpoint(request: PageRequest, slug: FromPath[str], checkpoint: FromPath[str]) -> Response[Any]:
    """The change; or the form again with what is wrong."""
    event = await event_by_slug(slug)
    door = await checkpoint_named(event.id, checkpoint)
    form = await read_form(request, CheckpointChange, many=MANY, blank=BLANK)
    errors = form.errors
    if form.value is not None:
        try:
            change = _changed_hours(form.value, form.typed, door, event.timezone)
            await actions.edit_checkpoint(event, checkpoint, change, by=await doer_of(request))
            return _to_door(slug, done="checkpoint_saved")
        except Invalid as invalid:
            errors = errors_by_field(invalid)
        except Conflict as conflict:
            return await _refused(request, event, checkpoint, conflict)
    return await _form_page(request, event, form.typed, door=door, errors=errors, status=422)


@post(CHECKPOINT + "/close", guards=MANAGING, include_in_schema=False)
async def close_checkpoint(request: PageRequest, slug: FromPath[str], checkpoint: FromPath[str]) -> Redirect:
    """Nobody is let in from now on."""
    await actions.close_checkpoint(await event_by_slug(slug), checkpoint, by=await doer_of(request))
    return _to_door(slug, done="checkpoint_closed")


@post(CHECKPOINT + "/remove", guards=MANAGING, include_in_schema=False)
async def remove_checkpoint(request: PageRequest, slug: FromPath[str], checkpoint: FromPath[str]) -> Response[Any]:
    """Take it away; or say why it stays."""
    event = await event_by_slug(slug)
    try:
        await actions.remove_checkpoint(event, checkpoint, by=await doer_of(request))
    except Conflict as conflict:
        return await _refused(request, event, checkpoint, conflict)
    return _to_door(slug, done="checkpoint_removed")


def _changed_hours(change: CheckpointChange, typed: Mapping[str, Any], door: Checkpoint, zone: str) -> CheckpointChange:
    """The change without hours that are as they were: their seconds stay, and which of two moments an hour that comes twice meant."""
    shown = _filled(door, zone)
    same = {name: UNSET for name in ("opens_at", "closes_at") if typed.get(name) == shown[name]}
    return msgspec.structs.replace(change, **same)


def _filled(door: Checkpoint, zone: str) -> dict[str, Any]:
    return {
        "version": str(door.version),
        "name": door.name,
        CATEGORIES: list(door.categories),
        SESSION: door.session_id or "",
        "reentry": door.reentry or "",
        "opens_at": _wall(door.opens_at, zone),
        "closes_at": _wall(door.closes_at, zone),
        "zone": door.zone or "",
    }


def _wall(moment: datetime | None, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if moment else ""


async def _refused(request: PageRequest, event: Event, checkpoint: str, conflict: Conflict) -> Response[str]:
    """The checkpoint as it stands now, and why nothing was done."""
    door = await checkpoint_named(event.id, checkpoint)
    form = _filled(door, event.timezone)
    return await _form_page(request, event, form, door=door, refusal=_(conflict.detail), status=409)


async def _form_page(
    request: PageRequest,
    event: Event,
    form: Mapping[str, Any],
    *,
    door: Checkpoint | None = None,
    errors: Mapping[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    doors = await actions.doors_of(event)
    now = clock.now()
    return page(
        "office/checkpoint.html",
        request,
        status=status,
        event=event,
        door=door,
        is_main=door is not None and door.slug == MAIN,
        is_closed=door is not None and door.closes_at is not None and door.closes_at <= now,
        form=form,
        errors=errors or {},
        refusal=refusal,
        categories=[category.value for category in Category],
        sessions={one.id: one for one in await sessions_for_doors(event.id)},
        zones=sorted({one.zone for one in doors if one.zone}),
    )


def _to_door(slug: str, *, done: str) -> Redirect:
    return redirect(f"/office/events/{slug}/door?done={done}")


ROUTES = [new_checkpoint, add_checkpoint, show_checkpoint, save_checkpoint, close_checkpoint, remove_checkpoint]
