"""Questions through the API and in the back office."""

from collections.abc import AsyncIterator
from functools import cache
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar
from litestar.exceptions import HTTPException

from events_service.errors import Refused
from events_service.events.queries import event_by_slug
from events_service.people.guards import know_visitor
from events_service.people.rules import Role
from events_service.questions import api, pages
from events_service.questions.queries import every_question_of, questions_of, sensitive_names
from events_service.web.bodies import JsonBodies
from events_service.web.problems import answer_http, answer_refused
from tests.questions.given import asked
from tests.registrations.given import an_event, bearer, enter, form_token

pytestmark = pytest.mark.usefixtures("database")
API = "/api/v1/events/guide-launch/questions"
DESK = "/office/events/guide-launch/questions"
RIDE = {
    "name": "ride",
    "kind": "choice",
    "labels": {"en": "How do you come?", "sv": "Hur kommer du?"},
    "options": [
        {"value": "bus", "labels": {"en": "By bus"}},
        {"value": "train", "labels": {"en": "By train", "sv": "Med tåg"}},
    ],
    "required": True,
}


@cache
def an_app() -> Litestar:
    return Litestar(
        [*api.ROUTES, *pages.ROUTES],
        before_request=know_visitor,
        plugins=[JsonBodies()],
        exception_handlers={Refused: answer_refused, HTTPException: answer_http},
    )


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(cast(Any, an_app()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as started:
        yield started


async def names() -> list[str]:
    return [one.name for one in await questions_of(await an_id())]


async def an_id() -> str:
    return (await event_by_slug("guide-launch")).id


async def test_a_program_asks_changes_moves_and_stops_asking(client: httpx.AsyncClient) -> None:
    await an_event()
    organiser = await bearer(Role.ORGANISER)
    ride = await client.post(API, json=RIDE, headers=organiser)
    assert (ride.status_code, ride.json()["version"], ride.json()["position"]) == (201, 1, 0)
    for name in ("second", "third"):
        await client.post(API, json={"name": name, "kind": "text", "labels": {"en": name}}, headers=organiser)
    one = f"{API}/{ride.json()['id']}"
    moved = await client.patch(one, json={"version": 1, "required": False, "position": 1}, headers=organiser)
    assert (moved.json()["version"], moved.json()["required"]) == (2, False)
    assert await names() == ["second", "ride", "third"]
    assert (await client.patch(one, json={"position": 10_000}, headers=organiser)).json()["version"] == 2
    assert await names() == ["second", "third", "ride"]
    stale = await client.patch(one, json={"version": 1, "long": True}, headers=organiser)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert (await client.delete(one, headers=organiser)).status_code == 204
    assert (await client.get(one, headers=organiser)).status_code == 404
    # The name is free again; what was answered under it keeps its words.
    assert (await client.post(API, json=RIDE, headers=organiser)).status_code == 201
    assert [one.is_retired for one in await every_question_of(await an_id())] == [True, False, False, False]


async def test_all_that_is_wrong_is_told_at_once(client: httpx.AsyncClient) -> None:
    await an_event()
    organiser = await bearer(Role.ORGANISER)
    bad = {
        "name": "Über",
        "kind": "riddle",
        "labels": {"xx": "?"},
        "options": [{"value": "", "labels": {}}],
        "most": "x",
    }
    answer = await client.post(API, json=bad, headers=organiser)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {
        "name",
        "kind",
        "labels",
        "options.0.value",
        "most",
    }
    answer = await client.post(API, json={**RIDE, "labels": {}, "options": []}, headers=organiser)
    assert {error["field"] for error in answer.json()["errors"]} == {"labels.en", "options"}


async def test_what_was_promised_or_is_waited_for_stays(client: httpx.AsyncClient) -> None:
    await an_event()
    organiser = await bearer(Role.ORGANISER)
    secret = await asked("medicine", sensitive=True)
    answer = await client.patch(f"{API}/{secret.id}", json={"sensitive": False}, headers=organiser)
    assert [error["code"] for error in answer.json()["errors"]] == ["stays_sensitive"]
    ride = await asked("ride", "choice", options=["bus", "train", "foot"])
    await asked("seat", condition={"question": "ride", "answers": ["train"]})
    fewer = [{"value": value, "labels": {"en": value}} for value in ("bus", "foot")]
    answer = await client.patch(f"{API}/{ride.id}", json={"options": fewer}, headers=organiser)
    assert [error["code"] for error in answer.json()["errors"]] == ["answer_in_use"]
    answer = await client.delete(f"{API}/{ride.id}", headers=organiser)
    assert (answer.status_code, answer.json()["code"]) == (409, "question_in_use")
    await client.delete(f"{API}/{secret.id}", headers=organiser)
    assert "medicine" in await sensitive_names(await an_id())


async def test_the_form_is_public_in_ones_language_and_for_ones_category(client: httpx.AsyncClient) -> None:
    await an_event()
    await client.post(API, json=RIDE, headers=await bearer(Role.ORGANISER))
    await asked("press_card", categories=["media"])
    path = "/api/v1/events/guide-launch/form"
    swedish = (await client.get(path, params={"language": "sv", "category": "guest"})).json()
    assert [(one["name"], one["label"]) for one in swedish["questions"]] == [("ride", "Hur kommer du?")]
    assert swedish["questions"][0]["options"] == [
        {"value": "bus", "label": "By bus"},
        {"value": "train", "label": "Med tåg"},
    ]
    everything = (await client.get(path, params={"language": "tlh"})).json()
    assert [one["name"] for one in everything["questions"]] == ["ride", "press_card"]
    assert everything["language"] == "en"
    await an_event(slug="hidden", visibility="members")
    assert (await client.get("/api/v1/events/hidden/form")).status_code == 404


async def test_only_organisers_ask(client: httpx.AsyncClient) -> None:
    await an_event()
    for headers, status in (({}, 401), (await bearer(Role.REGISTRAR), 403)):
        assert (await client.get(API, headers=headers)).status_code == status
        assert (await client.post(API, json=RIDE, headers=headers)).status_code == status


async def test_the_back_office_adds_edits_orders_and_removes(client: httpx.AsyncClient) -> None:
    await an_event()
    await enter(client, Role.ORGANISER)
    token = {"csrf_token": await form_token(client, DESK)}
    for preset in ("diet", "diet", "photo_consent"):
        assert (await client.post(f"{DESK}/presets", data=token | {"preset": preset})).status_code == 303
    typed = {"kind": "choice", "labels.en": "How do you come?", "labels.da": "Hvordan kommer du?", "required": "true"}
    lines = {"options.en": "bus: By bus\nOn foot", "options.da": "bus: Med bus"}
    more = {"categories": ["media", "guest"], "condition": ["photo_consent=true"]}
    assert (await client.post(f"{DESK}/new", data=token | typed | lines | more)).status_code == 303
    diet, photos, ride = await questions_of(await an_id())
    assert (ride.name, ride.required, ride.condition and ride.condition.question) == (
        "how_do_you_come",
        True,
        photos.name,
    )
    assert [(one.value, one.labels) for one in ride.options] == [
        ("bus", {"en": "By bus", "da": "Med bus"}),
        ("on_foot", {"en": "On foot"}),
    ]
    assert (diet.sensitive, diet.labels["is"]) == (True, "Matur")

    shown = (await client.get(f"{DESK}/{ride.id}")).text
    assert "bus: By bus\non_foot: On foot" in shown
    assert 'value="photo_consent=true" checked' in shown
    changed = (
        token | typed | lines | {"version": "1", "labels.en": "Your way?", "help.en": "There is a stand for bicycles."}
    )
    assert (await client.post(f"{DESK}/{ride.id}", data=changed)).status_code == 303
    stale = await client.post(f"{DESK}/{ride.id}", data=changed)
    assert (stale.status_code, "Somebody changed this meanwhile" in stale.text) == (409, True)
    await client.post(f"{DESK}/{ride.id}/up", data=token)
    assert await names() == ["diet", "how_do_you_come", "photo_consent"]
    await client.post(f"{DESK}/{diet.id}/down", data=token)
    assert await names() == ["how_do_you_come", "diet", "photo_consent"]
    assert (await client.post(f"{DESK}/{diet.id}/remove", data=token)).status_code == 409
    assert (await client.post(f"{DESK}/{diet.id}/remove", data=token | {"version": "1"})).status_code == 303
    listed = (await client.get(DESK)).text
    assert "Your way?" in listed
    assert "Ask about food" in listed
    assert "Ask for consent to photographs" not in listed


async def test_the_form_comes_back_with_what_was_typed_and_is_wrong(client: httpx.AsyncClient) -> None:
    await an_event()
    await asked("photos", "consent")
    await asked("ride", "choice", options=["bus", "train"])
    await enter(client, Role.ORGANISER)
    token = {"csrf_token": await form_token(client, DESK)}
    typed = {"kind": "choice", "labels.da": "Hvad?", "options.en": "one", "condition": ["ride=bus", "photos=true"]}
    answer = await client.post(f"{DESK}/new", data=token | typed | {"name": "Bad name"})
    assert answer.status_code == 422
    for field in ("name", "condition"):
        assert f'href="#f-{field}"' in answer.text
    assert 'value="Hvad?"' in answer.text
    answer = await client.post(f"{DESK}/new", data=token | typed | {"condition": ["ride=boat"]})
    assert answer.status_code == 422
    for field in ("labels.en", "options.en", "condition"):
        assert f'href="#f-{field}"' in answer.text
    assert await names() == ["photos", "ride"]


async def test_questions_are_read_page_by_page(client: httpx.AsyncClient) -> None:
    await an_event()
    organiser = await bearer(Role.ORGANISER)
    for name in ("one", "two", "three"):
        await client.post(API, json={"name": name, "kind": "text", "labels": {"en": name}}, headers=organiser)
    whole = (await client.get(API, headers=organiser)).json()
    first = (await client.get(API, params={"limit": "2"}, headers=organiser)).json()
    second = (await client.get(API, params={"limit": "2", "cursor": first["next"]}, headers=organiser)).json()
    assert (first["items"] + second["items"], second["next"], whole["next"]) == (whole["items"], None, None)
    assert [one["position"] for one in second["items"]] == [2]
