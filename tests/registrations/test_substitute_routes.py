"""Passing a seat on over HTTP: by programs, by who holds it, and by registrars."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from events_service.people.rules import Role
from events_service.registrations.queries import registration_by_id
from events_service.registrations.rules import Status
from events_service.registrations.substituting import substitutions
from tests.registrations.given import (
    a_browser,
    an_event,
    bearer,
    enter,
    form_token,
    letter_kinds,
    page_code_of,
    person,
    register,
    statuses,
)
from tests.registrations.test_pages import words

pytestmark = pytest.mark.usefixtures("database")
JONAS = {"name": "Jónas Þórðarson", "email": "jonas@reykjavik.example"}
CONFIRMED, CANCELLED = (Status.CONFIRMED, None), (Status.CANCELLED, None)


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


async def test_a_program_passes_a_seat_on_and_is_told_who_holds_it(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 1})
    asa = await person(await register(category="media"))
    path, registrar = f"/api/v1/registrations/{asa.id}/substitute", await bearer()
    done = await client.post(path, json=JONAS | {"reason": "Ill."}, headers=registrar)
    assert (done.status_code, done.json()["email"], done.json()["status"], done.json()["category"]) == (
        200, JONAS["email"], "confirmed", "media",
    )  # fmt: skip
    assert done.json()["badge"].startswith("S1") and done.json()["id"] != asa.id
    again = await client.post(path, json=JONAS, headers=registrar)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_status")
    (listed,) = (await client.get("/api/v1/events/guide-launch/substitutions", headers=registrar)).json()["items"]
    assert (listed["leaving_id"], listed["coming_id"], listed["state"], listed["reason"]) == (
        asa.id, done.json()["id"], "done", "Ill.",
    )  # fmt: skip


async def test_every_wrong_field_is_named_and_strangers_are_told_nothing(client: httpx.AsyncClient) -> None:
    await an_event()
    asa = await person(await register())
    path = f"/api/v1/registrations/{asa.id}/substitute"
    wrong = await client.post(path, json={"name": " ", "email": "nobody", "seat": 1}, headers=await bearer())
    assert {error["field"]: error["code"] for error in wrong.json()["errors"]} == {
        "name": "required", "email": "invalid_email", "seat": "unknown_field",
    }  # fmt: skip
    assert (await client.post(path, json=JONAS)).status_code == 401
    assert (await client.post(path, json=JONAS, headers=await bearer(Role.DOOR_STEWARD))).status_code == 404
    assert (await client.post(path, json=JONAS, headers=await bearer(event="other"))).status_code == 404


async def test_who_holds_a_seat_passes_it_on_from_their_page(client: httpx.AsyncClient) -> None:
    await an_event()
    assert (await client.get("/my/substitute")).headers["location"] == "/my"
    asa = await person(await register())
    await client.post("/my", data={"code": page_code_of(asa)})
    assert "/my/substitute" in (await client.get("/my/registration")).text
    wrong = await client.post("/my/substitute", data={"name": "Jónas", "email": "ASA@malmo.example"})
    assert (wrong.status_code, "address of the one who leaves" in words(wrong)) == (422, True)
    done = await client.post("/my/substitute", data=JONAS)
    assert (done.status_code, done.headers["location"]) == (303, "/my/registration?done=substituted")
    assert await statuses() == {"asa@malmo.example": CANCELLED, JONAS["email"]: CONFIRMED}
    assert (await client.get("/my/substitute")).headers["location"] == "/my/registration"


async def test_at_an_event_by_approval_a_registrar_says_yes_in_the_office(client: httpx.AsyncClient) -> None:
    event = await an_event(terms={"mode": "approval"})
    asa = await person(await register(by_registrar=True))
    await client.post("/my", data={"code": page_code_of(asa)})
    asked = await client.post("/my/substitute", data=JONAS)
    assert asked.headers["location"] == "/my/substitute?done=substitute_asked"
    assert "You asked for Jónas Þórðarson" in words(await client.get("/my/substitute"))
    assert await letter_kinds(JONAS["email"]) == []

    await enter(client)
    here = "/office/events/guide-launch/substitutes"
    assert "jonas@reykjavik.example" in words(await client.get(here))
    token, (one,) = await form_token(client, here), await substitutions(event.id)
    yes = f"/office/substitutions/{one.id}/approve"
    assert (await client.post(yes, data={"csrf_token": token})).headers["location"] == f"{here}?done=substituted"
    assert (await statuses())[JONAS["email"]] == CONFIRMED
    late = await client.post(f"/office/substitutions/{one.id}/refuse", data={"csrf_token": token})
    assert (late.status_code, "decided already" in words(late)) == (409, True)


async def test_a_refused_wish_is_told_on_the_page_of_who_asked(client: httpx.AsyncClient) -> None:
    event = await an_event(terms={"mode": "approval"})
    asa = await person(await register(by_registrar=True))
    await client.post("/my", data={"code": page_code_of(asa)})
    await client.post("/my/substitute", data=JONAS)
    (one,) = await substitutions(event.id)
    registrar = await bearer()
    refuse = f"/api/v1/substitutions/{one.id}/refuse"
    assert (await client.post(refuse, headers=await bearer(Role.DOOR_STEWARD))).status_code == 404
    assert (await client.post(refuse, json={"reason": "No."}, headers=registrar)).status_code == 204
    assert (await client.post(refuse, headers=registrar)).status_code == 409
    shown = words(await client.get("/my/substitute"))
    assert "Your seat is still yours" in shown and "Jónas" not in shown


async def test_a_registrar_passes_a_seat_on_in_the_office(client: httpx.AsyncClient) -> None:
    await an_event()
    asa, other = await person(await register()), await person(await register(1))
    await enter(client)
    path = f"/office/registrations/{asa.id}/substitute"
    assert "Who comes in place of Åsa Ðórsdóttir?" in words(await client.get(path))
    token = {"csrf_token": await form_token(client, path)}
    taken = await client.post(path, data=JONAS | token | {"email": other.email})
    assert (taken.status_code, "has a seat at this event already" in words(taken)) == (409, True)
    done = await client.post(path, data=JONAS | token)
    coming = done.headers["location"].split("/")[-1].split("?")[0]
    assert (await registration_by_id(coming)).email == JONAS["email"]
