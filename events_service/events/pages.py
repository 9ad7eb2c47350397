"""Pages of events that need nothing from the floors above: the office's forms, and how personal data is treated."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from events_service import clock, settings
from events_service.errors import Conflict, Invalid
from events_service.events import actions
from events_service.events.access import needs_at_event
from events_service.events.cloning import clone_event
from events_service.events.drafts import CancelDraft, CloneDraft, EventChange, EventDraft
from events_service.events.office_forms import filled_form, new_form, read_event_form
from events_service.events.queries import event_by_slug
from events_service.events.rules import AREAS_OF_ACTION, Event, Kind
from events_service.people.guards import doer_of, needs
from events_service.people.rules import Permission
from events_service.web.forms import Form, errors_by_field, read_form
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
NEW = "/office/events/new"
EVENT = "/office/events/{slug:str}"
NORDIC_ZONES = (
    "Europe/Copenhagen",
    "Europe/Helsinki",
    "Europe/Oslo",
    "Europe/Stockholm",
    "Atlantic/Reykjavik",
    "Atlantic/Faroe",
    "America/Nuuk",
)


@get(NEW, name="office.new_event", guards=[needs(Permission.CREATE_EVENTS)], include_in_schema=False)
async def new_event(request: PageRequest, kind: Annotated[str, QueryParameter(max_length=40)] = "") -> Response[str]:
    """The form of a new event, with what is usual for its kind."""
    chosen = Kind(kind) if kind in set(Kind) else Kind.LAUNCH
    return _event_form(request, new_form(chosen, zone=settings.current().default_timezone))


@post(NEW, guards=[needs(Permission.CREATE_EVENTS)], include_in_schema=False)
async def create(request: PageRequest) -> Response[Any]:
    """A new draft; or the form again with what is wrong."""
    form = await read_event_form(request, EventDraft)
    try:
        event = await actions.create_event(_value(form), by=await doer_of(request))
    except Invalid as invalid:
        return _event_form(request, form.typed, form.errors or errors_by_field(invalid), status=422)
    except Conflict as conflict:
        return _event_form(request, form.typed, {"slug": [_(conflict.detail)]}, status=409)
    return _to_event(event.slug, done="created")


@get(
    EVENT + "/edit",
    name="office.edit_event",
    guards=[needs_at_event(Permission.EDIT_EVENTS)],
    include_in_schema=False,
)
async def edit_form(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The form of an event as it stands."""
    event = await event_by_slug(slug)
    return _event_form(request, filled_form(event), event=event)


@post(EVENT + "/edit", guards=[needs_at_event(Permission.EDIT_EVENTS)], include_in_schema=False)
async def edit(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """The change; or the form again with what is wrong, also when somebody else was quicker."""
    form = await read_event_form(request, EventChange)
    try:
        await actions.edit_event(slug, _value(form), by=await doer_of(request))
    except Invalid as invalid:
        errors = form.errors or errors_by_field(invalid)
        return _event_form(request, form.typed, errors, event=await event_by_slug(slug), status=422)
    except Conflict as conflict:
        errors = {"title": [_(conflict.detail)]}
        return _event_form(request, form.typed, errors, event=await event_by_slug(slug), status=409)
    return _to_event(slug, done="saved")


@post(EVENT + "/publish", guards=[needs_at_event(Permission.PUBLISH_EVENTS)], include_in_schema=False)
async def publish(request: PageRequest, slug: FromPath[str]) -> Redirect:
    """Show it to those it is for."""
    await actions.publish_event(slug, by=await doer_of(request))
    return _to_event(slug, done="published")


@get(
    EVENT + "/cancel",
    name="office.cancel_event",
    guards=[needs_at_event(Permission.PUBLISH_EVENTS)],
    include_in_schema=False,
)
async def cancel_form(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """What cancelling means, and the place for the reason."""
    return page("office/event_cancel.html", request, event=await event_by_slug(slug), form={}, errors={})


@post(EVENT + "/cancel", guards=[needs_at_event(Permission.PUBLISH_EVENTS)], include_in_schema=False)
async def cancel(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Call it off, for good."""
    form = await read_form(request, CancelDraft)
    if form.value is None:
        event = await event_by_slug(slug)
        return page("office/event_cancel.html", request, status=422, event=event, form=form.typed, errors=form.errors)
    await actions.cancel_event(slug, reason=form.value.reason, by=await doer_of(request))
    return _to_event(slug, done="event_cancelled")


@get(
    EVENT + "/clone",
    name="office.clone_event",
    guards=[needs_at_event(Permission.EDIT_EVENTS), needs(Permission.CREATE_EVENTS)],
    include_in_schema=False,
)
async def clone_form(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """What a copy takes: another name and another time."""
    event = await event_by_slug(slug)
    return page("office/event_clone.html", request, event=event, form={"title": event.title}, errors={})


@post(
    EVENT + "/clone",
    guards=[needs_at_event(Permission.EDIT_EVENTS), needs(Permission.CREATE_EVENTS)],
    include_in_schema=False,
)
async def clone(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """A copy as a draft; or the form again with what is wrong."""
    form = await read_form(request, CloneDraft)
    try:
        along = request.app.state.get("copied_along", ())
        copy = await clone_event(slug, _value(form), along=along, by=await doer_of(request))
    except Invalid as invalid:
        errors, status = form.errors or errors_by_field(invalid), 422
    except Conflict as conflict:
        errors, status = {"slug": [_(conflict.detail)]}, 409
    else:
        return _to_event(copy.slug, done="copied")
    event = await event_by_slug(slug)
    return page("office/event_clone.html", request, status=status, event=event, form=form.typed, errors=errors)


def _event_form(
    request: PageRequest,
    form: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    *,
    event: Event | None = None,
    status: int = 200,
) -> Response[str]:
    own_topics = [topic for topic in form.get("topics", []) if topic not in AREAS_OF_ACTION]
    return page(
        "office/event_form.html",
        request,
        status=status,
        event=event,
        form=form,
        errors=errors or {},
        zones=zones_to_choose(),
        topics=[*AREAS_OF_ACTION, *own_topics],
    )


def _value(form: Form[Any]) -> Any:
    """What was typed. Raises `Invalid` where something is wrong; the form itself says what."""
    if form.value is None:
        raise Invalid([])
    return form.value


def zones_to_choose() -> list[str]:
    """Every IANA zone people choose, the Nordic ones first."""
    others = sorted(zone for zone in clock.timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [*NORDIC_ZONES, *(zone for zone in others if zone not in NORDIC_ZONES)]


def _to_event(slug: str, *, done: str) -> Redirect:
    return redirect(f"/office/events/{slug}?done={done}")


ROUTES = [
    new_event,
    create,
    edit_form,
    edit,
    publish,
    cancel_form,
    cancel,
    clone_form,
    clone,
]
