"""What a transaction promises, on both databases."""

import asyncio
from contextlib import suppress

import pytest

from events_service.database import engine, fetch, fetch_one, is_collision, transaction
from events_service.errors import Unavailable
from events_service.people.tables import Account
from tests.database.given import INSERT, NOW, as_another_request, write, write_one, written

pytestmark = pytest.mark.usefixtures("database")


class Stop(Exception):
    """Raised by a test on purpose."""


async def test_what_is_written_inside_is_there_afterwards() -> None:
    async with transaction() as tx:
        await write(tx, "one")
        await tx.execute_many(INSERT, [("two", NOW), ("three", NOW)])
        await tx.execute_many(INSERT, [])
    assert await written() == ["one", "three", "two"]


async def test_an_exception_undoes_everything() -> None:
    with pytest.raises(Stop):
        async with transaction() as tx:
            await write(tx, "one")
            raise Stop
    assert await written() == []


async def test_a_savepoint_undoes_its_part_alone() -> None:
    async with transaction() as tx:
        await write(tx, "before")
        with suppress(Stop):
            async with tx.savepoint():
                await write(tx, "inside")
                raise Stop
        async with tx.savepoint():
            await write(tx, "after")
    assert await written() == ["after", "before"]


async def test_savepoints_within_savepoints() -> None:
    async with transaction() as tx, tx.savepoint():
        await write(tx, "outer")
        with suppress(Stop):
            async with tx.savepoint():
                await write(tx, "inner")
                raise Stop
    assert await written() == ["outer"]


async def test_a_collision_inside_a_savepoint_leaves_the_transaction_usable() -> None:
    async with transaction() as tx:
        await write(tx, "one")
        with pytest.raises(Exception) as caught:  # each driver has a word of its own for it
            async with tx.savepoint():
                await write(tx, "one")
        await write(tx, "two")
    assert is_collision(caught.value)
    assert await written() == ["one", "two"]


async def test_another_broken_constraint_is_no_collision() -> None:
    with pytest.raises(Exception) as caught:
        async with transaction() as tx:
            await tx.execute("INSERT INTO attempts (bucket, window_ends_at, tries) VALUES ($1, $2, $3)", "x", NOW, None)
    assert not is_collision(caught.value)


async def test_transactions_do_not_nest() -> None:
    with pytest.raises(RuntimeError, match="savepoint"):
        async with transaction() as tx:
            await write(tx, "outer")
            async with transaction():
                pass
    assert await written() == []
    await write_one("afterwards")
    assert await written() == ["afterwards"]


async def test_reads_inside_see_what_the_transaction_wrote_and_others_do_not() -> None:
    seen_by_others: list[str] = []

    async def look() -> None:
        seen_by_others.extend(await written())

    async with transaction() as tx:
        await write(tx, "mine")
        assert await written() == ["mine"]
        await as_another_request(look())
    assert seen_by_others == []


async def test_piccolo_queries_take_part_in_the_transaction() -> None:
    with pytest.raises(Stop):
        async with transaction() as tx:
            await tx.execute(
                "INSERT INTO account (id, email, name, language, disabled, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
                *("0" * 32, "asa@malmo.example", "Åsa", "sv", False, NOW),
            )
            assert await Account.count() == 1
            raise Stop
    assert await Account.count() == 0


async def test_fetch_one_gives_the_first_row_or_none() -> None:
    await write_one("a")
    await write_one("b")
    first = await fetch_one("SELECT bucket, window_ends_at FROM attempts ORDER BY bucket")
    assert first is not None
    assert (first["bucket"], first["window_ends_at"]) == ("a", NOW)
    assert await fetch_one("SELECT bucket FROM attempts WHERE bucket = $1", "none") is None


async def test_a_list_is_searched_by_any() -> None:
    for bucket in ("a", "b", "c"):
        await write_one(bucket)
    rows = await fetch("SELECT bucket FROM attempts WHERE bucket = ANY($1) ORDER BY bucket", ["a", "c", "x'y\"z"])
    assert [row["bucket"] for row in rows] == ["a", "c"]


async def test_more_readers_than_connections_wait_their_turn() -> None:
    await write_one("a")
    assert await asyncio.gather(*(written() for _ in range(60))) == [["a"]] * 60


async def test_writers_at_once_all_write() -> None:
    await asyncio.gather(*(write_one(f"{n:03}") for n in range(60)))
    assert await written() == [f"{n:03}" for n in range(60)]


async def test_a_wrong_statement_is_our_mistake_and_does_not_count_as_the_database_being_away() -> None:
    for statement, values in (
        ("SELECT nothing FROM nowhere", ()),
        ("SELECT tries FROM attempts WHERE tries = $1", ("x",)),
    ):
        try:
            await fetch(statement, *values)
        except Unavailable:  # pragma: no cover
            pytest.fail("A mistake of ours was told as an absence.")
        except Exception as error:
            assert type(error).__module__.split(".")[0] in ("sqlite3", "asyncpg")
        else:
            assert engine().dialect == "sqlite"  # which compares a number with any text
