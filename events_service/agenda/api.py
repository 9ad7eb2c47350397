"""Agendas and their sessions for programs; rooms and tracks lie in `place_api.py`."""

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, patch, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter, QueryParameter

from events_service import clock
from events_service.agenda import draft_queries, examples, sessions
from events_service.agenda.drafts import AgendaChange, SessionChange, SessionDraft
from events_service.agenda.queries import draft_of, head_of
from events_service.agenda.release_queries import published_agenda, release_numbered
from events_service.agenda.shapes import (
    AgendaHeadOut,
    AgendaOut,
    SessionOut,
    agenda_head_out,
    agenda_out,
    public_agenda_out,
    session_out,
)
from events_service.errors import FieldError, Invalid, NotFound
from events_service.events.access import needs_at_event, visible_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.speakers.queries import speakers_of
from events_service.web.kept import file_answer
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers, problems
from events_service.web.shelf import KeptFile, Shelf, strong_etag

ApiRequest = Request[Any, Any, Any]
AGENDA = "/api/v1/events/{slug:str}/agenda"
SESSIONS = "/api/v1/events/{slug:str}/sessions"
SESSION = SESSIONS + "/{session_id:str}"
TAGS = ["agenda"]
JSON = "application/json"
EDITORS = [needs_at_event(Permission.EDIT_AGENDA)]
# PostgreSQL takes no NUL in a text.
NO_NUL = r"^[^\x00]*$"

SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]
SessionInPath = Annotated[str, PathParameter(description="The session's id.")]
ReleaseAsked = Annotated[
    str,
    QueryParameter(
        max_length=20, pattern=NO_NUL, description="`current`, or, for editors, `draft` or the number of any release."
    ),
]
Day = Annotated[
    str, QueryParameter(max_length=10, pattern=NO_NUL, description="Only those that start on this day at the event.")
]
RoomAsked = Annotated[str, QueryParameter(max_length=64, pattern=NO_NUL, description="Only those in this room (id).")]
TrackAsked = Annotated[str, QueryParameter(max_length=64, pattern=NO_NUL, description="Only those of this track (id).")]
Words = Annotated[
    str,
    QueryParameter(max_length=200, pattern=NO_NUL, description="Words of titles or speakers; accents are folded."),
]
Shelf_ = Annotated[
    bool | None, QueryParameter(description="Only those without a time (`true`), or only those with one.")
]
VersionAsked = Annotated[
    int | None,
    QueryParameter(ge=1, le=2**31 - 1, description="The version that was read; refused if there is a newer one."),
]

_shelf = Shelf()


@get(
    AGENDA,
    operation_id="getAgenda",
    summary="Read an agenda",
    tags=TAGS,
    media_type=JSON,
    responses={
        **answers(200, AgendaOut, examples.AGENDA, 401, 404),
        304: ResponseSpec(
            None, description="Nothing changed since the answer with that ETag.", generate_examples=False
        ),
    },
    opt={"public": True},
)
async def read_agenda(request: ApiRequest, slug: SlugInPath, release: ReleaseAsked = "current") -> Response[bytes]:
    """The current release is for whoever may see the event: without what is under embargo, join links, and who is not to be shown.

    The draft, and what any release held in full, are for the agenda's editors.
    """
    event = await visible_event(request, slug)
    if release != "current" and (await actor_of(request)).may(Permission.EDIT_AGENDA, slug):
        return await _whole_agenda(request, event, release)
    published = await published_agenda(event, now=clock.now())
    if published is None or release not in ("current", str(published.release.number)):
        raise NotFound("There is no such release of this agenda.")
    file = _shelf.find(event.id, published.revision)
    if file is None:
        file = _shelf.keep(event.id, published.revision, msgspec.json.encode(public_agenda_out(published)))
    return file_answer(request, file, media_type=JSON)


async def _whole_agenda(request: ApiRequest, event: Event, asked: str) -> Response[bytes]:
    """The draft or a release in full, for editors. Raises `NotFound`."""
    release = None if asked == "draft" else await release_numbered(event.id, _number(asked))
    shown = agenda_out(
        event,
        release.agenda if release else await draft_of(event),
        release=release,
        overlap=(await head_of(event.id)).overlap,
        speakers=(await speakers_of(event.id)).values(),
    )
    data = msgspec.json.encode(shown)
    return file_answer(request, KeptFile(data, strong_etag(data)), media_type=JSON, cache="private, no-cache")


def _number(asked: str) -> int:
    if not (asked.isascii() and asked.isdigit()):
        raise NotFound("There is no such release of this agenda.")
    return int(asked)


@patch(
    AGENDA,
    operation_id="changeAgenda",
    summary="Set how an agenda is kept",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(200, AgendaHeadOut, examples.HEAD, 401, 403, 404, 415),
)
async def change_agenda(
    slug: SlugInPath, data: Annotated[AgendaChange, Body(examples=[Example(value=examples.AGENDA_CHANGE)])]
) -> AgendaHeadOut:
    """Whether a sign-up for a session is refused, or warned of, while the person has another at the same time."""
    return agenda_head_out(await sessions.change_agenda(slug, data))


@get(
    SESSIONS,
    operation_id="listSessions",
    summary="List sessions",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(200, Page[SessionOut], {"items": [examples.SESSION], "next": None}, 401, 403, 404),
)
async def list_sessions(
    slug: SlugInPath,
    day: Day = "",
    room: RoomAsked = "",
    track: TrackAsked = "",
    q: Words = "",
    shelf: Shelf_ = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[SessionOut]:
    """Sessions of the draft by start, those on the shelf last."""
    event = await event_by_slug(slug)
    wanted = draft_queries.Wanted(day=_day(day), room_id=room, track_id=track, text=q, shelf=shelf)
    listed = await draft_queries.list_sessions(event, wanted, after=key_in(cursor), limit=limit + 1)
    found = page_of(listed, limit=limit, key=draft_queries.session_key)
    return Page([session_out(event, one) for one in found.items], found.next)


@post(
    SESSIONS,
    operation_id="createSession",
    summary="Add a session",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(201, SessionOut, examples.SESSION, 401, 403, 404, 409, 415),
)
async def add_session(
    slug: SlugInPath, data: Annotated[SessionDraft, Body(examples=[Example(value=examples.SESSION_DRAFT)])]
) -> SessionOut:
    """To the draft; the next release shows it. Without times it lies on the shelf, `minutes` long."""
    session = await sessions.add_session(slug, data)
    return session_out(await event_by_slug(slug), session)


@get(
    SESSION,
    operation_id="getSession",
    summary="Read a session",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(200, SessionOut, examples.SESSION, 401, 403, 404),
)
async def read_session(slug: SlugInPath, session_id: SessionInPath) -> SessionOut:
    """As it is in the draft."""
    event = await event_by_slug(slug)
    return session_out(event, await draft_queries.session_by_id(event, session_id))


@patch(
    SESSION,
    operation_id="changeSession",
    summary="Change a session",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(200, SessionOut, examples.MOVED, 401, 403, 404, 409, 415),
)
async def change_session(
    slug: SlugInPath,
    session_id: SessionInPath,
    data: Annotated[SessionChange, Body(examples=[Example(value=examples.SESSION_CHANGE)])],
) -> SessionOut:
    """Only what is given changes: `starts_at` alone moves it and keeps its length, `starts_at: null` lays it on the shelf."""
    session = await sessions.edit_session(slug, session_id, data)
    return session_out(await event_by_slug(slug), session)


@delete(
    SESSION,
    operation_id="deleteSession",
    summary="Take a session out",
    tags=TAGS,
    guards=EDITORS,
    responses=problems(401, 403, 404, 409),
)
async def remove_session(slug: SlugInPath, session_id: SessionInPath, version: VersionAsked = None) -> None:
    """Of the draft; the next release tells whoever holds it."""
    await sessions.remove_session(slug, session_id, version=version_given(version))


def version_given(version: int | None) -> int | msgspec.UnsetType:
    """A version from the query, as the actions take it."""
    return msgspec.UNSET if version is None else version


def _day(text: str) -> str:
    """A day such as 2027-03-07. Raises `Invalid` for anything else."""
    if text:
        try:
            if date.fromisoformat(text).isoformat() == text:
                return text
        except ValueError:
            pass
        raise Invalid([FieldError("day", "invalid_day", "Write a day such as 2027-03-07.")])
    return text


ROUTES = [
    read_agenda, change_agenda, list_sessions, add_session, read_session, change_session, remove_session,
]  # fmt: skip
