"""The kiosk in a browser: hold up your code, be let in, take your badge.

Everything works as plain forms. With its script the page asks the API instead, prints by itself, and goes on without a network.
The language is in the address, not in a cookie: whoever comes next finds the event's own again.
"""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, Router, get, post

from events_service import clock
from events_service.badges.drawing import qr_path
from events_service.badges.ticket_pages import QUIET_MODULES
from events_service.door.answers import ScanAnswer
from events_service.door.drafts import Badge, ScanDraft, ScanId
from events_service.door.pages import DOOR, KIOSK, answer_not_paired
from events_service.door.queries import DoorDevice, paired_device
from events_service.door.rules import DeviceRefused, Reason, Verdict
from events_service.door.scanning import scan, scan_request
from events_service.door.tokens import door_token
from events_service.errors import Forbidden, Invalid, NotFound, TooMany
from events_service.identifiers import new_id
from events_service.kiosk.actions import KioskBadge, kiosk_of, print_badge
from events_service.kiosk.rules import PRINT_WITHIN, Advice, AskAtDesk, PrintedBefore, advice_for
from events_service.kiosk.shell_pages import ROUTES as SHELL_ROUTES
from events_service.kiosk.shell_pages import SHELL, speak
from events_service.registrations.rules import Category
from events_service.sealing import token_digest
from events_service.web.bodies import Body
from events_service.web.forms import read_form
from events_service.web.pages import page, redirect

PageRequest = Request[Any, Any, Any]
# A side of every badge's code, which is of version 6: the script draws into the same box.
BADGE_MODULES = 41


class CheckInForm(Body, frozen=True):
    """A code that was typed or scanned. The page makes `scan_id`, so that a form sent twice is one scan."""

    badge: Badge
    scan_id: ScanId = ""
    language: str = ""


class PrintForm(Body, frozen=True):
    """The scan whose badge is to be printed; the holder pressed a button for it."""

    scan_id: ScanId
    language: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a guest is shown: `kind` is welcome, take_badge (it can be printed now), or an advice; `printable` where a button prints."""

    kind: str
    scan_id: str
    name: str = ""
    printable: bool = False


@get(KIOSK, name="door.kiosk", opt={"device": True})
async def kiosk(request: PageRequest) -> Response[Any]:
    """The start: hold up your code."""
    device = await paired_device(token_digest(door_token(request)))
    if device.kiosk is None:
        return redirect(DOOR)
    await speak(request.query_params.get("language", ""), device)
    return _page(request, device)


@get(SHELL, opt={"public": True})
async def shell(request: PageRequest) -> Response[str]:
    """The page as it opens without a network: the same for every kiosk, in each language, filled by its script."""
    await speak(request.query_params.get("language", ""), await _kiosk_or_none(request))
    return _page(request, None)


@post(KIOSK, status_code=200, opt={"device": True})
async def check_in(request: PageRequest) -> Response[str]:
    """Let in and told so; or told what to do."""
    digest = token_digest(door_token(request))
    device = await kiosk_of(digest)
    form = await read_form(request, CheckInForm)
    await speak(form.typed.get("language", ""), device)
    if form.value is None:
        return _page(request, device, Shown(Advice.UNKNOWN.value, ""))
    draft = ScanDraft(
        scan_id=form.value.scan_id or new_id(),
        badge=form.value.badge,
        scanned_at=clock.now().isoformat(),
        checkpoint=device.checkpoint,
    )
    try:
        answer = await scan(scan_request(draft, device_digest=digest))
    except (Invalid, TooMany):
        # Nobody at the tablet can do anything about it.
        return _page(request, device, Shown(Advice.DESK.value, ""))
    return _page(request, device, _shown(answer))


@post(f"{KIOSK}/badge", status_code=200, opt={"device": True})
async def show_badge(request: PageRequest) -> Response[str]:
    """The badge as a page that prints as one; or the way to the desk."""
    device = await kiosk_of(token_digest(door_token(request)))
    form = await read_form(request, PrintForm)
    await speak(form.typed.get("language", ""), device)
    if form.value is None:
        return _page(request, device, Shown(Advice.DESK.value, ""))
    try:
        badge = await print_badge(form.value.scan_id, kiosk=device, again=True)
    except (AskAtDesk, PrintedBefore, NotFound):
        return _page(request, device, Shown(Advice.DESK.value, ""))
    return _page(request, device, Shown("take_badge", form.value.scan_id, badge.name), badge=badge)


def _shown(answer: ScanAnswer) -> Shown:
    if answer.verdict is Verdict.ADMITTED:
        name = answer.attendee.name if answer.attendee else ""
        return Shown("welcome", answer.scan_id, name, printable=True)
    assert answer.reason is not None
    advice = advice_for(answer.reason)
    was = answer.previous.at if answer.previous else None
    recent = advice is Advice.ALREADY and was is not None and clock.now() - was <= PRINT_WITHIN
    return Shown(advice.value, answer.scan_id, printable=recent)


async def _kiosk_or_none(request: PageRequest) -> DoorDevice | None:
    try:
        return await kiosk_of(token_digest(door_token(request)))
    except (DeviceRefused, Forbidden):
        return None


def _page(
    request: PageRequest, device: DoorDevice | None, shown: Shown | None = None, *, badge: KioskBadge | None = None
) -> Response[str]:
    path, modules = qr_path(badge.badge) if badge else ("", BADGE_MODULES)
    side = modules + 2 * QUIET_MODULES
    return page(
        "door/kiosk.html",
        request,
        device=device,
        shown=shown,
        badge=badge,
        code=path,
        code_box=f"{-QUIET_MODULES} {-QUIET_MODULES} {side} {side}",
        scan_id=new_id(),
        advice={reason.value: advice_for(reason).value for reason in Reason},
        reasons=[reason.value for reason in Reason],
        categories=[category.value for category in Category],
        print_within=PRINT_WITHIN,
    )


ROUTES = [
    Router(
        "/",
        route_handlers=[kiosk, shell, check_in, show_badge, *SHELL_ROUTES],
        include_in_schema=False,
        exception_handlers={DeviceRefused: answer_not_paired},
    )
]
