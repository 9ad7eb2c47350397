"""The releases of an agenda in the back office, and the look at the next one before it is made."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from events_service import settings
from events_service.agenda.conflict_kinds import AgendaConflict, Severity
from events_service.agenda.conflict_queries import conflicts_of
from events_service.agenda.conflicts import open_conflicts
from events_service.agenda.drafts import ReleaseDraft
from events_service.agenda.queries import head_of
from events_service.agenda.release_queries import release_notes
from events_service.agenda.releases import planned_release
from events_service.agenda.rules import Agenda
from events_service.errors import Conflict
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event, is_open_to_all
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.planning.release_details import grouped, moved_slot
from events_service.planning.releasing import preview_release, release_and_count
from events_service.registrations.sign_up_queries import confirmed_by_session
from events_service.speakers.queries import speakers_of
from events_service.web.forms import Form, read_form
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
RELEASES = "/office/events/{slug:str}/releases"
EDITING = [needs_at_event(Permission.EDIT_AGENDA)]
# More of a kind than this are folded away.
LISTED_AT_ONCE = 25


class ReleaseForm(ReleaseDraft, frozen=True):
    """A release as an organiser asks for it; conflicts that make sessions impossible have to be accepted."""

    despite_conflicts: bool = False


@get(RELEASES, name="office.event.releases", guards=EDITING, include_in_schema=False)
async def releases(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """All releases, the newest first, and where the current one can be had."""
    event = await event_by_slug(slug)
    return page(
        "office/releases.html",
        request,
        event=event,
        releases=await release_notes(event.id),
        head=await head_of(event.id),
        base_url=settings.current().base_url,
        can_be_embedded=is_open_to_all(event),
    )


@get(RELEASES + "/new", name="office.event.new_release", guards=EDITING, include_in_schema=False)
async def preview(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """What the next release would change, whom it would tell, and what does not fit."""
    return await _preview_page(request, await event_by_slug(slug), Form(None, {}))


@post(RELEASES + "/new", guards=EDITING, include_in_schema=False)
async def make(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Release what was looked at; or look again where the draft is another one by now, or something is wrong."""
    event = await event_by_slug(slug)
    form = await read_form(request, ReleaseForm)
    if form.value is None:
        return await _preview_page(request, event, form, status=422)
    planned, _changes = await planned_release(event)
    if _impossible(await _open_conflicts(event, planned)) and not form.value.despite_conflicts:
        form.errors["despite_conflicts"] = [_("Say that you release it with these conflicts, or settle them first.")]
        return await _preview_page(request, event, form, status=422)
    by = (await actor_of(request)).id
    try:
        await release_and_count(slug, note=form.value.note, by=by, version=form.value.version)
    except Conflict as refused:
        return await _preview_page(request, event, form, refused=refused, status=409)
    return redirect(f"/office/events/{slug}/releases?done=released")


async def _preview_page(
    request: PageRequest,
    event: Event,
    form: Form[ReleaseForm],
    *,
    refused: Conflict | None = None,
    status: int = 200,
) -> Response[str]:
    planned = await preview_release(event)
    conflicts = await _open_conflicts(event, planned.after)
    roster = await speakers_of(event.id)
    return page(
        "office/release_new.html",
        request,
        status=status,
        event=event,
        planned=planned,
        groups=grouped(planned.changes, before=planned.before, after=planned.after, speakers=roster, told=planned.told),
        moved_slot=moved_slot,
        conflicts=conflicts,
        impossible=_impossible(conflicts),
        listed_at_once=LISTED_AT_ONCE,
        # What was ticked and which draft was looked at count for that draft alone.
        form={"note": form.typed.get("note", "")},
        errors=form.errors,
        refused=refused.detail if refused else "",
        is_stale=refused is not None and refused.code == "stale_version",
    )


async def _open_conflicts(event: Event, planned: Agenda) -> list[AgendaConflict]:
    """What does not fit in the agenda that would be released, and nobody said is meant."""
    sign_ups = await confirmed_by_session(event.id)
    return open_conflicts(await conflicts_of(event, sign_ups=sign_ups, agenda=planned, released=True))


def _impossible(conflicts: Sequence[AgendaConflict]) -> int:
    """How many of them cannot take place as planned."""
    return sum(one.severity is Severity.ERROR for one in conflicts)


ROUTES = [releases, preview, make]
