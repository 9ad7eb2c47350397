"""Lists that leave the house, from the office: a form for registrations, and files by a link for the others."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Stream

from events_service.errors import Invalid
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.exchange.asking import doer_of
from events_service.exchange.export_api import (
    FORMS,
    Form,
    allowed_registrations,
    allowed_sign_ups,
    allowed_speakers,
    streamed,
)
from events_service.exchange.lists import ABOUT_PEOPLE, answers_of
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.registrations.queries import Wanted
from events_service.registrations.rules import Category, Status
from events_service.web.forms import errors_by_field, posted_form
from events_service.web.pages import page

PageRequest = Request[Any, Any, Any]
OFFICE = "/office/events/{slug:str}"
EXPORT = OFFICE + "/registrations/export"
SEEING = [needs_at_event(Permission.SEE_REGISTRATIONS)]
MOST_TYPED = 1_000


@get(EXPORT, name="office.export_registrations", guards=SEEING, include_in_schema=False)
async def choose(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The form: whom, which columns, as what."""
    typed = {name: request.query_params.get(name, "")[:MOST_TYPED] for name in ("q", "status", "category", "city")}
    return await _form(request, slug, typed | {"columns": list(ABOUT_PEOPLE), "form": "xlsx"})


@post(EXPORT, guards=SEEING, include_in_schema=False)
async def export(request: PageRequest, slug: FromPath[str]) -> "Response[str] | Stream":
    """The file; or the form again with what is wrong with it."""
    posted = await posted_form(request)
    typed: dict[str, Any] = {
        name: value[:MOST_TYPED].replace("\0", "") if isinstance(value := posted.get(name, ""), str) else ""
        for name in ("q", "status", "category", "city", "form", "sensitive", "reason")
    }
    typed["columns"] = [name for name in posted.getall("columns", []) if isinstance(name, str)]
    wanted = Wanted(
        text=typed["q"],
        status=typed["status"] if typed["status"] in set(Status) else "",
        category=typed["category"] if typed["category"] in set(Category) else "",
        city=typed["city"],
    )
    form: Form = "csv" if typed["form"] == "csv" else "xlsx"
    event, doer = await event_by_slug(slug), doer_of(await actor_of(request))
    sensitive = bool(typed["sensitive"])
    try:
        asked = tuple(typed["columns"])
        if sensitive:
            asked = (*asked, *(f"answers.{name}" for name in (await answers_of(event)).sensitive))
        file = await allowed_registrations(
            event, wanted, asked=asked, sensitive=sensitive, reason=typed["reason"], by=doer
        )
    except Invalid as invalid:
        return await _form(request, slug, typed, errors=errors_by_field(invalid), status=422)
    return streamed(file, form)


def _sign_ups_route(form: Form) -> HTTPRouteHandler:
    @get(f"{OFFICE}/sessions/{{session_id:str}}/sign-ups.{form}", guards=SEEING, include_in_schema=False)
    async def sign_ups_file(request: PageRequest, slug: FromPath[str], session_id: FromPath[str]) -> Stream:
        """Who signed up for the session."""
        event = await event_by_slug(slug)
        return streamed(await allowed_sign_ups(event, session_id, by=doer_of(await actor_of(request))), form)

    return sign_ups_file


def _speakers_route(form: Form) -> HTTPRouteHandler:
    @get(f"{OFFICE}/speakers.{form}", guards=[needs_at_event(Permission.EDIT_AGENDA)], include_in_schema=False)
    async def speakers_file(request: PageRequest, slug: FromPath[str]) -> Stream:
        """The roster."""
        event = await event_by_slug(slug)
        return streamed(await allowed_speakers(event, by=doer_of(await actor_of(request))), form)

    return speakers_file


async def _form(
    request: PageRequest,
    slug: str,
    typed: dict[str, Any],
    *,
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> Response[str]:
    event = await event_by_slug(slug)
    answers = await answers_of(event)
    return page(
        "office/registrations_export.html",
        request,
        status=status,
        event=event,
        form=typed,
        columns=[*ABOUT_PEOPLE, *(f"answers.{name}" for name in answers.plain)],
        sensitive=answers.sensitive,
        errors=errors or {},
    )


ROUTES = [choose, export, *(route(form) for route in (_sign_ups_route, _speakers_route) for form in FORMS)]
