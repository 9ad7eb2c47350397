"""The public form, without scripts."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from events_service import clock
from events_service import settings as settings_floor
from events_service.people.rules import Role
from events_service.registrations import pages, seat_tables
from events_service.settings import Settings
from events_service.web import bots
from tests.conftest import settings_for
from tests.forms import hidden_in, send
from tests.registrations.given import (
    BODY,
    JOIN_URL,
    a_browser,
    an_event,
    enter,
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
    posted = await send(client, FORM, TYPED | {"answers.diet": "vegan"})
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
    known = await send(client, FORM, TYPED)
    unknown = await send(client, FORM, TYPED | {"email": "oda@malmo.example"})
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
    good = (await send(client, FORM, TYPED)).headers["location"]
    monkeypatch.setattr(pages, "RECEIPT_LASTS", -pages.RECEIPT_LASTS)
    late = (await send(client, FORM, TYPED)).headers["location"]
    for bad in (late, good[:-4], good.replace("guide-launch", "other"), good + "ø", good.split("?")[0]):
        answer = await client.get(bad)
        assert answer.status_code == 303
        assert answer.headers["location"] in ("/events/guide-launch", "/events/other")


async def test_errors_come_all_at_once_and_what_was_typed_stays(client: httpx.AsyncClient) -> None:
    await an_event()
    answer = await send(
        client, FORM, {"name": "Ås<a>", "email": "asa@", "city": "Malmö", "answers.diet": "no fish", "language": "sv"}
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
    assert 'name="email"' not in shown.text
    posted = await send(client, FORM, TYPED)
    assert posted.status_code in (403, 409)
    assert await statuses() == {}


async def test_the_last_seat_that_goes_meanwhile_leaves_the_form_as_it_was(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 1, "waitlist": False})
    await register(1)
    posted = await send(client, FORM, TYPED)
    assert posted.status_code == 409
    assert "All seats were taken in the meantime" in words(posted)
    assert 'value="asa@malmo.example"' in posted.text


async def test_hybrid_events_ask_how_one_takes_part(client: httpx.AsyncClient) -> None:
    await an_event(format="hybrid", join_url=JOIN_URL)
    shown = await client.get(FORM)
    assert 'name="attendance"' in shown.text
    assert JOIN_URL not in shown.text
    answer = await send(client, FORM, TYPED | {"attendance": "online"})
    assert answer.status_code == 303


@pytest.mark.parametrize("given", [{"publish": False}, {"visibility": "members"}, {"visibility": "invited"}])
async def test_hidden_events_have_no_form_for_strangers(client: httpx.AsyncClient, given: dict[str, Any]) -> None:
    await an_event(**given)
    for answer in (await client.get(FORM), await send(client, FORM, TYPED)):
        assert answer.status_code == 404
    await enter(client, Role.VIEWER)
    assert (await client.get(FORM)).status_code == 200


async def test_staff_register_at_a_members_event_with_the_token_of_their_form(client: httpx.AsyncClient) -> None:
    await an_event(visibility="members")
    await enter(client, Role.VIEWER)
    assert (await client.post(FORM, data=TYPED)).status_code == 403
    assert (await send(client, FORM, TYPED)).status_code == 303


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
    monkeypatch.setattr(seat_tables, "TRIES", 1)
    monkeypatch.setattr(bots, "QUICKEST", timedelta())
    await send(client, FORM, TYPED)
    refused = await send(client, FORM, TYPED)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "600")
    assert 'value="asa@malmo.example"' in refused.text


async def test_a_form_that_comes_back_at_once_is_asked_for_again_and_then_taken(
    client: httpx.AsyncClient, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await an_event()
    settings_floor.use(settings_for(database.database_url, database.data_dir, rate_limits="on"))
    quick = await send(client, FORM, TYPED)
    assert (quick.status_code, "That was very quick." in quick.text) == (422, True)
    assert 'value="asa@malmo.example"' in quick.text
    assert await statuses() == {}
    # The form that was shown again still knows when it was first shown.
    hidden = hidden_in(quick.text, FORM)
    later = clock.now() + timedelta(seconds=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await client.post(FORM, data=hidden | TYPED)).status_code == 303


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"your_homepage": "https://pills.example"}, "leave the field for programs empty"),
        ({"shown": ""}, "open for very long"),
        ({"shown": "1800000000." + "a" * 32}, "open for very long"),
        ({"shown": "soon"}, "open for very long"),
        ({"shown": "²." + "a" * 32}, "open for very long"),
    ],
)
async def test_what_a_program_sends_is_kindly_asked_for_again(
    client: httpx.AsyncClient, change: dict[str, str], says: str
) -> None:
    await an_event()
    refused = await send(client, FORM, TYPED | change)
    assert (refused.status_code, says in refused.text, 'value="asa@malmo.example"' in refused.text) == (422, True, True)
    assert "pills" not in refused.text
    assert await statuses() == {}
    again = hidden_in(refused.text, FORM)
    assert (await client.post(FORM, data=again | TYPED)).status_code == 303


async def test_a_form_is_good_for_its_own_event_and_for_a_day(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await an_event()
    await an_event(slug="other")
    other = hidden_in((await client.get("/events/other/register")).text, "/events/other/register")
    assert (await client.post(FORM, data=other | TYPED)).status_code == 422
    own = hidden_in((await client.get(FORM)).text, FORM)
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    late = await client.post(FORM, data=own | TYPED)
    assert (late.status_code, "What you wrote is still here" in late.text) == (422, True)


async def test_the_field_for_programs_is_hidden_from_everybody(client: httpx.AsyncClient) -> None:
    await an_event()
    trap = (await client.get(FORM)).text.split('<div class="trap"')[1].split("</div>")[0]
    for kept_away in ('aria-hidden="true"', 'tabindex="-1"', 'autocomplete="off"'):
        assert kept_away in trap


async def test_a_whole_network_has_its_limit_too(database: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await an_event()
    settings_floor.use(settings_for(database.database_url, database.data_dir, rate_limits="on"))
    monkeypatch.setattr(seat_tables, "TRIES_AROUND", 2)
    monkeypatch.setattr(bots, "QUICKEST", timedelta())
    told = []
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3", "198.51.100.1"):
        async with a_browser(address) as elsewhere:
            told.append((await send(elsewhere, FORM, TYPED | {"email": f"{address}@malmo.example"})).status_code)
    assert told == [303, 303, 429, 303]
