"""The roster for programs."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from events_service.agenda.sessions import remove_session
from events_service.people.rules import Role
from tests.agenda.given import a_release, a_session, a_speaker, a_summit, change_session
from tests.events.given import bearer
from tests.speakers.given import a_browser, as_it_is, kinds_to, parts_of

pytestmark = pytest.mark.usefixtures("database")
ROSTER = "/api/v1/events/summit/speakers"
BODY: dict[str, Any] = {
    "name": "Åsa Ðórsdóttir",
    "email": "asa@example.org",
    "title": "Mayor",
    "organisation": "City of Malmö",
    "city": "Malmö",
    "biography": "Twelve years of it.",
    "public": True,
    "state": "proposed",
}


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        await a_summit()
        started.headers.update(await bearer(Role.AGENDA_EDITOR))
        yield started


async def test_a_speaker_is_added_read_changed_and_removed(client: httpx.AsyncClient) -> None:
    made = await client.post(ROSTER, json=BODY)
    assert made.status_code == 201
    speaker = made.json()
    assert {name: speaker[name] for name in BODY} == BODY
    assert (speaker["version"], speaker["photo"], speaker["event"]) == (1, None, "summit")
    one = f"{ROSTER}/{speaker['id']}"
    assert (await client.get(one)).json() == speaker
    changed = await client.patch(one, json={"version": 1, "city": "Lund", "state": "confirmed"})
    assert changed.json() == speaker | {
        "city": "Lund", "state": "confirmed", "version": 2, "changed_at": changed.json()["changed_at"]
    }  # fmt: skip
    stale = await client.patch(one, json={"version": 1, "city": "Oslo"})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    stale = await client.delete(one, params={"version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert (await client.delete(one, params={"version": 2})).status_code == 204
    assert [(await client.request(method, one, json=body)).status_code for method, body in
            (("GET", None), ("PATCH", {"city": "Oslo"}), ("DELETE", None))] == [404, 404, 404]  # fmt: skip


async def test_every_wrong_field_is_told_at_once(client: httpx.AsyncClient) -> None:
    body = {
        "name": " ",
        "email": "nobody",
        "language": "?",
        "state": "famous",
        "public": 1,
        "photo": "x",
        "title": "=?x",
    }
    answer = await client.post(ROSTER, json=body)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == set(body)
    speaker = await a_speaker()
    answer = await client.patch(f"{ROSTER}/{speaker.id}", json={"email": "nobody", "availability": 3, "version": 0})
    assert {error["field"] for error in answer.json()["errors"]} == {"email", "availability", "version"}
    assert await as_it_is(speaker) == speaker


async def test_the_list_is_by_name_in_pages_and_finds_folded_words(client: httpx.AsyncClient) -> None:
    names = ["Øyvind Berg", "Aada Öst", "Åsa Ðórsdóttir", "bo Berg", "Zoë 100%", "Þóra " + "x" * 150]
    for name in names:
        await a_speaker(
            name,
            email=None,
            city="Tromsø" if "Berg" in name else "",
            state="invited" if name == "bo Berg" else "confirmed",
        )
    twin = await a_speaker("Aada Öst", email="twin@example.org")

    async def listed(**params: Any) -> list[str]:
        found: list[str] = []
        while True:
            page = (await client.get(ROSTER, params={"limit": 2} | params)).json()
            assert len(page["items"]) <= 2
            found += [one["name"] for one in page["items"]]
            if page["next"] is None:
                return found
            params["cursor"] = page["next"]

    assert await listed() == [
        "Aada Öst",
        "Aada Öst",
        "Åsa Ðórsdóttir",
        "bo Berg",
        "Øyvind Berg",
        "Þóra " + "x" * 150,
        "Zoë 100%",
    ]
    assert await listed(q="TROMSO berg") == ["bo Berg", "Øyvind Berg"]
    assert await listed(q="ost") == ["Aada Öst"] * 2
    assert (await listed(q="100%"), await listed(q="_")) == (["Zoë 100%"], [])
    assert await listed(state="invited") == ["bo Berg"]
    assert await listed(q="dorsdottir", state="invited") == []
    assert twin.id in {one["id"] for one in (await client.get(ROSTER)).json()["items"]}
    for params in ({"state": "famous"}, {"cursor": "!"}, {"limit": 0}, {"q": "x" * 201}):
        assert (await client.get(ROSTER, params=params)).status_code == 422, params


async def test_who_has_or_had_a_part_is_withdrawn_not_removed(client: httpx.AsyncClient) -> None:
    drafted, released, gone = await a_speaker("In Draft"), await a_speaker("In Release"), await a_speaker("In Nothing")
    await a_session("Draft", state="draft", speakers=[{"speaker_id": drafted.id}])
    shown = await a_session("Shown", speakers=[{"speaker_id": released.id}])
    never = await a_session("Never released", speakers=[{"speaker_id": gone.id}], state="draft")
    await a_release()
    await change_session(shown, speakers=[])
    await remove_session("summit", never.id)
    for speaker in (drafted, released):
        refused = await client.delete(f"{ROSTER}/{speaker.id}")
        assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
        assert "withdraw" in refused.json()["detail"]
    assert (await client.delete(f"{ROSTER}/{gone.id}")).status_code == 204


@pytest.mark.parametrize("state", ["withdrawn", "declined"])
async def test_who_is_out_is_out_of_every_session_and_of_their_calendar(client: httpx.AsyncClient, state: str) -> None:
    speaker, other = await a_speaker(), await a_speaker("Bo Berg")
    parts = [{"speaker_id": speaker.id, "state": "confirmed"}, {"speaker_id": other.id, "state": "confirmed"}]
    session = await a_session(speakers=parts)
    await a_release()
    await client.patch(f"{ROSTER}/{speaker.id}", json={"state": "confirmed"})
    assert await kinds_to(speaker) == ["speaking_invited"]
    assert (await client.patch(f"{ROSTER}/{speaker.id}", json={"state": state})).status_code == 200
    assert await parts_of(session.id) == {speaker.id: state, other.id: "confirmed"}
    assert await kinds_to(speaker) == ["speaking_invited", "speaking_withdrawn"]
    assert await kinds_to(other) == []


async def test_another_address_gets_new_links(client: httpx.AsyncClient) -> None:
    speaker = await a_speaker()
    same = await client.patch(f"{ROSTER}/{speaker.id}", json={"email": speaker.email})
    assert (same.status_code, (await as_it_is(speaker)).link_generation) == (200, 0)
    await client.patch(f"{ROSTER}/{speaker.id}", json={"email": "new@example.org"})
    assert (await as_it_is(speaker)).link_generation == 1
    await client.patch(f"{ROSTER}/{speaker.id}", json={"email": None})
    after = await as_it_is(speaker)
    assert (after.link_generation, after.email) == (2, None)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REGISTRAR, Role.DOOR_SUPERVISOR])
async def test_others_are_kept_out(client: httpx.AsyncClient, role: Role) -> None:
    speaker = await a_speaker()
    client.headers.update(await bearer(role))
    for method, path in (("GET", ROSTER), ("GET", f"{ROSTER}/{speaker.id}"), ("DELETE", f"{ROSTER}/{speaker.id}")):
        assert (await client.request(method, path)).status_code == 403
