"""Whoever knows the address of a protected person learns no alias by it, and whoever may not see them does not rename them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from events_service.audit.rules import Doer
from events_service.people.rules import Role
from events_service.privacy.protecting import protect
from events_service.registrations.actions import cancel_registration
from tests.registrations.given import BODY, a_browser, an_event, bearer, enter, form_token, person, register

pytestmark = pytest.mark.usefixtures("database")
EVENT, ONE = "/api/v1/events/guide-launch", "/api/v1/registrations"
OFFICE = "/office/events/guide-launch"
ME = Doer("account", "me")


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


async def hidden() -> str:
    """Åsa, behind an alias."""
    await an_event(terms={"capacity": 9})
    outcome = await register()
    await protect(outcome.registration_id, alias="Heron 4", doer=ME, reason="Works undercover.")
    return outcome.registration_id


@pytest.mark.parametrize("path", ["registrations", "walk-ins"])
async def test_an_address_leads_a_registrar_to_no_alias(client: httpx.AsyncClient, path: str) -> None:
    one = await hidden()
    body: dict[str, Any] = BODY if path == "registrations" else {"name": BODY["name"], "email": BODY["email"]}
    answer = await client.post(f"{EVENT}/{path}", json=body, headers=await bearer(Role.REGISTRAR))
    assert (answer.status_code, answer.json()) == (201, {"status": "confirmed", "waitlist_position": None})
    # Who may look behind the alias is told as ever.
    told = await client.post(f"{EVENT}/{path}", json=body, headers=await bearer(Role.ORGANISER))
    assert (told.json()["id"], told.json()["badge"] is not None) == (one, True)


async def test_nor_does_it_once_they_come_back(client: httpx.AsyncClient) -> None:
    one = await hidden()
    await cancel_registration(one)
    answer = await client.post(f"{EVENT}/registrations", json=BODY, headers=await bearer(Role.REGISTRAR))
    assert answer.json() == {"status": "confirmed", "waitlist_position": None}


@pytest.mark.parametrize(("path", "leads_to"), [("registrations/new", "registrations"), ("walk-in", "walk-in")])
async def test_the_back_office_leads_to_no_alias_either(client: httpx.AsyncClient, path: str, leads_to: str) -> None:
    one = await hidden()
    await enter(client, Role.REGISTRAR)
    typed = BODY | {"consent": "true", "csrf_token": await form_token(client, f"{OFFICE}/{path}")}
    if path == "walk-in":
        typed = {name: typed[name] for name in ("name", "email", "csrf_token")} | {
            "category": "guest",
            "language": "en",
        }
    answer = await client.post(f"{OFFICE}/{path}", data=typed)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{OFFICE}/{leads_to}?done=") and one not in answer.headers["location"]


async def test_a_registrar_gives_an_alias_no_other_name(client: httpx.AsyncClient) -> None:
    one = await hidden()
    registrar = await bearer(Role.REGISTRAR)
    for change in ({"name": "Åsa Ðórsdóttir"}, {"organisation": "City of Malmö"}):
        refused = await client.patch(f"{ONE}/{one}", json=change, headers=registrar)
        assert (refused.status_code, refused.json()["code"]) == (409, "protected_person")
    # The same again is no change, and the rest is theirs to correct.
    assert (await client.patch(f"{ONE}/{one}", json={"name": "Heron 4"}, headers=registrar)).status_code == 200
    assert (await client.patch(f"{ONE}/{one}", json={"language": "sv"}, headers=registrar)).status_code == 200
    renamed = await client.patch(f"{ONE}/{one}", json={"name": "Heron 5"}, headers=await bearer(Role.ORGANISER))
    assert renamed.json()["name"] == "Heron 5"


async def test_whoever_is_not_protected_is_shown_as_ever(client: httpx.AsyncClient) -> None:
    await an_event()
    first = await person(await register())
    answer = await client.post(f"{EVENT}/registrations", json=BODY, headers=await bearer(Role.REGISTRAR))
    assert answer.json()["id"] == first.id
