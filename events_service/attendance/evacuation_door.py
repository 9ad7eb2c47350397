"""The evacuation list on a supervisor's paired device: by page and by API."""

from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.openapi.spec import Example
from litestar.params import Body

from events_service import clock
from events_service.attendance import examples
from events_service.attendance.evacuation import Inside, evacuation_list
from events_service.attendance.evacuation_drafts import WhyInside
from events_service.attendance.evacuation_pages import by_place
from events_service.audit.rules import Doer
from events_service.door.pages import answer_not_paired
from events_service.door.queries import DoorDevice, paired_device
from events_service.door.rules import DeviceRefused
from events_service.door.tokens import device_digest, door_token
from events_service.errors import Forbidden
from events_service.events.queries import event_by_id
from events_service.people.rules import Role
from events_service.sealing import token_digest
from events_service.web.forms import read_form
from events_service.web.lists import Page
from events_service.web.pages import page
from events_service.web.problems import answers

AnyRequest = Request[Any, Any, Any]
WhyBody = Annotated[WhyInside, Body(examples=[Example(value=examples.WHY_INSIDE)])]


@post(
    "/api/v1/door/evacuation",
    status_code=200,
    operation_id="evacuationList",
    opt={"device": True},
    tags=["door"],
    responses=answers(200, Page[Inside], examples.INSIDE, 401, 403, 409, 415),
)
async def list_inside(request: AnyRequest, data: WhyBody) -> Page[Inside]:
    """Everybody who is inside now, by the last door they passed, for a supervisor's device. The reason stands in the log."""
    device = _supervisors(await paired_device(device_digest(request)))
    return Page(await _list(device, data), None)


@get("/door/evacuation", opt={"device": True})
async def ask_why(request: AnyRequest) -> Response[str]:
    """The form that asks for a reason."""
    device = _supervisors(await paired_device(token_digest(door_token(request))))
    return page("door/evacuation.html", request, device=device, inside=None, form={}, errors={})


@post("/door/evacuation", status_code=200, opt={"device": True})
async def show_list(request: AnyRequest) -> Response[str]:
    """The list; or the form again."""
    device = _supervisors(await paired_device(token_digest(door_token(request))))
    form = await read_form(request, WhyInside)
    if form.value is None:
        return page(
            "door/evacuation.html", request, status=422, device=device, inside=None, form=form.typed, errors=form.errors
        )
    inside = await _list(device, form.value)
    shown: dict[str, Any] = {"inside": by_place(inside), "people": len(inside), "at": clock.now()}
    return page("door/evacuation.html", request, device=device, form={}, errors={}, **shown)


def _supervisors(device: DoorDevice) -> DoorDevice:
    """The device, if it is a supervisor's. Raises `Forbidden`."""
    if device.role is not Role.DOOR_SUPERVISOR:
        raise Forbidden("Only a supervisor's device shows who is inside.")
    return device


async def _list(device: DoorDevice, why: WhyInside) -> list[Inside]:
    event = await event_by_id(device.event_id)
    return await evacuation_list(event, doer=Doer("device", device.id), reason=why.reason)


API_ROUTES = [list_inside]
PAGE_ROUTES = [
    Router(
        "/",
        route_handlers=[ask_why, show_list],
        include_in_schema=False,
        exception_handlers={DeviceRefused: answer_not_paired},
    )
]
