from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from httpx import AsyncClient

from events_service.people import actions
from events_service.people.rules import Role
from tests.people.given import PASSWORD, account, browser, count, enter, second_factor

pytestmark = pytest.mark.usefixtures("database")
NOTHING = "0" * 32


@pytest_asyncio.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with browser() as started:
        yield started


async def bearer(role: Role = Role.OWNER, event: str | None = None) -> dict[str, str]:
    token = await actions.make_api_token(role, event_slug=event, name=f"{role} {event}")
    return {"Authorization": f"Bearer {token}"}


def codes(answer: Any) -> list[tuple[str, str]]:
    assert answer.headers["content-type"].startswith("application/problem+json")
    return [(error["field"], error["code"]) for error in answer.json().get("errors", [])]


async def test_me_tells_whose_token_it_is(client: AsyncClient) -> None:
    answer = await client.get("/api/v1/me", headers=await bearer(Role.REGISTRAR, "launch"))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["kind"], told["email"], told["roles"]) == (
        "token", None, [{"role": "registrar", "event": "launch"}]
    )  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer nothing"},
        {"Authorization": "Bearer"},
        {"Authorization": ""},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer \xe5\xff"},
    ],
)
async def test_without_a_token_that_holds_the_answer_is_401(client: AsyncClient, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    for path in ("/api/v1/me", "/api/v1/tokens", "/api/v1/events/launch/letters"):
        answer = await client.get(path, headers=raw)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_cookie_of_a_sign_in_opens_no_api(client: AsyncClient) -> None:
    await account()
    await enter(client)
    assert (await client.get("/api/v1/me")).status_code == 401


@pytest.mark.parametrize(
    ("role", "event", "status"),
    [
        (Role.REGISTRAR, "launch", 200),
        (Role.REGISTRAR, None, 200),
        (Role.REGISTRAR, "summit", 403),
        (Role.VIEWER, "launch", 403),
    ],
)
async def test_a_route_of_an_event_asks_for_a_role_at_that_event(
    client: AsyncClient, role: Role, event: str | None, status: int
) -> None:
    answer = await client.get("/api/v1/events/launch/letters", headers=await bearer(role, event))
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/tokens"), ("POST", "/tokens"), ("DELETE", f"/tokens/{NOTHING}"),
        ("GET", "/accounts"), ("POST", "/accounts"),
        ("POST", f"/accounts/{NOTHING}/roles"), ("DELETE", f"/accounts/{NOTHING}/roles/owner"),
        ("POST", f"/accounts/{NOTHING}/disable"), ("POST", f"/accounts/{NOTHING}/enable"),
        ("DELETE", f"/accounts/{NOTHING}/second-factor"),
    ],
)  # fmt: skip
async def test_only_an_owner_of_all_events_manages_people(client: AsyncClient, method: str, path: str) -> None:
    for role, event in ((Role.ORGANISER, None), (Role.OWNER, "launch")):
        answer = await client.request(method, f"/api/v1{path}", headers=await bearer(role, event), json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await client.request(method, f"/api/v1{path}", json={})).status_code == 401


async def test_a_token_is_made_listed_used_and_revoked(client: AsyncClient) -> None:
    owner = await bearer()
    body = {"name": "Badge printer", "role": "registrar", "event": "launch"}
    made = await client.post("/api/v1/tokens", headers=owner, json=body)
    assert made.status_code == 201
    token = made.json()
    assert {name: token[name] for name in body} == body
    used = {"Authorization": f"bearer {token['token']}"}
    assert (await client.get("/api/v1/me", headers=used)).json()["id"] == token["id"]

    listed = (await client.get("/api/v1/tokens", headers=owner)).json()
    assert [one["name"] for one in listed["items"]] == ["owner None", "Badge printer"]
    assert token["token"] not in str(listed)

    for _ in range(2):
        assert (await client.delete(f"/api/v1/tokens/{token['id']}", headers=owner)).status_code == 204
    assert (await client.get("/api/v1/me", headers=used)).status_code == 401
    listed = (await client.get("/api/v1/tokens", headers=owner)).json()
    assert [one["revoked_at"] is None for one in listed["items"]] == [True, False]


async def test_lists_go_on_by_their_cursor(client: AsyncClient) -> None:
    owner = await bearer()
    for n in range(3):
        await account(f"guest{n}@malmo.example", Role.VIEWER)
    first = (await client.get("/api/v1/accounts?limit=2", headers=owner)).json()
    rest = (await client.get("/api/v1/accounts", params={"cursor": first["next"]}, headers=owner)).json()
    emails = [one["email"] for one in first["items"] + rest["items"]]
    assert (emails, rest["next"]) == ([f"guest{n}@malmo.example" for n in range(3)], None)
    assert (await client.get("/api/v1/accounts?cursor=%C3%A5", headers=owner)).status_code == 422


async def test_an_account_is_added_given_roles_shut_and_opened(client: AsyncClient) -> None:
    owner = await bearer()
    body = {"email": "Asa@Malmo.example", "name": "Åsa", "role": "viewer", "password": PASSWORD}
    added = await client.post("/api/v1/accounts", headers=owner, json=body)
    assert added.status_code == 201
    told = added.json()
    assert (told["email"], told["roles"]) == ("asa@malmo.example", [{"role": "viewer", "event": None}])
    assert "password" not in str(told)
    assert (await client.post("/api/v1/accounts", headers=owner, json=body)).json() == told

    path = f"/api/v1/accounts/{told['id']}"
    given = await client.post(f"{path}/roles", headers=owner, json={"role": "registrar", "event": "launch"})
    assert given.status_code == 201
    assert given.json()["roles"] == [{"role": "viewer", "event": None}, {"role": "registrar", "event": "launch"}]
    taken = await client.delete(f"{path}/roles/registrar?event=launch", headers=owner)
    assert taken.status_code == 204
    assert (await client.delete(f"{path}/roles/registrar?event=launch", headers=owner)).status_code == 404

    shut = await client.post(f"{path}/disable", headers=owner)
    assert (shut.status_code, shut.json()["disabled"]) == (200, True)
    opened = await client.post(f"{path}/enable", headers=owner)
    assert (opened.status_code, opened.json()["disabled"]) == (200, False)
    await enter(client)


async def test_a_second_factor_is_reset_for_somebody_who_lost_the_phone(client: AsyncClient) -> None:
    owner = await bearer()
    account_id = await account()
    await second_factor(account_id)
    listed = (await client.get("/api/v1/accounts", headers=owner)).json()
    assert [one["second_factor"] for one in listed["items"]] == [True]
    for _ in range(2):
        answer = await client.delete(f"/api/v1/accounts/{account_id}/second-factor", headers=owner)
        assert (answer.status_code, answer.content) == (204, b"")
    listed = (await client.get("/api/v1/accounts", headers=owner)).json()
    assert [one["second_factor"] for one in listed["items"]] == [False]
    await enter(client)


async def test_the_last_owner_stays(client: AsyncClient) -> None:
    owner = await bearer()
    account_id = await account()
    for method, path in (("DELETE", "roles/owner"), ("POST", "disable")):
        answer = await client.request(method, f"/api/v1/accounts/{account_id}/{path}", headers=owner)
        assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")


@pytest.mark.parametrize("strange", [NOTHING, "nothing", "%00", "%ff", "..%2f"])
async def test_what_is_not_there_is_404(client: AsyncClient, strange: str) -> None:
    owner = await bearer()
    for method, path in (
        ("DELETE", f"tokens/{strange}"),
        ("POST", f"accounts/{strange}/roles"),
        ("DELETE", f"accounts/{strange}/roles/viewer"),
        ("POST", f"accounts/{strange}/disable"),
        ("POST", f"accounts/{strange}/enable"),
        ("DELETE", f"accounts/{strange}/second-factor"),
    ):
        answer = await client.request(method, f"/api/v1/{path}", headers=owner, json={"role": "viewer"})
        assert answer.status_code == 404, path


async def test_every_wrong_field_is_told_at_once_and_nothing_is_added(client: AsyncClient) -> None:
    owner = await bearer()
    wrong = {"email": "nobody", "role": "emperor", "event": "Not A Slug", "name": "a\nb", "language": "?", "x": 1}
    answer = await client.post("/api/v1/accounts", headers=owner, json=wrong)
    assert answer.status_code == 422
    assert codes(answer) == [
        ("email", "invalid_email"),
        ("role", "unknown_value"),
        ("event", "invalid_slug"),
        ("name", "forbidden_characters"),
        ("language", "invalid_language"),
        ("x", "unknown_field"),
    ]
    weak = {"email": "asa@malmo.example", "role": "viewer", "password": "x"}
    answer = await client.post("/api/v1/accounts", headers=owner, json=weak)
    assert codes(answer) == [("password", "password_too_short")]
    assert await count("account") == 0


async def test_a_role_is_given_only_for_an_event_that_there_is(client: AsyncClient) -> None:
    owner = await bearer()
    nowhere = {"role": "viewer", "event": "nowhere"}
    account_id = await account()
    for path, body in (
        ("tokens", {"name": "x", **nowhere}),
        ("accounts", {"email": "a@b.example", **nowhere}),
        (f"accounts/{account_id}/roles", nowhere),
    ):
        answer = await client.post(f"/api/v1/{path}", headers=owner, json=body)
        assert (answer.status_code, codes(answer)) == (422, [("event", "unknown_event")])
