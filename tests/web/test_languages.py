"""Choosing the language: remembered in a cookie, before what the browser asks for, and back to one's page and nowhere else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from httpx import AsyncClient, Response

from events_service.database import fetch
from events_service.people.actions import add_account
from events_service.people.rules import Role
from events_service.web.words import LANGUAGES
from tests.agenda.given import a_release, a_session
from tests.conftest import settings_for
from tests.door.given import an_event
from tests.house.given import service

PASSWORD = "four unrelated words do well"
DANISH = {"Accept-Language": "da, en;q=0.5"}


@pytest_asyncio.fixture
async def client(database_url: str, tmp_path: Path) -> AsyncIterator[AsyncClient]:
    async with service(settings_for(database_url, tmp_path)) as asking:
        yield asking


async def choose(client: AsyncClient, language: str, *, back: str = "/events", **headers: str) -> Response:
    return await client.post("/language", data={"language": language, "back": back}, headers=headers)


async def test_every_language_has_a_catalogue_and_is_offered_by_its_own_name(client: AsyncClient) -> None:
    page = (await client.get("/")).text
    assert '<html lang="en">' in page
    for code, name in zip(LANGUAGES, ("English", "Dansk", "Svenska", "Norsk bokmål", "Suomi", "Íslenska"), strict=True):
        assert f'value="{code}" lang="{code}"' in page and f">{name}</button>" in page
    assert page.count('aria-current="true"') == 1


async def test_the_choice_is_kept_for_a_year_and_goes_before_the_browsers(client: AsyncClient) -> None:
    assert '<html lang="da">' in (await client.get("/", headers=DANISH)).text
    answer = await choose(client, "fi")
    assert (answer.status_code, answer.headers["location"]) == (303, "/events")
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("language=fi", "max-age=31536000", "httponly", "samesite=lax", "path=/"))
    page = (await client.get("/events", headers=DANISH)).text
    assert '<html lang="fi">' in page and "<h1>Events" not in page


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "evil",
        "",
        "/a\r\nSet-Cookie: a=b",
        "/?next=//x",
        "/" + "a" * 3000,
    ],
)
async def test_nobody_is_led_to_another_site(client: AsyncClient, back: str) -> None:
    answer = await choose(client, "da", back=back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_what_was_asked_of_the_page_comes_along_where_the_browser_tells_of_our_page(client: AsyncClient) -> None:
    own = str(client.base_url.copy_with(path="/events"))
    asked = await choose(client, "da", referer=f"{own}?kind=summit")
    assert asked.headers["location"] == "/events?kind=summit"
    other = await choose(client, "da", referer=f"{own}/other?kind=summit")
    foreign = await choose(client, "da", referer="https://evil.example/events?kind=summit")
    assert {other.headers["location"], foreign.headers["location"]} == {"/events"}


@pytest.mark.parametrize("language", ["xx", "", "english", "../da"])
async def test_an_unknown_language_changes_nothing(client: AsyncClient, language: str) -> None:
    answer = await choose(client, language)
    assert (answer.status_code, "set-cookie" in answer.headers) == (422, False)
    assert '<html lang="en">' in (await client.get("/", headers={"Cookie": f"language={language}"})).text


async def test_another_sites_page_chooses_nothing(client: AsyncClient) -> None:
    answer = await choose(client, "da", **{"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


async def test_programs_are_answered_in_english_whatever_they_ask_for(client: AsyncClient) -> None:
    wrong = await client.post("/api/v1/events/none/registrations", json={}, headers={**DANISH, "Cookie": "language=da"})
    assert wrong.json()["detail"] in (
        "There is nothing here under this address.",
        "Some values are not right. See errors for each of them.",
    )


async def test_a_page_shown_again_after_a_form_leads_back_to_where_it_can_be_had(client: AsyncClient) -> None:
    event = await an_event()
    form = await client.post(f"/events/{event.slug}/register", data={}, headers=DANISH)
    assert (form.status_code, f'name="back" value="/events/{event.slug}/register"' in form.text) == (422, True)
    assert "This is needed." not in form.text
    link = await client.post("/my/link/open", data={"code": ""})
    assert 'name="back" value="/my/link"' in link.text


async def sign_in(client: AsyncClient, **headers: str) -> Response:
    form = {"email": "kim@alliance.example", "password": PASSWORD}
    return await client.post("/sign-in", data=form, headers=headers)


async def test_what_somebody_signed_in_chooses_goes_with_them_into_the_next_browser(client: AsyncClient) -> None:
    await add_account("kim@alliance.example", Role.ORGANISER, password=PASSWORD, language="sv")
    # What an organiser put down for them is no choice of theirs: the browser's language stays.
    assert "language=" not in str((await sign_in(client)).headers.get_list("set-cookie"))
    assert '<html lang="da">' in (await client.get("/office", headers=DANISH)).text
    token = (await client.get("/office/account")).text.split('name="csrf_token" value="')[1].split('"')[0]
    assert (await client.post("/language", data={"language": "fi", "back": "/office"})).status_code == 403
    chosen = await client.post("/language", data={"language": "fi", "back": "/office", "csrf_token": token})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/office")

    client.cookies.clear()
    assert '<html lang="da">' in (await client.get("/sign-in", headers=DANISH)).text
    await choose(client, "nb")
    assert "language=fi" in str((await sign_in(client)).headers.get_list("set-cookie"))
    assert '<html lang="fi">' in (await client.get("/office", headers=DANISH)).text
    (account,) = await fetch("SELECT language, language_chosen FROM account")
    assert (account["language"], bool(account["language_chosen"])) == ("fi", True)


async def test_a_stranger_chooses_for_this_browser_alone(client: AsyncClient) -> None:
    await add_account("kim@alliance.example", Role.ORGANISER, password=PASSWORD)
    assert (await choose(client, "fi")).status_code == 303
    (account,) = await fetch("SELECT language, language_chosen FROM account")
    assert (account["language"], bool(account["language_chosen"])) == ("en", False)


async def test_a_frame_speaks_what_its_address_asks_for_and_offers_the_others(client: AsyncClient) -> None:
    await an_event("launch")
    path = "/events/launch/agenda/embed"
    for is_released in (False, True):
        if is_released:
            await a_session(starts_at="2037-03-07T12:00", event="launch")
            await a_release(event="launch")
        page = (await client.get(f"{path}?lang=fi&day=all", headers=DANISH)).text
        assert '<html lang="fi">' in page
        assert 'lang=da" lang="da" hreflang="da">' in page and 'lang=fi" lang="fi" hreflang="fi" aria-current' in page
        unknown = (await client.get(f"{path}?lang=xx", headers=DANISH)).text
        assert '<html lang="da">' in unknown and "lang=xx" not in unknown
    assert f'href="{path}?day=all&amp;lang=da"' in page
