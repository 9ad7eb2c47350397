"""Guests and invitations that tests begin with."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from typing import Any, cast

import httpx
from litestar import Litestar
from litestar.exceptions import HTTPException

from events_service import settings
from events_service.audit.rules import Doer
from events_service.errors import Refused
from events_service.invitations.actions import invite
from events_service.invitations.drafts import GuestDraft
from events_service.invitations.queries import Wanted, list_invitations
from events_service.invitations.rules import Invitation, State, invitation_code
from events_service.invitations.terms import Offered
from events_service.people.guards import SignInFirst, know_visitor, to_sign_in
from events_service.reception import (
    delegate_pages,
    delegation_api,
    delegation_office_pages,
    delegation_pages,
    invitation_api,
    invited_pages,
    office_invitation_pages,
)
from events_service.registrations import api, pages
from events_service.web.bodies import JsonBodies, read_values
from events_service.web.headers import add_headers
from events_service.web.problems import answer_http, answer_refused, answer_unexpected

ORGANISER = Doer("account", "organiser")
SLUG = "guide-launch"


def guest(number: int = 1, **more: Any) -> GuestDraft:
    values = {"name": f"Guest {number}", "email": f"guest{number}@malmo.example"} | more
    return read_values(GuestDraft, values, from_text=False)


async def invited(*numbers: int, lapses_at: datetime | None = None, plus_ones: int = 0, reserve: bool = False) -> int:
    """Invite these guests to the event; how many got an invitation."""
    guests = [guest(number) for number in numbers]
    return await invite(SLUG, guests, Offered(lapses_at, plus_ones, reserve), by=ORGANISER)


async def all_invitations(event_id: str) -> Sequence[Invitation]:
    return await list_invitations(event_id, Wanted(), limit=10_000)


async def states(event_id: str) -> list[State]:
    """Of all invitations, in the order they were made."""
    return [one.state for one in await all_invitations(event_id)]


def code_of(invitation: Invitation) -> str:
    return invitation_code(invitation.id, secret_key=settings.current().secret_key)


@cache
def an_app() -> Litestar:
    """The routes of invitations, delegations and registrations; put together once, for many tests."""
    return Litestar(
        [
            *invitation_api.ROUTES,
            *invited_pages.ROUTES,
            *office_invitation_pages.ROUTES,
            *delegation_api.ROUTES,
            *delegation_pages.ROUTES,
            *delegate_pages.ROUTES,
            *delegation_office_pages.ROUTES,
            *api.ROUTES,
            *pages.ROUTES,
        ],
        before_request=know_visitor,
        before_send=[add_headers],
        plugins=[JsonBodies()],
        openapi_config=None,
        exception_handlers={
            SignInFirst: to_sign_in,
            Refused: answer_refused,
            HTTPException: answer_http,
            Exception: answer_unexpected,
        },
    )


@asynccontextmanager
async def a_browser(address: str = "192.0.2.7") -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at that network address, before the routes of invitations, delegations and registrations; cookies are kept."""
    transport = httpx.ASGITransport(cast(Any, an_app()), client=(address, 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client
