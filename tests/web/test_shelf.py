"""Finished files kept in the process, and who is told that they have them already."""

import gzip
from datetime import UTC, datetime, timedelta

from events_service.web.kept import has_it, takes_gzip
from events_service.web.shelf import Shelf, strong_etag

SIZE = 100


def test_a_file_is_found_by_name_and_revision() -> None:
    shelf = Shelf()
    kept = shelf.keep("launch", "1", b"Launch")
    assert shelf.find("launch", "1") is kept
    assert shelf.find("launch", "2") is None
    assert shelf.find("summit", "1") is None


def test_a_new_revision_takes_the_old_ones_place() -> None:
    shelf = Shelf()
    first = shelf.keep("launch", "1", b"Launch")
    second = shelf.keep("launch", "2", b"Moved")
    assert (shelf.find("launch", "1"), shelf.find("launch", "2")) == (None, second)
    assert first.etag != second.etag


def test_what_is_true_for_a_while_is_found_until_then() -> None:
    shelf, noon = Shelf(), datetime(2037, 3, 10, 12, tzinfo=UTC)
    kept = shelf.keep("own", "1", b"Opening", until=noon)
    assert shelf.find("own", "1", now=noon - timedelta(seconds=1)) is kept
    assert shelf.find("own", "1", now=noon) is None


def test_the_longest_unused_goes_first() -> None:
    shelf = Shelf(files=2)
    for name in "ab":
        shelf.keep(name, "1", name.encode() * SIZE)
    shelf.find("a", "1")
    shelf.keep("c", "1", b"c" * SIZE)
    assert [shelf.find(name, "1") is not None for name in "abc"] == [True, False, True]


def test_bytes_are_bounded_too() -> None:
    shelf = Shelf(size=2 * SIZE)
    for name in "abc":
        shelf.keep(name, "1", name.encode() * SIZE)
    assert [shelf.find(name, "1") is not None for name in "abc"] == [False, True, True]


def test_what_is_larger_than_the_shelf_is_answered_and_not_kept() -> None:
    shelf = Shelf(size=SIZE - 1)
    assert len(shelf.keep("a", "1", b"a" * SIZE).data) == SIZE
    assert shelf.find("a", "1") is None


def test_an_entity_tag_is_known_in_lists_weak_and_by_the_star() -> None:
    known = ['"abc"', 'W/"abc"', '"x", "abc"', 'W/"x",W/"abc"', "*", " * "]
    unknown = [None, "", '"abcd"', "abc", '"x,abc"', '"x"']
    assert [has_it(value, '"abc"') for value in known] == [True] * len(known)
    assert [has_it(value, '"abc"') for value in unknown] == [False] * len(unknown)


def test_an_entity_tag_depends_on_the_bytes_alone() -> None:
    assert strong_etag(b"") == '"e3b0c44298fc1c149afbf4c8996fb924"'
    assert strong_etag(b"a") != strong_etag(b"b")


def test_what_is_large_is_kept_packed_as_well_and_always_packed_alike() -> None:
    data = b"all the sessions " * 1_000
    packed = [Shelf().keep("agenda", "1", data).packed for _ in range(2)]
    assert packed[0] == packed[1] and packed[0] is not None
    assert gzip.decompress(packed[0]) == data
    assert Shelf().keep("small", "1", b"small").packed is None


def test_gzip_is_taken_where_it_is_named_and_not_refused() -> None:
    taken = ["gzip", "br, gzip", "gzip;q=0.5, br", "deflate,gzip , br", "gzip; q=1"]
    refused = [None, "", "br", "gzip;q=0", "gzip; q=0.0, br", "x-gzip"]
    assert [takes_gzip(value) for value in taken] == [True] * len(taken)
    assert [takes_gzip(value) for value in refused] == [False] * len(refused)
