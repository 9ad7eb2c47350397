"""Calendars kept in the process."""

from events_service.calendar import Feed
from events_service.feeds.answers import has_it
from events_service.feeds.shelf import Shelf

SIZE = len(Shelf().keep("x", "1", Feed("x", ())).data)


def test_a_calendar_is_found_by_name_and_revision() -> None:
    shelf = Shelf()
    kept = shelf.keep("launch", "1", Feed("Launch", ()))
    assert shelf.find("launch", "1") is kept
    assert shelf.find("launch", "2") is None
    assert shelf.find("summit", "1") is None


def test_a_new_revision_takes_the_old_ones_place() -> None:
    shelf = Shelf()
    first = shelf.keep("launch", "1", Feed("Launch", ()))
    second = shelf.keep("launch", "2", Feed("Moved", ()))
    assert (shelf.find("launch", "1"), shelf.find("launch", "2")) == (None, second)
    assert first.etag != second.etag


def test_the_longest_unused_goes_first() -> None:
    shelf = Shelf(files=2)
    for name in "ab":
        shelf.keep(name, "1", Feed(name, ()))
    shelf.find("a", "1")
    shelf.keep("c", "1", Feed("c", ()))
    assert [shelf.find(name, "1") is not None for name in "abc"] == [True, False, True]


def test_bytes_are_bounded_too() -> None:
    shelf = Shelf(size=2 * SIZE)
    for name in "abc":
        shelf.keep(name, "1", Feed(name, ()))
    assert [shelf.find(name, "1") is not None for name in "abc"] == [False, True, True]


def test_what_is_larger_than_the_shelf_is_answered_and_not_kept() -> None:
    shelf = Shelf(size=SIZE - 1)
    assert len(shelf.keep("a", "1", Feed("a", ())).data) == SIZE
    assert shelf.find("a", "1") is None


def test_an_entity_tag_is_known_in_lists_weak_and_by_the_star() -> None:
    known = ['"abc"', 'W/"abc"', '"x", "abc"', 'W/"x",W/"abc"', "*", " * "]
    unknown = [None, "", '"abcd"', "abc", '"x,abc"', '"x"']
    assert [has_it(value, '"abc"') for value in known] == [True] * len(known)
    assert [has_it(value, '"abc"') for value in unknown] == [False] * len(unknown)
