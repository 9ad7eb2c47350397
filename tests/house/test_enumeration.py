"""Nobody finds out who is known: every public door that takes an address answers known and unknown ones in the same bytes, and for the
same work; only the owner of an address is written to.

Work is counted in statements and in hashes, which a busy machine cannot blur; how long it took is printed (`pytest -s`).
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
import pytest_asyncio

from events_service import database
from events_service.database import fetch
from events_service.people import actions, passwords
from events_service.people.rules import Role
from events_service.registrations.actions import cancel_registration
from events_service.registrations.magic_links import answer_requests
from events_service.settings import Settings
from tests.agenda.given import a_speaker, a_summit
from tests.forms import send
from tests.house.given import bearer, service
from tests.people.given import PASSWORD
from tests.registrations.given import an_event, register

pytestmark = pytest.mark.usefixtures("database")
# As long as each other, and neither is a part of anything else.
KNOWN, UNKNOWN, CANCELLED = "grebe@malmo.example", "egret@malmo.example", "heron@malmo.example"
PLACEHOLDER = "someone@malmo.example"
FORM = {"name": "Somebody", "organisation": "A city", "city": "Malmö", "consent": "true"}
Door = Callable[[httpx.AsyncClient, str], Awaitable[httpx.Response]]


async def form(client: httpx.AsyncClient, email: str) -> httpx.Response:
    answer = await send(client, "/events/guide-launch/register", {**FORM, "email": email, "category": "guest"})
    return await client.get(answer.headers["location"]) if answer.status_code == 303 else answer


async def program(client: httpx.AsyncClient, email: str) -> httpx.Response:
    body = {"name": "Somebody", "email": email, "organisation": "A city", "consent": True}
    return await client.post("/api/v1/events/guide-launch/registrations", json=body)


async def link(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await send(client, "/my/link", {"email": email})


async def members(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await send(client, "/members", {"email": email})


async def sign_in(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await client.post("/sign-in", data={"email": email, "password": "not the one they have"})


async def no_event(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await client.post("/api/v1/events/nothing/registrations", json={"name": "Somebody", "email": email})


DOORS: list[Door] = [form, program, link, members, sign_in, no_event]


@pytest_asyncio.fixture
async def client(database: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Registered, cancelled, on staff and of a member city: the same person, known in every way."""
    async with service(database) as asking:
        await an_event(terms={"capacity": 50})
        await a_summit()
        for email in (KNOWN, CANCELLED):
            outcome = await register(email=email)
            await actions.add_account(email, Role.VIEWER, None, password=PASSWORD)
        await cancel_registration(outcome.registration_id)
        await a_speaker(email=KNOWN)
        yield asking


def plain(answer: httpx.Response, email: str) -> tuple[int, str, dict[str, str]]:
    """Status, words and headers without what differs from one request to the next: signatures, ids and times."""
    text = f"{answer.text}".replace(email, PLACEHOLDER)
    text = re.sub(r'(<input type="hidden" name="[^"]+" value=)"[^"]*"', r'\1""', text)
    text = re.sub(r'"(id|instance|request_id|registered_at|manage_url)": ?"[^"]*"', r'"\1":""', text)
    headers = {
        name: re.sub(r"=[^;]+", "=", value, count=1) if name == "set-cookie" else value
        for name, value in answer.headers.items()
        if name not in ("content-length", "date", "x-request-id", "etag")
    }
    return answer.status_code, text, headers


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
async def test_known_and_unknown_addresses_are_answered_alike(
    client: httpx.AsyncClient, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = 0
    verify = passwords._verify

    def counted(password: str, stored: str | None) -> bool:
        nonlocal hashes
        hashes += 1
        return verify(password, stored)

    monkeypatch.setattr(passwords, "_verify", counted)
    answers, work = {}, {}
    for email in (KNOWN, CANCELLED, UNKNOWN):
        hashes = 0
        client.cookies.clear()
        answers[email] = plain(await door(client, email), email)
        work[email] = hashes
    assert answers[KNOWN] == answers[UNKNOWN]
    assert answers[CANCELLED] == answers[UNKNOWN]
    assert set(work.values()) == ({1} if door is sign_in else {0})


@pytest.mark.parametrize("door", [link, members, sign_in], ids=lambda door: door.__name__)
async def test_they_are_answered_after_the_same_work(
    client: httpx.AsyncClient, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[str] = []
    engine = database.connection.engine()
    for name in ("fetch", "look_up"):
        monkeypatch.setattr(engine, name, _noting(getattr(engine, name), statements))
    asked: dict[str, list[str]] = {}
    for _ in range(3):
        for email in (KNOWN, UNKNOWN):
            statements.clear()
            client.cookies.clear()
            await door(client, email)
            asked[email] = list(statements)
    assert asked[KNOWN] == asked[UNKNOWN]


def _noting(ask: Callable[..., Awaitable[object]], statements: list[str]) -> Callable[..., Awaitable[object]]:
    async def noted(statement: str, *values: object) -> object:
        statements.append(statement)
        return await ask(statement, *values)

    return noted


async def test_only_the_owner_of_a_known_address_is_written_to(client: httpx.AsyncClient) -> None:
    before = len(await fetch("SELECT id FROM letter"))
    for email in (KNOWN, UNKNOWN):
        for door in (link, members, sign_in, no_event):
            await door(client, email)
    await answer_requests()
    rows = (await fetch("SELECT recipient FROM letter ORDER BY id"))[before:]
    assert {row["recipient"] for row in rows} == {KNOWN}


@pytest.mark.parametrize(
    "path", ["/my", "/invited", "/speaking", "/delegation", "/my/link/open", "/members/open", "/my/confirm"]
)
async def test_a_code_that_opens_nothing_says_nothing_else(client: httpx.AsyncClient, path: str) -> None:
    told = {plain(await client.post(path, data={"code": code}), code)[:2] for code in ("a" * 32, "b" * 32, "2" * 32)}
    assert len({(status, re.sub(r"(a{32}|b{32}|2{32})", "", text)) for status, text in told}) == 1
    assert {status for status, _ in told} == {422}


async def test_a_link_to_stop_mails_tells_not_whose_it_is(client: httpx.AsyncClient) -> None:
    row = (await fetch("SELECT id FROM registration"))[0]
    there = await client.get(f"/my/stop-mails/{row['id']}/{'a' * 32}")
    nowhere = await client.get(f"/my/stop-mails/{'0' * 32}/{'a' * 32}")
    assert plain(there, row["id"])[:2] == plain(nowhere, "0" * 32)[:2]


async def test_mail_from_known_and_unknown_addresses_is_taken_alike(client: httpx.AsyncClient) -> None:
    token = bearer(await actions.make_api_token(Role.INBOUND_MAIL, name="mail server"))
    told = {}
    for email in (KNOWN, UNKNOWN):
        mail = f"From: {email}\r\nTo: invites@localhost\r\nSubject: Hello\r\nMessage-ID: <{email}>\r\n\r\nHello.\r\n"
        headers = token | {"Content-Type": "message/rfc822"}
        told[email] = plain(await client.post("/api/v1/inbound-mail", content=mail.encode(), headers=headers), email)
    assert told[KNOWN] == told[UNKNOWN]
