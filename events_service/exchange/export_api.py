"""Lists that leave the house, for programs: CSV and XLSX, streamed."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import PathParameter, QueryParameter
from litestar.response import Stream

from events_service.audit.actions import record_seen
from events_service.audit.rules import Deed, Doer
from events_service.errors import FieldError, Invalid
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.exchange.asking import doer_of
from events_service.exchange.lists import (
    ABOUT_PEOPLE,
    SIGN_UP_COLUMNS,
    SPEAKER_COLUMNS,
    ListFile,
    answers_of,
    columns_for,
    registrations_list,
    sign_ups_list,
    speakers_list,
)
from events_service.exchange.writing import MEDIA_TYPES, csv_pieces, xlsx_pieces
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.registrations.queries import Wanted
from events_service.registrations.rules import Category, Status
from events_service.registrations.sign_up_queries import session_title
from events_service.web.bodies import Wrong
from events_service.web.fields import paragraphs
from events_service.web.problems import problems

ApiRequest = Request[Any, Any, Any]
Form = Literal["csv", "xlsx"]
FORMS: tuple[Form, ...] = ("csv", "xlsx")
EVENT = "/api/v1/events/{slug:str}"
# PostgreSQL takes no NUL in a text.
NO_NUL = r"^[^\x00]*$"

SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]
SessionInPath = Annotated[str, PathParameter(description="The session's id.", max_length=64, pattern=NO_NUL)]
Text = Annotated[
    str, QueryParameter(max_length=200, pattern=NO_NUL, description="Words of name, address, organisation or city.")
]
StatusAsked = Annotated[Status | None, QueryParameter(description="Only those of this status.")]
CategoryAsked = Annotated[Category | None, QueryParameter(description="Only those of this category.")]
City = Annotated[str, QueryParameter(max_length=200, pattern=NO_NUL, description="Only those of this city.")]
Columns = Annotated[
    str,
    QueryParameter(
        max_length=4_000,
        pattern=NO_NUL,
        description="Which columns, with commas between: `name,email,answers.team`. Without it, all.",
    ),
]
Sensitive = Annotated[bool, QueryParameter(description="Sensitive answers too; `reason` says why, and is kept.")]
Protected = Annotated[
    bool,
    QueryParameter(
        description="Protected people by their names, for who may see them; `reason` says why, and is kept."
    ),
]
Why = Annotated[str, QueryParameter(max_length=1_000, pattern=NO_NUL, description="Why that is needed.")]


async def allowed_registrations(
    event: Event,
    wanted: Wanted,
    *,
    asked: tuple[str, ...],
    sensitive: bool,
    reason: str,
    by: Doer,
    protected: bool = False,
) -> ListFile:
    """The list, once it is written down who takes which columns along and why.

    Raises `Invalid` where sensitive answers or the names of protected people are asked for without a reason.
    """
    try:
        reason = paragraphs(reason)
    except Wrong as wrong:
        raise Invalid([FieldError("reason", wrong.code, wrong.message)]) from wrong
    if (sensitive or protected) and not reason:
        answers_asked, names_asked = (
            "Say why the sensitive answers are needed.",
            "Say why the names of protected people are needed.",
        )
        raise Invalid([FieldError("reason", "required", answers_asked if sensitive else names_asked)])
    columns = columns_for(await answers_of(event), asked=asked, sensitive=sensitive)
    action = "exported_protected_registrations" if protected else "exported_registrations"
    await record_seen(by, Deed(action, event.slug, "event", event.id, columns, reason))
    return registrations_list(event, wanted, columns, may_see_protected=protected)


async def allowed_sign_ups(event: Event, session_id: str, *, by: Doer) -> ListFile:
    """The list, once it is written down who takes it along. Raises `NotFound`."""
    title = await session_title(event, session_id)
    await record_seen(by, Deed("exported_sign_ups", event.slug, "session", session_id, SIGN_UP_COLUMNS))
    return sign_ups_list(event, session_id, title)


async def allowed_speakers(event: Event, *, by: Doer) -> ListFile:
    """The list, once it is written down who takes it along."""
    await record_seen(by, Deed("exported_speakers", event.slug, "event", event.id, SPEAKER_COLUMNS))
    return speakers_list(event)


def streamed(file: ListFile, form: Form) -> Stream:
    """The list as a file to keep; its rows are read while it is sent."""
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}.{form}"',
        "Cache-Control": "no-store",
    }
    return Stream(pieces_of(file, form), media_type=MEDIA_TYPES[form], headers=headers)


def pieces_of(file: ListFile, form: Form) -> AsyncIterator[bytes]:
    """The file's bytes, as its rows are read."""
    return (csv_pieces if form == "csv" else xlsx_pieces)(file.headers, file.rows)


def _answers(form: Form, columns: tuple[str, ...]) -> dict[int, ResponseSpec]:
    examples = [Example(value=",".join(columns) + "\r\n")] if form == "csv" else None
    good = ResponseSpec(
        str if form == "csv" else bytes,
        description="The list; a line for each.",
        media_type=MEDIA_TYPES[form],
        generate_examples=False,
        examples=examples,
    )
    return {200: good, **problems(401, 403, 404)}


def _registrations_route(form: Form) -> HTTPRouteHandler:
    @get(
        f"{EVENT}/registrations.{form}",
        operation_id=f"exportRegistrations{form.capitalize()}",
        summary=f"Registrations as {form.upper()}",
        tags=["registrations"],
        guards=[needs_at_event(Permission.SEE_REGISTRATIONS)],
        media_type=MEDIA_TYPES[form],
        responses=_answers(form, ABOUT_PEOPLE),
    )
    async def export_registrations(
        request: ApiRequest,
        slug: SlugInPath,
        q: Text = "",
        status: StatusAsked = None,
        category: CategoryAsked = None,
        city: City = "",
        columns: Columns = "",
        sensitive: Sensitive = False,
        protected: Protected = False,
        reason: Why = "",
    ) -> Stream:
        """In the order they came, filtered as the list is. Times are UTC; answers are columns `answers.…`; who took them is written down.

        A cell that a spreadsheet could take for a formula begins with an apostrophe.
        """
        asked = tuple(name.strip() for name in columns.split(",") if name.strip())
        wanted = Wanted(text=q, status=status or "", category=category or "", city=city)
        actor = await actor_of(request)
        if protected:
            actor.require(Permission.SEE_PROTECTED, slug)
        event = await event_by_slug(slug)
        file = await allowed_registrations(
            event, wanted, asked=asked, sensitive=sensitive, protected=protected, reason=reason, by=doer_of(actor)
        )
        return streamed(file, form)

    return export_registrations


def _sign_ups_route(form: Form) -> HTTPRouteHandler:
    @get(
        f"{EVENT}/sessions/{{session_id:str}}/sign-ups.{form}",
        operation_id=f"exportSignUps{form.capitalize()}",
        summary=f"Sign-ups for a session as {form.upper()}",
        tags=["sign-ups"],
        guards=[needs_at_event(Permission.SEE_REGISTRATIONS)],
        media_type=MEDIA_TYPES[form],
        responses=_answers(form, SIGN_UP_COLUMNS),
    )
    async def export_sign_ups(request: ApiRequest, slug: SlugInPath, session_id: SessionInPath) -> Stream:
        """Who has a place in the session or waits for one, in the order they came."""
        event = await event_by_slug(slug)
        return streamed(await allowed_sign_ups(event, session_id, by=doer_of(await actor_of(request))), form)

    return export_sign_ups


def _speakers_route(form: Form) -> HTTPRouteHandler:
    @get(
        f"{EVENT}/speakers.{form}",
        operation_id=f"exportSpeakers{form.capitalize()}",
        summary=f"Speakers as {form.upper()}",
        tags=["speakers"],
        guards=[needs_at_event(Permission.EDIT_AGENDA)],
        media_type=MEDIA_TYPES[form],
        responses=_answers(form, SPEAKER_COLUMNS),
    )
    async def export_speakers(request: ApiRequest, slug: SlugInPath) -> Stream:
        """Everyone on the roster, by name."""
        event = await event_by_slug(slug)
        return streamed(await allowed_speakers(event, by=doer_of(await actor_of(request))), form)

    return export_speakers


ROUTES = [route(form) for route in (_registrations_route, _sign_ups_route, _speakers_route) for form in FORMS]
