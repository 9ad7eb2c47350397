"""Events, people and letters that the tests of registrations begin with."""

import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from functools import cache
from typing import Any, cast

import httpx
from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.types import ControllerRouterHandler

from events_service import clock, database, settings
from events_service.errors import Refused
from events_service.events import actions as event_actions
from events_service.events.drafts import EventDraft
from events_service.events.rules import Event
from events_service.outbox import queries as outbox_queries
from events_service.outbox.rules import PostedLetter
from events_service.people import actions as people_actions
from events_service.people import sign_ins
from events_service.people.guards import SignInFirst, know_visitor, to_sign_in
from events_service.people.rules import Role
from events_service.registrations import (
    actions,
    admission_pages,
    answer_api,
    answer_pages,
    api,
    companion_pages,
    decision_pages,
    details_pages,
    door_note_pages,
    my_pages,
    office_pages,
    pages,
    queue_pages,
    seat_pages,
    substitute_api,
    substitute_pages,
    walk_in_api,
    walk_in_pages,
)
from events_service.registrations.applications import Application, Outcome
from events_service.registrations.drafts import RegistrationDraft
from events_service.registrations.letters import write_letter
from events_service.registrations.queries import Registration, registration_by_id
from events_service.registrations.rules import Status
from events_service.registrations.secrets import page_code
from events_service.web.bodies import JsonBodies, read_values
from events_service.web.headers import add_headers
from events_service.web.problems import answer_http, answer_refused, answer_unexpected

PASSWORD = "kelp lantern Ørsted 9"
JOIN_URL = "https://meet.example.org/secret-room"
BODY: dict[str, Any] = {
    "name": "Åsa Ðórsdóttir",
    "email": "asa@malmo.example",
    "organisation": "City of Malmö",
    "city": "Malmö",
    "category": "practitioner",
    "language": "en",
    "consent": True,
}
EVENT: dict[str, Any] = {
    "slug": "guide-launch",
    "title": "Launch of the Safe Cities Guide",
    "kind": "launch",
    "timezone": "Europe/Copenhagen",
    "starts_at": "2037-03-08T11:00",
    "ends_at": "2037-03-08T17:00",
    "visibility": "public",
    "venue": {"name": "City Hall", "address": "Rådhuspladsen 1", "city": "Copenhagen", "country": "DK"},
    "registration": {"mode": "open", "capacity": 2, "waitlist": True},
}


def draft(**more: Any) -> RegistrationDraft:
    return read_values(RegistrationDraft, BODY | more, from_text=False)


async def an_event(*, publish: bool = True, terms: dict[str, Any] | None = None, **more: Any) -> Event:
    """An event of two seats with a waiting list, published unless said otherwise; `terms` are of its registration."""
    body = EVENT | more
    body["registration"] = EVENT["registration"] | (terms or {})
    event = await event_actions.create_event(read_values(EventDraft, body, from_text=False))
    return await event_actions.publish_event(event.slug) if publish else event


async def register(number: int = 0, *, slug: str = "guide-launch", by_registrar: bool = False, **more: Any) -> Outcome:
    """Person `number` registers, or, without a number, Åsa."""
    who = {"name": f"Guest {number}", "email": f"guest{number}@malmo.example"} if number else {}
    return await actions.register(Application(slug, draft(**(who | more)), by_registrar=by_registrar))


async def statuses() -> dict[str, tuple[Status, int | None]]:
    """Address → status and waiting number, of everyone."""
    rows = await database.fetch("SELECT email, status, waitlist_number FROM registration ORDER BY id")
    return {row["email"]: (Status(row["status"]), row["waitlist_number"]) for row in rows}


async def person(outcome: Outcome) -> Registration:
    return await registration_by_id(outcome.registration_id)


async def letters(recipient: str = "asa@malmo.example") -> list[PostedLetter]:
    """All letters to this address, the oldest first."""
    rows = await database.fetch("SELECT * FROM letter WHERE recipient = $1 ORDER BY id", recipient)
    return [outbox_queries.letter_from(row) for row in rows]


async def letter_kinds(recipient: str = "asa@malmo.example") -> list[str]:
    return [letter.kind for letter in await letters(recipient)]


async def mail_of(letter: PostedLetter) -> EmailMessage:
    """The letter as it goes out, read again by the standard library."""
    rendered = await write_letter(letter)
    return cast(EmailMessage, email.message_from_bytes(rendered.message, policy=email.policy.default))


@dataclass(frozen=True)
class Parts:
    """A mail's parts: `ics` and `picture` are None where there is none."""

    text: str
    html: str
    ics: bytes | None
    picture: bytes | None


def parts_of(mail: EmailMessage) -> Parts:
    found: dict[str, Any] = {}
    for part in mail.walk():
        found.setdefault(part.get_content_type(), part)
    calendar, picture = found.get("text/calendar"), found.get("image/png")
    return Parts(
        text=found["text/plain"].get_content(),
        html=found["text/html"].get_content(),
        ics=calendar.get_payload(decode=True) if calendar else None,
        picture=picture.get_payload(decode=True) if picture else None,
    )


async def make_older(registration_id: str, column: str, *, by: timedelta) -> None:
    """As if that had happened to the registration so much earlier."""
    async with database.transaction() as tx:
        await tx.execute(f"UPDATE registration SET {column} = $2 WHERE id = $1", registration_id, clock.now() - by)


@cache
def an_app(*more: ControllerRouterHandler) -> Litestar:
    """The routes of registrations and `more`, put together as the service does; once, for many tests."""
    return Litestar(
        [
            *api.ROUTES,
            *pages.ROUTES,
            *my_pages.ROUTES,
            *seat_pages.ROUTES,
            *office_pages.ROUTES,
            *decision_pages.ROUTES,
            *door_note_pages.ROUTES,
            *admission_pages.ROUTES,
            *queue_pages.ROUTES,
            *walk_in_api.ROUTES,
            *walk_in_pages.ROUTES,
            *answer_api.ROUTES,
            *answer_pages.ROUTES,
            *details_pages.ROUTES,
            *companion_pages.ROUTES,
            *substitute_api.ROUTES,
            *substitute_pages.ROUTES,
            *more,
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
async def a_browser(address: str = "192.0.2.7") -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at that network address; cookies are kept."""
    transport = httpx.ASGITransport(cast(Any, an_app()), client=(address, 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


async def bearer(role: Role = Role.REGISTRAR, event: str | None = None) -> dict[str, str]:
    token = await people_actions.make_api_token(role, event_slug=event, name=role)
    return {"Authorization": f"Bearer {token}"}


async def enter(client: httpx.AsyncClient, role: Role = Role.REGISTRAR, event: str | None = None) -> None:
    """Sign in with that role."""
    address = f"{role}@alliance.example"
    await people_actions.add_account(address, role, event, password=PASSWORD, name="Staff")
    client.cookies.set("signin", await sign_ins.sign_in(address, PASSWORD, address="192.0.2.9"))


async def form_token(client: httpx.AsyncClient, path: str) -> str:
    """What the forms of that page carry for somebody who is signed in."""
    return (await client.get(path)).text.split('name="csrf_token" value="')[1].split('"')[0]


def page_code_of(person: Registration) -> str:
    return page_code(person.id, person.links_generation, secret_key=settings.current().secret_key)
