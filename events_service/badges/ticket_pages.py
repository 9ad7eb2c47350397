"""The ticket: a participant's badge as a page for the phone, which opens without a network once it was opened with one."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

import msgspec
from litestar import Request, Response, Router, get

from events_service import __version__
from events_service.badges.drawing import qr_path
from events_service.events.queries import event_by_id
from events_service.events.rules import Disclosure, Event
from events_service.events.rules import Status as EventStatus
from events_service.people.entrances import NothingOpen
from events_service.registrations.badge_tokens import expiry_of
from events_service.registrations.badges import badges_of, code_of
from events_service.registrations.my_pages import ask_for_code
from events_service.registrations.naming import seen_by
from events_service.registrations.open_pass import own_registration
from events_service.registrations.rules import Attendance, Status
from events_service.web.assets import asset, manifest, text_of
from events_service.web.pages import environment, page, redirect

PageRequest = Request[Any, Any, Any]
PUBLIC = {"public": True}
TICKET = "/my/ticket"
TEMPLATE = "my/ticket.html"
# Four modules on each side stay white, as ISO/IEC 18004 asks.
QUIET_MODULES = 4


@get(TICKET, name="my.ticket", include_in_schema=False, opt=PUBLIC)
async def ticket(request: PageRequest) -> Response[Any]:
    """The ticket of the registration open in this browser; without a seat, the page that says how things stand."""
    person = await own_registration(request)
    event = await event_by_id(person.event_id)
    if person.status is not Status.CONFIRMED or event.status is EventStatus.CANCELLED:
        return redirect("/my/registration")
    path, modules = qr_path((await badges_of([person], event))[person.id])
    shown = page(
        TEMPLATE,
        request,
        registration=seen_by(person, may_see_protected=True),
        event=_with_venue(event),
        is_online=person.attendance is Attendance.ONLINE,
        code=code_of(person),
        qr=path,
        box=f"{-QUIET_MODULES} {-QUIET_MODULES} {modules + 2 * QUIET_MODULES} {modules + 2 * QUIET_MODULES}",
    )
    shown.headers["X-Kept-Until"] = _kept_until(event).isoformat()
    return shown


@get(f"{TICKET}/service-worker.js", include_in_schema=False, opt=PUBLIC)
async def service_worker() -> Response[str]:
    """The script that keeps the ticket: another one whenever something it keeps is another."""
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": TICKET}
    return Response(_worker_script(), media_type="text/javascript", headers=headers)


def _with_venue(event: Event) -> Event:
    """Who has a seat is told the whole place."""
    return replace(event, venue=event.venue and replace(event.venue, disclosure=Disclosure.PUBLIC))


def _kept_until(event: Event) -> datetime:
    """The end of the last day on which the badge is good."""
    return datetime.combine(expiry_of(event.ends_at) + timedelta(days=1), time(), UTC)


@cache
def _worker_script() -> str:
    names = ("css/site.css", "js/ticket.js", "icons/favicon.svg")
    files = sorted(asset(name) for name in manifest() if name in names or name.endswith(".woff2"))
    loader = environment().loader
    assert loader is not None
    made_of = [__version__, *files, loader.get_source(environment(), TEMPLATE)[0]]
    version = hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:16]
    kept = msgspec.json.encode({"version": version, "files": files}).decode()
    return f"self.TICKET = {kept};\n{text_of('js/ticket-service.js')}"


ROUTES = [
    Router(
        "/",
        route_handlers=[ticket, service_worker],
        exception_handlers={NothingOpen: ask_for_code},
        include_in_schema=False,
    )
]
