"""Every screen and every letter in a made-up language: whatever of ours is not translated stands out."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

import lxml.html
import pytest
import pytest_asyncio
from httpx import AsyncClient, Response

from events_service import database as database_floor
from events_service.demo.happenings import KICK_OFF, LAUNCH
from events_service.demo.load import load
from events_service.demo.staff import WELL_KNOWN_PASSWORD
from events_service.events.queries import event_by_slug
from events_service.outbox.queries import letter_from
from events_service.outbox.sending import render
from events_service.programme.letters import RENDERERS
from events_service.registrations.samples import sample_of
from events_service.texts.rules import KINDS
from events_service.web import words
from tests.conftest import settings_for
from tests.house.given import service
from tests.journeys import screens
from tests.journeys.marked import Marked, known_from, texts_of, unmarked
from tests.journeys.screens import Found, Screen

# What organisers would have typed by themselves: the first checkpoint of every event, a screen's device, why a list is looked at.
TYPED = ("Main entrance", "Left door", "A drill")


@dataclass(frozen=True)
class Visitor:
    """Somebody who may open every page of the demonstration, and reads a language in which every word is marked."""

    client: AsyncClient
    found: Found
    known: str

    async def see(self, screen: Screen) -> Response:
        """The page, or what comes of the button that is pressed there."""
        answer = await self.client.get(screen.path, follow_redirects=True)
        return await self.press(answer, screen.press, dict(screen.typed)) if screen.press else answer

    async def press(self, shown: Response, button: str, typed: dict[str, str]) -> Response:
        """Fill in what is typed, by the fields' labels, and send the form of that button."""
        tree = lxml.html.document_fromstring(shown.content, base_url=str(shown.url))
        buttons = {_plain(one.text_content()): one for one in tree.iter("button")}
        assert button in buttons, f"{shown.url}: no {button} among {[*buttons]}"
        pressed = buttons[button]
        form = next(pressed.iterancestors("form"))
        fields = dict(form.form_values())
        for label in form.iter("label"):
            for name, text in typed.items():
                if name in _plain(label.text_content()):
                    fields[tree.get_element_by_id(label.get("for")).get("name")] = text
        return await self.client.request(
            form.method, shown.url.join(form.action or ""), data=fields, follow_redirects=True
        )


@pytest_asyncio.fixture
async def visitor(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Visitor]:
    settings = settings_for(sqlite_url, tmp_path)
    async with service(settings) as client:
        await load()
        found = screens.found_in(sqlite_url)
        known = known_from(
            [
                *_everything_in(sqlite_url),
                *available_timezones(),
                client.base_url.host,
                settings.organisation,
                settings.mail_from,
                settings.reply_address,
                *TYPED,
            ]
        )
        monkeypatch.setattr(words, "translations", lambda code: Marked())
        yield Visitor(client, found, known)


async def admit(visitor: Visitor, area: str) -> None:
    """Sign in, or open the guest's and the speaker's own pages."""
    client, found = visitor.client, visitor.found
    if area == "office":
        entrance = await client.get("/sign-in")
        typed = {"Mail address": "owner@demo.example", "Password": WELL_KNOWN_PASSWORD}
        assert str((await visitor.press(entrance, "Sign in", typed)).url).endswith("/office")
    if area == "my":
        assert (await client.post("/my", data={"code": found.page_code})).status_code == 303
        assert (await client.post("/delegation", data={"code": found.delegation_code})).status_code == 303
        assert (await client.post("/speaking", data={"code": found.speaker_code})).status_code == 303


@pytest.mark.parametrize("area", ["public", "my", "office"])
async def test_every_word_of_every_screen_is_translated(visitor: Visitor, area: str) -> None:
    await admit(visitor, area)
    left: dict[str, list[str]] = {}
    for screen in screens.of(area, screens.with_receipt(visitor.found, f"/events/{KICK_OFF}/registered")):
        answer = await visitor.see(screen)
        assert answer.status_code < 500, f"{screen}: {answer.status_code}"
        if words_left := unmarked(texts_of(answer.text), visitor.known):
            left[str(screen)] = words_left
    assert not left, "\n".join(f"{where}: {pieces}" for where, pieces in left.items())


async def test_every_word_of_every_letter_is_translated(visitor: Visitor) -> None:
    left: dict[str, list[str]] = {}
    rows = await database_floor.fetch("SELECT * FROM letter ORDER BY kind, id")
    for kind, letter in {row["kind"]: letter_from(row) for row in rows}.items():
        made = await render(RENDERERS, letter)
        if words_left := unmarked([made.subject, made.text, *texts_of(made.html or "<p></p>")], visitor.known):
            left[kind] = words_left
    event = await event_by_slug(LAUNCH)
    for kind in KINDS:
        made = await sample_of(event, kind, "fi", None)
        known = visitor.known + "\n" + known_from(["Åsa Ðórsdóttir", "asa@example.org"])
        if words_left := unmarked([made.subject, made.text, *texts_of(made.html or "<p></p>")], known):
            left[f"sample of {kind}"] = words_left
    assert not left, "\n".join(f"{where}: {pieces}" for where, pieces in left.items())


def _plain(text: str) -> str:
    return text.replace("⟦", "").replace("⟧", "").strip()


def _everything_in(database_url: str) -> list[object]:
    """Every value of every row."""
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [value for table in tables for row in connection.execute(f'SELECT * FROM "{table}"') for value in row]
