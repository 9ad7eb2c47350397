"""The roster in the back office, without scripts."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from events_service.people.rules import Role
from events_service.speakers import photos
from events_service.speakers.rules import Speaker, State
from tests.agenda.given import a_session, a_speaker, a_summit
from tests.events.given import enter
from tests.registrations.given import form_token
from tests.registrations.test_pages import words
from tests.speakers.given import a_browser, a_picture, as_it_is, code_of, kinds_to, letters_to, mail_of, parts_of

pytestmark = pytest.mark.usefixtures("database")
LIST = "/office/events/summit/speakers"


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """An agenda editor at the summit."""
    async with a_browser() as started:
        await a_summit()
        await enter(started, Role.AGENDA_EDITOR)
        yield started


async def press(client: httpx.AsyncClient, path: str, **typed: Any) -> httpx.Response:
    """Send a form with the token that the list's page carries."""
    files = {"photo": typed.pop("photo")} if "photo" in typed else None
    data = {"csrf_token": await form_token(client, LIST), **typed}
    return await client.post(path, data=data, files=files)


def page_of(speaker: Speaker) -> str:
    return f"{LIST}/{speaker.id}"


async def test_the_list_counts_and_finds_and_shows_states_and_sessions(client: httpx.AsyncClient) -> None:
    assert "Nobody is on the roster yet" in words(await client.get(LIST))
    asa, bo = await a_speaker(), await a_speaker("Bo Berg", state="proposed", public=False)
    await a_speaker("Gone Now", state="withdrawn")
    for title in ("One", "Two"):
        await a_session(title, speakers=[{"speaker_id": asa.id}])
    await a_session("Three", speakers=[{"speaker_id": asa.id, "state": "declined"}])
    shown = words(await client.get(LIST))
    assert "On the roster 3 Confirmed 1 No answer yet 0 Not asked yet 1 Declined or withdrawn 1" in shown
    assert "Ask 1 person" in shown and "Remind" not in shown
    rows = {
        row.split("<a href")[1].split(">")[1].split("<")[0]: row
        for row in (await client.get(LIST)).text.split("<tr>")[2:]
    }
    assert list(rows) == ["Åsa Ðórsdóttir", "Bo Berg", "Gone Now"]
    assert 'data-label="Sessions">2<' in rows["Åsa Ðórsdóttir"] and 'data-label="Sessions">0<' in rows["Bo Berg"]
    assert "Not named" in rows["Bo Berg"] and "Not named" not in rows["Åsa Ðórsdóttir"]
    assert page_of(bo) in (await client.get(LIST, params={"q": "BÖ"})).text
    assert "1 speaker " in words(await client.get(LIST, params={"state": "confirmed"}))
    assert "Nobody on the roster matches" in words(await client.get(LIST, params={"state": "famous"}))


async def test_a_long_roster_goes_on(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events_service.planning.roster_pages.PAGE_LENGTH", 2)
    for letter in "abc":
        await a_speaker(f"Guest {letter}")
    first = (await client.get(LIST)).text
    later = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = (await client.get(later)).text
    assert ("Guest c" in first, "Guest c" in second, "Guest a" in second, 'rel="prev"' in second) == (
        False,
        True,
        False,
        True,
    )


async def test_adding_and_editing_keep_what_was_typed_until_it_is_right(client: httpx.AsyncClient) -> None:
    wrong = await press(client, f"{LIST}/new", name="", email="nobody", language="sv", biography="Kept text")
    assert wrong.status_code == 422
    assert 'href="#f-name"' in wrong.text and 'href="#f-email"' in wrong.text and "Kept text" in wrong.text
    made = await press(
        client, f"{LIST}/new", name="Åsa Ðórsdóttir", email="asa@example.org", language="sv", public="true"
    )
    assert made.status_code == 303
    path = made.headers["location"].partition("?")[0]
    speaker_id = path.rpartition("/")[2]
    typed = {
        "version": "1",
        "name": "Åsa D.",
        "language": "fr",
        "state": "confirmed",
        "title": "Mayor",
        "city": "Malmö",
    }
    assert (await press(client, path, **typed)).status_code == 303
    shown = await client.get(path)
    assert 'value="Åsa D."' in shown.text and '<option value="fr" selected>' in shown.text
    assert (await press(client, path, **typed | {"title": "Late"})).status_code == 409
    assert (await press(client, path, **typed | {"version": "2", "name": ""})).status_code == 422
    emptied = await press(client, path, version="2", name="Åsa D.", language="sv", state="confirmed")
    assert emptied.status_code == 303
    (speaker,) = [one for one in (await client.get(LIST)).text.split("<tr>")[2:] if speaker_id in one]
    assert "Not named" in speaker and "no address" in speaker and "Malmö" not in speaker


async def test_asking_reminding_and_a_new_link_write_to_the_person(client: httpx.AsyncClient) -> None:
    speaker = await a_speaker(state="proposed")
    session = await a_session(speakers=[{"speaker_id": speaker.id}])
    assert 'action="' + page_of(speaker) + '/ask"' in (await client.get(page_of(speaker))).text
    assert (await press(client, f"{LIST}/ask")).headers["location"] == f"{LIST}?done=speakers_asked"
    assert (await press(client, f"{LIST}/ask")).headers["location"] == f"{LIST}?done=nobody_to_ask"
    assert (await press(client, page_of(speaker) + "/ask")).headers["location"].endswith("?done=nobody_to_ask")
    assert (await press(client, page_of(speaker) + "/remind")).headers["location"].endswith("?done=nobody_to_remind")
    assert await parts_of(session.id) == {speaker.id: "invited"}
    shown = await client.get(page_of(speaker))
    assert f"/speaking#{code_of(speaker)}" in shown.text and 'action="' + page_of(speaker) + '/remind"' in shown.text
    assert (await press(client, page_of(speaker) + "/new-link")).headers["location"].endswith("?done=link_replaced")
    replaced = await as_it_is(speaker)
    assert code_of(replaced) != code_of(speaker)
    assert await kinds_to(speaker) == ["speaker_asked", "speaker_link"]
    text = (await mail_of((await letters_to(speaker))[1])).get_body(("plain",))
    assert text is not None and code_of(replaced) in text.get_content()
    assert (await press(client, page_of(speaker) + "/send-link")).headers["location"].endswith("?done=link_sent")
    assert await kinds_to(speaker) == ["speaker_asked", "speaker_link", "speaker_link"]
    silent = await a_speaker("No Address", email=None)
    assert (await press(client, page_of(silent) + "/send-link")).status_code == 409
    assert (await press(client, page_of(silent) + "/new-link")).status_code == 303


async def test_withdrawing_is_for_who_has_a_part_and_removing_for_who_has_none(client: httpx.AsyncClient) -> None:
    speaker, mistake = await a_speaker(), await a_speaker("By Mistake")
    session = await a_session(speakers=[{"speaker_id": speaker.id}])
    refused = await press(client, page_of(speaker) + "/remove")
    assert refused.status_code == 409 and "has a part in the agenda" in words(refused)
    assert (await press(client, page_of(speaker) + "/withdraw")).status_code == 303
    assert ((await as_it_is(speaker)).state, await parts_of(session.id)) == (State.WITHDRAWN, {speaker.id: "withdrawn"})
    assert (await as_it_is(speaker)).answered_at is None
    assert (await press(client, page_of(mistake) + "/remove")).headers["location"] == f"{LIST}?done=speaker_removed"
    assert (await client.get(page_of(mistake))).status_code == 404


async def test_a_picture_is_taken_or_refused_in_words(client: httpx.AsyncClient) -> None:
    speaker = await a_speaker()
    sent = await press(
        client, page_of(speaker) + "/photo", photo=("a.jpg", a_picture("JPEG", (900, 600)), "image/jpeg")
    )
    assert sent.status_code == 303
    digest = (await as_it_is(speaker)).photo_digest
    assert f"/photo/{digest}-large.webp" in (await client.get(page_of(speaker))).text
    assert f"/photo/{digest}-small.webp" in (await client.get(LIST)).text
    for data, said in (
        (a_picture("GIF"), "no picture we can read"),
        (a_picture(size=(100, 100)), "too small"),
        (b"\0" * (photos.MOST_BYTES + 1), "too large"),
        (b"", "Choose a picture first."),
    ):
        refused = await press(client, page_of(speaker) + "/photo", photo=("a.png", data, "image/png"))
        assert refused.status_code == 422 and said in words(refused)
    assert (await as_it_is(speaker)).photo_digest == digest
    assert (await press(client, page_of(speaker) + "/photo/remove")).status_code == 303
    assert (await as_it_is(speaker)).photo_digest is None


async def test_there_is_nobody_of_another_event_or_of_no_id(client: httpx.AsyncClient) -> None:
    await a_summit(slug="other")
    stranger = await a_speaker(event="other")
    for speaker_id in (stranger.id, "0" * 32, "nonsense"):
        assert (await client.get(f"{LIST}/{speaker_id}")).status_code == 404
        assert (await press(client, f"{LIST}/{speaker_id}/withdraw")).status_code == 404
    assert (await as_it_is(stranger)) == stranger
