"""Printing badges in the back office, and a participant's ticket."""

import html
import re

import pytest
from httpx import AsyncClient

from events_service.badges.printing import draw_waiting
from events_service.people.rules import Role
from events_service.registrations.actions import cancel_registration
from events_service.registrations.badges import code_of
from events_service.registrations.queries import registration_by_id
from events_service.registrations.secrets import page_code
from tests.badges.given import pages_of
from tests.door.given import Guest, a_guest, an_event, change, count, guests
from tests.people.given import account, enter
from tests.services.product import SECRET_KEY

pytestmark = pytest.mark.usefixtures("database")
BADGES = "/office/events/launch/badges"


async def desk(client: AsyncClient) -> dict[str, str]:
    """A registrar signed in; what every form carries."""
    await account(role=Role.REGISTRAR, event="launch")
    return {"csrf_token": await enter(client)}


def said(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


async def test_badges_are_asked_for_drawn_and_fetched(client: AsyncClient) -> None:
    people = await guests(await an_event(), 3)
    form = await desk(client)
    assert "3 badges in all, 3 of them not printed yet" in said((await client.get(BADGES)).text)
    asked = await client.post(BADGES, data={**form, "layout": "label62", "sort": "registered", "whom": "all"})
    assert asked.status_code == 303
    here = asked.headers["location"]
    waiting = (await client.get(here)).text
    assert "0 of 3 badges are drawn" in said(waiting)
    # With scripts a part of the page asks again, without them the page does.
    assert f'hx-get="{here}"' in waiting
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in waiting
    await draw_waiting()
    ready = (await client.get(here)).text
    assert "The badges are drawn." in said(ready)
    assert "refresh" not in ready
    assert "hx-get" not in ready
    assert f'href="{here}/1"' in ready
    file = await client.get(f"{here}/1")
    assert (file.headers["content-type"], file.headers["cache-control"]) == ("application/pdf", "no-store")
    assert file.headers["content-disposition"] == 'attachment; filename="launch-badges.pdf"'
    assert [code for page in pages_of(file.content) for code in page.codes] == [person.badge for person in people]
    assert "3 badges in all, 0 of them not printed yet" in said((await client.get(BADGES)).text)


async def test_when_all_are_printed_the_page_says_so(client: AsyncClient) -> None:
    await an_event()
    refused = await client.post(BADGES, data={**await desk(client), "whom": "not_printed"})
    assert refused.status_code == 409
    assert "There is no badge to print" in said(refused.text)
    assert await count("badge_print") == 0


async def test_a_layout_that_is_none_is_named(client: AsyncClient) -> None:
    await a_guest(await an_event())
    refused = await client.post(BADGES, data={**await desk(client), "layout": "a3"})
    assert refused.status_code == 422
    assert "Error:" in refused.text


async def test_one_badge_is_printed_from_the_persons_page(client: AsyncClient) -> None:
    guest, _ = await guests(await an_event(), 2)
    form = await desk(client)
    shown = (await client.get(f"/office/registrations/{guest.id}")).text
    assert f'name="registration_id" value="{guest.id}"' in shown
    assert str(code_of(await registration_by_id(guest.id))) in shown
    asked = await client.post(BADGES, data={**form, "registration_id": guest.id})
    await draw_waiting()
    file = await client.get(f"{asked.headers['location']}/1")
    assert [page.codes for page in pages_of(file.content)] == [[guest.badge]]


async def test_a_person_of_another_event_is_not_printed_here(client: AsyncClient) -> None:
    await an_event()
    stranger = await a_guest(await an_event("summit"))
    refused = await client.post(BADGES, data={**await desk(client), "registration_id": stranger.id})
    assert (refused.status_code, await count("badge_print")) == (404, 0)


@pytest.mark.parametrize("layout", ["a6", "a4x4", "label62"])
async def test_each_layout_has_a_preview_of_nobody(client: AsyncClient, layout: str) -> None:
    await an_event()
    await desk(client)
    shown = await client.get(f"{BADGES}/preview/{layout}.png")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    assert await count("badge_print") == 0


@pytest.mark.parametrize("path", ["preview/a3.png", "preview/a6", "prints/nothing", "prints/nothing/1"])
async def test_what_is_not_there_is_not_found(client: AsyncClient, path: str) -> None:
    await an_event()
    await desk(client)
    assert (await client.get(f"{BADGES}/{path}")).status_code == 404


async def open_ticket(client: AsyncClient, guest: Guest) -> None:
    answer = await client.post("/my", data={"code": page_code(guest.id, 0, secret_key=SECRET_KEY)})
    assert answer.status_code == 303


async def test_the_ticket_shows_the_code_and_what_can_be_said_in_its_place(client: AsyncClient) -> None:
    guest = await a_guest(await an_event())
    await open_ticket(client, guest)
    shown = await client.get("/my/ticket")
    assert shown.status_code == 200
    text = said(shown.text)
    for part in ("Launch of the Safe Cities Guide", guest.name, "City Hall", "Practitioner"):
        assert part in text
    assert str(code_of(await registration_by_id(guest.id))) in text
    # Good until the end of the day after the event.
    assert shown.headers["x-kept-until"] == "2037-03-10T00:00:00+00:00"
    assert shown.headers["cache-control"] == "no-store"


async def test_without_a_seat_there_is_no_ticket(client: AsyncClient) -> None:
    guest = await a_guest(await an_event())
    assert (await client.get("/my/ticket")).headers["location"] == "/my"
    await open_ticket(client, guest)
    await change("UPDATE event SET status = 'cancelled'")
    assert (await client.get("/my/ticket")).headers["location"] == "/my/registration"
    await change("UPDATE event SET status = 'published'")
    await cancel_registration(guest.id)
    assert (await client.get("/my/ticket")).headers["location"] == "/my/registration"


async def test_the_tickets_worker_keeps_the_ticket_alone(client: AsyncClient) -> None:
    script = await client.get("/my/ticket/service-worker.js")
    assert (script.status_code, script.headers["service-worker-allowed"]) == (200, "/my/ticket")
    assert script.text.startswith("self.TICKET = {")
    assert "/static/css/site-" in script.text
