"""What devices tell of themselves once a minute: that they are there, their battery, and what waits on them."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, post
from litestar.openapi.spec import Example
from litestar.params import Body as RequestBody
from msgspec import Meta

from events_service import clock
from events_service.attendance import examples
from events_service.database import transaction
from events_service.door.moments import read_moment
from events_service.door.queries import DoorDevice, paired_device
from events_service.door.tokens import device_digest
from events_service.errors import FieldError, Invalid
from events_service.web.bodies import Body
from events_service.web.fields import Moment
from events_service.web.problems import problems

MOST_WAITING = 1_000_000


class Heartbeat(Body, frozen=True, kw_only=True):
    """How a device is. What its browser does not tell is null."""

    battery: Annotated[float, Meta(ge=0, le=1, description="From 0 (empty) to 1 (full).")] | None = None
    charging: bool | None = None
    waiting: Annotated[int, Meta(ge=0, le=MOST_WAITING, description="Scans that were not sent yet.")] | None = None
    roster_at: Moment | None = None


HeartbeatBody = Annotated[Heartbeat, RequestBody(examples=[Example(value=examples.HEARTBEAT)])]


@post(
    "/api/v1/door/heartbeat",
    status_code=204,
    operation_id="heartbeat",
    opt={"device": True},
    tags=["door"],
    responses=problems(401, 403, 409, 415),
)
async def heartbeat(request: Request[Any, Any, Any], data: HeartbeatBody) -> None:
    """The device is there; its supervisors see its battery, how many scans wait on it and how old its roster is."""
    device = await paired_device(device_digest(request))
    errors: list[FieldError] = []
    roster_at = read_moment(data.roster_at, zone=device.timezone, field="roster_at", errors=errors)
    if errors:
        raise Invalid(errors)
    await note(device, data, roster_at=roster_at)


async def note(device: DoorDevice, told: Heartbeat, *, roster_at: datetime | None) -> None:
    """Keep what the device told, in place of what it told before."""
    percent = None if told.battery is None else round(told.battery * 100)
    async with transaction() as tx:
        await tx.execute(
            """UPDATE device SET last_seen_at = $2, battery = $3, charging = $4, waiting = $5, roster_at = $6
               WHERE id = $1""",
            device.id,
            clock.now(),
            percent,
            told.charging,
            told.waiting,
            roster_at,
        )


ROUTES = [heartbeat]
