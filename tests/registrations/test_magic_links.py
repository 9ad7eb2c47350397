"""Links by mail to all of one's registrations: the same answer for every address, one opening, a quarter of an hour."""

import re
from datetime import timedelta

import httpx
import pytest

from events_service import clock
from events_service.database import fetch, transaction
from events_service.errors import NotFound
from events_service.outbox.queries import letter_from
from events_service.registrations.magic_letters import write_magic_letter
from events_service.registrations.magic_links import answer_requests, ask_for_link, forget_links, open_link
from events_service.settings import Settings
from events_service.web import bots
from tests.conftest import settings_for
from tests.forms import send
from tests.house.given import service
from tests.registrations.given import an_event, register

pytestmark = pytest.mark.usefixtures("database")


async def codes() -> list[tuple[str, str]]:
    """(recipient, code) of every link that was written, the oldest first."""
    rows = await fetch("SELECT * FROM letter WHERE kind = 'magic_link' ORDER BY id")
    written = [await write_magic_letter(letter_from(row)) for row in rows]
    return [(one.recipient, re.findall(r"/my/link#([a-z2-7]{32})", one.text)[0]) for one in written]


async def test_only_known_addresses_are_written_to_once_each_request() -> None:
    await an_event()
    await register(email="Asa@malmo.example")
    await ask_for_link("ASA@malmo.example", "en")
    await ask_for_link("nobody@malmo.example", "en")
    assert [await answer_requests(), await answer_requests()] == [1, 0]
    assert [recipient for recipient, _ in await codes()] == ["Asa@malmo.example"]
    assert [row["email_key"] for row in await fetch("SELECT email_key FROM magic_link")] == ["asa@malmo.example"]


async def test_a_link_opens_once_and_within_a_quarter_of_an_hour() -> None:
    await an_event()
    await register()
    for _ in range(2):
        await ask_for_link("asa@malmo.example", "en")
    await answer_requests()
    (_, first), (_, second) = await codes()
    async with transaction() as tx:
        rows = await tx.fetch("SELECT digest, asked_at, expires_at FROM magic_link ORDER BY id")
        assert all(row["expires_at"] - row["asked_at"] >= timedelta(minutes=15) for row in rows)
        assert first not in str(rows)
        await tx.execute("UPDATE magic_link SET expires_at = $2 WHERE digest = $1", rows[1]["digest"], clock.now())
    assert await open_link(f" {first.upper()} ") == "asa@malmo.example"
    for gone in (first, second, "", "a" * 32):
        with pytest.raises(NotFound):
            await open_link(gone)
    assert [await forget_links(clock.now()), await forget_links(clock.now() + timedelta(days=2))] == [0, 2]


async def ask(client: httpx.AsyncClient, address: str) -> httpx.Response:
    return await send(client, "/my/link", {"email": address})


async def test_the_link_shows_all_registrations_of_the_address_and_no_other(database: Settings) -> None:
    async with service(database) as client:
        for slug in ("guide-launch", "summit"):
            await an_event(slug=slug, title=f"The {slug}")
            await register(slug=slug)
        await an_event(slug="elsewhere", title="The elsewhere")
        other = await register(1, slug="elsewhere")
        assert (await client.get("/my/all")).headers["location"] == "/my/link"
        assert (await ask(client, "asa@malmo.example")).headers["location"] == "/my/link?done=link_asked"
        await answer_requests()
        ((_, code),) = await codes()
        assert (await client.get("/my/link")).status_code == 200
        assert (await client.post("/my/link/open", data={"code": code})).headers["location"] == "/my/all"
        shown = (await client.get("/my/all")).text
        assert [f"The {slug}" in shown for slug in ("guide-launch", "summit", "elsewhere")] == [True, True, False]
        assert (await client.post("/my/all", data={"registration_id": other.registration_id})).status_code == 404
        mine = re.findall(r'name="registration_id" value="([0-9a-f]{32})"', shown)
        opened = await client.post("/my/all", data={"registration_id": mine[0]})
        assert opened.headers["location"] == "/my/registration"
        assert (await client.get("/my/registration")).status_code == 200
        again = await client.post("/my/link/open", data={"code": code})
        assert (again.status_code, "used already" in again.text) == (422, True)
        client.cookies.update((await client.post("/my/all/leave")).cookies)
        assert (await client.get("/my/all")).status_code == 303


async def test_links_are_asked_for_three_times_an_address_and_twenty_a_network(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bots, "QUICKEST", timedelta())
    limited = settings_for(database.database_url, database.data_dir, rate_limits="on")
    async with service(limited) as client:
        for _ in range(3):
            assert (await ask(client, "asa@malmo.example")).status_code == 303
        refused = await ask(client, "ASA@malmo.example")
        assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
        told = [(await ask(client, f"guest{number}@malmo.example")).status_code for number in range(17)]
        assert told == [303] * 16 + [429]
        assert (await ask(client, "no address")).status_code == 422
