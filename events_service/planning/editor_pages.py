"""The agenda editor: one day of the draft as a table or, with scripts, as a grid, and what does not fit in it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from events_service import clock
from events_service.agenda.conflict_kinds import AgendaConflict
from events_service.agenda.conflict_queries import conflicts_of
from events_service.agenda.drafts import AgendaChange, OverrideDraft
from events_service.agenda.overrides import override_conflict, withdraw_override
from events_service.agenda.queries import draft_of, head_of
from events_service.agenda.rules import Agenda
from events_service.agenda.sessions import change_agenda
from events_service.errors import Invalid, NotFound
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.planning.editor_days import EditorDay, agenda_address, editor_day, on_the_grid, told
from events_service.planning.editor_forms import typed_into
from events_service.registrations.sign_up_queries import confirmed_by_session
from events_service.speakers.queries import speakers_of
from events_service.speakers.rules import Speaker
from events_service.web.bodies import read_values
from events_service.web.forms import errors_by_field
from events_service.web.pages import page, redirect

PageRequest = Request[Any, Any, Any]
AGENDA = "/office/events/{slug:str}/agenda"
TABLE = "table"
# Where on the editor's page one was: every form of it carries that.
WHERE = frozenset({"day", "view"})
EDITING = [needs_at_event(Permission.EDIT_AGENDA)]


@get(AGENDA, name="office.event.agenda", guards=EDITING, include_in_schema=False)
async def show_agenda(
    request: PageRequest,
    slug: FromPath[str],
    day: Annotated[str, QueryParameter(max_length=40)] = "",
    view: Annotated[str, QueryParameter(max_length=40)] = "",
) -> Response[str]:
    """One day of the draft. With `view=table` it stays a table where scripts would make a grid of it."""
    return await _agenda_page(request, await event_by_slug(slug), {"day": day, "view": view})


@post(AGENDA + "/overlap", guards=EDITING, include_in_schema=False)
async def set_overlap(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """What becomes of sign-ups for sessions at the same time."""
    about = await typed_into(request, WHERE | {"overlap"})
    try:
        change = read_values(AgendaChange, {"overlap": about["overlap"]}, from_text=True)
    except Invalid:
        return await _agenda_page(request, await event_by_slug(slug), about, status=422)
    await change_agenda(slug, change)
    return _back(slug, about, done="saved")


@post(AGENDA + "/conflicts/override", guards=EDITING, include_in_schema=False)
async def override(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Say why a conflict is meant; or the page again with what is wrong. One that is gone meanwhile needs no reason."""
    event = await event_by_slug(slug)
    about = await typed_into(request, WHERE | {"key", "reason"})
    try:
        draft = read_values(OverrideDraft, {"reason": about["reason"]}, from_text=True)
    except Invalid as invalid:
        errors = errors_by_field(invalid)
        return await _agenda_page(request, event, about, status=422, overriding=about["key"], form=about, errors=errors)
    if about["key"] not in {one.key for one in await _conflicts(event)}:
        return _back(slug, about, done="")
    await override_conflict(slug, about["key"], draft.reason, (await actor_of(request)).id)
    return _back(slug, about, done="conflict_overridden")


@post(AGENDA + "/conflicts/withdraw", guards=EDITING, include_in_schema=False)
async def withdraw(request: PageRequest, slug: FromPath[str]) -> Redirect:
    """The conflict counts again; also where it does so already."""
    about = await typed_into(request, WHERE | {"key"})
    with suppress(NotFound):
        await withdraw_override((await event_by_slug(slug)).slug, about["key"])
    return _back(slug, about, done="override_withdrawn")


async def _agenda_page(
    request: PageRequest, event: Event, where: Mapping[str, str], *, status: int = 200, **shown: Any
) -> Response[str]:
    draft, head = await draft_of(event), await head_of(event.id)
    roster = await speakers_of(event.id)
    conflicts = await _conflicts(event, draft)
    day = editor_day(event, draft, conflicts, wanted=where["day"], now=clock.now())
    values: dict[str, Any] = {"overriding": "", "form": {}, "errors": {}}
    return page(
        "office/agenda.html",
        request,
        status=status,
        event=event,
        draft=draft,
        head=head,
        day=day,
        roster=roster,
        as_table=where["view"] == TABLE,
        grid=_grid(event, draft, day, roster),
        **(values | shown),
    )


async def _conflicts(event: Event, draft: Agenda | None = None) -> tuple[AgendaConflict, ...]:
    return await conflicts_of(event, sign_ups=await confirmed_by_session(event.id), agenda=draft)


def _grid(event: Event, draft: Agenda, day: EditorDay, roster: Mapping[str, Speaker]) -> dict[str, Any]:
    """What the script makes its grid of."""
    return {
        "day": day.date,
        "sessions": [on_the_grid(draft, one, roster) for one in (*day.sessions, *day.shelf)],
        "rooms": [{"id": room.id, "name": room.name, "place": room.venue or room.city} for room in draft.rooms],
        "conflicts": [told(one) for one in day.conflicts],
    }


def _back(slug: str, where: Mapping[str, str], *, done: str) -> Redirect:
    return redirect(agenda_address(slug, done=done, day=where["day"], view=where["view"]))


ROUTES = [show_agenda, set_overlap, override, withdraw]
