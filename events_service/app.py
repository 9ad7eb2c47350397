"""The application: every floor's routes, the one map of errors, and what happens around a request."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Router
from litestar.config.app import AppConfig
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ControllerRouterHandler

from events_service import __version__, database, settings
from events_service.agenda import api as agenda_api
from events_service.agenda import place_api
from events_service.attendance import api as attendance_api
from events_service.attendance import evacuation_door, evacuation_pages, heartbeats
from events_service.attendance import pages as attendance_pages
from events_service.attendance import session_api as attendance_session_api
from events_service.attendance import session_pages as attendance_session_pages
from events_service.audit.actions import record_look, record_seen
from events_service.audit.rules import Deed
from events_service.badges import api as badges_api
from events_service.badges import office_pages as badge_pages
from events_service.badges import ticket_pages
from events_service.database import fetch
from events_service.directory import api as directory_api
from events_service.directory import pages as directory_pages
from events_service.door import api as door_api
from events_service.door import checkpoint_api, checkpoint_pages
from events_service.door import conflict_api as door_conflict_api
from events_service.door import conflict_pages as door_conflict_pages
from events_service.door import office_pages as door_office_pages
from events_service.door import pages as door_pages
from events_service.door import roster_api as door_roster_api
from events_service.door import search_api as door_search_api
from events_service.door import search_pages as door_search_pages
from events_service.door import walk_in_api as door_walk_in_api
from events_service.door import walk_in_pages as door_walk_in_pages
from events_service.door.askers import asker_of
from events_service.door.copying import copy_checkpoints
from events_service.errors import Refused
from events_service.events import api as events_api
from events_service.events import pages as events_pages
from events_service.exchange import export_api as list_export_api
from events_service.exchange import export_pages as list_export_pages
from events_service.exchange import import_api as list_import_api
from events_service.exchange import import_pages as list_import_pages
from events_service.exchange import people_api as people_list_api
from events_service.exchange import people_pages as people_list_pages
from events_service.exchange import reports
from events_service.feeds import export_pages, own_pages
from events_service.feeds import pages as feed_pages
from events_service.feeds.pages import session_file
from events_service.kiosk import api as kiosk_api
from events_service.kiosk import pages as kiosk_pages
from events_service.logs import configure_logs
from events_service.messages import api as messages_api
from events_service.messages import pages as messages_pages
from events_service.online import api as online_api
from events_service.online import office_pages as online_pages
from events_service.online import pages as join_pages
from events_service.outbox.pages import Desk, letters_router
from events_service.outbox.rules import PostedLetter
from events_service.people import api as people_api
from events_service.people import pages as people_pages
from events_service.people.guards import SignInFirst, actor_of, doer_of, know_visitor, needs_somewhere, to_sign_in
from events_service.people.rules import Permission
from events_service.people.sign_in_pages import remember_language
from events_service.planning import (
    conflict_api,
    editor_moves,
    editor_pages,
    import_api,
    import_pages,
    place_pages,
    release_api,
    release_pages,
    roster_api,
    roster_pages,
    session_pages,
)
from events_service.privacy import audit_api, my_data_pages, protecting_api, protecting_pages
from events_service.privacy import office_pages as privacy_office_pages
from events_service.programme import change_log, choice_pages, embeds, screens, speaking_pages, starring
from events_service.programme import pages as agenda_pages
from events_service.programme import photos as photo_pages
from events_service.programme import session_pages as programme_session_pages
from events_service.programme.letters import RENDERERS
from events_service.questions import api as questions_api
from events_service.questions import pages as questions_pages
from events_service.questions.actions import copy_questions
from events_service.reception import (
    delegate_pages,
    delegation_api,
    delegation_office_pages,
    delegation_pages,
    invitation_api,
    invited_pages,
    office_invitation_pages,
)
from events_service.registrations import (
    admission_pages,
    answer_api,
    answer_pages,
    companion_pages,
    decision_pages,
    details_pages,
    door_note_pages,
    event_pages,
    link_renewing,
    magic_pages,
    members_pages,
    my_pages,
    queue_pages,
    seat_pages,
    sign_up_pages,
    stop_pages,
    substitute_api,
    substitute_pages,
    text_pages,
    walk_in_api,
    walk_in_pages,
)
from events_service.registrations import api as registrations_api
from events_service.registrations import office_pages as registrations_office_pages
from events_service.registrations import pages as registrations_pages
from events_service.replies import api as replies_api
from events_service.replies import office_pages as replies_office_pages
from events_service.settings import Settings
from events_service.texts import api as texts_api
from events_service.texts.actions import copy_words
from events_service.web import languages
from events_service.web.assets import static_file
from events_service.web.bodies import JsonBodies
from events_service.web.event_streams import end_with_the_process
from events_service.web.headers import add_headers, refuse_nul
from events_service.web.health import live, ready
from events_service.web.idempotency import keep_answers
from events_service.web.metrics import count_answers, metrics
from events_service.web.pages import choose_language, page, redirect
from events_service.web.problems import answer_http, answer_refused, answer_unexpected
from events_service.web.proxies import ClientAddress
from events_service.web.words import language


def application() -> Litestar:
    """What a server process runs: the settings of its environment."""
    own = settings.current()
    configure_logs(own.log_level)
    app = create_app(own)
    # What was made until here stays: nobody needs to look through it again while a request waits.
    gc.freeze()
    return app


def create_app(own: Settings) -> Litestar:
    """The application with these settings. It opens the database when it starts and closes it when it stops."""
    settings.use(own)
    database.connect(own)
    return Litestar(
        route_handlers=_routes(),
        plugins=[JsonBodies()],
        before_send=[add_headers],
        middleware=[*_proxies(own), count_answers, refuse_nul, keep_answers(asker_of)],
        exception_handlers={
            SignInFirst: to_sign_in,
            Refused: answer_refused,
            HTTPException: answer_http,
            Exception: answer_unexpected,
            **door_api.EXCEPTION_HANDLERS,
        },
        lifespan=[_open],
        openapi_config=_openapi(own),
        request_max_body_size=own.max_body_bytes,
        on_app_init=[_keep_what_floors_above_give],
        logging_config=None,
    )


@asynccontextmanager
async def _open(app: Litestar) -> AsyncIterator[None]:
    own = settings.current()
    database.connect(own)
    if own.is_embedded:
        await database.migrate()
    end_with_the_process()
    try:
        yield
    finally:
        await database.disconnect()


def _proxies(own: Settings) -> list[ClientAddress]:
    return [ClientAddress(own.trusted_proxies)] if own.trusted_proxies else []


def _keep_what_floors_above_give(config: AppConfig) -> AppConfig:
    config.state["renderers"] = RENDERERS
    config.state["copied_along"] = (copy_questions, copy_words, copy_checkpoints)
    return config


async def _before_page(request: Request[Any, Any, Any]) -> None:
    language.set(choose_language(request))
    await know_visitor(request)


def _routes() -> list[ControllerRouterHandler]:
    """Programs, calendars and files first: only pages look at who visits and in which language, before anything else."""
    return [
        live,
        ready,
        metrics,
        static_file,
        directory_api.router,
        *people_api.routes(_event_slugs),
        *events_api.ROUTES,
        *questions_api.ROUTES,
        *answer_api.ROUTES,
        *registrations_api.ROUTES,
        *walk_in_api.ROUTES,
        *list_import_api.ROUTES,
        *people_list_api.ROUTES,
        *list_export_api.ROUTES,
        *reports.API_ROUTES,
        *texts_api.ROUTES,
        *messages_api.ROUTES,
        *audit_api.ROUTES,
        *protecting_api.ROUTES,
        *agenda_api.ROUTES,
        *place_api.ROUTES,
        *conflict_api.ROUTES,
        *import_api.ROUTES,
        *release_api.ROUTES,
        *roster_api.ROUTES,
        *replies_api.ROUTES,
        *delegation_api.ROUTES,
        *badges_api.ROUTES,
        *door_api.ROUTES,
        *checkpoint_api.ROUTES,
        *door_walk_in_api.ROUTES,
        *door_search_api.ROUTES,
        *door_conflict_api.ROUTES,
        *door_roster_api.ROUTES,
        *kiosk_api.ROUTES,
        *attendance_api.ROUTES,
        *attendance_session_api.ROUTES,
        *evacuation_door.API_ROUTES,
        *online_api.ROUTES,
        *heartbeats.ROUTES,
        *feed_pages.ROUTES,
        *own_pages.ROUTES,
        *export_pages.ROUTES,
        *photo_pages.ROUTES,
        *embeds.ROUTES,
        Router(path="/", route_handlers=_pages(), before_request=_before_page),
    ]


def _pages() -> list[ControllerRouterHandler]:
    return [
        *languages.routes(remember_language),
        directory_pages.router,
        *people_pages.routes(_event_slugs),
        letters_router(_desk(), guards=[needs_somewhere(Permission.SEE_LETTERS)]),
        *events_pages.ROUTES,
        *questions_pages.ROUTES,
        *registrations_pages.ROUTES,
        *my_pages.ROUTES,
        *link_renewing.ROUTES,
        *ticket_pages.ROUTES,
        *join_pages.ROUTES,
        *online_pages.ROUTES,
        *badge_pages.ROUTES,
        *seat_pages.ROUTES,
        *answer_pages.ROUTES,
        *details_pages.ROUTES,
        *companion_pages.ROUTES,
        *stop_pages.ROUTES,
        *magic_pages.ROUTES,
        *members_pages.ROUTES,
        *my_data_pages.ROUTES,
        *privacy_office_pages.ROUTES,
        *protecting_pages.ROUTES,
        *choice_pages.ROUTES,
        *speaking_pages.ROUTES,
        *registrations_office_pages.ROUTES,
        *decision_pages.ROUTES,
        *door_note_pages.ROUTES,
        *admission_pages.ROUTES,
        *queue_pages.ROUTES,
        *walk_in_pages.ROUTES,
        *list_import_pages.ROUTES,
        *people_list_pages.ROUTES,
        *list_export_pages.ROUTES,
        *reports.PAGE_ROUTES,
        *invitation_api.ROUTES,
        *invited_pages.ROUTES,
        *office_invitation_pages.ROUTES,
        *delegation_pages.ROUTES,
        *delegate_pages.ROUTES,
        *delegation_office_pages.ROUTES,
        *substitute_api.ROUTES,
        *substitute_pages.ROUTES,
        *sign_up_pages.ROUTES,
        *text_pages.ROUTES,
        *messages_pages.ROUTES,
        *roster_pages.ROUTES,
        *event_pages.ROUTES,
        *agenda_pages.ROUTES,
        programme_session_pages.session_route(session_file),
        *programme_session_pages.ROUTES,
        *starring.ROUTES,
        *screens.ROUTES,
        *change_log.ROUTES,
        *door_pages.ROUTES,
        *kiosk_pages.ROUTES,
        *door_walk_in_pages.ROUTES,
        *door_search_pages.ROUTES,
        *door_conflict_pages.DOOR_ROUTES,
        *door_conflict_pages.OFFICE_ROUTES,
        *door_office_pages.ROUTES,
        *checkpoint_pages.ROUTES,
        *attendance_pages.ROUTES,
        *attendance_session_pages.ROUTES,
        *evacuation_pages.ROUTES,
        *evacuation_door.PAGE_ROUTES,
        *replies_office_pages.ROUTES,
        *editor_pages.ROUTES,
        *editor_moves.ROUTES,
        *session_pages.ROUTES,
        *place_pages.ROUTES,
        *import_pages.ROUTES,
        *release_pages.ROUTES,
    ]


def _desk() -> Desk:
    """What the letters' pages need of the floors above them."""

    async def may_see(request: Request[Any, Any, Any]) -> frozenset[str] | None:
        return (await actor_of(request)).events_with(Permission.SEE_LETTERS)

    async def may_send(request: Request[Any, Any, Any]) -> frozenset[str] | None:
        return (await actor_of(request)).events_with(Permission.SEND_LETTERS)

    async def asker(request: Request[Any, Any, Any]) -> str:
        return (await actor_of(request)).id

    async def note(request: Request[Any, Any, Any], action: str, letter: PostedLetter) -> None:
        await record_seen(await doer_of(request), Deed(action, letter.event_slug, "letter", letter.id))

    async def look(request: Request[Any, Any, Any], action: str, letter: PostedLetter) -> None:
        await record_look(await doer_of(request), Deed(action, letter.event_slug, "letter", letter.id))

    return Desk(page=page, redirect=redirect, may_see=may_see, may_send=may_send, asker=asker, note=note, look=look)


async def _event_slugs() -> list[str]:
    return [row["slug"] for row in await fetch("SELECT slug FROM event ORDER BY starts_at DESC")]


def _openapi(own: Settings) -> OpenAPIConfig:
    return OpenAPIConfig(
        title=f"{own.organisation}: events",
        version=__version__,
        description=(
            "Events, registrations, badges and check-in. Times are RFC 3339 with an offset; an input without one is wall time "
            "in the event's time zone. Errors are RFC 9457 problems."
        ),
        path="/api",
        render_plugins=[JsonRenderPlugin()],
        use_handler_docstrings=True,
        components=Components(security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}),
        security=[{}, {"bearer": []}],
    )
