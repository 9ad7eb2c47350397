"""The worker goes on, whatever happens to it, and sweeps what nobody needs any more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from events_service import clock, worker
from events_service import database as floor
from events_service.database import fetch, transaction
from events_service.outbox import actions as outbox
from events_service.outbox.rules import NewLetter
from events_service.people import sign_ins
from events_service.settings import Settings
from tests.conftest import migrate, settings_for
from tests.outbox.given import rendered
from tests.people.given import HERE, PASSWORD, account
from tests.services.postgres import ThrowAwayCluster

PATIENCE_SECONDS = 120


@asynccontextmanager
async def working(own: Settings) -> AsyncIterator[None]:
    """The worker's loop in this process, and its orderly end."""
    stop = asyncio.Event()
    task = asyncio.create_task(worker.work(own, stop))
    yield
    assert not task.done()
    stop.set()
    await asyncio.wait_for(task, timeout=PATIENCE_SECONDS)


def number_of_letters(folder: Path) -> int:
    return len(list(folder.glob("*.eml")))


async def spooled(folder: Path, *, count: int) -> None:
    """Wait until so many letters lie in the spool."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        # Nothing tells of a new file: one has to look.
        while number_of_letters(folder) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def post(kind: str) -> None:
    letter = NewLetter(kind=kind, recipient="asa@malmo.example", recipient_name="Åsa", language="en", facts={})
    async with transaction() as tx:
        await outbox.post(tx, [letter])


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(worker, "AWAY_SECONDS", 0.05)


async def test_a_letter_that_cannot_be_written_does_not_hold_up_the_others(
    database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(letter: object) -> None:
        raise KeyError("a fact that is missing")

    monkeypatch.setattr(worker, "RENDERERS", {"broken": broken, "confirmation": rendered})
    async with working(database):
        await post("broken")
        await post("nobody knows this kind")
        await post("confirmation")
        await spooled(tmp_path / "spool", count=1)
    rows = await fetch("SELECT kind, status FROM letter ORDER BY kind")
    assert {row["kind"]: row["status"] for row in rows}["confirmation"] == "sent"
    assert "sent" not in [row["status"] for row in rows if row["kind"] != "confirmation"]


@pytest.fixture
def stoppable(throw_away_cluster: ThrowAwayCluster, tmp_path: Path) -> Settings:
    migrate(throw_away_cluster.url)
    return settings_for(throw_away_cluster.url, tmp_path)


async def test_a_database_that_goes_away_is_waited_for(
    throw_away_cluster: ThrowAwayCluster, stoppable: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "RENDERERS", {"confirmation": rendered})
    floor.connect(stoppable)
    async with working(stoppable):
        await post("confirmation")
        await spooled(tmp_path / "spool", count=1)
        throw_away_cluster.stop()
        await asyncio.sleep(0.3)
        throw_away_cluster.start()
        await post("confirmation")
        await spooled(tmp_path / "spool", count=2)
    await floor.disconnect()


async def test_tidying_takes_what_is_past_and_leaves_the_rest(database: Settings) -> None:
    await account()
    await sign_ins.sign_in("asa@malmo.example", PASSWORD, address=HERE)
    now = clock.now()
    async with transaction() as tx:
        for name, age in (("old", timedelta(hours=25)), ("new", timedelta(hours=1))):
            await tx.execute(
                "INSERT INTO stored_answer (key_digest, request_digest, created_at) VALUES ($1, $2, $3)",
                name,
                "x",
                now - age,
            )
            await tx.execute(
                "INSERT INTO attempts (bucket, window_ends_at, tries) VALUES ($1, $2, 1)",
                name,
                now + timedelta(hours=2) - age * 2,
            )
    await worker.tidy(now)
    assert [row["key_digest"] for row in await fetch("SELECT key_digest FROM stored_answer")] == ["new"]
    assert "old" not in [row["bucket"] for row in await fetch("SELECT bucket FROM attempts")]
    assert len(await fetch("SELECT id FROM role_grant")) == 1
    assert len(await fetch("SELECT token_digest FROM sign_in")) == 1
    await worker.tidy(now + timedelta(hours=13))
    assert await fetch("SELECT token_digest FROM sign_in") == []
