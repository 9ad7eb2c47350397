"""Events that tests begin with, and an application that shows them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

import httpx
from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig

from events_service.errors import Refused
from events_service.events import actions, api, pages
from events_service.events.drafts import EventChange, EventDraft
from events_service.events.rules import (
    Disclosure,
    Event,
    Format,
    Kind,
    Mode,
    Reentry,
    Status,
    Terms,
    Venue,
    Visibility,
)
from events_service.feeds import export_pages, own_pages
from events_service.feeds import pages as feed_pages
from events_service.people import actions as people_actions
from events_service.people import sign_ins
from events_service.people.guards import SignInFirst, know_visitor, to_sign_in
from events_service.people.rules import Role
from events_service.programme.session_pages import session_route
from events_service.registrations import event_pages
from events_service.web.bodies import JsonBodies, read_values
from events_service.web.headers import add_headers
from events_service.web.problems import answer_http, answer_refused, answer_unexpected

PASSWORD = "kelp lantern Ørsted 9"
JOIN_URL = "https://meet.example.org/secret-room"
VENUE: dict[str, Any] = {"name": "City Hall", "address": "Rådhuspladsen 1", "city": "Copenhagen", "country": "DK"}
LAUNCH: dict[str, Any] = {
    "slug": "guide-launch",
    "title": "Launch of the Safe Cities Guide",
    "kind": "launch",
    "timezone": "Europe/Copenhagen",
    "starts_at": "2037-03-08T11:00",
    "ends_at": "2037-03-08T17:00",
    "summary": "Twelve mayors present what works.",
    "venue": VENUE,
    "registration": {"capacity": 200},
}
KICK_OFF: dict[str, Any] = {
    "slug": "kick-off",
    "title": "Kick-off for practitioners",
    "kind": "city_meeting",
    "timezone": "Europe/Copenhagen",
    "starts_at": "2037-01-13T10:00",
    "ends_at": "2037-01-13T11:30",
    "visibility": "public",
    "join_url": JOIN_URL,
}
NOON = datetime(2037, 3, 8, 12, tzinfo=UTC)


def draft(body: dict[str, Any] = LAUNCH, **more: Any) -> EventDraft:
    return read_values(EventDraft, body | more, from_text=False)


def change(**fields: Any) -> EventChange:
    return read_values(EventChange, fields, from_text=False)


async def an_event(body: dict[str, Any] = LAUNCH, *, publish: bool = True, **more: Any) -> Event:
    """The launch in Copenhagen, published, unless said otherwise."""
    event = await actions.create_event(draft(body, **more))
    return await actions.publish_event(event.slug) if publish else event


def plain_event(**more: Any) -> Event:
    """An event without a database: one hour at noon UTC on 8 March 2037, in Copenhagen."""
    fields: dict[str, Any] = {
        "id": "e1",
        "slug": "guide-launch",
        "title": "Launch",
        "kind": Kind.LAUNCH,
        "format": Format.IN_PERSON,
        "status": Status.PUBLISHED,
        "visibility": Visibility.PUBLIC,
        "timezone": "Europe/Copenhagen",
        "starts_at": NOON,
        "ends_at": NOON.replace(hour=13),
        "starts_wall": "2037-03-08T13:00",
        "ends_wall": "2037-03-08T14:00",
        "summary": "",
        "description": "",
        "languages": ("en",),
        "topics": (),
        "venue": Venue("City Hall", "Rådhuspladsen 1", "Copenhagen", "DK", 55.676, 12.569, Disclosure.PUBLIC),
        "join_url": None,
        "registration": Terms(Mode.OPEN, 200, None, True, 30, Reentry.ONCE),
        "sequence": 0,
        "version": 1,
        "created_at": NOON.replace(year=2036),
        "changed_at": NOON.replace(year=2036),
    }
    return Event(**(fields | more))


@cache
def an_app() -> Litestar:
    """The routes that show events, put together as the service does; once, for many tests."""
    return Litestar(
        [
            *api.ROUTES,
            *pages.ROUTES,
            *event_pages.ROUTES,
            *feed_pages.ROUTES,
            *own_pages.ROUTES,
            *export_pages.ROUTES,
            session_route(feed_pages.session_file),
        ],
        before_request=know_visitor,
        before_send=[add_headers],
        plugins=[JsonBodies()],
        openapi_config=OpenAPIConfig(title="Events", version="1", path="/api"),
        exception_handlers={
            SignInFirst: to_sign_in,
            Refused: answer_refused,
            HTTPException: answer_http,
            Exception: answer_unexpected,
        },
    )


@asynccontextmanager
async def a_visitor() -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with a browser or a program; cookies are kept."""
    transport = httpx.ASGITransport(cast(Any, an_app()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


async def bearer(role: Role = Role.ORGANISER, event: str | None = None) -> dict[str, str]:
    token = await people_actions.make_api_token(role, event_slug=event, name=role)
    return {"Authorization": f"Bearer {token}"}


async def enter(client: httpx.AsyncClient, role: Role = Role.ORGANISER, event: str | None = None) -> None:
    """Sign in with that role."""
    address = f"{role}@alliance.example"
    await people_actions.add_account(address, role, event, password=PASSWORD, name="Staff")
    client.cookies.set("signin", await sign_ins.sign_in(address, PASSWORD, address="192.0.2.9"))


async def send(client: httpx.AsyncClient, path: str, **typed: Any) -> httpx.Response:
    """Open the page, fill in its form and send it with its token; fields are named as on the page."""
    shown = (await client.get(path)).text
    token = shown.split('name="csrf_token" value="')[1].split('"')[0]
    return await client.post(path, data={"csrf_token": token, **typed})
