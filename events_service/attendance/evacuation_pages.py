"""The evacuation list in the back office, to be printed or taken along as CSV."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.params import FromPath

from events_service import clock
from events_service.attendance.evacuation import Inside, evacuation_list
from events_service.attendance.evacuation_drafts import ListForm, WantedList
from events_service.audit.rules import Doer
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.exchange.writing import MEDIA_TYPES, csv_bytes
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.web.forms import read_form
from events_service.web.pages import page

PageRequest = Request[Any, Any, Any]
EVACUATION = "/office/events/{slug:str}/attendance/evacuation"
MANAGING = [needs_at_event(Permission.MANAGE_DOOR)]
COLUMNS = ("checkpoint", "name", "organisation", "city", "category", "since")


@get(EVACUATION, name="office.event.evacuation", guards=MANAGING, include_in_schema=False)
async def ask_why(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The form that asks for a reason."""
    return page("office/evacuation.html", request, event=await event_by_slug(slug), inside=None, form={}, errors={})


@post(EVACUATION, status_code=200, guards=MANAGING, include_in_schema=False)
async def show_list(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """The list, as a page or as a file; or the form again."""
    event = await event_by_slug(slug)
    form = await read_form(request, WantedList)
    if form.value is None:
        return page(
            "office/evacuation.html",
            request,
            status=422,
            event=event,
            inside=None,
            form=form.typed,
            errors=form.errors,
        )
    actor = await actor_of(request)
    inside = await evacuation_list(event, doer=Doer("account", actor.id), reason=form.value.reason)
    if form.value.form is ListForm.CSV:
        return _file(event, inside)
    return page(
        "office/evacuation.html",
        request,
        event=event,
        inside=by_place(inside),
        people=len(inside),
        at=clock.now(),
        form={"reason": form.value.reason},
        errors={},
    )


def by_place(inside: Sequence[Inside]) -> dict[str, list[Inside]]:
    """The people of each place; the places in the order of the list."""
    places: dict[str, list[Inside]] = {}
    for one in inside:
        places.setdefault(one.place, []).append(one)
    return places


def _file(event: Event, inside: Sequence[Inside]) -> Response[bytes]:
    zone = ZoneInfo(event.timezone)
    rows = [
        (
            one.place,
            one.name,
            one.organisation,
            one.city,
            one.category,
            one.since.astimezone(zone).isoformat("T", "seconds"),
        )
        for one in inside
    ]
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{event.slug}-inside.csv"',
    }
    return Response(csv_bytes(COLUMNS, rows), media_type=MEDIA_TYPES["csv"], headers=headers)


ROUTES = [ask_why, show_list]
