"""Registrations in the back office."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from events_service.people.rules import Role
from events_service.registrations import office_pages
from events_service.registrations.rules import Status
from tests.registrations.given import (
    a_browser,
    an_event,
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
LIST = "/office/events/guide-launch/registrations"
NEW = {"name": "Bo Ek", "email": "bo@x.example", "category": "guest", "language": "da"}


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


async def test_strangers_sign_in_first_and_other_roles_find_nothing(client: httpx.AsyncClient) -> None:
    await an_event()
    one = f"/office/registrations/{(await register()).registration_id}"
    for path in (LIST, f"{LIST}/new", one, f"{one}/badge.png"):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")
    await enter(client, Role.VIEWER)
    assert [(await client.get(path)).status_code for path in (LIST, f"{LIST}/new", one, f"{one}/badge.png")] == [
        403, 403, 404, 404
    ]  # fmt: skip


async def test_a_registrar_of_another_event_sees_nobody(client: httpx.AsyncClient) -> None:
    await an_event(visibility="invited")
    one = f"/office/registrations/{(await register(by_registrar=True)).registration_id}"
    await enter(client, Role.REGISTRAR, "other")
    assert [(await client.get(path)).status_code for path in (LIST, one)] == [404, 404]


async def test_the_list_searches_filters_and_pages(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_pages, "PAGE_LENGTH", 2)
    await an_event()
    for number in range(1, 6):
        await register(number, name=f"Øystein {number}", category="media" if number == 4 else "ngo")
    await enter(client)
    first = await client.get(f"{LIST}?q=oystein&status=waitlisted")
    assert "3 registrations" in words(first) and "no. 1" in words(first)
    assert "Øystein 3" in words(first) and "Øystein 5" not in words(first)
    more = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "Øystein 5" in words(await client.get(more))
    assert "Øystein 4" in words(await client.get(f"{LIST}?category=media"))
    assert "Nobody here" in words(await client.get(f"{LIST}?city=Oslo"))
    assert (await client.get(f"{LIST}?cursor=!!")).status_code == 422


async def test_somebody_is_added_by_hand_past_the_window(client: httpx.AsyncClient) -> None:
    await an_event(terms={"mode": "closed", "capacity": 1, "waitlist": False})
    await enter(client)
    token = {"csrf_token": await form_token(client, f"{LIST}/new")}
    wrong = await client.post(f"{LIST}/new", data=NEW | token | {"email": "bo@", "name": ""})
    assert wrong.status_code == 422
    assert 'href="#f-email"' in wrong.text and 'href="#f-name"' in wrong.text and 'value="bo@"' in wrong.text
    added = await client.post(f"{LIST}/new", data=NEW | token)
    assert added.status_code == 303
    shown = words(await client.get(added.headers["location"]))
    assert "The person is registered and told by mail." in shown
    assert "Bo Ek" in shown and "Confirmation" in shown
    again = await client.post(f"{LIST}/new", data=NEW | token)
    assert again.headers["location"].endswith("?done=known_already")
    full = await client.post(f"{LIST}/new", data=NEW | token | {"email": "other@x.example"})
    assert full.status_code == 409
    assert "All seats are taken" in words(full)
    assert await letter_kinds("bo@x.example") == ["confirmed"]


async def test_one_person_with_answers_letters_badge_and_page(client: httpx.AsyncClient) -> None:
    await an_event()
    who = await person(await register(answers={"diet": "vegan", "days": ["one", "two"], "first": True}))
    await enter(client)
    shown = await client.get(f"/office/registrations/{who.id}")
    for told in ("days one, two", "first Yes", "asa@malmo.example", "Confirmation"):
        assert told in words(shown)
    assert "vegan" not in words(shown)
    assert f'href="http://127.0.0.1:8000/my#{page_code_of(who)}"' in shown.text
    assert (await client.get(f"/office/registrations/{who.id}/badge.png")).headers["content-type"] == "image/png"


async def test_approving_declining_cancelling_and_sending_again(client: httpx.AsyncClient) -> None:
    await an_event(terms={"mode": "approval"})
    first, second = [f"/office/registrations/{(await register(n)).registration_id}" for n in (1, 2)]
    await enter(client)
    token = {"csrf_token": await form_token(client, first)}
    for path, data, done in [
        (f"{first}/approve", {}, "approved"),
        (f"{first}/resend", {}, "resent"),
        (f"{first}/cancel", {"reason": "The hall is small."}, "registration_cancelled"),
        (f"{second}/decline", {}, "registration_declined"),
    ]:
        answer = await client.post(path, data=data | token)
        assert (answer.status_code, answer.headers["location"].split("?done=")[1]) == (303, done)
    refused = await client.post(f"{first}/approve", data=token)
    assert refused.status_code == 409
    assert "This cannot be done now" in words(refused)
    assert (await client.post(f"{first}/cancel", data=token | {"reason": "a\x07b"})).status_code == 422
    assert await letter_kinds("guest1@malmo.example") == ["pending", "confirmed", "confirmed", "cancelled"]
    assert [status for status, _ in (await statuses()).values()] == [Status.CANCELLED, Status.DECLINED]


async def test_a_form_without_its_token_changes_nothing(client: httpx.AsyncClient) -> None:
    await an_event()
    one = f"/office/registrations/{(await register()).registration_id}"
    await enter(client)
    for path in (f"{one}/cancel", f"{one}/resend", f"{LIST}/new"):
        assert (await client.post(path, data=NEW)).status_code == 403
    assert list(await statuses()) == ["asa@malmo.example"]


async def test_links_are_replaced_for_somebody_who_passed_a_letter_on(client: httpx.AsyncClient) -> None:
    await an_event()
    before = await person(await register())
    one = f"/office/registrations/{before.id}"
    await enter(client)
    assert "Replace the links" in (await client.get(one)).text
    done = await client.post(f"{one}/new-links", data={"csrf_token": await form_token(client, one)})
    assert done.headers["location"] == f"{one}?done=links_replaced_for"
    assert "The old links open nothing any more." in (await client.get(done.headers["location"])).text
    after = await person(await register())
    assert after.links_generation == before.links_generation + 1
    assert (await letter_kinds())[:2] == ["confirmed", "confirmed"]
