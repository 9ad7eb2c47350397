"""The door's lists for programs, page by page, and what its description says of their answers."""

from typing import Any

import msgspec
from httpx import AsyncClient

from events_service.people.rules import Role
from events_service.settings import Settings
from tests.application import application
from tests.door.given import a_checkpoint, a_phone, an_event, guests
from tests.door.test_api import EVENT, bearer, program

SENT_AGAIN = [
    "/api/v1/scans",
    "/api/v1/scans/batch",
    "/api/v1/scans/{scan_id}/undo",
    "/api/v1/door/heartbeat",
    "/api/v1/door/evacuation",
    "/api/v1/door/badges/printed",
    "/api/v1/door/walk-ins",
    "/api/v1/events/{slug}/devices",
]


async def pages(client: AsyncClient, path: str, headers: dict[str, str], **params: str) -> list[list[dict[str, Any]]]:
    """The pages of two that lead from one to the next."""
    found, cursor = [], None
    while True:
        asked = {**params, "limit": "2", **({"cursor": cursor} if cursor else {})}
        told = (await client.get(path, params=asked, headers=headers)).json()
        found.append(told["items"])
        cursor = told["next"]
        if cursor is None:
            return found


async def test_devices_and_checkpoints_come_page_by_page(client: AsyncClient) -> None:
    event = await an_event()
    for slug in ("lounge", "north"):
        await a_checkpoint(event, slug)
    for number in range(3):
        await a_phone(event, name=f"Phone {number}")
    supervisor = await program(Role.DOOR_SUPERVISOR, event="launch")
    doors = await pages(client, f"{EVENT}/checkpoints", supervisor)
    assert [sorted(one["slug"] for one in page) for page in doors] == [["lounge", "main"], ["north"]]
    devices = await pages(client, f"{EVENT}/devices", supervisor)
    assert [[one["name"] for one in page] for page in devices] == [["Phone 2", "Phone 1"], ["Phone 0"]]


async def test_people_found_by_name_come_page_by_page(client: AsyncClient) -> None:
    event = await an_event()
    people = await guests(event, 3)
    headers = bearer((await a_phone(event, supervisor=True)).token)
    found = await pages(client, "/api/v1/door/search", headers, q="asa")
    assert [[one["registration_id"] for one in page] for page in found] == [
        [people[0].id, people[1].id],
        [people[2].id],
    ]
    wrong = await client.get("/api/v1/door/search", params={"q": "asa", "cursor": "!"}, headers=headers)
    assert wrong.status_code == 422


def described(database: Settings) -> dict[str, Any]:
    document = application(database).openapi_schema.to_schema()
    return dict(msgspec.json.decode(msgspec.json.encode(document)))


async def test_the_description_tells_what_is_answered_to_a_key_that_was_used_otherwise(database: Settings) -> None:
    paths = described(database)["paths"]
    told = {path: set(paths[path]["post"]["responses"]) for path in SENT_AGAIN}
    assert {path for path, answers in told.items() if not {"403", "409"} <= answers} == set()


async def test_the_description_tells_what_turned_away_means(database: Settings) -> None:
    schemas = described(database)["components"]["schemas"]
    assert "turned_away" in str(schemas["ScanAnswer"]["properties"]["reason"]["description"])
