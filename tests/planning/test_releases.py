"""Looking at a release and making it: for programs and in the back office."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from events_service.agenda.rules import Session
from events_service.events.actions import cancel_event
from events_service.events.rules import Event
from events_service.people.rules import Role
from events_service.planning import releasing
from events_service.planning.releasing import release_and_count
from events_service.registrations import sign_ups
from events_service.registrations.announcing import announce_changes
from events_service.settings import Settings
from tests.agenda.given import a_release, a_room, a_session, a_speaker, a_summit, change_session
from tests.events.given import bearer, enter
from tests.house.given import service
from tests.registrations.given import form_token, person, register
from tests.registrations.session_mail import sent
from tests.registrations.test_pages import words

API = "/api/v1/events/summit/agenda"
PAGE = "/office/events/summit/releases"


@pytest_asyncio.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Everybody's way in; the summit has a talk with a speaker and two participants, all of them told."""
    async with service(settings) as started:
        yield started


async def a_told_talk(**more: Any) -> Session:
    """A released talk that one speaker and two participants hold."""
    await a_summit()
    speaker = await a_speaker(email="one@example.org")
    talk = await a_session("Talk", signup=True, speakers=[{"speaker_id": speaker.id}], **more)
    await a_release()
    for number in (1, 2):
        who = await person(await register(number, slug="summit"))
        await sign_ups.sign_up(who.id, talk.id)
    await announce_changes()
    return talk


async def press(client: httpx.AsyncClient, **typed: Any) -> httpx.Response:
    """Send the form of the preview, as it stands, with what is typed."""
    shown = (await client.get(f"{PAGE}/new")).text
    version = shown.split('name="version" value="')[1].split('"')[0]
    token = await form_token(client, f"{PAGE}/new")
    return await client.post(f"{PAGE}/new", data={"csrf_token": token, "version": version} | typed)


async def test_programs_preview_release_and_list(client: httpx.AsyncClient) -> None:
    talk = await a_told_talk()
    hall = await a_room()
    editor = await bearer(Role.AGENDA_EDITOR, "summit")
    empty = (await client.get(f"{API}/changes", headers=editor)).json()
    assert (empty["items"], empty["speakers_told"], empty["participants_told"]) == ([], 0, 0)
    await change_session(talk, starts_at="2037-03-10T11:00", room_ids=[hall.id])
    await a_session("Dinner", "2037-03-10T19:00")
    before = len(await sent())
    planned = await client.get(f"{API}/changes", headers=editor)
    moved = {
        "kind": "moved",
        "session_id": talk.id,
        "title": "Talk",
        "fields": ["starts_at", "ends_at", "rooms"],
        "before": {
            "starts_at": "2037-03-10T09:00:00+01:00",
            "ends_at": "2037-03-10T09:30:00+01:00",
            "rooms": [],
        },
        "after": {
            "starts_at": "2037-03-10T11:00:00+01:00",
            "ends_at": "2037-03-10T11:30:00+01:00",
            "rooms": ["Great hall"],
        },
    }
    assert planned.json()["items"][0] == moved | {"speakers": 1, "participants": 2}
    assert [(one["kind"], one["before"]) for one in planned.json()["items"][1:]] == [("added", None)]
    assert (planned.json()["speakers_told"], planned.json()["participants_told"]) == (1, 2)

    stale = await client.post(f"{API}/release", headers=editor, json={"version": planned.json()["version"] - 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    keyed = editor | {"Idempotency-Key": "once"}
    made = await client.post(f"{API}/release", headers=keyed, json={"note": "Later, and **bigger**."})
    assert made.status_code == 201
    assert {name: made.json()[name] for name in ("number", "note", "speakers_told", "participants_told")} == {
        "number": 2,
        "note": "Later, and **bigger**.",
        "speakers_told": 1,
        "participants_told": 2,
    }
    assert made.json()["changes"][0] == moved
    again = await client.post(f"{API}/release", headers=keyed, json={"note": "Later, and **bigger**."})
    assert again.json() == made.json()
    assert await announce_changes() == 3 == len(await sent()) - before

    first = (await client.get(f"{API}/releases?limit=1", headers=editor)).json()
    rest = (await client.get(f"{API}/releases?limit=1&cursor={first['next']}", headers=editor)).json()
    assert [one["number"] for one in (*first["items"], *rest["items"])] == [2, 1]
    assert rest["next"] is None and first["items"][0]["announced_at"] is not None
    wrong = await client.get(f"{API}/releases?cursor=bm8", headers=editor)
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "invalid_cursor")


async def test_only_those_who_edit_the_agenda_release_it(client: httpx.AsyncClient) -> None:
    await a_told_talk()
    for token, status in (({}, 401), (await bearer(Role.VIEWER), 403)):
        for method, path in (("GET", "changes"), ("POST", "release"), ("GET", "releases")):
            answer = await client.request(method, f"{API}/{path}", headers=token, json={} if method == "POST" else None)
            assert answer.status_code == status
    await cancel_event("summit", reason="")
    answer = await client.post(f"{API}/release", headers=await bearer(Role.ORGANISER), json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_status")


@pytest.mark.usefixtures("database")
async def test_a_release_counts_the_draft_it_freezes_while_somebody_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = await a_told_talk()
    looked, times = releasing.who_is_told, 0

    async def edited_meanwhile(event: Event, *rest: Any) -> Any:
        nonlocal times
        times += 1
        if times == 1:
            await change_session(talk, starts_at="2037-03-10T12:00")
            return await looked(event, *rest)
        return await looked(event, *rest)

    monkeypatch.setattr(releasing, "who_is_told", edited_meanwhile)
    release, told = await release_and_count("summit", note="", by="tester")
    assert (times, [one.kind for one in release.changes], told.speakers, told.participants) == (2, ["moved"], 1, 2)


async def test_an_organiser_sees_what_changes_before_anybody_is_told(client: httpx.AsyncClient) -> None:
    talk = await a_told_talk()
    speaker = talk.speakers[0].speaker_id
    await enter(client, Role.AGENDA_EDITOR)
    assert "Nothing to release" in words(await client.get(f"{PAGE}/new"))
    two = await a_speaker("Two", email="two@example.org")
    await change_session(
        talk, title="The talk", starts_at="2037-03-11T10:00", capacity=40, abstract="Longer.",
        speakers=[{"speaker_id": speaker}, {"speaker_id": two.id}],
    )  # fmt: skip
    shown = words(await client.get(f"{PAGE}/new"))
    assert "Changes 1 Speakers who get a letter 2 Participants who get a letter 2" in shown
    assert "Tue 10 March, 09.00–09.30 now Wed 11 March, 10.00–10.30" in shown
    assert "Title: Talk now The talk" in shown and "Places: – now 40" in shown
    assert "People: Åsa Ðórsdóttir now Åsa Ðórsdóttir, Two" in shown and "Also changed: Abstract" in shown
    assert "Told: 2 speakers, 2 participants" in shown
    made = await press(client, note="All **new**.")
    assert (made.status_code, made.headers["location"]) == (303, f"{PAGE}?done=released")
    listed = await client.get(made.headers["location"])
    assert "The agenda is released." in words(listed) and "People are being told" in words(listed)
    assert "<strong>new</strong>" in listed.text and "Release 2" in words(listed)
    assert "/events/summit/agenda/embed&#34;" in listed.text or '/events/summit/agenda/embed"' in listed.text
    await announce_changes()
    assert "People are being told" not in words(await client.get(PAGE))


async def test_a_draft_that_changed_since_is_looked_at_again(client: httpx.AsyncClient) -> None:
    talk = await a_told_talk()
    await enter(client, Role.AGENDA_EDITOR)
    draft = await change_session(talk, starts_at="2037-03-11T10:00")
    typed = {"csrf_token": await form_token(client, f"{PAGE}/new"), "version": "1", "note": "Kept <words>"}
    again = await client.post(f"{PAGE}/new", data=typed)
    assert again.status_code == 409 and "Nothing was released." in words(again)
    assert "Kept &lt;words&gt;</textarea>" in again.text and 'name="version" value="1"' not in again.text
    garbled = await client.post(f"{PAGE}/new", data=typed | {"version": "no number"})
    assert garbled.status_code == 422
    assert (await press(client)).status_code == 303
    assert draft.title == "Talk"
    await cancel_event("summit", reason="")
    assert (await client.post(f"{PAGE}/new", data=typed)).status_code == 409
    assert "Make release" not in (await client.get(f"{PAGE}/new")).text


async def test_what_cannot_take_place_has_to_be_accepted(client: httpx.AsyncClient) -> None:
    hall = await an_empty_hall()
    await enter(client, Role.AGENDA_EDITOR)
    assert "Nothing is released yet" in words(await client.get(PAGE))
    for title in ("One", "Other"):
        await a_session(title, room_ids=[hall])
    # A draft session is in no release: it clashes with nothing.
    await a_session("Third", room_ids=[hall], state="draft")
    shown = words(await client.get(f"{PAGE}/new"))
    assert shown.count("is taken twice") == 1 and "Release it with 1 conflict" in shown
    refused = await press(client)
    assert refused.status_code == 422 and "Say that you release it with these conflicts" in words(refused)
    assert (await press(client, despite_conflicts="true")).status_code == 303
    assert "Release 1" in words(await client.get(PAGE))


async def an_empty_hall() -> str:
    await a_summit()
    return (await a_room()).id
