"""Walk-ins for the devices of supervisors."""

from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.openapi.spec import Example
from litestar.params import Body

from events_service.door import examples
from events_service.door.answers import ScanAnswer
from events_service.door.tokens import device_digest
from events_service.door.walk_ins import DoorWalkIn, let_in
from events_service.web.problems import answers


class WalkedIn(msgspec.Struct, frozen=True):
    """Somebody who was registered and let in: the badge to print, and the scan as it is stored."""

    registration_id: str
    badge: str
    scan: ScanAnswer


@post(
    "/api/v1/door/walk-ins",
    operation_id="doorWalkIn",
    opt={"device": True},
    tags=["door"],
    responses=answers(201, WalkedIn, examples.WALKED_IN, 401, 403, 409, 415),
)
async def walk_in(
    request: Request[Any, Any, Any], data: Annotated[DoorWalkIn, Body(examples=[Example(value=examples.WALK_IN)])]
) -> WalkedIn:
    """Register and admit somebody at once, with a supervisor's device; the same `scan_id` again gets the same answer.

    Where all seats are taken, 409 `event_full` or `quota_full`, unless `override_reason` says why they are let in all the same.
    """
    one = await let_in(data, device_digest=device_digest(request))
    return WalkedIn(one.person.id, one.badge, one.scan)


ROUTES = [walk_in]
