"""The doors of one event in the back office: attendance, checkpoints, devices."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from events_service.door import actions, queries
from events_service.door.drafts import CheckpointDraft, DeviceDraft
from events_service.door.rules import MAIN
from events_service.errors import Conflict, Invalid, NotFound
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.people.guards import actor_of
from events_service.people.rules import Permission, Role
from events_service.registrations.rules import Category
from events_service.web.forms import errors_by_field, read_form
from events_service.web.pages import page, redirect
from events_service.web.qr_codes import qr_address
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
DOOR = "/office/events/{slug:str}/door"
MANAGING = [needs_at_event(Permission.MANAGE_DOOR)]
CATEGORIES_FIELD = "admits.categories"
# What the form of a device begins with.
USUAL_DEVICE = {"checkpoint": MAIN, "role": Role.DOOR_STEWARD.value}


@dataclass(frozen=True, slots=True)
class ShownPairing:
    """A pairing as it is shown, once: `image` is the QR of its address, as a `data:` address."""

    code: str
    url: str
    image: str
    expires_at: datetime


@get(DOOR, name="office.event.door", guards=[needs_at_event(Permission.SEE_ATTENDANCE)], include_in_schema=False)
async def show_door(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """Who came and who is inside; for whoever may manage the door, its checkpoints and devices too."""
    return await _door_page(request, await event_by_slug(slug))


@post(DOOR + "/devices", guards=MANAGING, include_in_schema=False)
async def add_device(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """Make a pairing code and show it, this once."""
    event = await event_by_slug(slug)
    form = await read_form(request, DeviceDraft)
    if form.value is None:
        return await _door_page(request, event, status=422, form=form.typed, errors=form.errors)
    try:
        made = await actions.add_device(event, form.value)
    except Invalid as invalid:
        return await _door_page(request, event, status=422, form=form.typed, errors=errors_by_field(invalid))
    url = actions.pairing_url(made.code)
    pairing = ShownPairing(made.code, url, await asyncio.to_thread(qr_address, url), made.expires_at)
    return await _door_page(request, event, status=201, pairing=pairing)


@post(DOOR + "/devices/{device_id:str}/revoke", guards=MANAGING, include_in_schema=False)
async def revoke_device(slug: FromPath[str], device_id: FromPath[str]) -> Redirect:
    """The device opens nothing from now on."""
    event = await event_by_slug(slug)
    device = await queries.device_by_id(device_id)
    if device.event_id != event.id:
        raise NotFound()
    await actions.revoke_device(device.id)
    return redirect(f"/office/events/{slug}/door?done=device_revoked")


@post(DOOR + "/checkpoints", guards=MANAGING, include_in_schema=False)
async def add_checkpoint(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Another checkpoint; or the form again with what is wrong."""
    event = await event_by_slug(slug)
    form = await read_form(request, CheckpointDraft, many=frozenset({CATEGORIES_FIELD}))
    errors, status = form.errors, 422
    if form.value is not None:
        try:
            await actions.add_checkpoint(event, form.value)
            return redirect(f"/office/events/{slug}/door?done=checkpoint_added")
        except Invalid as invalid:
            errors = errors_by_field(invalid)
        except Conflict as conflict:
            errors, status = {"slug": [_(conflict.detail)]}, 409
    return await _door_page(request, event, status=status, checkpoint_form=form.typed, checkpoint_errors=errors)


async def _door_page(request: PageRequest, event: Event, *, status: int = 200, **shown: Any) -> Response[str]:
    may_manage = (await actor_of(request)).may(Permission.MANAGE_DOOR, event.slug)
    values: dict[str, Any] = {
        "pairing": None,
        "form": USUAL_DEVICE,
        "errors": {},
        "checkpoint_form": {},
        "checkpoint_errors": {},
    }
    return page(
        "office/door.html",
        request,
        status=status,
        event=event,
        may_manage=may_manage,
        attendance=await queries.attendance(event.id),
        checkpoints=await actions.doors_of(event),
        devices=await queries.devices_of(event.id) if may_manage else [],
        categories=[category.value for category in Category],
        **(values | shown),
    )


ROUTES = [show_door, add_device, revoke_device, add_checkpoint]
