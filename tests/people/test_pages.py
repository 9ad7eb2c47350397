from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from httpx import AsyncClient

from events_service import clock, database, settings
from events_service.people import actions, queries, sign_ins
from events_service.people.rules import Role
from events_service.settings import Settings
from tests.conftest import settings_for
from tests.people.given import OTHER_PASSWORD, PASSWORD, account, age_sign_ins, browser, count, enter, form_token

pytestmark = pytest.mark.usefixtures("database")
SIGN_IN = {"email": "asa@malmo.example", "password": PASSWORD}


@pytest_asyncio.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with browser() as started:
        yield started


async def test_a_stranger_signs_in_and_goes_on_to_the_page_that_was_asked_for(client: AsyncClient) -> None:
    await account()
    asked = await client.get("/office/people")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=office.people")
    shown = await client.get(asked.headers["location"])
    assert '<input type="hidden" name="next" value="office.people">' in shown.text
    assert shown.headers["cache-control"] == "no-store"
    answer = await client.post("/sign-in", data={**SIGN_IN, "next": "office.people"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/office/people")
    assert (await client.get("/office/people")).status_code == 200
    assert (await client.get("/sign-in")).headers["location"] == "/office"


@pytest.mark.parametrize(
    ("next_route", "landing"),
    [
        ("", "/office"),
        ("office", "/office"),
        ("office.account", "/office/account"),
        ("office.event", "/office"),
        ("sign_in", "/office"),
        ("office.nowhere", "/office"),
        ("https://evil.example/", "/office"),
        ("//evil.example", "/office"),
        ("/office/people", "/office"),
        ("office\\..", "/office"),
    ],
)
async def test_next_is_the_name_of_a_page_of_ours_and_nothing_else(
    client: AsyncClient, next_route: str, landing: str
) -> None:
    await account()
    answer = await client.post("/sign-in", data={**SIGN_IN, "next": next_route})
    assert (answer.status_code, answer.headers["location"]) == (303, landing)


async def test_a_posted_form_of_somebody_signed_out_leads_to_the_sign_in_page(client: AsyncClient) -> None:
    answer = await client.post("/office/people", data={"email": "a@b.example", "role": "owner"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize(
    ("email", "password"),
    [("asa@malmo.example", "not-the-one"), ("stranger@malmo.example", PASSWORD), ("no address", PASSWORD)],
)
async def test_a_wrong_sign_in_shows_the_form_again_with_the_same_words(
    client: AsyncClient, email: str, password: str
) -> None:
    await account()
    answer = await client.post("/sign-in", data={"email": email, "password": password, "next": "office"})
    assert answer.status_code == 401
    assert "The mail address or the password is not right." in answer.text
    assert f'value="{email}"' in answer.text
    assert 'name="next" value="office"' in answer.text
    assert password not in answer.text
    assert "set-cookie" not in answer.headers


async def test_an_empty_sign_in_names_every_missing_field(client: AsyncClient) -> None:
    answer = await client.post("/sign-in", data={})
    assert answer.status_code == 422
    assert ("#f-email" in answer.text, "#f-password" in answer.text) == (True, True)


async def test_after_five_wrong_passwords_the_page_says_when_to_try_again(
    client: AsyncClient, database: Settings, tmp_path: Path
) -> None:
    settings.use(settings_for(database.database_url, tmp_path, rate_limits="on"))
    await account()
    wrong = {"email": "asa@malmo.example", "password": "wrong"}
    assert [(await client.post("/sign-in", data=wrong)).status_code for _ in range(6)] == [401] * 5 + [429]
    answer = await client.post("/sign-in", data=SIGN_IN)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900


@pytest.mark.parametrize(
    ("base_url", "name", "secure"),
    [("http://127.0.0.1:8000", "signin", False), ("https://events.example.org", "__Host-signin", True)],
)
async def test_the_cookie_is_for_the_server_alone(
    database: Settings, tmp_path: Path, base_url: str, name: str, secure: bool
) -> None:
    settings.use(settings_for(database.database_url, tmp_path, base_url=base_url))
    await account()
    async with browser(base_url) as client:
        cookie = (await client.post("/sign-in", data=SIGN_IN)).headers["set-cookie"]
        value, *attributes = [part.strip() for part in cookie.split(";")]
        assert value.startswith(f"{name}=")
        wanted = ["HttpOnly", "Path=/", "SameSite=lax"] + (["Secure"] if secure else [])
        assert sorted(attributes) == wanted


async def test_a_cookie_that_the_browser_brought_is_not_the_one_it_gets(client: AsyncClient) -> None:
    await account()
    client.cookies.set("signin", "a" * 32, domain="127.0.0.1")
    shown = (await client.get("/sign-in")).text
    token = shown.split('name="csrf_token" value="')[1].split('"')[0]
    answer = await client.post("/sign-in", data={**SIGN_IN, "csrf_token": token})
    assert answer.status_code == 303
    assert "a" * 32 not in answer.headers["set-cookie"]


@pytest.mark.parametrize("given", [None, "", "a" * 32, "å" * 32, "\ud83d"])
async def test_a_form_without_the_token_of_this_very_sign_in_is_refused(client: AsyncClient, given: str | None) -> None:
    await account()
    await enter(client)
    body = {"email": "new@malmo.example", "role": "viewer"}
    encoded = {**body, "csrf_token": given.encode("utf-8", "surrogatepass")} if given is not None else body
    answer = await client.post("/office/people", data=encoded)
    assert answer.status_code == 403
    assert "earlier visit" in answer.text
    assert await count("account") == 1


async def test_the_token_of_somebody_elses_page_is_refused(client: AsyncClient) -> None:
    await account()
    await account("other@malmo.example")
    await enter(client)
    async with browser() as elsewhere:
        theirs = await enter(elsewhere, "other@malmo.example")
    body = {"email": "new@malmo.example", "role": "viewer", "csrf_token": theirs}
    assert (await client.post("/office/people", data=body)).status_code == 403


async def test_scripts_send_the_token_in_a_header(client: AsyncClient) -> None:
    await account()
    token = await enter(client)
    body = {"email": "new@malmo.example", "role": "viewer"}
    answer = await client.post("/office/people", data=body, headers={"X-CSRF-Token": token})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
async def test_a_form_from_another_site_is_refused_even_with_the_token(
    client: AsyncClient, headers: dict[str, str]
) -> None:
    await account()
    token = await enter(client)
    answer = await client.post("/sign-out", data={"csrf_token": token}, headers=headers)
    assert answer.status_code == 403
    assert (await client.get("/office")).status_code == 200


async def test_signing_out_ends_the_sign_in_on_the_server_too(client: AsyncClient) -> None:
    await account()
    token = await enter(client)
    cookie = client.cookies["signin"]
    answer = await client.post("/sign-out", data={"csrf_token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?done=signed_out")
    assert "signin" not in client.cookies
    assert await count("sign_in") == 0
    client.cookies.set("signin", cookie, domain="127.0.0.1")
    assert (await client.get("/office")).status_code == 303
    assert "You are signed out." in (await client.get("/sign-in?done=signed_out")).text


async def test_a_sign_in_runs_out_when_idle_and_lasts_while_it_is_used(client: AsyncClient) -> None:
    await account()
    await enter(client)
    await age_sign_ins(opened=timedelta(hours=1), seen=timedelta(minutes=29))
    assert (await client.get("/office")).status_code == 200
    row = await database.fetch_one("SELECT last_seen_at FROM sign_in")
    assert row is not None
    assert clock.now() - row["last_seen_at"] < timedelta(minutes=1)
    await age_sign_ins(opened=timedelta(hours=1), seen=timedelta(minutes=30))
    assert (await client.get("/office")).status_code == 303


async def test_a_page_is_forbidden_to_whom_the_role_does_not_allow_it(client: AsyncClient) -> None:
    await account(role=Role.ORGANISER, event="launch")
    await enter(client)
    statuses = [
        (await client.get(path)).status_code
        for path in ("/office", "/office/account", "/office/events/launch", "/office/events/summit", "/office/people")
    ]
    assert statuses == [200, 200, 200, 403, 403]


async def test_the_office_lists_accounts_and_gives_roles(client: AsyncClient) -> None:
    await account()
    token = await enter(client)
    body = {"email": "Liv@Oslo.example", "name": "Liv", "role": "registrar", "event": "launch", "csrf_token": token}
    answer = await client.post("/office/people", data=body)
    assert (answer.status_code, answer.headers["location"]) == (303, "/office/people?done=role_given")
    shown = (await client.get(answer.headers["location"])).text
    for words in ("liv@oslo.example", "Registrar", "launch", "The role is given.", "No password yet"):
        assert words in shown


async def test_a_wrong_form_keeps_what_was_typed_save_the_password(client: AsyncClient) -> None:
    await account()
    token = await enter(client)
    body = {
        "email": "nobody",
        "name": "Liv",
        "role": "",
        "event": "nowhere",
        "password": "short-one",
        "csrf_token": token,
    }
    answer = await client.post("/office/people", data=body)
    assert answer.status_code == 422
    assert ('value="nobody"' in answer.text, 'value="Liv"' in answer.text) == (True, True)
    assert ("#f-email" in answer.text, "#f-role" in answer.text, "short-one" in answer.text) == (True, True, False)
    weak = {"email": "liv@oslo.example", "role": "viewer", "password": "short-one", "csrf_token": token}
    answer = await client.post("/office/people", data=weak)
    assert (answer.status_code, "at least 12 characters" in answer.text) == (422, True)
    elsewhere = {"email": "liv@oslo.example", "role": "viewer", "event": "nowhere", "csrf_token": token}
    answer = await client.post("/office/people", data=elsewhere)
    assert (answer.status_code, "There is no event of this name." in answer.text) == (422, True)
    assert await count("account") == 1


async def test_whoever_changes_their_own_roles_goes_on_under_a_new_cookie(client: AsyncClient) -> None:
    account_id = await account()
    token = await enter(client)
    before = client.cookies["signin"]
    elsewhere = await sign_ins.sign_in("asa@malmo.example", PASSWORD, address="192.0.2.9")
    body = {"email": "asa@malmo.example", "role": "registrar", "event": "launch", "csrf_token": token}
    await client.post("/office/people", data=body)
    assert client.cookies["signin"] != before
    for ended in (before, elsewhere):
        assert await queries.signed_in(ended, now=clock.now()) is None
    taken = {"role": "registrar", "event": "launch", "csrf_token": await form_token(client)}
    answer = await client.post(f"/office/people/{account_id}/withdraw", data=taken)
    assert answer.headers["location"] == "/office/people?done=role_withdrawn"
    assert (await queries.account(account_id)).roles == (("owner", None),)
    assert (await client.get("/office/people")).status_code == 200


async def test_an_account_is_shut_and_opened_and_the_last_owner_stays(client: AsyncClient) -> None:
    own, other = await account(), await account("liv@oslo.example", Role.VIEWER)
    token = {"csrf_token": await enter(client)}
    assert (await client.post(f"/office/people/{other}/disable", data=token)).status_code == 303
    assert "Open again" in (await client.get("/office/people")).text
    assert (await queries.account(other)).disabled is True
    assert (await client.post(f"/office/people/{other}/enable", data=token)).status_code == 303
    assert (await queries.account(other)).disabled is False
    refused = await client.post(f"/office/people/{own}/disable", data=token)
    assert (refused.status_code, "last owner" in refused.text) == (409, True)
    assert (await client.post("/office/people/%00/disable", data=token)).status_code == 404


async def test_a_token_is_shown_once_and_revoked_by_a_button(client: AsyncClient) -> None:
    await account()
    token = await enter(client)
    body = {"name": "Badge printer", "role": "registrar", "event": "launch", "csrf_token": token}
    made = await client.post("/office/people/tokens", data=body)
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    shown = made.text.split("<code>")[1].split("</code>")[0]
    found = await queries.bearer(shown)
    assert found is not None
    page = (await client.get("/office/people")).text
    assert ("Badge printer" in page, shown in page) == (True, False)
    answer = await client.post(f"/office/people/tokens/{found.id}/revoke", data={"csrf_token": token})
    assert answer.headers["location"] == "/office/people?done=token_revoked"
    assert await queries.bearer(shown) is None

    wrong = await client.post("/office/people/tokens", data={"name": "", "role": "viewer", "csrf_token": token})
    assert (wrong.status_code, "#f-token-name" in wrong.text) == (422, True)
    assert await count("api_token") == 1


async def test_ones_own_password_is_changed_knowing_the_present_one(client: AsyncClient) -> None:
    await account(role=Role.VIEWER)
    token = await enter(client)
    before = client.cookies["signin"]
    wrong = await client.post("/office/account", data={"current": "x", "new": OTHER_PASSWORD, "csrf_token": token})
    assert (wrong.status_code, "not your present password" in wrong.text) == (422, True)
    missing = await client.post("/office/account", data={"csrf_token": token})
    assert (missing.status_code, "#f-current" in missing.text, "#f-new" in missing.text) == (422, True, True)
    right = {"current": PASSWORD, "new": OTHER_PASSWORD, "csrf_token": token}
    answer = await client.post("/office/account", data=right)
    assert (answer.status_code, answer.headers["location"]) == (303, "/office/account?done=password_changed")
    assert client.cookies["signin"] != before
    assert "Your password is changed." in (await client.get(answer.headers["location"])).text
    assert (await client.post("/sign-in", data={**SIGN_IN, "csrf_token": await form_token(client)})).status_code == 401


async def test_many_accounts_are_shown_a_hundred_at_a_time(client: AsyncClient) -> None:
    await account()
    for n in range(100):
        await actions.add_account(f"guest{n:03}@malmo.example", Role.VIEWER)
    await enter(client)
    first = (await client.get("/office/people")).text
    assert ("guest098@" in first, "guest099@" in first) == (True, False)
    later = first.split('rel="next" href="')[1].split('"')[0]
    second = (await client.get(later)).text
    assert ("guest098@" in second, "guest099@" in second) == (False, True)
