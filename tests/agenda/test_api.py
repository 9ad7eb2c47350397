"""Rooms, tracks, sessions and agendas for programs, over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from events_service.agenda import bounds
from events_service.events.actions import edit_event
from events_service.people.rules import Role
from events_service.settings import Settings
from tests.agenda.given import a_release, a_room, a_session, a_speaker, a_summit, a_track, change_session
from tests.events.given import bearer, change
from tests.house.given import service

Ask = Callable[..., Awaitable[httpx.Response]]
SUMMIT = "/api/v1/events/summit"
SESSION_FIELDS = {
    "id", "number", "guid", "slug", "title", "subtitle", "kind", "state", "starts_at", "ends_at", "minutes", "room_ids",
    "track_id", "topics", "language", "abstract", "description", "speakers", "capacity", "signup", "join_url",
    "visible_from", "sequence", "version", "created_at", "changed_at", "url",
}  # fmt: skip


@pytest_asyncio.fixture
async def ask(settings: Settings) -> AsyncIterator[Ask]:
    """Ask the application about a published summit: `ask("GET", "/rooms")`; as an agenda editor unless a `token` is given."""
    async with service(settings) as client:
        await a_summit()
        editor = await bearer(Role.AGENDA_EDITOR, "summit")

        async def asking(
            method: str,
            path: str,
            *,
            token: dict[str, str] | None = editor,
            headers: dict[str, str] | None = None,
            **more: Any,
        ) -> httpx.Response:
            url = path if path.startswith("/api") else SUMMIT + path
            return await client.request(method, url, headers=(token or {}) | (headers or {}), **more)

        yield asking


def wrong(answer: httpx.Response) -> dict[str, str]:
    """Field → code of a 422."""
    assert answer.status_code == 422, answer.text
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def titles(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["title"] for one in answer.json()["items"]]


async def test_an_editor_builds_an_agenda(ask: Ask) -> None:
    speaker = await a_speaker(state="invited")
    room = await ask("POST", "/rooms", json={"name": "Great hall", "capacity": 300})
    track = await ask("POST", "/tracks", json={"name": "Digital cities"})
    body = {
        "title": "Opening",
        "kind": "keynote",
        "starts_at": "2037-03-10T09:00",
        "ends_at": "2037-03-10T09:45",
        "room_ids": [room.json()["id"]],
        "track_id": track.json()["id"],
        "topics": ["digital-cities", "our-own", "digital-cities"],
        "language": "en",
        "speakers": [{"speaker_id": speaker.id, "role": "moderator"}],
        "capacity": 120,
        "signup": True,
        "join_url": "https://meet.example.org/x",
        "visible_from": "2037-03-01T12:00",
    }
    answer = await ask("POST", "/sessions", json=body)
    session = answer.json()
    assert (answer.status_code, set(session)) == (201, SESSION_FIELDS)
    assert (room.status_code, room.json()["version"], track.json()["slug"]) == (201, 1, "digital-cities")
    assert (session["starts_at"], session["ends_at"]) == ("2037-03-10T09:00:00+01:00", "2037-03-10T09:45:00+01:00")
    assert (session["minutes"], session["visible_from"]) == (45, "2037-03-01T12:00:00+01:00")
    assert session["speakers"] == [{"speaker_id": speaker.id, "role": "moderator", "state": "invited"}]
    assert session["topics"] == ["digital-cities", "our-own"]
    assert (session["state"], session["sequence"], session["version"]) == ("confirmed", 0, 1)
    assert session["url"] == f"http://127.0.0.1:8000/events/summit/sessions/{session['id']}"
    for path, item in (("rooms", room.json()), ("tracks", track.json()), ("sessions", session)):
        assert (await ask("GET", f"/{path}/{item['id']}")).json() == item
        assert (await ask("GET", f"/{path}")).json() == {"items": [item], "next": None}


async def test_what_is_wrong_with_a_session_is_told_at_once(ask: Ask) -> None:
    await a_summit(slug="other")
    elsewhere, stranger = await a_room(event="other"), await a_speaker(event="other")
    foreign_track = await a_track(event="other")
    body = {
        "title": "Opening",
        "starts_at": "2037-03-29T02:30",
        "ends_at": "2037-10-25T02:30",
        "visible_from": "2037-03-29T02:30",
        "room_ids": [elsewhere.id, "nothing"],
        "track_id": foreign_track.id,
        "speakers": [{"speaker_id": stranger.id}, {"speaker_id": stranger.id}],
    }
    told = {
        "starts_at": "impossible_wall_time",
        "ends_at": "impossible_wall_time",
        "visible_from": "impossible_wall_time",
        "room_ids.0": "unknown_room",
        "room_ids.1": "unknown_room",
        "track_id": "unknown_track",
        "speakers.0.speaker_id": "unknown_speaker",
        "speakers.1.speaker_id": "named_twice",
    }
    assert wrong(await ask("POST", "/sessions", json=body)) == told
    session = await a_session()
    assert wrong(await ask("PATCH", f"/sessions/{session.id}", json=body)) == told
    assert (await ask("GET", f"/sessions/{session.id}")).json()["version"] == 1


GARBAGE: list[tuple[dict[str, Any], dict[str, str]]] = [
    (
        {"title": "", "kind": "party", "minutes": 0, "colour": "red"},
        {"title": "required", "kind": "unknown_value", "minutes": "out_of_range", "colour": "unknown_field"},
    ),
    ({"title": "A", "topics": [f"topic-{number}" for number in range(100)]}, {"topics": "too_long"}),
    ({"title": "A", "speakers": [{"speaker_id": "x"}] * 101}, {"speakers": "too_long"}),
    ({"title": "A", "room_ids": ["a\x00b"], "track_id": "a b"}, {"room_ids.0": "wrong_form", "track_id": "wrong_form"}),
    ({"title": "A", "ends_at": "2037-03-10T10:00"}, {"starts_at": "required"}),
    ({"title": "A", "starts_at": "2037-03-10T10:00", "ends_at": "2037-03-10T10:00"}, {"ends_at": "ends_before_start"}),
    ({"title": "A", "starts_at": "2037-03-10T10:00", "ends_at": "2037-03-30T10:00"}, {"ends_at": "too_long"}),
    ({"title": "A", "starts_at": "tomorrow"}, {"starts_at": "invalid_time"}),
    ({"title": "A", "join_url": "http://meet.example.org"}, {"join_url": "invalid_url"}),
    ({"title": "A" * 301, "capacity": 0}, {"title": "too_long", "capacity": "out_of_range"}),
]  # fmt: skip


async def test_garbage_is_refused_by_its_name(ask: Ask) -> None:
    for body, told in GARBAGE:
        assert wrong(await ask("POST", "/sessions", json=body)) == told
    assert titles(await ask("GET", "/sessions")) == []


async def test_a_change_moves_a_session_shelves_it_and_keeps_its_length(ask: Ask) -> None:
    session = await a_session(minutes=45)

    async def changed(**fields: Any) -> list[Any]:
        answer = await ask("PATCH", f"/sessions/{session.id}", json=fields)
        assert answer.status_code == 200, answer.text
        return [answer.json()[name] for name in ("starts_at", "ends_at", "minutes", "version")]

    ten, eleven = "2037-03-10T10:00:00+01:00", "2037-03-10T11:00:00+01:00"
    assert await changed(version=1, starts_at="2037-03-10T10:00") == [ten, "2037-03-10T10:45:00+01:00", 45, 2]
    assert await changed(ends_at="2037-03-10T11:00") == [ten, eleven, 60, 3]
    assert await changed(starts_at=None) == [None, None, 60, 4]
    assert await changed(minutes=20) == [None, None, 20, 5]
    assert await changed(starts_at="2037-03-10T10:40") == ["2037-03-10T10:40:00+01:00", eleven, 20, 6]
    assert await changed(ends_at=None, minutes=10) == ["2037-03-10T10:40:00+01:00", "2037-03-10T10:50:00+01:00", 10, 7]
    shelved = await ask("PATCH", f"/sessions/{session.id}", json={"starts_at": None, "ends_at": "2037-03-10T11:00"})
    assert wrong(shelved) == {"starts_at": "required"}


async def test_a_time_in_a_doubled_hour_is_kept_when_only_the_end_moves(ask: Ask) -> None:
    session = await a_session(starts_at="2037-10-25T02:30:00+01:00")
    answer = await ask("PATCH", f"/sessions/{session.id}", json={"ends_at": "2037-10-25T03:30"})
    assert (answer.status_code, answer.json()["starts_at"]) == (200, "2037-10-25T02:30:00+01:00")
    assert answer.json()["minutes"] == 60


@pytest.mark.parametrize("path", ["rooms", "tracks", "sessions"])
async def test_of_two_editors_the_later_is_told_and_loses_nothing_of_the_first(ask: Ask, path: str) -> None:
    body = {"title": "Opening"} if path == "sessions" else {"name": "Great hall"}
    item = f"/{path}/{(await ask('POST', f'/{path}', json=body)).json()['id']}"
    assert (await ask("PATCH", item, json={"version": 1, "description": "First"})).json()["version"] == 2
    late = await ask("PATCH", item, json={"version": 1, "description": "Second"})
    gone = await ask("DELETE", f"{item}?version=1")
    assert [(one.status_code, one.json()["code"]) for one in (late, gone)] == [(409, "stale_version")] * 2
    assert (await ask("GET", item)).json()["description"] == "First"
    assert (await ask("DELETE", f"{item}?version=2")).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        more = {"json": {}} if method == "PATCH" else {}
        assert (await ask(method, item, **more)).status_code == 404


async def test_of_editors_at_the_same_moment_one_wins_and_every_session_has_its_own_number(ask: Ask) -> None:
    session = await a_session()
    moves = [
        ask("PATCH", f"/sessions/{session.id}", json={"version": 1, "starts_at": f"2037-03-10T1{hour}:00"})
        for hour in range(6)
    ]
    answers = await asyncio.gather(*moves)
    assert sorted(one.status_code for one in answers) == [200] + [409] * 5
    [won] = [one.json() for one in answers if one.status_code == 200]
    assert (await ask("GET", f"/sessions/{session.id}")).json() == won
    added = await asyncio.gather(*(ask("POST", "/sessions", json={"title": "Talk"}) for _ in range(6)))
    assert sorted(one.json()["number"] for one in added) == [2, 3, 4, 5, 6, 7]


async def test_what_belongs_to_another_event_is_not_there(ask: Ask) -> None:
    await a_summit(slug="other")
    room, track, session = await a_room(event="other"), await a_track(event="other"), await a_session(event="other")
    for path in (
        f"/rooms/{room.id}",
        f"/tracks/{track.id}",
        f"/sessions/{session.id}",
        "/sessions/%ff",
        "/rooms/x%27--",
    ):
        for method, more in (("GET", {}), ("PATCH", {"json": {}}), ("DELETE", {})):
            assert (await ask(method, path, **more)).status_code == 404, path
    everywhere = await bearer(Role.ORGANISER)
    assert (await ask("GET", f"/api/v1/events/other/rooms/{room.id}", token=everywhere)).status_code == 200


async def test_a_room_in_use_stays_and_a_tracks_sessions_outlive_it(ask: Ask) -> None:
    room, track = await a_room(), await a_track()
    session = await a_session(room_ids=[room.id], track_id=track.id)
    used = await ask("DELETE", f"/rooms/{room.id}")
    assert (used.status_code, used.json()["code"]) == (409, "in_use")
    assert (await ask("DELETE", f"/tracks/{track.id}")).status_code == 204
    after = (await ask("GET", f"/sessions/{session.id}")).json()
    assert (after["track_id"], after["version"]) == (None, 2)
    assert (await ask("POST", "/rooms", json={"name": "Great hall"})).json()["code"] == "name_taken"


async def test_an_agenda_takes_no_more_than_it_holds(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    for noun in bounds.AT_MOST:
        monkeypatch.setitem(bounds.AT_MOST, noun, 1)
    for path, body in (("/rooms", {"name": "A"}), ("/tracks", {"name": "A"}), ("/sessions", {"title": "A"})):
        first, second = await ask("POST", path, json=body), await ask("POST", path, json=body)
        assert (first.status_code, second.status_code, second.json()["code"]) == (201, 409, "too_many")
    await ask("DELETE", f"/sessions/{(await ask('GET', '/sessions')).json()['items'][0]['id']}")
    assert (await ask("POST", "/sessions", json={"title": "A"})).status_code == 201


async def test_half_a_position_is_refused(ask: Ask) -> None:
    assert wrong(await ask("POST", "/rooms", json={"name": "A", "latitude": 55.7})) == {"longitude": "required"}
    room = await a_room(latitude=55.7, longitude=12.5)
    assert wrong(await ask("PATCH", f"/rooms/{room.id}", json={"latitude": None})) == {"latitude": "required"}


async def test_sessions_are_narrowed_and_read_page_by_page(ask: Ask) -> None:
    hall, loft, track = await a_room(), await a_room("Loft"), await a_track()
    speaker = await a_speaker("Åsa Ðórsdóttir")
    await a_session("Second", "2037-03-10T10:00", room_ids=[loft.id, hall.id], track_id=track.id)
    await a_session("First", "2037-03-10T00:15", room_ids=[hall.id])
    await a_session("Third", "2037-03-11T09:00", speakers=[{"speaker_id": speaker.id}], subtitle="Ærlig talt")
    await a_session("Shelved", None)
    await a_session("Also shelved", None)

    async def listed(**query: Any) -> list[str]:
        return titles(await ask("GET", "/sessions", params=query))

    assert await listed() == ["First", "Second", "Third", "Shelved", "Also shelved"]
    assert await listed(day="2037-03-10") == ["First", "Second"]
    assert await listed(day="2037-03-09") == []
    assert await listed(room=hall.id) == ["First", "Second"]
    assert await listed(room=loft.id, track=track.id) == ["Second"]
    assert await listed(shelf="true") == ["Shelved", "Also shelved"]
    assert await listed(shelf="false", q="dorsdottir aerlig") == ["Third"]
    assert await listed(q="shelved also") == ["Also shelved"]
    assert await listed(q="%") == []
    seen: list[str] = []
    cursor = None
    while True:
        page = await ask("GET", "/sessions", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        seen += titles(page)
        cursor = page.json()["next"]
        if cursor is None:
            break
    assert seen == ["First", "Second", "Third", "Shelved", "Also shelved"]


async def test_rooms_and_tracks_come_in_the_organisers_order_page_by_page(ask: Ask) -> None:
    for name, more in (("B", {}), ("C", {}), ("A", {"position": 0})):
        await a_room(name, **more)
    first = await ask("GET", "/rooms?limit=2")
    second = await ask("GET", "/rooms", params={"limit": 2, "cursor": first.json()["next"]})
    assert [one["name"] for one in first.json()["items"] + second.json()["items"]] == ["B", "A", "C"]
    assert second.json()["next"] is None


async def test_a_wrong_filter_is_named(ask: Ask) -> None:
    for path, field in (
        ("/sessions?day=tomorrow", "day"),
        ("/sessions?day=20370310", "day"),
        ("/sessions?shelf=perhaps", "shelf"),
        ("/sessions?limit=201", "limit"),
        ("/sessions?cursor=bm9uc2Vuc2U", "cursor"),
        ("/sessions?cursor=" + "MjAzNy0wMy0xMHwx", "cursor"),
        ("/rooms?cursor=bm9uc2Vuc2U", "cursor"),
        ("/agenda?release=" + "x" * 21, "release"),
    ):
        assert list(wrong(await ask("GET", path))) == [field]


async def test_the_public_reads_the_current_release_and_nothing_hidden(ask: Ask) -> None:
    for release in ("current", "draft", "1"):
        assert (await ask("GET", f"/agenda?release={release}", token=None)).status_code == 404
    room, unused = await a_room(venue="Library", latitude=55.7, longitude=12.5), await a_room("Unused")
    shown, hidden = await a_speaker("Astrid Holm"), await a_speaker("Protected Person", public=False)
    secret = await a_speaker("Surprise Guest")
    people = [{"speaker_id": shown.id, "role": "host"}, {"speaker_id": hidden.id}]
    session = await a_session(room_ids=[room.id], speakers=people, join_url="https://meet.example.org/x")
    await a_session(
        "Surprise", "2037-03-10T11:00", visible_from="2037-03-01T00:00", speakers=[{"speaker_id": secret.id}]
    )
    await a_session("Thought of", "2037-03-10T12:00", state="draft")
    await a_session("Shelved", None)
    await a_release("The *first* one.")
    await change_session(session, title="Grand opening")
    answer = await ask("GET", "/agenda", token=None)
    agenda = answer.json()
    assert [(one["title"], one["join_url"]) for one in agenda["sessions"]] == [("Opening", None)]
    assert agenda["sessions"][0]["speakers"] == [{"speaker_id": shown.id, "role": "host"}]
    assert agenda["speakers"] == [
        {"id": shown.id, "name": "Astrid Holm", "title": "", "organisation": "", "city": "", "photo": None}
    ]
    assert (agenda["release"]["number"], agenda["release"]["note"]) == (1, "The *first* one.")
    assert [(one["name"], one["venue"], one["latitude"]) for one in agenda["rooms"]] == [
        ("Great hall", "Library", 55.7)
    ]
    assert (agenda["event"], agenda["timezone"], agenda["overlap"]) == ("summit", "Europe/Copenhagen", "warn")
    for word in ("Surprise", "Protected", "meet.example.org", "Thought", unused.id):
        assert word not in answer.text
    for token in (None, await bearer(Role.VIEWER, "summit"), await bearer(Role.AGENDA_EDITOR, "another")):
        statuses = [
            (await ask("GET", f"/agenda?release={release}", token=token)).status_code
            for release in ("current", "1", "draft", "0", "2", "-1", "٣", "")
        ]
        assert statuses == [200, 200, 404, 404, 404, 404, 404, 404]


async def test_editors_read_the_draft_and_every_release_whole(ask: Ask) -> None:
    speaker = await a_speaker("Protected Person", public=False)
    people = [{"speaker_id": speaker.id}]
    session = await a_session(speakers=people, join_url="https://meet.example.org/x", visible_from="2037-03-01T00:00")
    await a_release()
    await change_session(session, title="Grand opening")
    await a_release()
    await a_session("Shelved", None)

    async def agenda(release: str) -> Any:
        return (await ask("GET", f"/agenda?release={release}")).json()

    assert [one["title"] for one in (await agenda("1"))["sessions"]] == ["Opening"]
    assert [one["title"] for one in (await agenda("2"))["sessions"]] == ["Grand opening"]
    draft = await agenda("draft")
    assert [(one["title"], one["join_url"]) for one in draft["sessions"]] == [
        ("Grand opening", "https://meet.example.org/x"),
        ("Shelved", None),
    ]
    assert (draft["release"], [one["name"] for one in draft["speakers"]]) == (None, ["Protected Person"])
    # What is current is the same for everybody.
    assert (await agenda("current"))["sessions"] == []


async def test_a_venue_that_is_told_to_participants_alone_is_in_no_public_agenda(ask: Ask) -> None:
    room = await a_room(venue="Safe house", latitude=55.7, longitude=12.5, description="Ring twice.")
    await a_session(room_ids=[room.id])
    await a_release()
    venue = {"name": "City Hall", "address": "", "city": "Copenhagen", "country": "DK", "disclosure": "registered"}
    await edit_event("summit", change(venue=venue))
    answer = await ask("GET", "/agenda", token=None)
    assert [(one["name"], one["venue"], one["latitude"], one["longitude"]) for one in answer.json()["rooms"]] == [
        ("Great hall", "", None, None)
    ]
    assert "Ring twice" not in answer.text


async def test_an_agenda_is_sent_again_only_when_something_of_it_changed(ask: Ask) -> None:
    speaker = await a_speaker("Astrid Holm")
    session = await a_session(speakers=[{"speaker_id": speaker.id}])
    await a_release()

    async def again(etag: str) -> httpx.Response:
        return await ask("GET", "/agenda", token=None, headers={"If-None-Match": etag})

    first = await ask("GET", "/agenda", token=None)
    assert (await again(first.headers["etag"])).status_code == 304
    await change_session(session, title="Only in the draft")
    assert (await again(first.headers["etag"])).status_code == 304
    assert (await ask("PATCH", "/agenda", json={"overlap": "refuse"})).json()["overlap"] == "refuse"
    second = await again(first.headers["etag"])
    assert (second.status_code, second.json()["overlap"]) == (200, "refuse")
    renamed = await ask("PATCH", f"/speakers/{speaker.id}", json={"name": "Astrid Berg"})
    assert renamed.status_code == 200
    third = await again(second.headers["etag"])
    assert [one["name"] for one in third.json()["speakers"]] == ["Astrid Berg"]
    await a_release()
    assert [one["title"] for one in (await again(third.headers["etag"])).json()["sessions"]] == ["Only in the draft"]


async def test_a_hidden_events_agenda_is_not_there(ask: Ask) -> None:
    await a_session()
    await a_release()
    await edit_event("summit", change(visibility="invited"))
    assert (await ask("GET", "/agenda", token=None)).status_code == 404
    assert (await ask("GET", "/agenda", token=await bearer(Role.VIEWER, "summit"))).status_code == 200


async def test_a_session_stays_at_its_wall_time_when_the_events_zone_changes(ask: Ask) -> None:
    session = await a_session(starts_at="2037-03-10T00:10")
    await edit_event("summit", change(timezone="Europe/Helsinki"))
    assert (await ask("GET", f"/sessions/{session.id}")).json()["starts_at"] == "2037-03-10T00:10:00+02:00"
    assert titles(await ask("GET", "/sessions?day=2037-03-10")) == ["Opening"]
