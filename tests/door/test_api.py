"""The door for programs and devices: what is answered, to whom, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient, Response

from events_service import settings as settings_floor
from events_service.identifiers import new_id
from events_service.people.actions import make_api_token
from events_service.people.rules import Role
from events_service.settings import Settings
from tests.conftest import settings_for
from tests.door.given import a_guest, a_phone, an_event, count

pytestmark = pytest.mark.usefixtures("database")

WIPE = '"cache", "cookies", "storage"'
EVENT = "/api/v1/events/launch"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def program(role: Role, *, event: str | None = None) -> dict[str, str]:
    return bearer(await make_api_token(role, event_slug=event, name="A program"))


def a_scan(badge: str, **more: Any) -> dict[str, Any]:
    return {
        "scan_id": new_id(),
        "badge": badge,
        "checkpoint": "main",
        "scanned_at": "2037-03-07T11:04:05.120+01:00",
        **more,
    }


def code_of(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
    return answer.status_code, answer.json()["code"]


async def test_a_device_is_paired_and_scans(client: AsyncClient) -> None:
    event = await an_event()
    guest = await a_guest(event)
    supervisor = await program(Role.DOOR_SUPERVISOR, event="launch")
    body = {"name": "Left door", "checkpoint": "main", "role": "door_steward"}
    made = await client.post(f"{EVENT}/devices", json=body, headers=supervisor)
    assert made.status_code == 201
    pairing = made.json()
    assert pairing["pairing_url"] == f"http://127.0.0.1:8000/door/pair#{pairing['pairing_code']}"

    paired = await client.post(
        "/api/v1/devices/pair", json={"pairing_code": pairing["pairing_code"], "name": "Phone 1"}
    )
    assert paired.status_code == 200
    told = paired.json()
    assert (told["event"], told["checkpoint"], told["device_id"]) == ("launch", "main", pairing["id"])
    assert [set(key) for key in told["keys"]] == [{"key_id", "event_mark", "public_key"}]

    scan = a_scan(guest.badge)
    first = await client.post("/api/v1/scans", json=scan, headers=bearer(told["token"]))
    assert (first.status_code, first.json()) == (
        200,
        {
            "scan_id": scan["scan_id"],
            "verdict": "admitted",
            "reason": None,
            "message": "Welcome",
            "replayed": False,
            "attendee": {
                "registration_id": guest.id,
                "name": guest.name,
                "organisation": "City of Malmö",
                "category": "practitioner",
                "note": None,
                "photo_id": False,
            },
            "previous": None,
            "inside": 1,
        },
    )
    again = await client.post("/api/v1/scans", json=scan, headers=bearer(told["token"]))
    assert again.json() == first.json() | {"replayed": True}
    second = await client.post("/api/v1/scans", json=a_scan(guest.badge), headers=bearer(told["token"]))
    assert (second.status_code, second.json()["verdict"], second.json()["reason"]) == (
        200,
        "refused",
        "already_admitted",
    )
    assert second.json()["previous"] == {
        "at": "2037-03-07T10:04:05.120000Z",
        "checkpoint": "Main entrance",
        "device": "Phone 1",
    }
    listed = (await client.get(f"{EVENT}/devices", headers=supervisor)).json()["items"]
    assert [(device["name"], device["status"]) for device in listed] == [("Phone 1", "paired")]


async def test_a_revoked_device_is_told_to_wipe_itself(client: AsyncClient) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    supervisor = await program(Role.DOOR_SUPERVISOR, event="launch")
    assert (await client.delete(f"/api/v1/devices/{phone.id}", headers=supervisor)).status_code == 204
    now = "2037-03-07T12:00:00Z"
    for path, body in [
        ("/api/v1/scans", a_scan(guest.badge)),
        ("/api/v1/scans/batch", {"device_time": now, "scans": [a_scan(guest.badge)]}),
        ("/api/v1/scans/batch", {"device_time": now, "scans": []}),
        ("/api/v1/scans/scan-1/undo", {"reason": ""}),
    ]:
        for headers in (bearer(phone.token), bearer("nonsense"), {"Authorization": "Basic eDp5"}, {}):
            answer = await client.post(path, json=body, headers=headers)
            assert code_of(answer) == (401, "device_refused"), path
            assert answer.headers["clear-site-data"] == WIPE
    assert await count("scan") == 0


async def test_a_device_opens_nothing_but_the_door(client: AsyncClient) -> None:
    phone = await a_phone(await an_event())
    for path in (f"{EVENT}/devices", f"{EVENT}/checkpoints", f"{EVENT}/attendance", f"{EVENT}/registrations"):
        assert (await client.get(path, headers=bearer(phone.token))).status_code == 401


async def test_a_batch_and_its_undo(client: AsyncClient) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    body = {"device_time": "2037-03-07T12:00:00+01:00", "scans": [a_scan(guest.badge, scan_id="scan-1")]}
    answer = (await client.post("/api/v1/scans/batch", json=body, headers=bearer(phone.token))).json()
    assert ([one["verdict"] for one in answer["results"]], answer["conflicts"]) == (["admitted"], [])
    undone = await client.post(
        "/api/v1/scans/scan-1/undo", json={"reason": "Wrong person"}, headers=bearer(phone.token)
    )
    assert (undone.status_code, undone.json()) == (200, {"scan_id": "scan-1", "undone": True, "inside": 0})
    unknown = await client.post("/api/v1/scans/nothing/undo", json={}, headers=bearer(phone.token))
    assert code_of(unknown) == (404, "not_found")


async def test_every_wrong_field_of_a_scan_is_named(client: AsyncClient) -> None:
    phone = await a_phone(await an_event())
    body = {
        "scan_id": "two words",
        "badge": "x" * 4097,
        "scanned_at": "eleven",
        "checkpoint": "Main Door",
        "direction": "sideways",
        "override_reason": "\x07",
        "colour": "red",
    }
    answer = await client.post("/api/v1/scans", json=body, headers=bearer(phone.token))
    assert code_of(answer) == (422, "invalid")
    assert {error["field"] for error in answer.json()["errors"]} == set(body)
    unknown = await client.post("/api/v1/scans", json=a_scan("x", checkpoint="attic"), headers=bearer(phone.token))
    assert [(error["field"], error["code"]) for error in unknown.json()["errors"]] == [
        ("checkpoint", "unknown_checkpoint")
    ]
    too_many = {"device_time": "2037-03-07T12:00:00Z", "scans": [a_scan("x")] * 1001}
    assert code_of(await client.post("/api/v1/scans/batch", json=too_many, headers=bearer(phone.token))) == (
        422,
        "invalid",
    )


async def test_what_is_no_json_is_refused(client: AsyncClient) -> None:
    phone = await a_phone(await an_event())
    headers = bearer(phone.token) | {"Content-Type": "application/json"}
    assert code_of(await client.post("/api/v1/scans", content=b"{", headers=headers)) == (400, "unreadable")
    answer = await client.post("/api/v1/scans", data={"badge": "x"}, headers=bearer(phone.token))
    assert code_of(answer) == (415, "wrong_media_type")


@pytest.mark.parametrize(
    ("role", "may_see", "may_manage"),
    [
        (Role.OWNER, True, True),
        (Role.ORGANISER, True, True),
        (Role.DOOR_SUPERVISOR, True, True),
        (Role.REGISTRAR, True, False),
        (Role.VIEWER, True, False),
        (Role.AGENDA_EDITOR, False, False),
        (Role.DOOR_STEWARD, False, False),
    ],
)
async def test_who_sees_attendance_and_who_manages_doors(
    client: AsyncClient, role: Role, may_see: bool, may_manage: bool
) -> None:
    phone = await a_phone(await an_event())
    headers = await program(role)
    checkpoint = {"slug": "lounge", "name": "Lounge", "admits": {"categories": ["speaker"]}}
    assert (await client.get(f"{EVENT}/attendance", headers=headers)).status_code == (200 if may_see else 403)
    managing = [
        await client.get(f"{EVENT}/checkpoints", headers=headers),
        await client.post(f"{EVENT}/checkpoints", json=checkpoint, headers=headers),
        await client.get(f"{EVENT}/devices", headers=headers),
        await client.post(f"{EVENT}/devices", json={"name": "Left"}, headers=headers),
        await client.delete(f"/api/v1/devices/{phone.id}", headers=headers),
    ]
    assert [answer.status_code for answer in managing] == ([200, 201, 200, 201, 204] if may_manage else [403] * 5)


async def test_a_supervisor_of_one_event_knows_nothing_of_another(client: AsyncClient) -> None:
    await an_event()
    phone = await a_phone(await an_event("summit"))
    elsewhere = await program(Role.DOOR_SUPERVISOR, event="launch")
    assert (await client.get("/api/v1/events/summit/devices", headers=elsewhere)).status_code in (403, 404)
    assert code_of(await client.delete(f"/api/v1/devices/{phone.id}", headers=elsewhere)) == (404, "not_found")
    assert await count("device", "revoked_at IS NOT NULL") == 0


async def test_strangers_manage_nothing(client: AsyncClient) -> None:
    phone = await a_phone(await an_event())
    assert code_of(await client.get(f"{EVENT}/attendance")) == (401, "unauthenticated")
    assert code_of(await client.post(f"{EVENT}/devices", json={"name": "Left"})) == (401, "unauthenticated")
    assert code_of(await client.delete(f"/api/v1/devices/{phone.id}")) == (401, "unauthenticated")


async def test_doors_are_added_and_listed(client: AsyncClient) -> None:
    await an_event()
    supervisor = await program(Role.DOOR_SUPERVISOR, event="launch")
    body = {"slug": "lounge", "name": "Lounge", "reentry": "in_and_out", "opens_at": "2037-03-07T12:00"}
    added = await client.post(f"{EVENT}/checkpoints", json=body, headers=supervisor)
    assert (added.status_code, added.json()["admits"]) == (201, {"categories": [], "session_id": None})
    assert added.json()["opens_at"] == "2037-03-07T11:00:00Z"
    again = await client.post(f"{EVENT}/checkpoints", json=body, headers=supervisor)
    assert code_of(again) == (409, "slug_taken")
    listed = (await client.get(f"{EVENT}/checkpoints", headers=supervisor)).json()
    assert ([door["slug"] for door in listed["items"]], listed["next"]) == (["main", "lounge"], None)


async def test_attendance_is_counted(client: AsyncClient) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await a_guest(event, category="youth")
    await client.post("/api/v1/scans", json=a_scan(guest.badge), headers=bearer(phone.token))
    assert (await client.get(f"{EVENT}/attendance", headers=await program(Role.DOOR_SUPERVISOR))).json() == {
        "expected": 2,
        "admitted": 1,
        "inside": 1,
        "by_category": {"practitioner": 1},
        "by_city": {"Malmö": 1},
        "by_checkpoint": {"main": 1},
        "per_minute": [{"minute": "2037-03-07T10:04:00Z", "admitted": 1}],
        "conflicts": 0,
    }


async def test_pairing_codes_are_not_guessed(client: AsyncClient, settings: Settings, tmp_path: Path) -> None:
    settings_floor.use(settings_for(settings.database_url, tmp_path, rate_limits="on"))
    answers = [await client.post("/api/v1/devices/pair", json={"pairing_code": f"GUESS{n}"}) for n in range(21)]
    assert {code_of(answer) for answer in answers[:20]} == {(409, "pairing_code_invalid")}
    assert code_of(answers[20]) == (429, "too_many_requests")
    assert 0 < int(answers[20].headers["retry-after"]) <= 600
    assert (await client.post("/door/pair", data={"code": "GUESS"})).status_code == 429
