import base64
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest
import pytest_asyncio
from httpx import AsyncClient, Response

from events_service import settings
from events_service.people import queries
from events_service.people.rules import Role
from events_service.settings import Settings
from tests.conftest import settings_for
from tests.people.given import (
    PASSWORD,
    Authenticator,
    account,
    browser,
    count,
    enter,
    form_token,
    second_factor,
)

pytestmark = pytest.mark.usefixtures("database")
SIGN_IN = {"email": "asa@malmo.example", "password": PASSWORD, "next": "office.account"}
SET_UP = "/office/account/second-factor"


@pytest_asyncio.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with browser() as started:
        yield started


def hidden(page: str, name: str) -> str:
    """What a hidden field of the page holds."""
    return unescape(page.split(f'name="{name}" value="')[1].split('"')[0])


def fields(page: str, *names: str) -> dict[str, str]:
    return {name: hidden(page, name) for name in names}


def secret_of(page: str) -> str:
    return page.split('pairing__code">')[1].split("<")[0].replace(" ", "")


async def enter_with(client: AsyncClient, code: str) -> Response:
    asked = await client.post("/sign-in", data=SIGN_IN)
    assert (asked.status_code, "set-cookie" in asked.headers) == (200, False)
    return await client.post("/sign-in/code", data={**fields(asked.text, "half_way", "next"), "code": code})


async def test_after_the_password_the_code_leads_on_to_the_page_that_was_asked_for(client: AsyncClient) -> None:
    app, _ = await second_factor(await account())
    answer = await enter_with(client, app.code())
    assert (answer.status_code, answer.headers["location"]) == (303, "/office/account")
    shown = (await client.get("/office/account")).text
    assert ("10 recovery codes are left" in shown, "We recommend it" in shown) == (True, False)


async def test_a_wrong_code_shows_the_form_again_and_the_right_one_goes_on_from_there(client: AsyncClient) -> None:
    app, _ = await second_factor(await account())
    wrong = await enter_with(client, "000000x")
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    assert ("This code is not right" in wrong.text, "000000x" in wrong.text) == (True, False)
    missing = await client.post("/sign-in/code", data=fields(wrong.text, "half_way"))
    assert (missing.status_code, "#f-code" in missing.text) == (422, True)
    right = {**fields(wrong.text, "half_way", "next"), "code": app.code()}
    assert (await client.post("/sign-in/code", data=right)).headers["location"] == "/office/account"
    again = await client.post("/sign-in/code", data={**right, "csrf_token": await form_token(client)})
    assert again.status_code == 401


async def test_a_recovery_code_typed_in_groups_signs_in_and_is_gone(client: AsyncClient) -> None:
    account_id = await account()
    _, codes = await second_factor(account_id)
    answer = await enter_with(client, f"{codes[0][:5]} {codes[0][5:10]}-{codes[0][10:]}")
    assert answer.status_code == 303
    assert await queries.recovery_codes_left(account_id) == 9


@pytest.mark.parametrize("half_way", ["A", "AAAA", "å"])
async def test_what_did_not_come_from_the_password_leads_back_to_it(client: AsyncClient, half_way: str) -> None:
    app, _ = await second_factor(await account())
    answer = await client.post("/sign-in/code", data={"half_way": half_way, "code": app.code()})
    assert (answer.status_code, "Begin again with your password" in answer.text) == (401, True)
    assert (await client.get("/sign-in/code")).headers["location"] == "/sign-in"
    assert await count("sign_in") == 0


async def test_after_five_wrong_codes_the_page_says_when_to_try_again(
    client: AsyncClient, database: Settings, tmp_path: Path
) -> None:
    settings.use(settings_for(database.database_url, tmp_path, rate_limits="on"))
    await second_factor(await account())
    asked = await client.post("/sign-in", data=SIGN_IN)
    body = {**fields(asked.text, "half_way"), "code": "000000"}
    answers = [await client.post("/sign-in/code", data=body) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 900


async def test_it_is_set_up_with_an_app_and_its_recovery_codes_are_shown_once(client: AsyncClient) -> None:
    account_id = await account(role=Role.VIEWER)
    await enter(client)
    assert f'href="{SET_UP}"' in (await client.get("/office/account")).text
    before = client.cookies["signin"]
    page = await client.get(SET_UP)
    assert page.headers["cache-control"] == "no-store"
    picture = page.text.split('src="data:image/svg+xml;base64,')[1].split('"')[0]
    assert base64.b64decode(picture).startswith(b"<?xml")
    app = Authenticator(secret_of(page.text))
    assert secret_of((await client.get(SET_UP)).text) != app.secret
    assert (await queries.account(account_id)).has_second_factor is False

    body = fields(page.text, "csrf_token", "offer")
    wrong = await client.post(SET_UP, data={**body, "code": "000000x"})
    assert (wrong.status_code, secret_of(wrong.text), "#f-code" in wrong.text) == (422, app.secret, True)
    right = await client.post(SET_UP, data={**body, "code": app.code()})
    assert (right.status_code, right.headers["cache-control"]) == (201, "no-store")
    codes = [part.split("<")[0] for part in right.text.split("</ol>")[0].split("<li>")[-10:]]
    assert [len(code) for code in codes] == [17] * 10

    assert client.cookies["signin"] != before
    out = await client.post("/sign-out", data={"csrf_token": hidden(right.text, "csrf_token")})
    assert out.status_code == 303
    assert (await enter_with(client, codes[0])).status_code == 303
    assert codes[1] not in (await client.get("/office/account")).text
    assert (await client.get(SET_UP)).headers["location"] == "/office/account"
    taken = {**body, "csrf_token": await form_token(client), "code": app.code()}
    assert (await client.post(SET_UP, data=taken)).status_code == 409


async def test_an_offer_to_somebody_else_is_replaced_by_a_fresh_one(client: AsyncClient) -> None:
    account_id = await account()
    await account("other@malmo.example")
    token = await enter(client)
    async with browser() as elsewhere:
        await enter(elsewhere, "other@malmo.example")
        theirs = (await elsewhere.get(SET_UP)).text
    app = Authenticator(secret_of(theirs))
    body = {"csrf_token": token, "offer": hidden(theirs, "offer"), "code": app.code()}
    answer = await client.post(SET_UP, data=body)
    assert (answer.status_code, "open for too long" in answer.text) == (422, True)
    assert secret_of(answer.text) != app.secret
    assert (await queries.account(account_id)).has_second_factor is False


async def test_it_is_removed_with_the_password_and_a_code(client: AsyncClient) -> None:
    account_id = await account()
    app, codes = await second_factor(account_id)
    await enter_with(client, codes[0])
    token = await form_token(client)
    before = client.cookies["signin"]

    async def remove(**typed: str) -> Response:
        return await client.post(f"{SET_UP}/remove", data={**typed, "csrf_token": token})

    missing = await remove()
    assert (missing.status_code, "#f-password" in missing.text, "#f-code" in missing.text) == (422, True, True)
    wrong = await remove(password="not-the-one", code=app.code())
    assert (wrong.status_code, "not your present password" in wrong.text) == (422, True)
    wrong = await remove(password=PASSWORD, code=codes[0])
    assert (wrong.status_code, "This code is not right" in wrong.text) == (422, True)
    right = await remove(password=PASSWORD, code=app.code())
    assert (right.status_code, right.headers["location"]) == (303, "/office/account?done=second_factor_removed")
    assert client.cookies["signin"] != before
    assert "Your second factor is removed." in (await client.get(right.headers["location"])).text
    token = await form_token(client)
    assert (await remove(password=PASSWORD, code="1")).headers["location"] == "/office/account"
    assert (await queries.account(account_id)).has_second_factor is False


async def test_an_owner_resets_anothers_and_their_own(client: AsyncClient) -> None:
    own, other = await account(), await account("liv@oslo.example", Role.VIEWER)
    await second_factor(other)
    _, codes = await second_factor(own)
    await enter_with(client, codes[0])
    token = await form_token(client)
    assert (await client.get("/office/people")).text.count("Reset the second factor") == 2
    for account_id in (other, own):
        reset = f"/office/people/{account_id}/reset-second-factor"
        answer = await client.post(reset, data={"csrf_token": token})
        assert answer.headers["location"] == "/office/people?done=second_factor_reset"
        assert (await queries.account(account_id)).has_second_factor is False
    shown = (await client.get("/office/people?done=second_factor_reset")).text
    assert ("The second factor is reset." in shown, "Reset the second factor" in shown) == (True, False)
