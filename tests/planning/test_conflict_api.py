"""What does not fit, for programs, over HTTP."""

from typing import Any

from events_service.people.rules import Role
from events_service.settings import Settings
from tests.agenda.given import a_room, a_session, a_speaker, a_summit
from tests.events.given import bearer
from tests.house.given import service

CONFLICTS = "/api/v1/events/summit/agenda/conflicts"
FIELDS = {"key", "code", "severity", "session_ids", "message", "facts", "override"}


async def test_conflicts_are_listed_by_weight_narrowed_and_read_page_by_page(settings: Settings) -> None:
    async with service(settings) as client:
        await a_summit()
        client.headers = await bearer(Role.AGENDA_EDITOR, "summit")  # type: ignore[assignment]
        hall, speaker = await a_room(capacity=20), await a_speaker()
        people: dict[str, Any] = {"speakers": [{"speaker_id": speaker.id}]}
        first = await a_session(room_ids=[hall.id], capacity=30, **people)
        second = await a_session("Panel", "2037-03-10T09:15", room_ids=[hall.id], **people)
        await a_session("Farewell", "2037-03-11T17:00")
        whole = (await client.get(CONFLICTS)).json()
        assert [(one["severity"], one["code"]) for one in whole["items"]] == [
            ("error", "room_clash"),
            ("error", "speaker_double_booked"),
            ("warning", "outside_event"),
            ("notice", "capacity_above_room"),
        ]
        assert whole["next"] is None
        clash = whole["items"][0]
        assert set(clash) == FIELDS
        assert (clash["session_ids"], clash["override"]) == ([first.id, second.id], None)
        assert clash["message"] == "Great hall is taken twice, 09.15–09.30: Opening and Panel."
        assert clash["facts"]["room_id"] == hall.id
        pages, cursor = [], ""
        while cursor is not None:
            page = (await client.get(CONFLICTS, params={"limit": 3, "cursor": cursor})).json()
            pages += page["items"]
            cursor = page["next"]
        assert pages == whole["items"]
        warnings = (await client.get(CONFLICTS, params={"severity": "warning"})).json()
        assert [one["code"] for one in warnings["items"]] == ["outside_event"]
        for wrong in ({"severity": "grave"}, {"cursor": "bm9uc2Vuc2U"}, {"unsettled": "perhaps"}):
            answer = await client.get(CONFLICTS, params=wrong)
            assert [error["field"] for error in answer.json()["errors"]] == list(wrong)


async def test_a_conflict_is_said_to_be_meant_and_not_after_all(settings: Settings) -> None:
    async with service(settings) as client:
        await a_summit()
        client.headers = await bearer(Role.AGENDA_EDITOR, "summit")  # type: ignore[assignment]
        await a_session("Farewell", "2037-03-11T17:00")
        key = (await client.get(CONFLICTS)).json()["items"][0]["key"]
        bad = await client.post(f"{CONFLICTS}/override", json={"key": "none", "reason": "It is."})
        assert [(error["field"], error["code"]) for error in bad.json()["errors"]] == [("key", "unknown_conflict")]
        empty = await client.post(f"{CONFLICTS}/override", json={"reason": " "})
        assert {error["field"] for error in empty.json()["errors"]} == {"key", "reason"}
        said = await client.post(f"{CONFLICTS}/override", json={"key": key, "reason": "A late supper."})
        assert (said.status_code, said.json()["override"]["reason"]) == (200, "A late supper.")
        assert said.json()["override"]["by"] != ""
        assert (await client.get(CONFLICTS)).json()["items"] == [said.json()]
        assert (await client.get(CONFLICTS, params={"unsettled": True})).json()["items"] == []
        assert (await client.delete(f"{CONFLICTS}/override", params={"key": key})).status_code == 204
        assert (await client.delete(f"{CONFLICTS}/override", params={"key": key})).status_code == 404
        assert len((await client.get(CONFLICTS, params={"unsettled": True})).json()["items"]) == 1
