"""The door for programs and devices."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.openapi.spec import Example
from litestar.params import Body, FromPath, Parameter
from litestar.types import ExceptionHandlersMap, Scope

from events_service.door import actions, examples, queries, undoing
from events_service.door.answers import ScanAnswer
from events_service.door.batches import BatchAnswer, scan_offline_batch
from events_service.door.drafts import BatchDraft, DeviceDraft, PairDraft, ScanDraft, UndoDraft
from events_service.door.rules import DeviceRefused, EventOver
from events_service.door.scanning import scan, scan_request
from events_service.door.tokens import device_digest, device_digest_in
from events_service.errors import NotFound
from events_service.events.queries import event_by_id, event_by_slug
from events_service.people.guards import actor_of, as_doer, doer_of, needs
from events_service.people.rules import Permission
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answer_refused, answers, problems
from events_service.web.short_way import ShortWay

SlugInPath = Annotated[str, Parameter(max_length=80, description="The event's slug.")]
ScanBody = Annotated[ScanDraft, Body(examples=[Example(value=examples.SCAN)])]
BatchBody = Annotated[BatchDraft, Body(examples=[Example(value=examples.BATCH)])]
UndoBody = Annotated[UndoDraft, Body(examples=[Example(value=examples.UNDO)])]
DeviceBody = Annotated[DeviceDraft, Body(examples=[Example(value=examples.DEVICE)])]
PairBody = Annotated[PairDraft, Body(examples=[Example(value=examples.PAIR)])]


class PairingOut(msgspec.Struct, frozen=True):
    """A device to be paired: the code is told this once and works once, within 15 minutes."""

    id: str
    pairing_code: str
    pairing_url: str
    expires_at: datetime


class KeyOut(msgspec.Struct, frozen=True):
    """A public key that badges of this event are signed with (Ed25519, base64)."""

    key_id: int
    event_mark: int
    public_key: str


class PairedOut(msgspec.Struct, frozen=True):
    """What a paired device works with. The token is told this once."""

    token: str
    event: str
    checkpoint: str
    keys: list[KeyOut]
    device_id: str
    role: str
    event_title: str
    timezone: str


class DeviceOut(msgspec.Struct, frozen=True):
    """A device as supervisors see it; `kiosk` is the paper of a self check-in kiosk's printer."""

    id: str
    name: str
    role: str
    grants: list[str]
    checkpoint: str
    status: str
    last_seen_at: datetime | None
    created_at: datetime
    kiosk: str | None


class UndoneOut(msgspec.Struct, frozen=True):
    """A scan that was taken back."""

    scan_id: str
    undone: bool
    inside: int


async def _scan(scope: Scope, draft: ScanDraft) -> ScanAnswer:
    return await scan(scan_request(draft, device_digest=device_digest_in(scope)))


def _page(item: dict[str, Any]) -> dict[str, Any]:
    return {"items": [item], "next": None}


@post(
    "/api/v1/scans",
    status_code=200,
    operation_id="scan",
    opt={"device": True},
    tags=["door"],
    middleware=[ShortWay(ScanDraft, _scan)],
    responses=answers(200, ScanAnswer, examples.ADMITTED, 401, 403, 409, 415),
)
async def scan_badge(request: Request[Any, Any, Any], data: ScanBody) -> ScanAnswer:
    """Decide on one badge. A refusal is an answer; the same `scan_id` again gets the same answer."""
    return await _scan(request.scope, data)


@post(
    "/api/v1/scans/batch",
    status_code=200,
    operation_id="scanBatch",
    opt={"device": True, "sends": True},
    tags=["door"],
    responses=answers(200, BatchAnswer, examples.BATCH_ANSWER, 401, 403, 409, 415),
)
async def scan_many(request: Request[Any, Any, Any], data: BatchBody) -> BatchAnswer:
    """Record what a device scanned without a network, up to 1,000 at once."""
    return await scan_offline_batch(data, device_digest=device_digest(request))


@post(
    "/api/v1/scans/{scan_id:str}/undo",
    status_code=200,
    operation_id="undoScan",
    opt={"device": True},
    tags=["door"],
    responses=answers(200, UndoneOut, examples.UNDONE, 401, 403, 404, 409, 415),
)
async def undo_scan(request: Request[Any, Any, Any], scan_id: FromPath[str], data: UndoBody) -> UndoneOut:
    """Take a scan back; the record of it stays."""
    inside = await undoing.undo_scan(scan_id, device_digest=device_digest(request), reason=data.reason)
    return UndoneOut(scan_id, True, inside)


@post(
    "/api/v1/events/{slug:str}/devices",
    guards=[needs(Permission.MANAGE_DOOR)],
    operation_id="addDevice",
    tags=["door"],
    responses=answers(201, PairingOut, examples.PAIRING, 401, 403, 404, 409, 415),
)
async def add_device(request: Request[Any, Any, Any], slug: SlugInPath, data: DeviceBody) -> PairingOut:
    """Make a pairing code for a device."""
    pairing = await actions.add_device(await event_by_slug(slug), data, by=await doer_of(request))
    return PairingOut(pairing.device_id, pairing.code, actions.pairing_url(pairing.code), pairing.expires_at)


@get(
    "/api/v1/events/{slug:str}/devices",
    guards=[needs(Permission.MANAGE_DOOR)],
    operation_id="listDevices",
    tags=["door"],
    responses=answers(200, Page[DeviceOut], _page(examples.DEVICE_LISTED), 401, 403, 404),
)
async def list_devices(slug: SlugInPath, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page[DeviceOut]:
    """The event's devices, newest first."""
    event, before = await event_by_slug(slug), key_in(cursor)
    found = [_device_out(one) for one in await queries.devices_of(event.id) if not before or one.id < before]
    return page_of(found, limit=limit, key=lambda one: one.id)


@post(
    "/api/v1/devices/pair",
    status_code=200,
    operation_id="pairDevice",
    opt={"public": True},
    tags=["door"],
    responses=answers(200, PairedOut, examples.PAIRED, 409, 415),
)
async def pair_device(request: Request[Any, Any, Any], data: PairBody) -> PairedOut:
    """Exchange a pairing code for the device's token."""
    paired = await actions.pair_device(data, address=request.client.host if request.client else "")
    event = await event_by_id(paired.event_id)
    keys = [KeyOut(**key) for key in await queries.public_keys(event.id)]
    return PairedOut(
        paired.token,
        event.slug,
        paired.checkpoint,
        keys,
        paired.device_id,
        paired.role.value,
        event.title,
        event.timezone,
    )


@delete(
    "/api/v1/devices/{device_id:str}",
    operation_id="revokeDevice",
    tags=["door"],
    responses=problems(401, 403, 404),
)
async def revoke_device(request: Request[Any, Any, Any], device_id: FromPath[str]) -> None:
    """Revoke a device at once."""
    actor = await actor_of(request)
    actor.require_somewhere(Permission.MANAGE_DOOR)
    device = await queries.device_by_id(device_id)
    event = await event_by_id(device.event_id)
    if not actor.may(Permission.MANAGE_DOOR, event.slug):
        raise NotFound()
    await actions.revoke_device(device_id, by=as_doer(actor))


def answer_device_refused(request: Request[Any, Any, Any], refused: DeviceRefused) -> Response[Any]:
    """A device that is no longer paired is told so, and to wipe what it holds; not while it may still hold what it has to send."""
    response = answer_refused(request, refused)
    if not isinstance(refused, EventOver):
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


# What the application answers, from anywhere, to these refusals.
EXCEPTION_HANDLERS: ExceptionHandlersMap = {DeviceRefused: answer_device_refused}


def _device_out(device: queries.Device) -> DeviceOut:
    return DeviceOut(
        device.id,
        device.name,
        device.role,
        device.grants,
        device.checkpoint,
        device.status,
        device.last_seen_at,
        device.created_at,
        device.kiosk,
    )


ROUTES = [
    scan_badge,
    scan_many,
    undo_scan,
    add_device,
    list_devices,
    pair_device,
    revoke_device,
]
