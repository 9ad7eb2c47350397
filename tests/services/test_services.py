"""The services that other tests lean on hold what they promise."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Browser, Page

from events_service import database as database_floor
from events_service.settings import Settings
from tests.services import NotHad, chromium, postgres
from tests.services.postgres import PostgresServer, ThrowAwayCluster

ROOT = Path(__file__).parent.parent.parent


async def test_each_test_gets_a_fresh_migrated_database(database: Settings) -> None:
    assert await database_floor.missing_migrations() == []
    async with database_floor.transaction() as tx:
        await tx.execute("CREATE TABLE a_test_was_here (n integer)")


async def test_nothing_is_left_of_the_test_before(database: Settings) -> None:
    with pytest.raises(Exception, match="a_test_was_here"):
        await database_floor.fetch("SELECT n FROM a_test_was_here")


async def test_a_killed_cluster_keeps_what_was_committed(throw_away_cluster: ThrowAwayCluster) -> None:
    connection = await asyncpg.connect(throw_away_cluster.url)
    await connection.execute("CREATE TABLE kept (n integer); INSERT INTO kept VALUES (7)")
    throw_away_cluster.stop(signal.SIGKILL)
    connection.terminate()
    throw_away_cluster.start()
    connection = await asyncpg.connect(throw_away_cluster.url)
    assert await connection.fetchval("SELECT n FROM kept") == 7
    await connection.close()


def test_databases_of_a_run_are_dropped_at_its_end(throw_away_cluster: ThrowAwayCluster) -> None:
    first = PostgresServer(throw_away_cluster.url)
    first.copy_database(first.create_database())
    first.close()
    second = PostgresServer(throw_away_cluster.url)
    left = second.databases()
    second.close()
    assert left == ["postgres", "template0", "template1"]


def test_a_named_server_that_is_away_is_not_replaced_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTS_TEST_POSTGRES_URL", "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(NotHad, match="did not let us in"):
        postgres.find_server()


def test_a_named_browser_that_is_not_there_is_not_replaced_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTS_TEST_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(NotHad, match="which is not at /nowhere/chromium"):
        chromium.find_chromium()


@pytest.mark.parametrize(("required", "status"), [("", 0), ("postgres,browser", 1)])
def test_what_was_left_out_is_named_last_and_fails_where_it_was_required(required: str, status: int) -> None:
    environ = os.environ | {
        "EVENTS_TEST_REQUIRE": required,
        "EVENTS_TEST_POSTGRES_URL": "postgresql://nobody@127.0.0.1:1/none",
    }
    test = "tests/services/test_services.py::test_each_test_gets_a_fresh_migrated_database"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    *_, counts, last = done.stdout.splitlines()
    assert counts.startswith("1 passed, 1 skipped")
    words = "Left out: the tests that need PostgreSQL, which did not let us in (ConnectionRefusedError)."
    assert last == words + (" It was required." if required else "")
    assert done.returncode == status


async def test_the_browser_has_pages_of_a_phone_and_of_a_desk(browser: Browser, phone: Page, desktop: Page) -> None:
    for page in (phone, desktop):
        await page.set_content("<meta name=viewport content='width=device-width'>")
    assert [await page.evaluate("innerWidth") for page in (phone, desktop)] == [390, 1280]
    assert len(browser.contexts) == 2
