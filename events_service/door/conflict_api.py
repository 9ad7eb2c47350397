"""What gates contradict, for programs of people who manage the door and for supervisors' devices."""

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.openapi.spec import Example
from litestar.params import Body, FromPath, Parameter

from events_service.audit.rules import Doer
from events_service.door import conflict_examples as examples
from events_service.door.conflict_actions import ReopenDraft, SettleDraft, reopen, settle, supervisor_of
from events_service.door.conflict_queries import DoorConflict, conflicts_of
from events_service.door.tokens import device_digest
from events_service.events.queries import event_by_slug
from events_service.people.guards import doer_of, needs
from events_service.people.rules import Permission
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers

ApiRequest = Request[Any, Any, Any]
ABOUT_EVENT, ON_DEVICE = "/api/v1/events/{slug:str}/door/conflicts", "/api/v1/door/conflicts"
SlugInPath = Annotated[str, Parameter(max_length=80, description="The event's slug.")]
SettleBody = Annotated[SettleDraft, Body(examples=[Example(value=examples.SETTLE)])]
ReopenBody = Annotated[ReopenDraft, Body(examples=[Example(value=examples.REOPEN)])]
Settled = Annotated[bool | None, Parameter(description="Only what is settled, or only what is not; without it both.")]
MANAGING = [needs(Permission.MANAGE_DOOR)]


@get(
    ABOUT_EVENT,
    guards=MANAGING,
    operation_id="listDoorConflicts",
    tags=["door"],
    responses=answers(200, Page[DoorConflict], examples.LISTED, 401, 403, 404),
)
async def list_conflicts(
    slug: SlugInPath, settled: Settled = None, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[DoorConflict]:
    """Where gates contradict what is known, the newest first."""
    return await _page((await event_by_slug(slug)).id, settled, cursor, limit)


@post(
    ABOUT_EVENT + "/{conflict_id:str}/settle",
    status_code=200,
    guards=MANAGING,
    operation_id="settleDoorConflict",
    tags=["door"],
    responses=answers(200, DoorConflict, examples.SETTLED, 401, 403, 404, 409, 415),
)
async def settle_conflict(
    request: ApiRequest, slug: SlugInPath, conflict_id: FromPath[str], data: SettleBody
) -> DoorConflict:
    """Say what had happened. Where somebody stands follows; the same outcome again changes nothing."""
    event = await event_by_slug(slug)
    return await settle(conflict_id, data, event_id=event.id, doer=await doer_of(request))


@post(
    ABOUT_EVENT + "/{conflict_id:str}/reopen",
    status_code=200,
    guards=MANAGING,
    operation_id="reopenDoorConflict",
    tags=["door"],
    responses=answers(200, DoorConflict, examples.REOPENED, 401, 403, 404, 409, 415),
)
async def reopen_conflict(
    request: ApiRequest, slug: SlugInPath, conflict_id: FromPath[str], data: ReopenBody
) -> DoorConflict:
    """Take back how it was settled, so that it can be settled otherwise."""
    event = await event_by_slug(slug)
    return await reopen(conflict_id, data, event_id=event.id, doer=await doer_of(request))


@get(
    ON_DEVICE,
    operation_id="listConflictsOnDevice",
    opt={"device": True},
    tags=["door"],
    responses=answers(200, Page[DoorConflict], examples.LISTED, 401, 403),
)
async def list_on_device(
    request: ApiRequest, settled: Settled = None, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[DoorConflict]:
    """The same for a supervisor's device, of its event."""
    return await _page((await supervisor_of(device_digest(request))).event_id, settled, cursor, limit)


@post(
    ON_DEVICE + "/{conflict_id:str}/settle",
    status_code=200,
    operation_id="settleConflictOnDevice",
    opt={"device": True},
    tags=["door"],
    responses=answers(200, DoorConflict, examples.SETTLED, 401, 403, 404, 409, 415),
)
async def settle_on_device(request: ApiRequest, conflict_id: FromPath[str], data: SettleBody) -> DoorConflict:
    """Say on a supervisor's device what had happened."""
    device = await supervisor_of(device_digest(request))
    return await settle(conflict_id, data, event_id=device.event_id, doer=Doer("device", device.id))


@post(
    ON_DEVICE + "/{conflict_id:str}/reopen",
    status_code=200,
    operation_id="reopenConflictOnDevice",
    opt={"device": True},
    tags=["door"],
    responses=answers(200, DoorConflict, examples.REOPENED, 401, 403, 404, 409, 415),
)
async def reopen_on_device(request: ApiRequest, conflict_id: FromPath[str], data: ReopenBody) -> DoorConflict:
    """Take back on a supervisor's device how it was settled."""
    device = await supervisor_of(device_digest(request))
    return await reopen(conflict_id, data, event_id=device.event_id, doer=Doer("device", device.id))


async def _page(event_id: str, settled: bool | None, cursor: str | None, limit: int) -> Page[DoorConflict]:
    found = await conflicts_of(event_id, settled=settled, before=key_in(cursor), limit=limit + 1)
    return page_of(found, limit=limit, key=lambda one: one.id)


ROUTES = [list_conflicts, settle_conflict, reopen_conflict, list_on_device, settle_on_device, reopen_on_device]
