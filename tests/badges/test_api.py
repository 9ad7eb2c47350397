"""Badges as PDF for programs."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from httpx import AsyncClient

from events_service import clock
from events_service.people.actions import make_api_token
from events_service.people.rules import Role
from events_service.registrations.actions import cancel_registration
from tests.badges.given import pages_of
from tests.door.given import a_guest, an_event, change, count, guests
from tests.house.given import bearer

ALL = "/api/v1/events/launch/badges.pdf"


async def registrar() -> dict[str, str]:
    return bearer(await make_api_token(Role.REGISTRAR, event_slug="launch", name="desk"))


async def test_all_badges_four_on_a_page(client: AsyncClient) -> None:
    people = await guests(await an_event(), 5)
    answer = await client.get(f"{ALL}?layout=a4x4&sort=registered", headers=await registrar())
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    pages = pages_of(answer.content)
    assert [len(page.codes) for page in pages] == [4, 1]
    assert [code for page in pages for code in page.codes] == [person.badge for person in people]
    assert await count("printed_badge") == 5


async def test_one_badge_and_some_by_name(client: AsyncClient) -> None:
    one, other, _ = await guests(await an_event(), 3)
    headers = await registrar()
    alone = await client.get(f"/api/v1/registrations/{one.id}/badge.pdf?layout=label62", headers=headers)
    assert [page.codes for page in pages_of(alone.content)] == [[one.badge]]
    some = await client.get(f"{ALL}?sort=registered&ids={one.id},{other.id}", headers=headers)
    assert [code for page in pages_of(some.content) for code in page.codes] == [one.badge, other.badge]


async def test_since_the_last_print_and_since_a_moment(client: AsyncClient) -> None:
    event = await an_event()
    early = await a_guest(event)
    headers = await registrar()
    first = await client.get(f"{ALL}?since=last", headers=headers)
    assert [page.codes for page in pages_of(first.content)] == [[early.badge]]
    nothing = await client.get(f"{ALL}?since=last", headers=headers)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_print")
    await change("UPDATE registration SET changed_at = $1", clock.now() - timedelta(hours=2))
    late = await a_guest(event)
    before = clock.now() - timedelta(hours=1)
    wall = before.astimezone(ZoneInfo(event.timezone)).replace(tzinfo=None)
    for params in ({"since": "last"}, {"since": before.isoformat()}, {"since": wall.isoformat()}):
        answer = await client.get(ALL, params=params, headers=headers)
        assert [page.codes for page in pages_of(answer.content)] == [[late.badge]], params


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("layout=a3", "layout"),
        ("sort=shoe", "sort"),
        ("since=yesterday", "since"),
        ("since=2037-01-01", "since"),
        ("ids=nobody", "ids"),
    ],
)
async def test_what_cannot_be_printed_is_named(client: AsyncClient, query: str, field: str) -> None:
    await a_guest(await an_event())
    answer = await client.get(f"{ALL}?{query}", headers=await registrar())
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])


async def test_there_is_no_badge_without_a_seat(client: AsyncClient) -> None:
    guest = await a_guest(await an_event())
    await cancel_registration(guest.id)
    answers: list[Any] = [
        await client.get(path, headers=await registrar())
        for path in (f"/api/v1/registrations/{guest.id}/badge.pdf", ALL)
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (409, "not_confirmed"),
        (409, "nothing_to_print"),
    ]


async def test_who_may_see_no_badges_gets_none(client: AsyncClient) -> None:
    guest = await a_guest(await an_event())
    await an_event("summit")
    viewer = bearer(await make_api_token(Role.VIEWER, event_slug="launch", name="viewer"))
    other = bearer(await make_api_token(Role.REGISTRAR, event_slug="summit", name="other"))
    one = f"/api/v1/registrations/{guest.id}/badge.pdf"
    statuses = [
        (await client.get(path, headers=headers)).status_code for path in (ALL, one) for headers in ({}, viewer, other)
    ]
    assert statuses[0] == statuses[3] == 401
    assert all(status in (403, 404) for status in statuses[1:3] + statuses[4:])
    assert await count("badge_print") == 0
