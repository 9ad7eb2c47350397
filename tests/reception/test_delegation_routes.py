"""Delegations over HTTP: for programs, for coordinators, and in the back office."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from events_service import settings
from events_service.delegations.queries import delegation_by_id
from events_service.delegations.rules import State
from events_service.people.entrances import TRIES
from events_service.people.rules import Role
from events_service.privacy.protecting import protect
from events_service.reception.open_delegation import KNOWN_TRIES
from events_service.registrations.delegations import release_delegations
from events_service.registrations.rules import Status
from tests.conftest import settings_for
from tests.reception.given import a_browser
from tests.registrations.delegation_given import (
    DELEGATION,
    ORGANISER,
    SOLVEIG,
    a_delegation,
    code_of,
    is_due,
    named,
)
from tests.registrations.given import (
    JOIN_URL,
    an_event,
    bearer,
    enter,
    form_token,
    letter_kinds,
    person,
    register,
    statuses,
)
from tests.registrations.test_pages import words

pytestmark = pytest.mark.usefixtures("database")
PATH = "/api/v1/events/guide-launch/delegations"
OFFICE, OWN = "/office/events/guide-launch/delegations", "/delegation/seats"
ASA = {"name": "Åsa Ek", "email": "asa@tromso.example", "category": "elected_official", "language": "nb"}
CONFIRMED, CANCELLED = (Status.CONFIRMED, None), (Status.CANCELLED, None)


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


async def opened(client: httpx.AsyncClient, code: str) -> None:
    answer = await client.post("/delegation", data={"code": code})
    assert (answer.status_code, answer.headers["location"]) == (303, OWN)


async def test_a_program_gives_a_city_seats_and_looks_after_them(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 4})
    registrar = await bearer()
    body = DELEGATION | {"language": "nb", "closes_at": "2037-03-01T12:00"}
    made = await client.post(PATH, json=body, headers=registrar)
    assert (made.status_code, made.json()["unnamed"], made.json()["closes_at"]) == (201, 2, "2037-03-01T11:00:00Z")
    one = f"/api/v1/delegations/{made.json()['id']}"
    assert "/delegation#" in made.json()["url"]
    for refused, code in ((body, "delegation_exists"), (body | {"city": "Oslo", "seats": 3}, "seats_short")):
        answer = await client.post(PATH, json=refused, headers=registrar)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert "Only 2 of these seats are left." in answer.json()["detail"]
    await named(await delegation_by_id(made.json()["id"]))
    read = (await client.get(one, headers=registrar)).json()
    assert (read["named"], read["unnamed"], [who["name"] for who in read["delegates"]]) == (1, 1, ["Delegate 1"])
    listed = (await client.get(PATH, headers=registrar)).json()
    assert [(item["city"], item["named"], item["state"]) for item in listed["items"]] == [("Tromsø", 1, "open")]
    changed = await client.patch(one, json={"seats": 4}, headers=registrar)
    assert (changed.status_code, changed.json()["unnamed"]) == (200, 3)
    assert (await client.post(f"{one}/resend", headers=registrar)).status_code == 200
    assert await letter_kinds(SOLVEIG) == ["delegation"] * 3
    gone = await client.post(f"{one}/withdraw", json={"delegates_too": True}, headers=registrar)
    assert (gone.json()["state"], gone.json()["delegates"][0]["status"]) == ("withdrawn", "cancelled")


async def test_what_a_program_sends_wrong_is_named_and_strangers_are_told_nothing(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 10})
    registrar = await bearer()
    for wrong, field in [
        ({"seats": 0}, "seats"),
        ({"seats": 501}, "seats"),
        ({"city": ""}, "city"),
        ({"coordinator_email": "solveig"}, "coordinator_email"),
        ({"category": "staff"}, "category"),
        ({"closes_at": "2037-03-29T02:30"}, "closes_at"),
        ({"closes_at": "2020-01-01T12:00"}, "closes_at"),
    ]:
        answer = await client.post(PATH, json=DELEGATION | wrong, headers=registrar)
        assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])
    made = await a_delegation()
    one = f"/api/v1/delegations/{made.id}"
    assert (await client.get(one)).status_code == 401
    assert (await client.get(one, headers=await bearer(event="other"))).status_code == 404
    assert (await client.get(one, headers=await bearer(Role.DOOR_STEWARD))).status_code == 404
    assert (await client.post(PATH, json=DELEGATION, headers=await bearer(Role.VIEWER))).status_code == 403


async def test_a_coordinator_names_replaces_and_withdraws(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 2, "mode": "invitation"}, visibility="invited")
    made = await a_delegation()
    assert (await client.get("/delegation")).headers["referrer-policy"] == "same-origin"
    assert (await client.get(OWN)).headers["location"] == "/delegation"
    assert "opens nothing" in words(await client.post("/delegation", data={"code": "c" * 32}))
    await opened(client, code_of(made))
    assert "Nobody is named yet" in words(await client.get(OWN))
    wrong = await client.post(OWN, data=ASA | {"email": "asa", "category": ""})
    assert wrong.status_code == 422 and "Write a mail address" in words(wrong) and 'value="Åsa Ek"' in wrong.text
    uncategorised = await client.post(OWN, data=ASA | {"category": ""})
    assert uncategorised.status_code == 422 and "Takes part as: Choose as whom" in words(uncategorised)
    done = await client.post(OWN, data=ASA)
    assert done.headers["location"] == f"{OWN}?done=delegate_named"
    shown = await client.get(done.headers["location"])
    assert "They have their seat." in words(shown) and "Åsa Ek" in words(shown)
    twice = await client.post(OWN, data=ASA)
    assert twice.status_code == 409 and "has a seat at this event already" in words(twice)

    one = shown.text.split('href="/delegation/delegates/')[1].split("/")[0]
    here = f"/delegation/delegates/{one}"
    changed = await client.post(here, data={"name": "Åsa Ek Berg", "organisation": "Mayor", "language": "sv"})
    assert changed.headers["location"] == f"{OWN}?done=delegate_changed"
    assert 'value="Åsa Ek Berg"' in (await client.get(here)).text
    assert (await client.post(here, data={"language": "sv"})).status_code == 422
    assert (await client.get(f"{here}/substitute")).status_code == 200
    nils = {"name": "Nils", "email": "nils@tromso.example", "language": "nb", "reason": "Ill."}
    assert (await client.post(f"{here}/substitute", data={"name": "Nils"})).status_code == 422
    replaced = await client.post(f"{here}/substitute", data=nils)
    assert replaced.headers["location"] == f"{OWN}?done=delegate_substituted"
    assert await statuses() == {"asa@tromso.example": CANCELLED, "nils@tromso.example": CONFIRMED}
    assert (await client.get(here)).status_code == 404

    two = (await client.get(OWN)).text.split('href="/delegation/delegates/')[1].split("/")[0]
    assert "Withdraw Nils?" in words(await client.get(f"/delegation/delegates/{two}/withdraw"))
    gone = await client.post(f"/delegation/delegates/{two}/withdraw", data={"reason": "Elections."})
    assert gone.headers["location"] == f"{OWN}?done=delegate_withdrawn"
    assert (await statuses())["nils@tromso.example"] == CANCELLED
    await client.post("/delegation/leave")
    assert (await client.get(OWN)).headers["location"] == "/delegation"


async def test_nobody_elses_people_are_behind_a_coordinators_link(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 9})
    made, other = await a_delegation(), await a_delegation(city="Oslo")
    theirs, public = await named(other), await person(await register(1))
    await opened(client, code_of(made))
    for one in (theirs.id, public.id, "f" * 32, "nothing"):
        for path in ("", "/substitute", "/withdraw"):
            assert (await client.get(f"/delegation/delegates/{one}{path}")).status_code == 404
            assert (await client.post(f"/delegation/delegates/{one}{path}", data={})).status_code == 404


async def test_a_protected_delegate_stands_under_the_alias(client: httpx.AsyncClient) -> None:
    await an_event()
    made = await a_delegation()
    one = await named(made)
    await protect(one.id, alias="Heron 4", doer=ORGANISER, reason="Asked for it.")
    await opened(client, code_of(made))
    shown = await client.get(OWN)
    assert "Heron 4" in shown.text and "Delegate 1" not in shown.text and one.email not in shown.text
    change = {"name": "X", "language": "en"}
    assert (await client.post(f"/delegation/delegates/{one.id}", data=change)).status_code == 409


async def test_after_the_deadline_the_page_only_tells_whom_to_ask(client: httpx.AsyncClient) -> None:
    await an_event()
    made = await a_delegation()
    one = await named(made)
    await opened(client, code_of(made))
    await is_due(made)
    await release_delegations()
    shown = words(await client.get(OWN))
    assert "The time to change who comes is over" in shown and settings.current().reply_address in shown
    assert "Give them the seat" not in shown and "Replace" not in shown
    assert (await client.get(f"/delegation/delegates/{one.id}")).headers["location"] == OWN
    for path, typed in (("", {"name": "X", "language": "en"}), ("/withdraw", {}), ("/substitute", ASA)):
        assert (await client.post(f"/delegation/delegates/{one.id}{path}", data=typed)).status_code in (409, 422)
    assert (await client.post(OWN, data=ASA)).status_code == 409


async def test_another_coordinator_shuts_the_page_that_is_open(client: httpx.AsyncClient) -> None:
    await an_event()
    made = await a_delegation()
    await opened(client, code_of(made))
    registrar = await bearer()
    body = {"coordinator_email": "nils@tromso.example"}
    await client.patch(f"/api/v1/delegations/{made.id}", json=body, headers=registrar)
    assert (await client.get(OWN)).headers["location"] == "/delegation"
    assert (await client.post("/delegation", data={"code": code_of(made)})).status_code == 422


async def test_a_hybrid_event_asks_how_they_take_part(client: httpx.AsyncClient) -> None:
    await an_event(format="hybrid", join_url=JOIN_URL, terms={"capacity": 2, "online_capacity": 5})
    made = await a_delegation()
    await opened(client, code_of(made))
    assert "How they take part" in words(await client.get(OWN))
    await client.post(OWN, data=ASA | {"attendance": "online"})
    assert "Online" in words(await client.get(OWN)) and JOIN_URL not in (await client.get(OWN)).text


async def test_guessing_codes_or_who_has_a_seat_is_stopped(
    client: httpx.AsyncClient, database_url: str, tmp_path: Path
) -> None:
    await an_event(terms={"capacity": 40})
    made = await a_delegation(seats=30)
    await register(1)
    settings.use(settings_for(database_url, tmp_path, rate_limits="on"))
    await opened(client, code_of(made))
    known = ASA | {"email": "guest1@malmo.example"}
    told = [(await client.post(OWN, data=known)).status_code for _ in range(KNOWN_TRIES + 1)]
    assert told == [409] * KNOWN_TRIES + [429]
    told = [(await client.post("/delegation", data={"code": "a" * 32})).status_code for _ in range(TRIES + 1)]
    assert told == [422] * TRIES + [429]


async def test_an_organiser_gives_changes_and_takes_back_in_the_office(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 4})
    await enter(client)
    assert "No city has a delegation yet" in words(await client.get(OFFICE))
    token = {"csrf_token": await form_token(client, f"{OFFICE}/new")}
    typed = token | {"city": "Tromsø", "seats": "9", "coordinator_email": SOLVEIG, "language": "nb", "closes_at": ""}
    short = await client.post(f"{OFFICE}/new", data=typed)
    assert short.status_code == 409 and "Only 4 of these seats are left." in words(short)
    wrong = await client.post(f"{OFFICE}/new", data=typed | {"seats": "none"})
    assert wrong.status_code == 422
    late = await client.post(f"{OFFICE}/new", data=typed | {"seats": "2", "closes_at": "2037-03-09T11:00"})
    assert late.status_code == 422 and "Choose a moment from now to the end of the event." in words(late)
    made = await client.post(f"{OFFICE}/new", data=typed | {"seats": "2"})
    where = made.headers["location"].partition("?")[0]
    assert "The delegation of Tromsø" in words(await client.get(made.headers["location"]))
    delegation = await delegation_by_id(where.rpartition("/")[2])
    await named(delegation)
    assert "Delegate 1" in words(await client.get(where))
    few = await client.post(where, data=token | {"seats": "9", "coordinator_email": SOLVEIG, "language": "nb"})
    assert few.status_code == 409
    wrong = await client.post(where, data=token | {"seats": "0"})
    assert wrong.status_code == 422
    saved = await client.post(where, data=token | {"seats": "3", "coordinator_name": "Solveig"})
    assert saved.headers["location"] == f"{where}?done=saved"
    assert "Tromsø" in words(await client.get(OFFICE))
    assert (await client.post(f"{where}/resend", data=token)).headers["location"] == f"{where}?done=resent"
    assert await letter_kinds(SOLVEIG) == ["delegation"] * 3
    gone = await client.post(f"{where}/withdraw", data=token | {"reason": "Elections.", "delegates_too": "true"})
    assert gone.headers["location"] == f"{where}?done=delegation_withdrawn"
    assert (await delegation_by_id(delegation.id)).state is State.WITHDRAWN
    assert (await statuses())["delegate1@tromso.example"] == CANCELLED
    assert (await client.post(f"{where}/withdraw", data=token)).status_code == 409
    assert (await client.post(f"{where}/resend", data=token)).status_code == 409


async def test_delegations_are_read_page_by_page(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 40})
    cities = ["Tromsø", "Bergen", "Ålesund", "Lund", "Malmö"]
    for city in cities:
        await a_delegation(seats=2, city=city)
    registrar = await bearer()
    whole = (await client.get(PATH, headers=registrar)).json()
    assert (len(whole["items"]), whole["next"]) == (5, None)
    found, cursor = [], ""
    for _ in range(3):
        listed = await client.get(
            PATH, params={"limit": "2"} | ({"cursor": cursor} if cursor else {}), headers=registrar
        )
        found += listed.json()["items"]
        cursor = listed.json()["next"]
    assert (found, cursor) == (whole["items"], None)
