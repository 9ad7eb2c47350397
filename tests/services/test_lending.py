"""A database that is lent again is as it was when it was lent first."""

from collections.abc import Iterator

import asyncpg
import pytest

from tests.services import lending
from tests.services.lending import LentDatabase
from tests.services.postgres import PostgresServer

A_DEED = "INSERT INTO audit_entry SELECT n, now(), 'service', '', 'tested', NULL, '', '', '', '' FROM generate_series(1, 3) AS n"
DEEDS = "SELECT count(*) FROM audit_entry"


@pytest.fixture
def lent(postgres_server: PostgresServer, postgres_template: str) -> Iterator[LentDatabase]:
    database = LentDatabase(postgres_server, postgres_template)
    yield database
    database.close()


async def ask(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_rows_are_gone_also_those_that_may_never_be_deleted(lent: LentDatabase) -> None:
    url = lent.lend()
    await ask(url, A_DEED)
    with pytest.raises(asyncpg.RaiseError):
        await ask(url, "DELETE FROM audit_entry")
    assert lent.lend() == url
    assert await ask(url, DEEDS) == 0


async def test_whoever_is_still_writing_loses_the_connection(lent: LentDatabase) -> None:
    url = lent.lend()
    left = await asyncpg.connect(url)
    await left.execute("BEGIN")
    await left.execute(A_DEED)
    assert lent.lend() == url
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await left.execute("COMMIT")
    assert await ask(url, DEEDS) == 0


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE a_test_was_here (n int)",
        "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_stays",
        "ALTER TABLE event ALTER COLUMN slug DROP NOT NULL",
        "UPDATE migration SET name = 'another'",
        "DELETE FROM migration",
    ],
)
async def test_what_was_changed_otherwise_is_not_lent_again(lent: LentDatabase, change: str) -> None:
    url = lent.lend()
    await ask(url, change)
    another = lent.lend()
    assert another != url
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await ask(url, DEEDS)
    assert await ask(another, DEEDS) == 0


async def test_what_has_held_many_rows_is_not_lent_again(lent: LentDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "MOST_DELETED_ROWS", 4)
    url = lent.lend()
    await ask(url, A_DEED)
    assert lent.lend() == url
    await ask(url, A_DEED)
    assert lent.lend() != url
