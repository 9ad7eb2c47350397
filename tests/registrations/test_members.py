"""People of member cities find the members' events in a browser, once their address is proven by mail."""

import re

import httpx
import pytest

from events_service.database import fetch, transaction
from events_service.directory.actions import add_cities, add_contacts
from events_service.directory.rules import City, Contact, Group
from events_service.errors import NotFound
from events_service.outbox.queries import letter_from
from events_service.registrations.magic_letters import write_magic_letter
from events_service.registrations.magic_links import Opens, answer_requests, open_link
from events_service.registrations.rules import Status
from events_service.settings import Settings
from tests.forms import send
from tests.house.given import service
from tests.registrations.given import BODY, an_event, statuses

pytestmark = pytest.mark.usefixtures("database")
FORM, EVENTS = "/events/guide-launch/register", "/members/events"


async def a_member(email: str = "asa@malmo.example") -> None:
    await add_cities([City("malmo", "Malmö", "SE", "Europe/Stockholm", member=True)])
    await add_contacts([Contact("Åsa Ek", email, "", "practitioner", Group.PARTNER, None, "malmo", "sv")])


async def link_for(client: httpx.AsyncClient, email: str) -> str:
    asked = await send(client, "/members", {"email": email})
    assert asked.headers["location"] == "/members?done=member_link_asked"
    await answer_requests()
    rows = await fetch("SELECT * FROM letter WHERE kind = 'magic_link' ORDER BY id")
    if not rows:
        return ""
    written = await write_magic_letter(letter_from(rows[-1]))
    assert "member" in written.subject
    return re.findall(r"/members#([a-z2-7]{32})", written.text)[0]


async def test_a_proven_address_opens_the_list_the_event_and_its_form(database: Settings) -> None:
    await a_member()
    await an_event(visibility="members", title="For members")
    await an_event(slug="draft", visibility="members", title="Not yet", publish=False)
    await an_event(slug="closed", visibility="invited", title="Closed circle")
    async with service(database) as client:
        for path in ("/events/guide-launch", FORM):
            assert (await client.get(path)).status_code == 404
        assert (await client.get(EVENTS)).headers["location"] == "/members"
        code = await link_for(client, "asa@MALMO.example")
        assert (await client.get("/members")).status_code == 200
        assert (await client.post("/members/open", data={"code": code})).headers["location"] == EVENTS
        shown = (await client.get(EVENTS)).text
        assert [title in shown for title in ("For members", "Not yet", "Closed circle")] == [True, False, False]
        for path, status in (("/events/guide-launch", 200), ("/events/draft", 404), ("/events/closed", 404)):
            assert (await client.get(path)).status_code == status
        # The address that was proven is the one that is registered, whatever the form says.
        done = await send(client, FORM, BODY | {"consent": "true", "email": "other@malmo.example"})
        received = (await client.get(done.headers["location"])).text
        assert ("asa@malmo.example" in received, "In it are your badge" in received) == (True, True)
        assert await statuses() == {"asa@malmo.example": (Status.CONFIRMED, None)}
        again = await client.post("/members/open", data={"code": code})
        assert (again.status_code, "used already" in again.text) == (422, True)
        client.cookies.update((await client.post("/members/leave")).cookies)
        client.cookies.delete("member")
        assert (await client.get(FORM)).status_code == 404


async def test_the_answer_is_the_same_for_everybody_and_only_members_are_written_to(database: Settings) -> None:
    await a_member()
    async with service(database) as client:
        assert await link_for(client, "stranger@malmo.example") == ""
        assert await fetch("SELECT id FROM magic_link") == []
        assert (await send(client, "/members", {"email": "no address"})).status_code == 422


async def test_a_link_opens_what_it_was_asked_for_and_nothing_else(database: Settings) -> None:
    await a_member()
    async with service(database) as client:
        code = await link_for(client, "asa@malmo.example")
        with pytest.raises(NotFound):
            await open_link(code)
        assert await open_link(code, opens=Opens.MEMBERS) == "asa@malmo.example"


async def test_whoever_leaves_the_directory_sees_the_members_events_no_more(database: Settings) -> None:
    await a_member()
    await an_event(visibility="members")
    async with service(database) as client:
        await client.post("/members/open", data={"code": await link_for(client, "asa@malmo.example")})
        assert (await client.get("/events/guide-launch")).status_code == 200
        async with transaction() as tx:
            await tx.execute("DELETE FROM contact")
        assert (await client.get("/events/guide-launch")).status_code == 404
        assert (await client.get(EVENTS)).headers["location"] == "/members"
