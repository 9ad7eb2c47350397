"""The page that takes in a schedule: nothing before it was seen, everything when it was."""

from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest_asyncio
from httpx import AsyncClient, Response

from events_service.agenda.queries import draft_of
from events_service.agenda.schedule_xml import LARGEST_BYTES
from events_service.events.queries import event_by_slug
from events_service.people.rules import Role
from events_service.planning.import_pages import pack
from events_service.settings import Settings
from tests.agenda.given import a_summit
from tests.events.given import enter
from tests.house.given import service

IMPORT = "/office/events/summit/agenda/import"
FRAB = (Path(__file__).parents[1] / "agenda" / "schedules" / "frab.xml").read_bytes()


@pytest_asyncio.fixture
async def client(settings: Settings) -> AsyncIterator[AsyncClient]:
    """An agenda editor of the summit, signed in."""
    async with service(settings) as started:
        await a_summit()
        await enter(started, Role.AGENDA_EDITOR, "summit")
        started.headers["X-CSRF-Token"] = field((await started.get(IMPORT)).text, "csrf_token")
        yield started


def field(page: str, name: str) -> str:
    """The value of a hidden field."""
    return unescape(page.split(f'name="{name}" value="')[1].split('"')[0])


async def choose(client: AsyncClient, data: bytes, name: str = "schedule.xml") -> Response:
    return await client.post(IMPORT, files={"file": (name, data, "text/xml")})


async def confirm(client: AsyncClient, packed: str) -> Response:
    return await client.post(f"{IMPORT}/confirm", files={"packed": (None, packed)})


async def titles() -> list[str]:
    return [one.title for one in (await draft_of(await event_by_slug("summit"))).sessions]


async def test_a_file_is_shown_first_and_taken_in_when_it_is_confirmed(client: AsyncClient) -> None:
    shown = await choose(client, FRAB)
    assert shown.status_code == 200
    for words in ("Nothing has been changed yet.", "<dt>New sessions</dt><dd>3</dd>", "It lasts no time at all."):
        assert words in shown.text
    assert await titles() == []
    done = await confirm(client, field(shown.text, "packed"))
    assert (done.status_code, done.headers["location"]) == (303, "/office/events/summit/agenda?done=imported")
    assert await titles() == ["Light the square", "Walk through the night", "Coffee"]
    again = await choose(client, FRAB)
    assert "Everything is up to date." in again.text
    assert "Import into the draft" not in again.text
    less = await choose(client, b"<schedule/>")
    assert [title for title in await titles() if f">{title}</a>" in less.text] == await titles()


async def test_a_file_that_cannot_be_read_is_told_on_the_form(client: AsyncClient) -> None:
    told = {
        b"": (422, "Choose a file first."),
        b"nothing of the kind": (422, "This is not readable as XML."),
        b"<rss/>": (422, "its outermost element is not &lt;schedule&gt;"),
        b"<!DOCTYPE s><schedule/>": (422, "Take the DOCTYPE out"),
        b" " * (LARGEST_BYTES + 1): (413, "20 MB is the most"),
    }
    for data, (status, words) in told.items():
        shown = await choose(client, data)
        assert (shown.status_code, words in shown.text, 'type="file"' in shown.text) == (status, True, True), data[:30]
    for answer in (await client.post(IMPORT, data={}), await client.post(IMPORT, files={"file": (None, "text")})):
        assert (answer.status_code, "Choose a file first." in answer.text) == (422, True)
    assert (await choose(client, b"x" * (2 * LARGEST_BYTES))).status_code == 413


async def test_text_of_no_encoding_is_refused_with_a_token_in_the_form_or_in_the_header(client: AsyncClient) -> None:
    for charset in ("utf-8", "nonsense"):
        part = f'--x\r\nContent-Disposition: form-data; name="packed"\r\nContent-Type: text/plain; charset={charset}\r\n\r\n'
        body, kind = part.encode() + b"\xff\r\n--x--\r\n", {"Content-Type": "multipart/form-data; boundary=x"}
        assert (await client.post(f"{IMPORT}/confirm", content=body, headers=kind)).status_code == 400
        client.headers.pop("X-CSRF-Token", None)
        assert (await client.post(f"{IMPORT}/confirm", content=body, headers=kind)).status_code == 400


async def test_what_was_not_packed_here_is_not_unpacked(client: AsyncClient) -> None:
    bomb = pack(b" " * (LARGEST_BYTES * 5))
    told = {"": 422, "å": 422, "bm90IHBhY2tlZA==": 422, pack(b"<rss/>"): 422, bomb: 413}
    assert {packed: (await confirm(client, packed)).status_code for packed in told} == told
    assert await titles() == []
