"""What a kiosk asks beside scanning: the badge of whom it just let in. Both are refused to any other device."""

from typing import Annotated, Any

from litestar import Request, Response, post
from litestar.openapi.spec import Example
from litestar.params import Body as RequestBody

from events_service.door.drafts import ScanId
from events_service.door.tokens import device_digest
from events_service.kiosk import examples
from events_service.kiosk.actions import KioskBadge, kiosk_of, note_printed, print_badge
from events_service.web.bodies import Body
from events_service.web.problems import answers, problems

ApiRequest = Request[Any, Any, Any]


class PrintDraft(Body, frozen=True, kw_only=True):
    """The scan whose badge is to be printed; `again` where its holder asks for another one."""

    scan_id: ScanId
    again: bool = False


class PrintedDraft(Body, frozen=True, kw_only=True):
    """The scan whose badge was printed without a network."""

    scan_id: ScanId


PrintBody = Annotated[PrintDraft, RequestBody(examples=[Example(value=examples.PRINT)])]
PrintedBody = Annotated[PrintedDraft, RequestBody(examples=[Example(value=examples.PRINTED)])]


@post(
    "/api/v1/door/badges",
    operation_id="kioskBadge",
    opt={"device": True},
    tags=["door"],
    responses=answers(201, KioskBadge, examples.BADGE, 401, 403, 404, 409, 415),
)
async def badge(request: ApiRequest, data: PrintBody) -> Response[KioskBadge]:
    """What a kiosk prints for whoever its scan let in within the last five minutes; it is written down as printed.

    409 `printed_before` where the badge was printed as it is, unless `again`; 409 `ask_at_desk` after two prints, or later.
    """
    kiosk = await kiosk_of(device_digest(request))
    made = await print_badge(data.scan_id, kiosk=kiosk, again=data.again)
    return Response(made, status_code=201, headers={"Cache-Control": "no-store"})


@post(
    "/api/v1/door/badges/printed",
    status_code=204,
    operation_id="kioskPrinted",
    opt={"device": True},
    tags=["door"],
    responses=problems(401, 403, 404, 409, 415),
)
async def printed(request: ApiRequest, data: PrintedBody) -> None:
    """Write down that a badge was printed without a network, once its scan was sent."""
    kiosk = await kiosk_of(device_digest(request))
    await note_printed(data.scan_id, kiosk=kiosk)


ROUTES = [badge, printed]
