"""What the editor's script asks for: moves that carry the version they were made on."""

from typing import Any

import pytest

from events_service.agenda.queries import draft_of
from events_service.agenda.sessions import remove_session
from events_service.events.rules import Event
from tests.agenda.given import a_room, a_session, a_speaker, a_summit, change_session
from tests.planning.given import AGENDA, an_editor

pytestmark = pytest.mark.usefixtures("database")


async def drafted(event: Event, session_id: str) -> tuple[Any, ...]:
    session = (await draft_of(event)).session[session_id]
    return session.version, session.starts_wall, session.minutes, session.room_ids


async def test_a_session_is_moved_resized_shelved_and_brought_back() -> None:
    event = await a_summit()
    hall, foyer = await a_room(), await a_room("Foyer")
    session = await a_session(room_ids=[hall.id])
    address = f"{AGENDA}/sessions/{session.id}/move"
    async with an_editor() as client:
        moved = await client.post(
            address, json={"version": 1, "starts_at": "2037-03-10T09:05", "minutes": 45, "room_ids": [foyer.id]}
        )
        assert (moved.status_code, moved.json()) == (
            200,
            {
                "id": session.id,
                "version": 2,
                "starts_at": "2037-03-10T09:05",
                "minutes": 45,
                "room_ids": [foyer.id],
                "title": "Opening",
                "conflicts": [],
            },
        )
        assert await drafted(event, session.id) == (2, "2037-03-10T09:05", 45, (foyer.id,))
        shelved = (await client.post(address, json={"version": 2, "starts_at": None})).json()
        assert (shelved["version"], shelved["starts_at"], shelved["minutes"]) == (3, None, 45)
        back = (await client.post(address, json={"version": 3, "starts_at": "2037-03-11T13:00"})).json()
        assert (back["starts_at"], back["minutes"], back["room_ids"]) == ("2037-03-11T13:00", 45, [foyer.id])


async def test_conflicts_are_told_as_they_arise() -> None:
    await a_summit()
    hall, foyer = await a_room(), await a_room("Foyer")
    speaker = await a_speaker()
    first = await a_session(room_ids=[hall.id], speakers=[{"speaker_id": speaker.id}])
    second = await a_session("Panel", "2037-03-10T11:00", room_ids=[foyer.id], speakers=[{"speaker_id": speaker.id}])
    async with an_editor() as client:
        moved = await client.post(
            f"{AGENDA}/sessions/{second.id}/move", json={"version": 1, "starts_at": "2037-03-10T09:15"}
        )
    (conflict,) = moved.json()["conflicts"]
    assert (conflict["code"], conflict["severity"], conflict["reason"]) == ("speaker_double_booked", "error", None)
    assert set(conflict["session_ids"]) == {first.id, second.id}
    assert "Åsa Ðórsdóttir" in conflict["message"]


async def test_of_two_editors_the_second_is_told_where_the_first_put_it() -> None:
    event = await a_summit()
    session = await a_session()
    await change_session(session, version=1, starts_at="2037-03-10T14:00")
    async with an_editor() as client:
        late = await client.post(
            f"{AGENDA}/sessions/{session.id}/move", json={"version": 1, "starts_at": "2037-03-10T10:00"}
        )
    told = late.json()
    assert (late.status_code, told["code"], told["version"], told["starts_at"]) == (
        409,
        "stale_version",
        2,
        "2037-03-10T14:00",
    )
    assert await drafted(event, session.id) == (2, "2037-03-10T14:00", 30, ())


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"version": 1, "starts_at": "2037-03-29T02:30"}, 422),
        ({"version": 1, "starts_at": "tomorrow"}, 422),
        ({"version": 1, "minutes": 0}, 422),
        ({"version": 1, "room_ids": ["nowhere"]}, 422),
        ({"starts_at": None}, 422),
        ({"version": 1, "title": "Another"}, 422),
        ([], 422),
    ],
)
async def test_what_cannot_be_is_refused_in_json_and_changes_nothing(body: Any, status: int) -> None:
    event = await a_summit()
    session = await a_session()
    async with an_editor() as client:
        answer = await client.post(f"{AGENDA}/sessions/{session.id}/move", json=body)
    assert (answer.status_code, set(answer.json())) == (status, {"code", "detail"})
    assert await drafted(event, session.id) == (1, "2037-03-10T09:00", 30, ())


async def test_what_is_gone_or_of_another_event_is_not_there() -> None:
    await a_summit()
    await a_summit(slug="other")
    session, strange = await a_session(), await a_session(event="other")
    await remove_session("summit", session.id)
    async with an_editor() as client:
        for session_id in (session.id, strange.id, "nothing"):
            answer = await client.post(f"{AGENDA}/sessions/{session_id}/move", json={"version": 1, "starts_at": None})
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_who_may_not_edit_the_agenda_moves_nothing() -> None:
    event = await a_summit()
    session = await a_session()
    async with an_editor() as client:
        token = client.headers["X-CSRF-Token"]
        client.headers["X-CSRF-Token"] = "another"
        forged = await client.post(f"{AGENDA}/sessions/{session.id}/move", json={"version": 1, "starts_at": None})
        client.headers["X-CSRF-Token"] = token
        client.cookies.clear()
        stranger = await client.post(f"{AGENDA}/sessions/{session.id}/move", json={"version": 1, "starts_at": None})
    assert (forged.status_code, stranger.status_code) == (403, 303)
    assert await drafted(event, session.id) == (1, "2037-03-10T09:00", 30, ())
