"""The public form, without scripts."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from events_service import settings as settings_floor
from events_service.people.rules import Role
from events_service.registrations import pages, seating
from events_service.settings import Settings
from tests.conftest import settings_for
from tests.registrations.given import (
    BODY,
    JOIN_URL,
    a_browser,
    an_event,
    enter,
    form_token,
    letter_kinds,
    register,
    statuses,
)

pytestmark = pytest.mark.usefixtures("database")
FORM = "/events/guide-launch/register"
TYPED = BODY | {"consent": "true"}


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


def words(answer: httpx.Response) -> str:
    """What a reader sees in the main part of the page."""
    main = answer.text.split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


async def test_registering_leads_to_a_page_that_survives_reloading(client: httpx.AsyncClient) -> None:
    await an_event()
    assert "<form" in (await client.get(FORM)).text
    posted = await client.post(FORM, data=TYPED | {"answers.diet": "vegan"})
    assert posted.status_code == 303
    for _ in range(2):
        shown = await client.get(posted.headers["location"])
        assert shown.status_code == 200
        assert "A mail is on its way to asa@malmo.example" in words(shown)
        assert shown.headers["cache-control"] == "no-store"
    assert list(await statuses()) == ["asa@malmo.example"]
    assert await letter_kinds() == ["confirmed"]


async def test_the_page_afterwards_is_the_same_for_known_and_unknown_addresses(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 1})
    await register()
    known = await client.post(FORM, data=TYPED)
    unknown = await client.post(FORM, data=TYPED | {"email": "oda@malmo.example"})
    assert (known.status_code, known.headers.keys()) == (unknown.status_code, unknown.headers.keys())
    assert len(known.headers["location"]) == len(unknown.headers["location"])
    shown = [await client.get(answer.headers["location"]) for answer in (known, unknown)]
    assert "You are number 1 on the waiting list" in words(shown[0])
    assert shown[0].text.replace("asa@", "oda@") == shown[1].text


async def test_a_receipt_is_ours_of_this_event_and_of_now(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await an_event()
    await an_event(slug="other")
    good = (await client.post(FORM, data=TYPED)).headers["location"]
    monkeypatch.setattr(pages, "RECEIPT_LASTS", -pages.RECEIPT_LASTS)
    late = (await client.post(FORM, data=TYPED)).headers["location"]
    for bad in (late, good[:-4], good.replace("guide-launch", "other"), good + "ø", good.split("?")[0]):
        answer = await client.get(bad)
        assert answer.status_code == 303
        assert answer.headers["location"] in ("/events/guide-launch", "/events/other")


async def test_errors_come_all_at_once_and_what_was_typed_stays(client: httpx.AsyncClient) -> None:
    await an_event()
    answer = await client.post(
        FORM, data={"name": "Ås<a>", "email": "asa@", "city": "Malmö", "answers.diet": "no fish", "language": "sv"}
    )
    assert answer.status_code == 422
    for field in ("email", "category", "consent"):
        assert f'href="#f-{field}"' in answer.text
    assert 'value="Ås&lt;a&gt;"' in answer.text
    for typed in ('value="asa@"', 'value="Malmö"', 'value="no fish"', '<option value="sv" selected>'):
        assert typed in answer.text
    assert await statuses() == {}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"terms": {"mode": "closed"}}, "Registration is closed."),
        ({"terms": {"mode": "invitation"}}, "Registration is by personal invitation."),
        ({"terms": {"opens_at": "2037-01-01T09:00"}}, "Registration opens Thursday 1 January 2037, 09.00 CET."),
    ],
)
async def test_where_nobody_can_register_a_sentence_stands_in_place_of_the_form(
    client: httpx.AsyncClient, given: dict[str, Any], says: str
) -> None:
    await an_event(**given)
    shown = await client.get(FORM)
    assert says in words(shown)
    assert "<form" not in shown.text
    posted = await client.post(FORM, data=TYPED)
    assert posted.status_code in (403, 409)
    assert await statuses() == {}


async def test_the_last_seat_that_goes_meanwhile_leaves_the_form_as_it_was(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 1, "waitlist": False})
    await register(1)
    posted = await client.post(FORM, data=TYPED)
    assert posted.status_code == 409
    assert "All seats were taken in the meantime" in words(posted)
    assert 'value="asa@malmo.example"' in posted.text


async def test_hybrid_events_ask_how_one_takes_part(client: httpx.AsyncClient) -> None:
    await an_event(format="hybrid", join_url=JOIN_URL)
    shown = await client.get(FORM)
    assert 'name="attendance"' in shown.text
    assert JOIN_URL not in shown.text
    answer = await client.post(FORM, data=TYPED | {"attendance": "online"})
    assert answer.status_code == 303


@pytest.mark.parametrize("given", [{"publish": False}, {"visibility": "members"}, {"visibility": "invited"}])
async def test_hidden_events_have_no_form_for_strangers(client: httpx.AsyncClient, given: dict[str, Any]) -> None:
    await an_event(**given)
    for answer in (await client.get(FORM), await client.post(FORM, data=TYPED)):
        assert answer.status_code == 404
    await enter(client, Role.VIEWER)
    assert (await client.get(FORM)).status_code == 200


async def test_staff_register_at_a_members_event_with_the_token_of_their_form(client: httpx.AsyncClient) -> None:
    await an_event(visibility="members")
    await enter(client, Role.VIEWER)
    assert (await client.post(FORM, data=TYPED)).status_code == 403
    token = await form_token(client, FORM)
    assert (await client.post(FORM, data=TYPED | {"csrf_token": token})).status_code == 303


async def test_a_form_from_another_site_is_refused(client: httpx.AsyncClient) -> None:
    await an_event()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert (await client.post(FORM, data=TYPED, headers=headers)).status_code == 403
    assert await statuses() == {}


async def test_too_many_from_one_address_keep_what_they_typed(
    client: httpx.AsyncClient, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await an_event()
    settings_floor.use(settings_for(database.database_url, database.data_dir, rate_limits="on"))
    monkeypatch.setattr(seating, "TRIES", 1)
    await client.post(FORM, data=TYPED)
    refused = await client.post(FORM, data=TYPED)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "600")
    assert 'value="asa@malmo.example"' in refused.text
