"""People that tests begin with, and a small application in which people are all there is."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, cast

import pyotp
from httpx import ASGITransport, AsyncClient
from litestar import Litestar, get
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.params import FromPath

from events_service import clock, database
from events_service.errors import Refused
from events_service.people import actions, api, pages, second_factors, sign_ins
from events_service.people.guards import SignInFirst, know_visitor, needs, needs_somewhere, to_sign_in
from events_service.people.rules import Permission, Role, SecondFactorAsked
from events_service.people.totp import new_secret
from events_service.web.bodies import JsonBodies
from events_service.web.problems import answer_http, answer_refused

PASSWORD = "kelp lantern Ørsted 9"
OTHER_PASSWORD = "four slow boats home"
HERE = "192.0.2.7"


async def event_slugs() -> list[str]:
    return ["launch", "summit"]


@get("/office", name="office", guards=[needs_somewhere(Permission.SEE_EVENTS)])
async def office() -> str:
    return "the office"


@get("/office/events/{slug:str}", name="office.event", guards=[needs(Permission.EDIT_EVENTS)])
async def office_event(slug: FromPath[str]) -> str:
    return slug


@get("/api/v1/events/{slug:str}/letters", guards=[needs(Permission.SEE_LETTERS)])
async def letters(slug: FromPath[str]) -> str:
    return slug


@cache
def people_app() -> Litestar:
    """The routes of people, with three of other floors' kinds, as the service puts them together; once, for many tests."""
    return Litestar(
        [
            office,
            office_event,
            letters,
            *pages.routes(event_slugs),
            *api.routes(event_slugs),
        ],
        before_request=know_visitor,
        plugins=[JsonBodies()],
        openapi_config=OpenAPIConfig("Events", "1", use_handler_docstrings=True),
        exception_handlers={SignInFirst: to_sign_in, Refused: answer_refused, HTTPException: answer_http},
    )


def browser(base_url: str = "http://127.0.0.1:8000") -> AsyncClient:
    """A browser of its own, which keeps its cookies."""
    return AsyncClient(transport=ASGITransport(cast(Any, people_app())), base_url=base_url)


async def account(email: str = "asa@malmo.example", role: Role = Role.OWNER, event: str | None = None) -> str:
    return await actions.add_account(email, role, event, password=PASSWORD, name="Åsa Ðórsdóttir")


async def signed_in(email: str = "asa@malmo.example", *, address: str = HERE) -> str:
    return await sign_ins.sign_in(email, PASSWORD, address=address)


async def enter(client: AsyncClient, email: str = "asa@malmo.example") -> str:
    """Sign in through the form, and give the token that forms carry from then on."""
    answer = await client.post("/sign-in", data={"email": email, "password": PASSWORD}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return await form_token(client)


async def form_token(client: AsyncClient) -> str:
    """What a page of ours holds for its forms."""
    shown = (await client.get("/office/account")).text
    return shown.split('name="csrf_token" value="')[1].split('"')[0]


async def count(table: str) -> int:
    row = await database.fetch_one(f"SELECT COUNT(*) AS number FROM {table}")
    assert row is not None
    return int(row["number"])


async def age_sign_ins(*, opened: timedelta, seen: timedelta) -> None:
    """Make all sign-ins as old as that."""
    now = clock.now()
    async with database.transaction() as tx:
        await tx.execute("UPDATE sign_in SET created_at = $1, last_seen_at = $2", now - opened, now - seen)


@dataclass(frozen=True, slots=True)
class Authenticator:
    """An app on a phone, with one secret."""

    secret: str

    def code(self, *, steps_later: int = 0) -> str:
        """What it shows now, or so many half minutes from now."""
        return pyotp.TOTP(self.secret).at(clock.now(), counter_offset=steps_later)


async def second_factor(account_id: str) -> tuple[Authenticator, list[str]]:
    """Set it up a while ago; gives the app and the recovery codes."""
    app = Authenticator(new_secret())
    recovery_codes = await second_factors.set_up(account_id, app.secret, code=app.code(), keep="")
    await let_codes_age()
    return app, recovery_codes


async def let_codes_age() -> None:
    """What was spent so far was spent minutes ago."""
    async with database.transaction() as tx:
        await tx.execute("UPDATE account SET totp_last_step = totp_last_step - 10")


async def half_way(email: str = "asa@malmo.example", password: str = PASSWORD, *, address: str = HERE) -> str:
    """What the right password of an account with a second factor leads to."""
    try:
        await sign_ins.sign_in(email, password, address=address)
    except SecondFactorAsked as asked:
        return asked.half_way
    raise AssertionError("no second factor was asked for")
