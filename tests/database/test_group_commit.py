"""Group commit: what arrives together is committed together, and nobody pays for another's fault."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from events_service.database import GroupCommit, Transaction, fetch, is_postgres, transaction
from events_service.errors import Conflict, Unavailable
from tests.database.given import write, write_one, written

pytestmark = pytest.mark.usefixtures("database")

Flush = Callable[[Transaction, list[str]], Awaitable[list[str | Exception]]]


class Desk:
    """Writes each item as a row and remembers in which batches they came."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.desk: GroupCommit[str, str] = GroupCommit(self.flush)

    async def flush(self, tx: Transaction, items: list[str]) -> list[str | Exception]:
        self.batches.append(items)
        answers: list[str | Exception] = []
        for item in items:
            if item.startswith("refused"):
                answers.append(Conflict(item))
                continue
            await write(tx, item)
            answers.append(f"wrote {item}")
        return answers


async def outcomes(desk: Desk, *items: str) -> list[str | BaseException]:
    return await asyncio.gather(*(desk.desk.submit(item) for item in items), return_exceptions=True)


async def test_what_arrives_during_a_commit_shares_the_next_one() -> None:
    desk = Desk()
    items = [f"{n:03}" for n in range(100)]
    assert await outcomes(desk, *items) == [f"wrote {item}" for item in items]
    assert [item for batch in desk.batches for item in batch] == items
    assert len(desk.batches) <= 2
    assert await written() == items


async def test_a_batch_has_a_largest_size() -> None:
    desk = Desk()
    await outcomes(desk, *(f"{n:04}" for n in range(450)))
    assert max(len(batch) for batch in desk.batches) <= 200
    assert len(await written()) == 450


async def test_a_refusal_is_that_items_alone() -> None:
    told = await outcomes(desk := Desk(), "a", "refused b", "c")
    assert (told[0], told[2]) == ("wrote a", "wrote c")
    assert isinstance(told[1], Conflict)
    assert len(desk.batches) == 1
    assert await written() == ["a", "c"]


async def test_an_item_that_the_database_rejects_does_not_take_the_others_with_it() -> None:
    await write_one("taken")
    desk = Desk()
    told = await outcomes(desk, "a", "taken", "b")
    assert (told[0], told[2]) == ("wrote a", "wrote b")
    assert isinstance(told[1], Exception)
    assert await written() == ["a", "b", "taken"]
    assert await desk.desk.submit("later") == "wrote later"


async def test_an_answer_is_given_after_the_commit_and_not_before() -> None:
    desk = Desk()

    async def submit_and_look(item: str) -> list[str]:
        await desk.desk.submit(item)
        return await written()

    seen = await asyncio.gather(*(submit_and_look(item) for item in ("a", "b", "c")))
    assert all(item in rows for item, rows in zip(("a", "b", "c"), seen, strict=True))


async def test_a_batch_does_not_run_inside_the_transaction_of_whoever_came_first() -> None:
    if not is_postgres():
        return await same_on_sqlite()
    desk = Desk()
    with pytest.raises(Conflict):
        async with transaction():
            await desk.desk.submit("kept")
            raise Conflict
    assert await written() == ["kept"]
    return None


async def same_on_sqlite() -> None:
    """One writer: the batch waits until the transaction around it is over."""
    desk = Desk()
    with pytest.raises(Conflict):
        async with transaction():
            waiting = asyncio.ensure_future(desk.desk.submit("kept"))
            await asyncio.sleep(0.01)
            assert not waiting.done()
            raise Conflict
    assert await waiting == "wrote kept"
    assert await written() == ["kept"]


async def test_whoever_stops_waiting_does_not_disturb_the_others() -> None:
    desk = Desk()
    tasks = [asyncio.create_task(desk.desk.submit(item)) for item in ("a", "b", "c")]
    await asyncio.sleep(0)
    tasks[1].cancel()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert (told[0], told[2]) == ("wrote a", "wrote c")
    assert isinstance(told[1], asyncio.CancelledError)
    assert {"a", "c"} <= set(await written())


async def test_two_that_lock_each_other_out_both_get_through() -> None:
    """PostgreSQL ends one of two deadlocked transactions (40P01); SQLite lets one wait. Either way both are done."""
    await write_one("x")
    await write_one("y")
    tries: list[str] = []
    meanwhile = (
        0.2 if is_postgres() else None
    )  # On SQLite a batch is worked in one go and waits for nothing but its rows.

    def locking(first: str, second: str) -> Flush:
        async def flush(tx: Transaction, items: list[str]) -> list[str | Exception]:
            tries.append(first)
            await tx.execute("UPDATE attempts SET tries = tries + 1 WHERE bucket = $1", first)
            if meanwhile and len(tries) <= 2:
                await asyncio.sleep(meanwhile)
            await tx.execute("UPDATE attempts SET tries = tries + 1 WHERE bucket = $1", second)
            return list(items)

        return flush

    one, other = GroupCommit(locking("x", "y")), GroupCommit(locking("y", "x"))
    assert await asyncio.gather(one.submit("one"), other.submit("other")) == ["one", "other"]
    assert [row["tries"] for row in await fetch("SELECT tries FROM attempts ORDER BY bucket")] == [3, 3]
    # PostgreSQL ends one of the two, or both when they find out at the same moment.
    assert len(tries) in ((3, 4) if is_postgres() else (2,))


async def test_a_lost_database_is_told_to_everyone_in_the_batch() -> None:
    async def away(tx: Transaction, items: list[str]) -> list[str | Exception]:
        raise Unavailable

    desk: GroupCommit[str, str] = GroupCommit(away)
    told = await asyncio.gather(*(desk.submit(item) for item in "abc"), return_exceptions=True)
    assert [type(one) for one in told] == [Unavailable] * 3
