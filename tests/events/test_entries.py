"""Events as calendar entries: what each kind of reader is shown."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from events_service import settings as settings_floor
from events_service.calendar import EntryStatus
from events_service.events.entries import confirmed_entry, local_times, public_entry, tentative_entry
from events_service.events.rules import Disclosure, Format, Status, Venue
from events_service.settings import Settings
from events_service.web.words import in_language
from tests.events.given import JOIN_URL, NOON, plain_event

HALL = Venue("City Hall", "Rådhuspladsen 1", "Copenhagen", "DK", 55.676, 12.569, Disclosure.PUBLIC)
HIDDEN = replace(HALL, disclosure=Disclosure.REGISTERED)


@pytest.fixture(autouse=True)
def installation(tmp_path: Path) -> Iterator[None]:
    given = {"EVENTS_DATA_DIR": str(tmp_path), "EVENTS_BASE_URL": "https://events.example.org"}
    settings_floor.use(Settings.from_environ(given))
    yield
    settings_floor.use(None)


def test_everybody_sees_when_where_and_what_for() -> None:
    entry = public_entry(plain_event(summary="Twelve mayors.", sequence=3))
    assert (entry.uid, entry.sequence, entry.status) == ("event-e1@events.example.org", 3, EntryStatus.CONFIRMED)
    assert (entry.starts_at, entry.zone) == (NOON, "Europe/Copenhagen")
    assert (entry.location, entry.geo) == ("City Hall, Rådhuspladsen 1, Copenhagen", (55.676, 12.569))
    assert entry.description == "Twelve mayors.\n\nhttps://events.example.org/events/guide-launch"
    assert entry.url == "https://events.example.org/events/guide-launch"


@pytest.mark.parametrize("show", [public_entry, tentative_entry])
def test_a_hidden_address_and_the_join_link_are_for_confirmed_people_alone(show: object) -> None:
    event = plain_event(format=Format.HYBRID, venue=HIDDEN, join_url=JOIN_URL)
    entry = show(event)  # type: ignore[operator]
    assert (entry.location, entry.geo, entry.join_url) == ("Copenhagen", None, None)
    assert "Rådhuspladsen" not in repr(entry)
    assert JOIN_URL not in repr(entry)


def test_confirmed_people_see_all() -> None:
    entry = confirmed_entry(plain_event(format=Format.HYBRID, venue=HIDDEN, join_url=JOIN_URL), sequence=7)
    assert (entry.location, entry.geo) == ("City Hall, Rådhuspladsen 1, Copenhagen", (55.676, 12.569))
    assert (entry.join_url, entry.sequence) == (JOIN_URL, 7)


@pytest.mark.parametrize(
    ("event_format", "location", "confirmed_location", "join_url"),
    [
        (Format.IN_PERSON, "City Hall, Rådhuspladsen 1, Copenhagen", "City Hall, Rådhuspladsen 1, Copenhagen", None),
        (Format.ONLINE, "Online", "", JOIN_URL),
        (Format.HYBRID, "City Hall, Rådhuspladsen 1, Copenhagen", "City Hall, Rådhuspladsen 1, Copenhagen", JOIN_URL),
    ],
)
def test_the_format_decides_where_it_is(
    event_format: Format, location: str, confirmed_location: str, join_url: str | None
) -> None:
    event = plain_event(format=event_format, venue=HALL, join_url=JOIN_URL)
    confirmed = confirmed_entry(event)
    assert public_entry(event).location == location
    assert (confirmed.location, confirmed.join_url) == (confirmed_location, join_url)


def test_a_cancelled_event_says_so_to_everyone() -> None:
    event = plain_event(status=Status.CANCELLED)
    for entry in (public_entry(event), tentative_entry(event), confirmed_entry(event)):
        assert entry.status is EntryStatus.CANCELLED
        assert entry.description.startswith("This event is cancelled.")


def test_who_waits_holds_the_time_tentatively() -> None:
    entry = tentative_entry(plain_event(sequence=2), sequence=4)
    assert (entry.status, entry.sequence) == (EntryStatus.TENTATIVE, 4)


def test_an_online_event_is_told_on_every_nordic_clock() -> None:
    event = plain_event(format=Format.ONLINE, join_url=JOIN_URL)
    lines = [
        "Reykjavík 12.00–13.00 GMT",
        "Copenhagen, Oslo, Stockholm 13.00–14.00 CET",
        "Helsinki 14.00–15.00 EET",
    ]
    assert local_times(event) == lines
    assert "\n".join(["Local times:", *lines]) in public_entry(event).description


def test_a_city_that_is_in_another_day_says_so() -> None:
    late = plain_event(starts_at=NOON.replace(hour=22, minute=30), ends_at=NOON.replace(hour=23))
    assert local_times(late)[2] == "Helsinki 00.30–01.00 EET (Monday 9 March 2037)"


def test_an_event_of_several_days_names_its_last() -> None:
    long = plain_event(ends_at=NOON.replace(day=9, hour=13))
    assert local_times(long)[0] == "Reykjavík 12.00–Monday 9 March 2037, 13.00 GMT"


def test_days_are_named_in_the_language_that_is_spoken() -> None:
    late = plain_event(starts_at=NOON.replace(hour=22, minute=30), ends_at=NOON.replace(hour=23))
    with in_language("sv"):
        assert local_times(late)[2].endswith("(måndag 9 mars 2037)")
