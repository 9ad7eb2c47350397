"""Registrations over HTTP, for programs."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
import zxingcpp
from PIL import Image

from events_service import settings as settings_floor
from events_service.people.rules import Role
from events_service.registrations import actions, seat_tables
from events_service.registrations.queries import registration_by_id
from events_service.settings import Settings
from tests.conftest import settings_for
from tests.registrations.given import (
    BODY,
    JOIN_URL,
    a_browser,
    an_event,
    bearer,
    enter,
    letter_kinds,
    page_code_of,
    person,
    register,
    statuses,
)

pytestmark = pytest.mark.usefixtures("database")
PATH = "/api/v1/events/guide-launch/registrations"
NOTHING = "0" * 32


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def wrong_fields(answer: httpx.Response) -> dict[str, str]:
    assert problem(answer) == (422, "invalid")
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


async def test_the_public_is_told_status_and_position_alone(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 1})
    first = await client.post(PATH, json=BODY)
    assert (first.status_code, first.json()) == (201, {"status": "confirmed", "waitlist_position": None})
    second = await client.post(PATH, json=BODY | {"email": "bo@x.example"})
    assert (second.status_code, second.json()) == (201, {"status": "waitlisted", "waitlist_position": 1})


@pytest.mark.parametrize(
    "terms", [{"capacity": 9}, {"capacity": 1}, {"capacity": 1, "waitlist": False}, {"mode": "approval"}]
)
async def test_known_and_unknown_addresses_get_the_same_bytes(client: httpx.AsyncClient, terms: dict[str, Any]) -> None:
    await an_event(terms=terms)
    await register()
    known = await client.post(PATH, json=BODY)
    unknown = await client.post(PATH, json=BODY | {"email": "oda@malmo.example"})
    assert known.content == unknown.content
    assert known.status_code == unknown.status_code
    assert dict(known.headers) == dict(unknown.headers)


async def test_double_submit_is_one_registration_and_one_letter(client: httpx.AsyncClient) -> None:
    await an_event()
    answers = await asyncio.gather(*[client.post(PATH, json=BODY) for _ in range(20)])
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (201, '{"status":"confirmed","waitlist_position":null}')
    }
    assert list(await statuses()) == [BODY["email"]]
    assert await letter_kinds() == ["confirmed"]


async def test_a_registrar_registers_others_and_gets_links_and_badge(client: httpx.AsyncClient) -> None:
    await an_event(terms={"mode": "invitation", "capacity": 1})
    headers = await bearer(Role.REGISTRAR, "guide-launch")
    answer = await client.post(PATH, json=BODY | {"consent": False}, headers=headers)
    assert answer.status_code == 201
    told = answer.json()
    who = await registration_by_id(told["id"])
    assert (told["status"], told["waitlist_position"], who.source) == ("confirmed", None, "registrar")
    assert told["manage_url"] == f"http://127.0.0.1:8000/my#{page_code_of(who)}"
    assert told["badge"].startswith("S1") and len(told["badge"]) == 146
    waiting = (await client.post(PATH, json=BODY | {"email": "bo@x.example"}, headers=headers)).json()
    assert (waiting["status"], waiting["waitlist_position"], waiting["badge"]) == ("waitlisted", 1, None)
    again = (await client.post(PATH, json=BODY, headers=headers)).json()
    assert again == told
    assert await letter_kinds() == ["confirmed"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"publish": False}, (404, "not_found")),
        ({"visibility": "members"}, (404, "not_found")),
        ({"visibility": "invited"}, (404, "not_found")),
        ({"visibility": "unlisted", "terms": {"mode": "invitation"}}, (403, "invitation_required")),
        ({"terms": {"mode": "closed"}}, (409, "registration_closed")),
        ({"terms": {"opens_at": "2037-01-01T00:00"}}, (409, "registration_closed")),
    ],
)
async def test_a_stranger_is_refused_by_name(
    client: httpx.AsyncClient, given: dict[str, Any], expected: tuple[int, str]
) -> None:
    await an_event(**given)
    assert problem(await client.post(PATH, json=BODY)) == expected
    assert await statuses() == {}


async def test_full_without_a_waiting_list(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 1, "waitlist": False})
    await register(1)
    assert problem(await client.post(PATH, json=BODY)) == (409, "event_full")


@pytest.mark.parametrize("slug", ["nowhere", "%00", "a" * 300, "guide-launch%00", "Guide-Launch", "%F0%9F%8E%AA"])
async def test_what_is_no_event_is_not_found(client: httpx.AsyncClient, slug: str) -> None:
    await an_event()
    assert problem(await client.post(f"/api/v1/events/{slug}/registrations", json=BODY)) == (404, "not_found")


async def test_every_wrong_field_is_told_at_once(client: httpx.AsyncClient) -> None:
    await an_event()
    wrong = {
        "name": " ",
        "email": "asa@",
        "organisation": "x" * 201,
        "city": "Mal\u0000mö",
        "category": "queen",
        "attendance": "asleep",
        "language": "klingon!",
        "answers": {"diet": {"a": 1}},
        "session_ids": ["keynote"],
        "invitation": "abc",
        "consent": False,
        "shoe_size": 43,
    }
    assert wrong_fields(await client.post(PATH, json=wrong)) == {
        "name": "required",
        "email": "invalid_email",
        "organisation": "too_long",
        "city": "forbidden_characters",
        "category": "unknown_value",
        "attendance": "unknown_value",
        "language": "invalid_language",
        "answers": "wrong_type",
        "session_ids.0": "unknown_session",
        "invitation": "unknown_invitation",
        "consent": "consent_required",
        "shoe_size": "unknown_field",
    }
    assert set(wrong_fields(await client.post(PATH, json={}))) == {"name", "email", "consent"}
    assert wrong_fields(await client.post(PATH, json=BODY | {"attendance": "online"})) == {"attendance": "not_offered"}


async def test_what_cannot_be_read(client: httpx.AsyncClient) -> None:
    await an_event()
    json_type = {"Content-Type": "application/json"}
    assert problem(await client.post(PATH, content=b'{"name": ', headers=json_type)) == (400, "unreadable")
    assert problem(await client.post(PATH, data={"name": "Asa"})) == (415, "wrong_media_type")
    assert wrong_fields(await client.post(PATH, json=["Asa"])) == {"": "wrong_type"}


@pytest.mark.parametrize(
    ("role", "event", "post", "read"),
    [
        (Role.OWNER, None, 201, 200),
        (Role.ORGANISER, "guide-launch", 201, 200),
        (Role.REGISTRAR, "guide-launch", 201, 200),
        (Role.REGISTRAR, "other", 403, 403),
        (Role.AGENDA_EDITOR, None, 403, 403),
        (Role.DOOR_STEWARD, "guide-launch", 403, 403),
        (Role.VIEWER, None, 403, 403),
    ],
)
async def test_roles_at_an_event_everyone_knows_of(
    client: httpx.AsyncClient, role: Role, event: str | None, post: int, read: int
) -> None:
    await an_event()
    headers = await bearer(role, event)
    assert (await client.post(PATH, json=BODY, headers=headers)).status_code == post
    for path in (PATH, "/api/v1/events/guide-launch/badges"):
        assert (await client.get(path, headers=headers)).status_code == read


async def test_an_event_that_is_not_theirs_to_know_of_is_not_there(client: httpx.AsyncClient) -> None:
    await an_event(publish=False)
    headers = await bearer(Role.REGISTRAR, "other")
    assert problem(await client.post(PATH, json=BODY, headers=headers)) == (404, "not_found")
    assert problem(await client.get(PATH, headers=headers)) == (404, "not_found")
    assert problem(await client.get(PATH)) == (401, "unauthenticated")
    assert problem(await client.post(PATH, json=BODY, headers={"Authorization": "Bearer no"})) == (
        401, "unauthenticated"
    )  # fmt: skip


async def test_a_registration_belongs_to_the_registrars_of_its_event(client: httpx.AsyncClient) -> None:
    await an_event()
    one = f"/api/v1/registrations/{(await register()).registration_id}"
    routes = [
        ("GET", one, None), ("PATCH", one, {"city": "Lund"}), ("POST", f"{one}/approve", None),
        ("POST", f"{one}/decline", {}), ("POST", f"{one}/cancel", {"reason": "no"}), ("POST", f"{one}/resend", None),
        ("GET", f"{one}/badge.svg", None), ("GET", f"{one}/badge.png", None),
    ]  # fmt: skip
    other = await bearer(Role.REGISTRAR, "other")
    steward = await bearer(Role.DOOR_STEWARD, "guide-launch")
    for method, path, body in routes:
        assert problem(await client.request(method, path, json=body)) == (401, "unauthenticated")
        for headers in (other, steward):
            assert problem(await client.request(method, path, json=body, headers=headers)) == (404, "not_found")
    await enter(client, Role.OWNER)
    # A cookie opens nothing under /api.
    assert problem(await client.get(one)) == (401, "unauthenticated")


@pytest.mark.parametrize("registration_id", [NOTHING, "x", "%00", "a" * 500])
async def test_what_is_no_registration_is_not_found(client: httpx.AsyncClient, registration_id: str) -> None:
    answer = await client.get(f"/api/v1/registrations/{registration_id}", headers=await bearer())
    assert problem(answer) == (404, "not_found")


async def test_a_registration_reads_as_the_contract_says(client: httpx.AsyncClient) -> None:
    await an_event(format="hybrid", join_url=JOIN_URL)
    who = await person(await register(answers={"diet": "vegan"}, attendance="online"))
    answer = await client.get(f"/api/v1/registrations/{who.id}", headers=await bearer())
    told = answer.json()
    assert {name: told[name] for name in told if name not in ("badge", "manage_url", "created_at", "changed_at")} == {
        "id": who.id,
        "event": "guide-launch",
        "name": BODY["name"],
        "email": BODY["email"],
        "organisation": BODY["organisation"],
        "city": BODY["city"],
        "category": "practitioner",
        "attendance": "online",
        "language": "en",
        "answers": {"diet": "vegan"},
        "status": "confirmed",
        "waitlist_position": None,
        "source": "public",
        "version": 1,
        "door_note": "",
        "photo_id": False,
        "sessions": [],
    }
    assert told["created_at"].endswith("Z")
    assert JOIN_URL not in answer.text


async def test_lists_page_filter_and_fold(client: httpx.AsyncClient) -> None:
    await an_event()
    for number in range(1, 6):
        await register(number, name=f"Øystein {number}", category="media" if number == 4 else "ngo")
    headers = await bearer()
    seen, cursor = [], ""
    while True:
        answer = (await client.get(f"{PATH}?limit=2&q=oystein&cursor={cursor}", headers=headers)).json()
        seen += [(item["name"], item["waitlist_position"]) for item in answer["items"]]
        if (cursor := answer["next"]) is None:
            break
    assert seen == [(f"Øystein {number}", None if number < 3 else number - 2) for number in range(1, 6)]
    narrowed = (await client.get(f"{PATH}?status=waitlisted&category=media&city=Malmö", headers=headers)).json()
    assert [item["name"] for item in narrowed["items"]] == ["Øystein 4"]
    refused = await client.get(f"{PATH}?status=moon&category=x&limit=0&cursor=!&q=%00", headers=headers)
    assert {"status", "category", "limit", "q"} <= set(wrong_fields(refused))


async def test_a_registrar_corrects_approves_declines_cancels_and_sends_again(client: httpx.AsyncClient) -> None:
    await an_event(terms={"mode": "approval", "capacity": 1})
    first, second, third = [f"/api/v1/registrations/{(await register(n)).registration_id}" for n in (1, 2, 3)]
    headers = await bearer()

    async def do(path: str, body: object = None, *, method: str = "POST") -> dict[str, Any]:
        answer = await client.request(method, path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    assert (await do(f"{first}/approve"))["status"] == "confirmed"
    assert (await do(f"{second}/approve"))["waitlist_position"] == 1
    assert (await do(f"{third}/decline", {"reason": "Full."}))["status"] == "declined"
    assert (await do(first, {"version": 2, "city": "Lund"}, method="PATCH"))["city"] == "Lund"
    stale = await client.patch(first, json={"version": 2, "city": "Oslo"}, headers=headers)
    assert problem(stale) == (409, "stale_version")
    assert (await do(f"{first}/resend"))["version"] == 3
    cancelled = await do(f"{first}/cancel")
    assert (cancelled["status"], cancelled["badge"]) == ("cancelled", None)
    assert (await do(second, method="GET"))["status"] == "confirmed"
    for verb in ("approve", "decline", "cancel", "resend"):
        refused = await client.post(f"{first}/{verb}", headers=headers)
        assert problem(refused) == (409, "wrong_status"), verb


async def test_badges_are_lines_of_json_and_pictures(client: httpx.AsyncClient) -> None:
    await an_event()
    seated, waiting = [(await register(number)).registration_id for number in (1, 3)]
    await register(2)
    await actions.cancel_registration(waiting)
    headers = await bearer()
    answer = await client.get("/api/v1/events/guide-launch/badges", headers=headers)
    assert answer.headers["content-type"] == "application/jsonl"
    lines = [httpx.Response(200, text=line).json() for line in answer.text.splitlines()]
    assert [line["name"] for line in lines] == ["Guest 1", "Guest 2"]
    assert lines[0].keys() == {"registration_id", "name", "badge"}
    picture = await client.get(f"/api/v1/registrations/{seated}/badge.png", headers=headers)
    assert picture.headers["content-type"] == "image/png"
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.content)))
    assert found.text == lines[0]["badge"]
    drawing = await client.get(f"/api/v1/registrations/{seated}/badge.svg", headers=headers)
    assert (drawing.headers["content-type"], drawing.headers["cache-control"]) == ("image/svg+xml", "no-store")
    assert b"<svg" in drawing.content
    refused = await client.get(f"/api/v1/registrations/{waiting}/badge.png", headers=headers)
    assert problem(refused) == (409, "not_confirmed")


async def test_one_address_registers_so_many_and_no_more(
    client: httpx.AsyncClient, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await an_event(terms={"capacity": 100})
    settings_floor.use(settings_for(database.database_url, database.data_dir, rate_limits="on"))
    monkeypatch.setattr(seat_tables, "TRIES", 2)
    answers = [await client.post(PATH, json=BODY | {"email": f"g{n}@x.example"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert int(answers[2].headers["retry-after"]) > 0
    # A forwarded address counts only from a proxy we trust; a registrar's token is not counted.
    forwarded = {"X-Forwarded-For": "198.51.100.4"}
    assert (await client.post(PATH, json=BODY, headers=forwarded)).status_code == 429
    trusting = settings_for(database.database_url, database.data_dir, rate_limits="on", trusted_proxies="192.0.2.0/24")
    settings_floor.use(trusting)
    assert (await client.post(PATH, json=BODY, headers=forwarded)).status_code == 201
    assert (await client.post(PATH, json=BODY, headers=await bearer())).status_code == 201


async def test_each_operation_has_an_example_for_what_goes_in_and_what_comes_out(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/api/openapi.json")).json()["paths"]
    operations = [(path, method, operation) for path in paths for method, operation in paths[path].items()]
    assert len({operation["operationId"] for _, _, operation in operations}) == len(operations) > 15
    for path, method, operation in operations:
        assert operation["tags"] and operation["summary"], (path, method)
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert content["schema"].get("examples"), (path, method)
        for status, answer in operation["responses"].items():
            for media_type, content in answer.get("content", {}).items():
                assert content.get("examples") or media_type == "image/png", (path, method, status)
