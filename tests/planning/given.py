"""The editor's pages as a test asks for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, cast

import httpx
from litestar import Litestar
from litestar.exceptions import HTTPException

from events_service.errors import Refused
from events_service.people.guards import SignInFirst, know_visitor, to_sign_in
from events_service.people.rules import Role
from events_service.planning import editor_moves, editor_pages, place_pages, session_pages
from events_service.web.bodies import JsonBodies
from events_service.web.problems import answer_http, answer_refused, answer_unexpected
from tests.events.given import enter

AGENDA = "/office/events/summit/agenda"


@cache
def an_app() -> Litestar:
    """The pages of the editor; put together once, for many tests."""
    return Litestar(
        [*editor_pages.ROUTES, *editor_moves.ROUTES, *session_pages.ROUTES, *place_pages.ROUTES],
        before_request=know_visitor,
        plugins=[JsonBodies()],
        exception_handlers={
            SignInFirst: to_sign_in,
            Refused: answer_refused,
            HTTPException: answer_http,
            Exception: answer_unexpected,
        },
    )


@asynccontextmanager
async def an_editor(role: Role = Role.AGENDA_EDITOR) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody signed in with that role at the summit, with the token of their forms in the header `X-CSRF-Token`."""
    transport = httpx.ASGITransport(cast(Any, an_app()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        await enter(client, role, "summit")
        shown = (await client.get(AGENDA)).text
        client.headers["X-CSRF-Token"] = shown.split('name="csrf_token" value="')[1].split('"')[0]
        yield client
