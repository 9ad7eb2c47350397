"""The door in a browser: pairing this device, then one badge after the other.

Everything works as plain forms. With its script the page asks the API instead, and decides by itself where there is no network.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Self

from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect
from msgspec import Meta

from events_service import clock, settings
from events_service.audit.rules import Doer
from events_service.door import actions, undoing
from events_service.door.answers import Attendee, Previous, ScanAnswer
from events_service.door.checkpoint_queries import checkpoints_of
from events_service.door.drafts import Badge, PairDraft, ScanDraft, ScanId
from events_service.door.kiosk_rules import refuse_at_kiosk
from events_service.door.queries import DoorDevice, paired_device
from events_service.door.rules import SENDS_UNTIL_AFTER_EVENT, DeviceRefused, Direction, EventOver, Reason
from events_service.door.scanning import scan, scan_request
from events_service.door.shell_pages import ROUTES as SHELL_ROUTES
from events_service.door.shell_pages import SHELL
from events_service.door.tokens import door_cookie_name, door_token
from events_service.errors import Conflict, Invalid, TooMany
from events_service.identifiers import new_id
from events_service.registrations.rules import Category
from events_service.sealing import token_digest
from events_service.web.bodies import Body
from events_service.web.fields import Moment, OptionalLine, Slug
from events_service.web.forms import Form, errors_by_field, read_form
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
DOOR, PAIR, KIOSK = "/door", "/door/pair", "/door/kiosk"


class PairForm(Body, frozen=True):
    """The code from the organiser's screen, and what this device calls itself."""

    code: Annotated[str, Meta(min_length=1, max_length=100)]
    name: OptionalLine = ""


class ScanForm(Body, frozen=True):
    """A badge. The page makes `scan_id`, so that a form sent twice is one scan; only its script tells `scanned_at`."""

    badge: Badge
    scan_id: ScanId = ""
    scanned_at: Moment | None = None
    checkpoint: Slug | None = None
    direction: Direction = Direction.ENTRY


class UndoForm(Body, frozen=True):
    """The scan to take back."""

    scan_id: ScanId


@dataclass(frozen=True, slots=True)
class ShownScan:
    """What the page shows of a scan. `verdict` is admitted, refused or undone; `direction` entry or exit."""

    scan_id: str
    verdict: str
    inside: int
    direction: str = "entry"
    reason: str | None = None
    attendee: Attendee | None = None
    previous: Previous | None = None
    replayed: bool = False

    @classmethod
    def of(cls, answer: ScanAnswer, *, direction: Direction) -> Self:
        """The answer to a scan that went this way."""
        return cls(
            scan_id=answer.scan_id,
            verdict=answer.verdict.value,
            inside=answer.inside,
            direction=direction.value,
            reason=answer.reason.value if answer.reason else None,
            attendee=answer.attendee,
            previous=answer.previous,
            replayed=answer.replayed,
        )


@get([DOOR, "/door/scan"], name="door", opt={"device": True})
async def door(request: PageRequest) -> Response[Any]:
    """The page on which badges are scanned; a kiosk has one of its own."""
    device = await paired_device(token_digest(door_token(request)))
    return redirect(KIOSK) if device.kiosk else await _door_page(request, device)


@get(SHELL, opt={"public": True})
async def shell(request: PageRequest) -> Response[str]:
    """The page as it opens without a network: the same for every device, filled by its script."""
    return await _door_page(request, None)


@get(PAIR, name="door.pair", opt={"public": True})
async def pair_page(request: PageRequest) -> Response[str]:
    """The form for a pairing code; the page's script takes it from behind the `#`."""
    return _pair_page(request, {}, {}, is_over=await _is_over(door_token(request)))


@post(PAIR, opt={"public": True})
async def pair(request: PageRequest) -> Response[Any]:
    """This device stands at a door from now on, and at no other."""
    form = await read_form(request, PairForm)
    if form.value is None:
        return _pair_page(request, form.typed, form.errors, status=422)
    draft = PairDraft(pairing_code=form.value.code, name=form.value.name)
    try:
        paired = await actions.pair_device(draft, address=request.client.host if request.client else "")
    except Conflict as conflict:
        return _pair_page(request, form.typed, {"code": [_(conflict.detail)]}, status=409)
    except TooMany as refused:
        shown = _pair_page(request, form.typed, {"code": [_(refused.detail)]}, status=429)
        shown.headers["Retry-After"] = str(refused.retry_after)
        return shown
    await _unpair(door_token(request))
    device = await paired_device(token_digest(paired.token))
    return _going(DOOR, door_cookie(paired.token, until=device.event_ends_at + SENDS_UNTIL_AFTER_EVENT))


@post("/door/scan", status_code=200, opt={"device": True})
async def scan_badge(request: PageRequest) -> Response[str]:
    """The verdict on one badge."""
    digest = token_digest(door_token(request))
    device = await paired_device(digest)
    refuse_at_kiosk(device.kiosk)
    form = await read_form(request, ScanForm)
    try:
        draft = _scan_draft(form, device)
        answer = await scan(scan_request(draft, device_digest=digest))
    except Invalid as invalid:
        return await _door_page(request, device, form.typed, errors=form.errors or errors_by_field(invalid))
    return await _door_page(request, device, form.typed, shown=ShownScan.of(answer, direction=draft.direction))


@post("/door/undo", status_code=200, opt={"device": True})
async def undo(request: PageRequest) -> Response[str]:
    """A scan taken back."""
    digest = token_digest(door_token(request))
    device = await paired_device(digest)
    form = await read_form(request, UndoForm)
    if form.value is None:
        return await _door_page(request, device, errors=form.errors)
    scan_id = form.value.scan_id
    inside = await undoing.undo_scan(scan_id, device_digest=digest, reason="")
    return await _door_page(request, device, shown=ShownScan(scan_id, "undone", inside))


@post("/door/leave", opt={"public": True})
async def leave(request: PageRequest) -> Redirect:
    """This device stands at no door any more. Doing it again changes nothing. A kiosk is unpaired from the office alone."""
    await _refuse_kiosk(door_token(request))
    await _unpair(door_token(request))
    return _going(f"{PAIR}?done=device_left", door_cookie("", until=None))


def door_cookie(token: str, *, until: datetime | None) -> Cookie:
    """The cookie of a paired device, kept until that moment; None takes it away at once."""
    seconds = 0 if until is None else max(0, int((until - clock.now()).total_seconds()))
    return Cookie(
        key=door_cookie_name(),
        value=token,
        path="/",
        httponly=True,
        samesite="strict",
        secure=settings.current().is_https,
        max_age=seconds,
    )


def answer_not_paired(request: PageRequest, refused: DeviceRefused) -> Response[Any]:
    """On to the pairing page; a browser that was a device wipes what it holds, unless it may have something to send."""
    if isinstance(refused, EventOver):
        return redirect(PAIR)
    going = _going(PAIR, door_cookie("", until=None))
    if door_token(request):
        going.headers["Clear-Site-Data"] = '"cache", "storage"'
    return going


def _going(to: str, cookie: Cookie) -> Redirect:
    going = redirect(to)
    going.set_cookie(cookie)
    return going


def _scan_draft(form: Form[ScanForm], device: DoorDevice) -> ScanDraft:
    """The scan that was asked for: now, at this device's own door, unless the form says otherwise. Raises `Invalid`."""
    asked = form.value
    if asked is None:
        raise Invalid([])
    return ScanDraft(
        scan_id=asked.scan_id or new_id(),
        badge=asked.badge,
        scanned_at=asked.scanned_at or clock.now().isoformat(),
        checkpoint=asked.checkpoint or device.checkpoint,
        direction=asked.direction,
    )


async def _refuse_kiosk(token: str) -> None:
    """Raises `StaffOnly` where the token is a kiosk's: its guests must not end it."""
    with suppress(DeviceRefused):
        refuse_at_kiosk((await paired_device(token_digest(token))).kiosk)


async def _unpair(token: str) -> None:
    """Revoke the device of this token, if it is one."""
    try:
        device = await paired_device(token_digest(token), sends=True)
    except DeviceRefused:
        return
    await actions.revoke_device(device.id, by=Doer("device", device.id))


async def _is_over(token: str) -> bool:
    """Whether this is a device whose event is over; its page sends what was scanned before."""
    try:
        await paired_device(token_digest(token))
    except EventOver:
        return True
    except DeviceRefused:
        return False
    return False


def _pair_page(
    request: PageRequest,
    typed: dict[str, Any],
    errors: dict[str, list[str]],
    *,
    status: int = 200,
    is_over: bool = False,
) -> Response[str]:
    return page("door/pair.html", request, status=status, form=typed, errors=errors, is_over=is_over)


async def _door_page(
    request: PageRequest,
    device: DoorDevice | None,
    typed: dict[str, Any] | None = None,
    *,
    shown: ShownScan | None = None,
    errors: dict[str, list[str]] | None = None,
) -> Response[str]:
    messages = [message for listed in (errors or {}).values() for message in listed]
    return page(
        "door/scan.html",
        request,
        status=422 if errors else 200,
        device=device,
        checkpoints=await checkpoints_of(device.event_id) if device else [],
        form={
            "checkpoint": device.checkpoint if device else "",
            "direction": Direction.ENTRY.value,
            **(typed or {}),
        },
        scan=shown,
        scan_id=new_id(),
        error=" ".join(messages),
        reasons=[reason.value for reason in Reason],
        categories=[category.value for category in Category],
    )


ROUTES = [
    Router(
        "/",
        route_handlers=[door, shell, pair_page, pair, scan_badge, undo, leave, *SHELL_ROUTES],
        include_in_schema=False,
        exception_handlers={DeviceRefused: answer_not_paired},
    )
]
