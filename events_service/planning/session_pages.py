"""The pages of one session of the draft: its form, and taking it out."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from events_service.agenda.draft_queries import session_by_id
from events_service.agenda.drafts import SessionChange, SessionDraft
from events_service.agenda.queries import draft_of
from events_service.agenda.rules import Part, Session, SessionKind, SessionState
from events_service.agenda.sessions import add_session, edit_session, remove_session
from events_service.errors import Conflict, Invalid, NotFound
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.people.rules import Permission
from events_service.planning.editor_days import agenda_address, day_of
from events_service.planning.editor_forms import MARKS_FIELD, PageRequest, marks_of, reconciled, typed_into
from events_service.planning.session_forms import (
    SPARE_ROWS,
    Body,
    SessionForm,
    filled_session_form,
    names_on,
    new_session_form,
    offered_topics,
    on_the_form,
    read_session_form,
    with_spare_rows,
)
from events_service.speakers.queries import speakers_of
from events_service.speakers.rules import State
from events_service.web.forms import posted_form
from events_service.web.pages import page, redirect
from events_service.web.words import LANGUAGES

SESSIONS = "/office/events/{slug:str}/agenda/sessions"
SESSION = SESSIONS + "/{session_id:str}"
EDITING = [needs_at_event(Permission.EDIT_AGENDA)]
# The button that asks for more rows sends this; nothing is saved then.
MORE_ROWS = "more_rows"
ROWS_ADDED = 6


@get(SESSIONS + "/new", name="office.event.new_session", guards=EDITING, include_in_schema=False)
async def new_session(
    request: PageRequest, slug: FromPath[str], day: Annotated[str, QueryParameter(max_length=10)] = ""
) -> Response[str]:
    """The form of a new session, for the day that was looked at."""
    event = await event_by_slug(slug)
    return await _form_page(request, event, new_session_form(event, day=_as_date(day)))


@post(SESSIONS + "/new", guards=EDITING, include_in_schema=False)
async def add(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """A new session; or the form again with what is wrong."""
    event = await event_by_slug(slug)
    form = await read_session_form(request, SessionDraft, names=names_on(await speakers_of(event.id)))
    if await _asks_for_rows(request):
        return await _form_page(request, event, form.typed, rows=ROWS_ADDED)
    try:
        session = await add_session(slug, _given(form.body))
    except Invalid as invalid:
        errors = form.errors or on_the_form(invalid.errors, form.typed)
        return await _form_page(request, event, form.typed, errors=errors, status=422)
    return redirect(agenda_address(slug, day=day_of(event, session), done="added_to_draft"))


@get(SESSION, name="office.event.session", guards=EDITING, include_in_schema=False)
async def session_form(request: PageRequest, slug: FromPath[str], session_id: FromPath[str]) -> Response[str]:
    """The session as it stands in the draft."""
    event = await event_by_slug(slug)
    session = await session_by_id(event, session_id)
    form = filled_session_form(event, session, names_on(await speakers_of(event.id)))
    return await _form_page(request, event, form, session=session, marks=marks_of(form))


@post(SESSION, guards=EDITING, include_in_schema=False)
async def save(request: PageRequest, slug: FromPath[str], session_id: FromPath[str]) -> Response[Any]:
    """The change; or the form again with what is wrong, and with what somebody else did meanwhile."""
    event = await event_by_slug(slug)
    names = names_on(await speakers_of(event.id))
    try:
        session = await session_by_id(event, session_id)
    except NotFound:
        gone = await read_session_form(request, SessionDraft, names=names)
        return await _form_page(request, event, gone.typed, errors=gone.errors, gone=True, status=409)
    form = await read_session_form(request, SessionChange, names=names, before=session)
    marks = (await typed_into(request, frozenset({MARKS_FIELD})))[MARKS_FIELD]
    if await _asks_for_rows(request):
        return await _form_page(request, event, form.typed, rows=ROWS_ADDED, session=session, marks=marks)
    if form.typed["version"] != str(session.version):
        return await _stale_page(request, event, form, session=session, marks=marks)
    try:
        saved = await edit_session(slug, session_id, _given(form.body))
    except Invalid as invalid:
        errors = form.errors or on_the_form(invalid.errors, form.typed)
        return await _form_page(request, event, form.typed, errors=errors, session=session, marks=marks, status=422)
    except Conflict:
        session = await session_by_id(event, session_id)
        return await _stale_page(request, event, form, session=session, marks=marks)
    return redirect(agenda_address(slug, day=day_of(event, saved), done="saved"))


@post(SESSION + "/remove", guards=EDITING, include_in_schema=False)
async def remove(request: PageRequest, slug: FromPath[str], session_id: FromPath[str]) -> Response[Any]:
    """Take it out of the draft; or its form as it is now, when somebody else changed it meanwhile."""
    event = await event_by_slug(slug)
    session = await session_by_id(event, session_id)
    typed = await typed_into(request, frozenset({"version"}))
    if typed["version"] != str(session.version):
        form = filled_session_form(event, session, names_on(await speakers_of(event.id)))
        return await _form_page(request, event, form, session=session, marks=marks_of(form), changed=True, status=409)
    await remove_session(slug, session_id, version=session.version)
    return redirect(agenda_address(slug, day=day_of(event, session), done="taken_out"))


async def _stale_page(
    request: PageRequest, event: Event, form: SessionForm[Any], *, session: Session, marks: str
) -> Response[str]:
    """The form with what somebody else changed; saved once more, it holds."""
    now = filled_session_form(event, session, names_on(await speakers_of(event.id)))
    typed, differences = reconciled(form.typed, marks=marks, now=now)
    return await _form_page(
        request,
        event,
        typed,
        errors=form.errors,
        session=session,
        marks=marks_of(now),
        changed=True,
        differences=differences,
        status=409,
    )


async def _form_page(
    request: PageRequest,
    event: Event,
    form: Mapping[str, Any],
    *,
    errors: Mapping[str, list[str]] | None = None,
    session: Session | None = None,
    status: int = 200,
    rows: int = SPARE_ROWS,
    **shown: Any,
) -> Response[str]:
    draft = await draft_of(event)
    values: dict[str, Any] = {"marks": "", "differences": (), "changed": False, "gone": False}
    return page(
        "office/session_form.html",
        request,
        status=status,
        event=event,
        session=session,
        form=form,
        errors=errors or {},
        people=with_spare_rows(form["speakers"], more=rows),
        names=sorted(names_on(await speakers_of(event.id)).values(), key=str.casefold),
        rooms={room.id: room.name for room in draft.rooms},
        tracks={track.id: track.name for track in draft.tracks},
        topics=offered_topics(event),
        languages=list(dict.fromkeys(code for code in (*event.languages, *LANGUAGES, form.get("language")) if code)),
        kinds=list(SessionKind),
        states=list(SessionState),
        parts=list(Part),
        speaker_states=list(State),
        back=agenda_address(event.slug, day=(form.get("starts_at") or "")[:10], done=""),
        **(values | shown),
    )


async def _asks_for_rows(request: PageRequest) -> bool:
    return MORE_ROWS in await posted_form(request)


def _given(body: Body | None) -> Body:
    """What was typed. Raises `Invalid` where something is wrong; the form itself says what."""
    if body is None:
        raise Invalid([])
    return body


def _as_date(text: str) -> str:
    """The date, or nothing where it is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


ROUTES = [new_session, add, session_form, save, remove]
