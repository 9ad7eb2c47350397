"""Passing a seat on over HTTP: by programs, by who holds it, and by registrars."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio

from events_service import settings
from events_service.audit.rules import Doer
from events_service.people.rules import Role
from events_service.registrations.queries import registration_by_id
from events_service.registrations.rules import Status
from events_service.registrations.substitute_drafts import SubstituteDraft
from events_service.registrations.substituting import ask_to_substitute, refuse_substitution, substitutions
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


async def test_where_a_registrar_decides_nobody_learns_who_has_a_seat_by_asking(client: httpx.AsyncClient) -> None:
    event = await an_event(terms={"mode": "approval"})
    asa, other = await person(await register(by_registrar=True)), await person(await register(1, by_registrar=True))
    await client.post("/my", data={"code": page_code_of(asa)})
    told = set()
    for email in (JONAS["email"], other.email):
        asked = await client.post("/my/substitute", data=JONAS | {"email": email})
        told.add((asked.status_code, asked.headers["location"]))
    assert told == {(303, "/my/substitute?done=substitute_asked")}
    (wish,) = await substitutions(event.id)
    refused = await client.post(f"/api/v1/substitutions/{wish.id}/approve", headers=await bearer())
    assert (refused.status_code, refused.json()["code"]) == (409, "already_registered")


async def test_whoever_tries_one_address_after_the_other_is_stopped(client: httpx.AsyncClient) -> None:
    settings.use(replace(settings.current(), rate_limits=True))
    await an_event()
    asa, other = await person(await register()), await person(await register(1))
    await client.post("/my", data={"code": page_code_of(asa)})
    taken = JONAS | {"email": other.email}
    found = []
    for body in (*[JONAS | {"email": "ASA@malmo.example"}] * 2, *[taken] * 6, JONAS):
        found.append((await client.post("/my/substitute", data=body)).status_code)
    assert found == [422, 422, 409, 409, 409, 409, 409, 429, 429]
    assert await statuses() == {"asa@malmo.example": CONFIRMED, other.email: CONFIRMED}


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


async def test_substitutions_are_read_page_by_page_with_who_asked_and_who_decided(client: httpx.AsyncClient) -> None:
    event = await an_event(terms={"mode": "approval", "capacity": 9})
    people = [await person(await register(number, by_registrar=True)) for number in range(5)]
    for one in people:
        await ask_to_substitute(one.id, SubstituteDraft(name=f"For {one.name}", email=f"for{one.id}@malmo.example"))
    for wish in await substitutions(event.id):
        if wish.leaving.id in (people[1].id, people[3].id):
            await refuse_substitution(wish.id, by=Doer("account", "me"))
    registrar, path, cursor, found = await bearer(), "/api/v1/events/guide-launch/substitutions", "", []
    for _ in range(3):
        listed = await client.get(
            path, params={"limit": "2"} | ({"cursor": cursor} if cursor else {}), headers=registrar
        )
        assert listed.status_code == 200
        found += listed.json()["items"]
        cursor = listed.json()["next"]
    assert cursor is None
    assert [one["leaving_id"] for one in found] == [people[number].id for number in (4, 2, 0, 3, 1)]
    assert [(one["asked_by_kind"], one["asked_by"]) for one in found] == [
        ("participant", one["leaving_id"]) for one in found
    ]
    assert [one["decided_by"] for one in found] == [None, None, None, "me", "me"]
    assert (await client.get(path, params={"limit": "201"}, headers=registrar)).status_code in (400, 422)
    assert (await client.get(path, params={"cursor": "?"}, headers=registrar)).status_code == 422
