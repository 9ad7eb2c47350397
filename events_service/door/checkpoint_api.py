"""Checkpoints for programs."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter

from events_service.agenda.api import VersionAsked, version_given
from events_service.door import checkpoint_actions as actions
from events_service.door import checkpoint_examples as examples
from events_service.door.checkpoint_drafts import CheckpointChange, CheckpointDraft
from events_service.door.checkpoint_queries import Checkpoint, checkpoint_named
from events_service.events.queries import event_by_slug
from events_service.people.guards import doer_of, needs
from events_service.people.rules import Permission
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers, problems

CHECKPOINTS = "/api/v1/events/{slug:str}/checkpoints"
CHECKPOINT = CHECKPOINTS + "/{checkpoint:str}"
MANAGING = [needs(Permission.MANAGE_DOOR)]
ApiRequest = Request[Any, Any, Any]
TAGS = ["door"]

SlugInPath = Annotated[str, PathParameter(max_length=80, description="The event's slug.")]
NameInPath = Annotated[str, PathParameter(max_length=80, description="The checkpoint's slug.")]


class AdmitsOut(msgspec.Struct, frozen=True):
    """Whom a checkpoint admits: an empty list admits every category; with a session that takes sign-ups, who has a place or a part."""

    categories: list[str]
    session_id: str | None


class CheckpointOut(msgspec.Struct, frozen=True):
    """A door within an event; `reentry` null follows the event's. Of one `zone`, whoever enters one door has left the others."""

    id: str
    slug: str
    name: str
    admits: AdmitsOut
    reentry: str | None
    opens_at: datetime | None
    closes_at: datetime | None
    zone: str | None
    version: int


@get(
    CHECKPOINTS,
    guards=MANAGING,
    operation_id="listCheckpoints",
    tags=TAGS,
    responses=answers(200, Page[CheckpointOut], {"items": [examples.CHECKPOINT_LISTED], "next": None}, 401, 403, 404),
)
async def list_checkpoints(
    slug: SlugInPath, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[CheckpointOut]:
    """The event's checkpoints; every event has `main`."""
    doors, after = await actions.doors_of(await event_by_slug(slug)), key_in(cursor)
    return page_of([_out(one) for one in doors if one.id > after], limit=limit, key=lambda one: one.id)


@post(
    CHECKPOINTS,
    guards=MANAGING,
    operation_id="addCheckpoint",
    tags=TAGS,
    responses=answers(201, CheckpointOut, examples.CHECKPOINT_LISTED, 401, 403, 404, 409, 415),
)
async def add_checkpoint(
    request: ApiRequest,
    slug: SlugInPath,
    data: Annotated[CheckpointDraft, Body(examples=[Example(value=examples.CHECKPOINT)])],
) -> CheckpointOut:
    """A new checkpoint."""
    event = await event_by_slug(slug)
    await actions.add_checkpoint(event, data, by=await doer_of(request))
    return _out(await checkpoint_named(event.id, data.slug))


@get(
    CHECKPOINT,
    guards=MANAGING,
    operation_id="getCheckpoint",
    tags=TAGS,
    responses=answers(200, CheckpointOut, examples.CHECKPOINT_LISTED, 401, 403, 404),
)
async def read_checkpoint(slug: SlugInPath, checkpoint: NameInPath) -> CheckpointOut:
    """One of them."""
    return _out(await checkpoint_named((await event_by_slug(slug)).id, checkpoint))


@patch(
    CHECKPOINT,
    guards=MANAGING,
    operation_id="changeCheckpoint",
    tags=TAGS,
    responses=answers(200, CheckpointOut, examples.CHANGED, 401, 403, 404, 409, 415),
)
async def change_checkpoint(
    request: ApiRequest,
    slug: SlugInPath,
    checkpoint: NameInPath,
    data: Annotated[CheckpointChange, Body(examples=[Example(value=examples.CHANGE)])],
) -> CheckpointOut:
    """Only what is given changes; `closes_at` in the past closes it. Devices follow as soon as they are in touch."""
    return _out(await actions.edit_checkpoint(await event_by_slug(slug), checkpoint, data, by=await doer_of(request)))


@delete(
    CHECKPOINT,
    guards=MANAGING,
    operation_id="deleteCheckpoint",
    tags=TAGS,
    responses=problems(401, 403, 404, 409),
)
async def remove_checkpoint(
    request: ApiRequest, slug: SlugInPath, checkpoint: NameInPath, version: VersionAsked = None
) -> None:
    """Of one that nobody used. `main` stays, and so does one where devices were added or people passed: close those."""
    version_asked, by = version_given(version), await doer_of(request)
    await actions.remove_checkpoint(await event_by_slug(slug), checkpoint, version=version_asked, by=by)


def _out(one: Checkpoint) -> CheckpointOut:
    return CheckpointOut(
        id=one.id,
        slug=one.slug,
        name=one.name,
        admits=AdmitsOut(list(one.categories), one.session_id),
        reentry=one.reentry,
        opens_at=one.opens_at,
        closes_at=one.closes_at,
        zone=one.zone,
        version=one.version,
    )


ROUTES = [list_checkpoints, add_checkpoint, read_checkpoint, change_checkpoint, remove_checkpoint]
