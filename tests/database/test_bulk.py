"""Many rows changed at once: the same on both databases, whatever the values are."""

from datetime import timedelta

import pytest

from events_service.database import deleting, fetch, inserting, is_collision, transaction, updating
from tests.database.given import NOW, written

pytestmark = pytest.mark.usefixtures("database")

NEW = inserting("attempts", ("bucket", "window_ends_at", "tries"))
NEW_OR_MORE = inserting(
    "attempts",
    ("bucket", "window_ends_at", "tries"),
    then="ON CONFLICT (bucket) DO UPDATE SET tries = excluded.tries WHERE attempts.tries < excluded.tries",
)
MORE = updating("attempts", "bucket", ("tries", "window_ends_at"))
GONE = deleting("attempts", ("bucket", "tries"))
# What JSON, SQL or a careless program might take for something else.
NAMES = ['"quoted"', "back\\slash", "it's", "null", "{a,b}", "Þórður Ðærøy", "line\nbreak", "👩‍🚀", "%s $1 ?", ""]


async def rows() -> list[tuple[object, ...]]:
    found = await fetch("SELECT bucket, window_ends_at, tries FROM attempts ORDER BY tries")
    return [(row["bucket"], row["window_ends_at"], row["tries"]) for row in found]


async def test_every_value_arrives_as_it_was() -> None:
    given = [(name, NOW + timedelta(microseconds=place), place) for place, name in enumerate(NAMES)]
    async with transaction() as tx:
        await tx.change_all(NEW, given)
    assert await rows() == given


async def test_rows_are_changed_by_their_keys_and_others_stay() -> None:
    async with transaction() as tx:
        await tx.change_all(NEW, [("one", NOW, 1), ("two", NOW, 2), ("three", NOW, 3)])
        later = NOW + timedelta(minutes=1)
        await tx.change_all(MORE, [("two", 5, later), ("one", 4, later), ("nobody", 9, later)])
    assert await rows() == [("three", NOW, 3), ("one", later, 4), ("two", later, 5)]


async def test_rows_are_deleted_where_all_keys_agree() -> None:
    async with transaction() as tx:
        await tx.change_all(NEW, [("one", NOW, 1), ("two", NOW, 2), ("three", NOW, 3)])
        await tx.change_all(GONE, [("one", 1), ("two", 7)])
    assert await written() == ["three", "two"]


async def test_what_follows_an_insertion_holds_for_each_row() -> None:
    async with transaction() as tx:
        await tx.change_all(NEW, [("one", NOW, 1), ("two", NOW, 8)])
        await tx.change_all(NEW_OR_MORE, [("one", NOW, 2), ("two", NOW, 3), ("three", NOW, 4)])
    assert await rows() == [("one", NOW, 2), ("three", NOW, 4), ("two", NOW, 8)]


async def test_no_rows_are_no_change() -> None:
    async with transaction() as tx:
        for change in (NEW, MORE, GONE):
            await tx.change_all(change, [])
    assert await written() == []


async def test_one_key_twice_is_a_collision_and_nothing_is_written() -> None:
    with pytest.raises(Exception) as refused:
        async with transaction() as tx:
            await tx.change_all(NEW, [("one", NOW, 1), ("one", NOW, 2)])
    assert is_collision(refused.value)
    assert await written() == []
