"""People within the service as it is put together."""

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient

from events_service.people import actions
from events_service.people.rules import Role
from events_service.settings import Settings
from tests.application import application
from tests.people.given import account, enter


@pytest_asyncio.fixture
async def client(database: Settings) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(cast(Any, application(database)))
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.mark.parametrize("path", ["/office", "/office/letters", "/office/people", "/office/account"])
async def test_the_office_asks_a_stranger_to_sign_in_and_leads_back(client: AsyncClient, path: str) -> None:
    await account()
    asked = await client.get(path)
    assert asked.status_code == 303
    sign_in, _, next_route = asked.headers["location"].partition("?next=")
    assert sign_in == "/sign-in"
    answer = await client.post(
        "/sign-in",
        data={"email": "asa@malmo.example", "password": "kelp lantern Ørsted 9", "next": next_route},
    )
    assert answer.headers["location"] == path
    assert (await client.get(path)).status_code == 200


async def test_forms_of_the_office_are_protected(client: AsyncClient) -> None:
    await account()
    token = await enter(client)
    body = {"name": "Badge printer", "role": "viewer"}
    assert (await client.post("/office/people/tokens", data=body)).status_code == 403
    assert (await client.post("/office/people/tokens", data={**body, "csrf_token": token})).status_code == 201


async def test_a_program_is_known_by_its_token(client: AsyncClient) -> None:
    token = await actions.make_api_token(Role.VIEWER, name="Screen in the lobby")
    told = (await client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})).json()
    assert (told["name"], told["roles"]) == ("Screen in the lobby", [{"role": "viewer", "event": None}])
    assert (await client.get("/api/v1/me")).status_code == 401
