"""Limits, proxies and lists."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from events_service import database as floor
from events_service import settings as settings_floor
from events_service.database import fetch, transaction
from events_service.errors import Invalid, TooMany
from events_service.settings import Settings
from events_service.web import limits
from events_service.web.lists import cursor_for, key_in, page_of
from events_service.web.proxies import ClientAddress
from tests.conftest import settings_for

HOUR = timedelta(hours=1)


async def tries(bucket: str, number: int, *, most: int = 3) -> list[bool]:
    async def one() -> bool:
        try:
            await limits.allow(bucket, most=most, within=HOUR)
        except TooMany:
            return False
        return True

    return [await one() for _ in range(number)]


async def test_so_many_tries_and_no_more(database: Settings, tmp_path: Path) -> None:
    settings_floor.use(settings_for(database.database_url, tmp_path, rate_limits="on"))
    assert await tries("sign-in|asa@malmo.example", 5) == [True, True, True, False, False]
    assert await tries("sign-in|other", 1) == [True]
    with pytest.raises(TooMany) as caught:
        await limits.allow("sign-in|asa@malmo.example", most=3, within=HOUR)
    assert 3590 <= caught.value.retry_after <= 3600
    assert "asa" not in repr([dict(row) for row in await fetch("SELECT * FROM attempts")])
    await limits.forget("sign-in|asa@malmo.example")
    assert await tries("sign-in|asa@malmo.example", 1) == [True]


async def test_the_window_ends(database: Settings, tmp_path: Path) -> None:
    settings_floor.use(settings_for(database.database_url, tmp_path, rate_limits="on"))
    assert await tries("a", 4) == [True, True, True, False]
    async with transaction() as tx:
        rows = await tx.fetch("SELECT window_ends_at FROM attempts")
        await tx.execute("UPDATE attempts SET window_ends_at = $1", rows[0]["window_ends_at"] - 2 * HOUR)
    assert await tries("a", 4) == [True, True, True, False]


async def test_tries_at_once_are_all_counted(database: Settings, tmp_path: Path) -> None:
    settings_floor.use(settings_for(database.database_url, tmp_path, rate_limits="on"))
    outcomes = await asyncio.gather(*(tries("a", 1, most=7) for _ in range(20)))
    assert sum(allowed for (allowed,) in outcomes) == 7


async def test_nothing_is_counted_where_limits_are_off(database: Settings) -> None:
    assert await tries("a", 5) == [True] * 5
    assert await floor.fetch("SELECT bucket FROM attempts") == []


ADDRESSES = [
    ((), "203.0.113.9", "198.51.100.1", "203.0.113.9"),
    (("10.0.0.0/8",), "10.0.0.1", "198.51.100.1", "198.51.100.1"),
    (("10.0.0.0/8",), "10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
    (("10.0.0.0/8",), "10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
    (("10.0.0.0/8",), "203.0.113.9", "198.51.100.1", "203.0.113.9"),
    (("10.0.0.0/8",), "10.0.0.1", "", "10.0.0.1"),
    (("10.0.0.0/8",), "10.0.0.1", "unknown", "10.0.0.1"),
    (("10.0.0.0/8",), "10.0.0.1", "198.51.100.1, evil\r\n", "10.0.0.1"),
    (("::1",), "::1", "2001:db8::7", "2001:db8::7"),
]


@pytest.mark.parametrize(("trusted", "connected", "named", "seen"), ADDRESSES)
async def test_whose_address_it_is(trusted: tuple[str, ...], connected: str, named: str, seen: str) -> None:
    scope: Any = {"type": "http", "client": (connected, 1), "headers": [(b"x-forwarded-for", named.encode())]}
    found: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.append(scope["client"][0])

    await ClientAddress(trusted).handle(scope, None, None, app)  # type: ignore[arg-type]
    assert found == [seen]


@pytest.mark.parametrize("key", ["", "a", "2027-03-07|åäö", "x" * 200])
def test_a_cursor_leads_back_to_its_key(key: str) -> None:
    assert key_in(cursor_for(key)) == key


@pytest.mark.parametrize("cursor", ["!", "a b", "=", "A", "AA=A", "__", "gA", "AA", "å"])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid) as caught:
        key_in(cursor)
    assert [(error.field, error.code) for error in caught.value.errors] == [("cursor", "invalid_cursor")]


def test_one_too_many_tells_that_there_are_more() -> None:
    assert page_of(["a", "b", "c"], limit=2, key=str).next == cursor_for("b")
    assert page_of(["a", "b"], limit=2, key=str).next is None
    assert page_of([], limit=2, key=str).items == []
