"""The doors of one event in the back office: checkpoints and devices."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta, field

from events_service import clock
from events_service.door import actions, queries
from events_service.door.checkpoint_actions import doors_of
from events_service.door.conflict_queries import how_many_open
from events_service.door.drafts import DeviceDraft
from events_service.door.kiosk_rules import Paper
from events_service.door.rules import MAIN, Grant
from events_service.errors import Conflict, Invalid, NotFound
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.people.guards import doer_of
from events_service.people.rules import Permission, Role
from events_service.web.bodies import Body
from events_service.web.fields import Line, Slug
from events_service.web.forms import errors_by_field, read_form
from events_service.web.pages import page, redirect
from events_service.web.qr_codes import qr_address
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
DOOR = "/office/events/{slug:str}/door"
MANAGING = [needs_at_event(Permission.MANAGE_DOOR)]
# What the form of a device begins with.
KIOSK = "kiosk"
USUAL_DEVICE = {"checkpoint": MAIN, "role": Role.DOOR_STEWARD.value, "paper": Paper.LABEL62.value}


class DeviceForm(Body, frozen=True):
    """A device as the page asks for it: `role` is also `kiosk`, and `paper` is what a kiosk's printer holds."""

    name: Line
    checkpoint: Slug = MAIN
    role: Literal["door_steward", "door_supervisor", "kiosk"] = "door_steward"
    paper: Paper = Paper.LABEL62
    grants: Annotated[list[Grant], Meta(max_length=len(Grant))] = field(default_factory=list)

    def draft(self) -> DeviceDraft:
        """The device that is meant. What a steward may also do is none of a kiosk's, ticked or not."""
        if self.role == KIOSK:
            return DeviceDraft(name=self.name, checkpoint=self.checkpoint, kiosk=self.paper)
        return DeviceDraft(name=self.name, checkpoint=self.checkpoint, role=Role(self.role), grants=self.grants)


@dataclass(frozen=True, slots=True)
class ShownPairing:
    """A pairing as it is shown, once: `image` is the QR of its address, as a `data:` address."""

    code: str
    url: str
    image: str
    expires_at: datetime


@get(DOOR, name="office.event.door", guards=MANAGING, include_in_schema=False)
async def show_door(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The event's checkpoints and devices, and forms for more of them."""
    return await _door_page(request, await event_by_slug(slug))


@post(DOOR + "/devices", guards=MANAGING, include_in_schema=False)
async def add_device(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """Make a pairing code and show it, this once."""
    event = await event_by_slug(slug)
    form = await read_form(request, DeviceForm, many=frozenset({"grants"}))
    if form.value is None:
        return await _door_page(request, event, status=422, form=form.typed, errors=form.errors)
    try:
        made = await actions.add_device(event, form.value.draft(), by=await doer_of(request))
    except Invalid as invalid:
        return await _door_page(request, event, status=422, form=form.typed, errors=errors_by_field(invalid))
    except Conflict as over:
        return await _door_page(request, event, status=409, form=form.typed, errors={"name": [_(over.detail)]})
    url = actions.pairing_url(made.code)
    pairing = ShownPairing(made.code, url, await asyncio.to_thread(qr_address, url), made.expires_at)
    return await _door_page(request, event, status=201, pairing=pairing)


@post(DOOR + "/devices/{device_id:str}/revoke", guards=MANAGING, include_in_schema=False)
async def revoke_device(request: PageRequest, slug: FromPath[str], device_id: FromPath[str]) -> Redirect:
    """The device opens nothing from now on."""
    event = await event_by_slug(slug)
    device = await queries.device_by_id(device_id)
    if device.event_id != event.id:
        raise NotFound()
    await actions.revoke_device(device.id, by=await doer_of(request))
    return redirect(f"/office/events/{slug}/door?done=device_revoked")


async def _door_page(request: PageRequest, event: Event, *, status: int = 200, **shown: Any) -> Response[str]:
    values: dict[str, Any] = {
        "pairing": None,
        "form": USUAL_DEVICE,
        "errors": {},
    }
    return page(
        "office/door.html",
        request,
        status=status,
        event=event,
        checkpoints=await doors_of(event),
        now=clock.now(),
        devices=await queries.devices_of(event.id),
        to_settle=await how_many_open(event.id),
        grants=[grant.value for grant in Grant],
        papers=[paper.value for paper in Paper],
        **(values | shown),
    )


ROUTES = [show_door, add_device, revoke_device]
