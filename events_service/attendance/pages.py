"""The live picture in the back office: a page that shows the figures, and the stream that renews them."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from events_service.attendance.api import SecondsAsked, sees_all
from events_service.attendance.blurring import picture_for_viewers
from events_service.attendance.live import LONGEST_SECONDS, watch
from events_service.attendance.queries import Picture, picture
from events_service.attendance.rules import draw
from events_service.attendance.session_queries import sessions_with_doors
from events_service.door.checkpoint_actions import ensure_main
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.exchange.report_rules import LEAST_SHOWN
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.web.event_streams import EventStream
from events_service.web.pages import page, render
from events_service.web.words import language

AnyRequest = Request[Any, Any, Any]
ATTENDANCE = "/office/events/{slug:str}/attendance"
SEEING = [needs_at_event(Permission.SEE_ATTENDANCE)]


@dataclass(frozen=True, slots=True)
class Sight:
    """What the viewer may see: small groups too, devices too."""

    everything: bool
    devices: bool


@get(ATTENDANCE, name="office.event.attendance", guards=SEEING, include_in_schema=False)
async def show_attendance(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """Who is expected, who came, who is inside."""
    event = await event_by_slug(slug)
    await ensure_main(event)
    sight = await _sight(request, slug)
    shown = await picture(event.id)
    joined = event.is_online or any(door.online for door in shown.doors)
    may_list = joined and (await actor_of(request)).may(Permission.SEE_REGISTRATIONS, slug)
    values = _values(event, shown, sight)
    sessions = await sessions_with_doors(event)
    return page(
        "office/attendance.html",
        request,
        may_manage=sight.devices,
        lists_online=may_list,
        sessions=sessions,
        **values,
    )


@get(ATTENDANCE + "/stream", guards=SEEING, include_in_schema=False)
async def stream(request: AnyRequest, slug: FromPath[str], seconds: SecondsAsked = LONGEST_SECONDS) -> EventStream:
    """The page's figures anew whenever they change, as the piece of the page that shows them."""
    event = await event_by_slug(slug)
    sight = await _sight(request, slug)

    def write(picture: Picture) -> str:
        return render("office/attendance_picture.html", **_values(event, picture, sight))

    # Whoever sees the same in the same language is sent the same bytes.
    key = f"html {language.get()} {sight.everything} {sight.devices}"
    return EventStream(watch(event.id, key=key, write=write, seconds=seconds))


async def _sight(request: AnyRequest, slug: str) -> Sight:
    actor = await actor_of(request)
    return Sight(await sees_all(request, slug), actor.may(Permission.MANAGE_DOOR, slug))


def _values(event: Event, shown: Picture, sight: Sight) -> dict[str, Any]:
    if not sight.everything:
        shown = picture_for_viewers(shown)
    return {
        "event": event,
        "attendance": shown.attendance,
        "doors": shown.doors,
        "devices": shown.devices if sight.devices else None,
        "chart": draw([(one.minute, one.admitted) for one in shown.attendance.per_minute]),
        "least_shown": None if sight.everything else LEAST_SHOWN,
    }


ROUTES = [show_attendance, stream]
