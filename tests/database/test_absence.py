"""A database that is away: 503 with Retry-After everywhere, nothing acknowledged, and back by itself."""

import asyncio
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from events_service import database as floor
from events_service.database import fetch, postgres, sqlite, transaction
from events_service.errors import Unavailable
from events_service.people import actions
from events_service.people.rules import Role
from events_service.settings import Settings
from tests.conftest import migrate, settings_for
from tests.database.given import as_another_request, write, write_one, written
from tests.house.given import bearer, service
from tests.journeys.given import EVENT
from tests.services.postgres import ThrowAwayCluster

SIGN_IN = {"email": "asa@malmo.example", "password": "kelp lantern Ørsted 9"}


@pytest.fixture
def stoppable(throw_away_cluster: ThrowAwayCluster, tmp_path: Path) -> Settings:
    """The settings of a service whose PostgreSQL the test may stop."""
    migrate(throw_away_cluster.url)
    return settings_for(throw_away_cluster.url, tmp_path)


async def every_kind(client: httpx.AsyncClient, token: str) -> dict[str, httpx.Response]:
    """An answer to each kind of request: page, list, JSON in, form in, calendar, scan, somebody signed in, readiness."""
    cookie = {"cookie": "signin=abcdefghijklmnopqrstuvwxyz234567"}
    scan = {"scan_id": "1", "badge": "x", "scanned_at": "2027-03-07T11:00:00Z"}
    return {
        "page": await client.get("/events"),
        "office": await client.get("/office", headers=cookie),
        "form": await client.post("/sign-in", data=SIGN_IN),
        "calendar": await client.get("/calendar.ics"),
        "list": await client.get("/api/v1/events"),
        "stranger": await client.get("/api/v1/me", headers=bearer("nobody")),
        "create": await client.post("/api/v1/events", json=EVENT, headers=bearer(token)),
        "keyed": await client.post("/api/v1/events", json=EVENT, headers=bearer(token) | {"Idempotency-Key": "k"}),
        "scan": await client.post("/api/v1/scans", json=scan, headers=bearer(token)),
        "ready": await client.get("/health/ready"),
    }


def refused_well(answers: dict[str, httpx.Response]) -> None:
    assert {kind: answer.status_code for kind, answer in answers.items()} == dict.fromkeys(answers, 503)
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers.values())
    for kind in ("list", "stranger", "create", "keyed", "scan"):
        assert answers[kind].headers["content-type"] == "application/problem+json"
        assert answers[kind].json()["code"] == "database_unavailable"
    for kind in ("page", "office", "form"):
        assert answers[kind].headers["content-type"].startswith("text/html")


async def test_a_stopped_postgres_is_told_to_everyone_and_found_again(
    throw_away_cluster: ThrowAwayCluster, stoppable: Settings
) -> None:
    async with service(stoppable) as client:
        token = await actions.make_api_token(Role.OWNER, name="test")
        assert (await client.get("/health/ready")).status_code == 200
        for how in (signal.SIGINT, signal.SIGKILL):
            throw_away_cluster.stop(how)
            refused_well(await every_kind(client, token))
            assert (await client.get("/health/live")).status_code == 200
            throw_away_cluster.start()
            assert (await client.get("/health/ready")).status_code == 200
            assert (await client.get("/api/v1/events")).json()["items"] == []
        created = await client.post("/api/v1/events", json=EVENT, headers=bearer(token))
        assert created.status_code == 201


async def test_a_commit_whose_backend_was_ended_gives_its_connection_back(postgres_url: str, tmp_path: Path) -> None:
    floor.connect(settings_for(postgres_url, tmp_path))
    for _ in range(15):  # More often than the pool has places.
        with pytest.raises(Unavailable):
            async with transaction() as tx:
                await write(tx, "lost")
                row = await tx.fetch_one("SELECT pg_backend_pid() AS pid")
                assert row is not None
                await end_backend(postgres_url, row["pid"])
    await write_one("kept")
    assert await written() == ["kept"]
    await floor.disconnect()


async def test_whoever_fails_is_told_why_although_undoing_failed_too(postgres_url: str, tmp_path: Path) -> None:
    floor.connect(settings_for(postgres_url, tmp_path))
    for _ in range(15):
        with pytest.raises(LookupError):
            async with transaction() as tx:
                row = await tx.fetch_one("SELECT pg_backend_pid() AS pid")
                assert row is not None
                await end_backend(postgres_url, row["pid"])
                raise LookupError
    await write_one("kept")
    await floor.disconnect()


async def test_a_statement_that_cannot_be_cancelled_ends_with_the_cancellation(
    stoppable: Settings, throw_away_cluster: ThrowAwayCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "ROLLBACK_SECONDS", 0.3)
    floor.connect(stoppable)
    asked = asyncio.Event()

    async def wait_for_long() -> None:
        async with transaction() as tx:
            await write(tx, "long")
            asked.set()
            await tx.fetch("SELECT pg_sleep(60)")

    task = asyncio.create_task(wait_for_long())
    await asked.wait()
    await asyncio.sleep(0.2)
    throw_away_cluster.admit_nobody(True)
    task.cancel()
    try:
        with pytest.raises(asyncio.CancelledError):
            await task
    finally:
        throw_away_cluster.admit_nobody(False)
    await write_one("kept")
    assert await written() == ["kept"]
    await floor.disconnect()


async def end_backend(url: str, pid: int) -> None:
    other = await asyncpg.connect(url)
    await other.execute("SELECT pg_terminate_backend($1)", pid)
    while await other.fetchval("SELECT COUNT(*) FROM pg_stat_activity WHERE pid = $1", pid):
        pass
    await other.close()


async def test_a_commit_that_a_deferred_constraint_refuses_gives_its_connection_back(
    postgres_url: str, tmp_path: Path
) -> None:
    floor.connect(settings_for(postgres_url, tmp_path))
    async with transaction() as tx:
        await tx.execute(
            "CREATE TABLE pair (id int PRIMARY KEY, other int REFERENCES pair DEFERRABLE INITIALLY DEFERRED)"
        )
    for _ in range(15):
        with pytest.raises(Exception, match="foreign key"):
            async with transaction() as tx:
                await tx.execute("INSERT INTO pair VALUES (1, 2)")
    assert await fetch("SELECT id FROM pair") == []
    await floor.disconnect()


async def test_a_pool_without_a_free_place_refuses_in_time(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "POOL_SIZE", 1)
    monkeypatch.setattr(postgres, "ACQUIRE_SECONDS", 0.3)
    async with service(settings_for(postgres_url, tmp_path)) as client, transaction() as tx:
        await write(tx, "long")

        async def look() -> None:
            answer = await client.get("/api/v1/events")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")

        await as_another_request(look())
    floor.connect(settings_for(postgres_url, tmp_path))
    assert await written() == ["long"]
    await floor.disconnect()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program holds the whole file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize("opened_before", [True, False])
async def test_a_locked_file_is_told_after_the_busy_timeout(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened_before: bool
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 200)
    own = settings_for(sqlite_url, tmp_path)
    async with service(own) as client:
        if opened_before:
            await write_one("before")
        with locked(own.sqlite_path):
            refused_well(await every_kind(client, "any"))
        assert (await client.get("/events")).status_code == 200
        await write_one("after")
        assert "after" in await written()


async def test_writers_who_queue_behind_a_locked_file_do_not_wait_for_each_other(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 300)
    own = settings_for(sqlite_url, tmp_path)
    engine = floor.connect(own)
    await write_one("first")
    tries: list[object] = []
    ask = engine.writer  # type: ignore[union-attr]

    async def noted() -> object:
        tries.append(None)
        return await ask()

    monkeypatch.setattr(engine, "writer", noted)
    with locked(own.sqlite_path):
        outcomes = await asyncio.gather(*(write_one(f"{n}") for n in range(30)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    # After each other all thirty would have tried, and waited.
    assert len(tries) < 10
    await write_one("last")
    assert await written() == ["first", "last"]
    await floor.disconnect()


async def test_a_file_that_became_read_only_is_told_and_found_again(sqlite_url: str, tmp_path: Path) -> None:
    current = floor.connect(settings_for(sqlite_url, tmp_path))
    assert isinstance(current, sqlite.SQLiteEngine)
    await write_one("before")
    assert current.open_writer is not None
    # Root may write to a file whatever its mode: SQLite itself has to refuse, with the words of a read-only file.
    await current.open_writer.execute("PRAGMA query_only = ON")
    with pytest.raises(Unavailable):
        await write_one("refused")
    await current.open_writer.execute("PRAGMA query_only = OFF")
    await write_one("kept")
    assert await written() == ["before", "kept"]
    await floor.disconnect()


async def test_a_full_disk_is_told_and_nothing_is_acknowledged(sqlite_url: str, tmp_path: Path) -> None:
    own = settings_for(sqlite_url, tmp_path)
    async with service(own) as client:
        await write_one("before")
        token = await actions.make_api_token(Role.OWNER, name="test")
        async with transaction() as tx:
            pages = await tx.fetch_one("PRAGMA page_count")
            assert pages is not None
            await tx.fetch(f"PRAGMA max_page_count = {pages['page_count']}")
        acknowledged = await fill(client, token)
        async with transaction() as tx:
            await tx.fetch("PRAGMA max_page_count = 1000000")
        stored = await client.get("/api/v1/events", params={"limit": 200}, headers=bearer(token))
        assert sorted(event["slug"] for event in stored.json()["items"]) == sorted(acknowledged)
        again = await client.post("/api/v1/events", json=EVENT, headers=bearer(token))
        assert again.status_code == 201


async def fill(client: httpx.AsyncClient, token: str) -> list[str]:
    """Create events until the file takes no more; the slugs of those that were acknowledged."""
    acknowledged: list[str] = []
    for number in range(200):
        event = EVENT | {"slug": f"event-{number}", "description": "x" * 5_000}
        answer = await client.post("/api/v1/events", json=event, headers=bearer(token))
        if answer.status_code == 201:
            acknowledged.append(event["slug"])
            continue
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        return acknowledged
    raise AssertionError("the file took everything")
