"""What an event may become, and who sees what of it: tables of cases."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from events_service.errors import Conflict
from events_service.events.rules import (
    ALLOWED,
    DEFAULTS,
    Disclosure,
    Format,
    Kind,
    Mode,
    Status,
    Venue,
    Visibility,
    adds_places,
    check_step,
    for_the_public,
    is_open_to_all,
    place_errors,
    settle_moments,
    to_utc,
    to_wall,
    touches_calendars,
)
from tests.events.given import JOIN_URL, NOON, plain_event

STEPS = {
    (Status.DRAFT, Status.PUBLISHED),
    (Status.DRAFT, Status.CANCELLED),
    (Status.PUBLISHED, Status.CANCELLED),
    (Status.PUBLISHED, Status.COMPLETED),
}


@pytest.mark.parametrize("now_is", Status)
@pytest.mark.parametrize("to", Status)
def test_a_cancelled_or_completed_event_stays_so(now_is: Status, to: Status) -> None:
    if (now_is, to) in STEPS:
        check_step(now_is, to)
    else:
        with pytest.raises(Conflict) as refused:
            check_step(now_is, to)
        assert refused.value.code == "wrong_status"


def test_every_status_and_kind_is_thought_of() -> None:
    assert (set(ALLOWED), set(DEFAULTS)) == (set(Status), set(Kind))


@pytest.mark.parametrize(
    ("text", "zone", "utc"),
    [
        ("2037-03-08T11:00", "Europe/Copenhagen", "2037-03-08T10:00:00+00:00"),
        ("2037-07-08T11:00", "Europe/Copenhagen", "2037-07-08T09:00:00+00:00"),
        ("2037-07-08T11:00", "Atlantic/Reykjavik", "2037-07-08T11:00:00+00:00"),
        ("2037-03-08T11:00:00+02:00", "Europe/Copenhagen", "2037-03-08T09:00:00+00:00"),
        ("2037-03-08T11:00Z", "Europe/Helsinki", "2037-03-08T11:00:00+00:00"),
    ],
)
def test_a_moment_without_an_offset_is_wall_time_in_the_zone(text: str, zone: str, utc: str) -> None:
    assert to_utc(text, zone).isoformat() == utc


def test_wall_time_is_told_to_the_minute() -> None:
    assert to_wall(datetime(2037, 7, 8, 9, 0, 59, tzinfo=UTC), "Europe/Copenhagen") == "2037-07-08T11:00"


@pytest.mark.parametrize(
    ("times", "wrong"),
    [
        ({"starts": "2037-03-08T11:00", "ends": "2037-03-08T17:00"}, []),
        ({"starts": "2037-03-29T02:30", "ends": "2037-03-29T05:00"}, [("starts_at", "impossible_wall_time")]),
        ({"starts": "2037-10-25T02:30", "ends": "2037-10-25T05:00"}, [("starts_at", "impossible_wall_time")]),
        ({"starts": "2037-10-25T02:30+01:00", "ends": "2037-10-25T05:00"}, []),
        ({"starts": "2037-03-08T11:00", "ends": "2037-03-08T11:00"}, [("ends_at", "ends_before_start")]),
        (
            {
                "starts": "2037-03-08T11:00",
                "ends": "2037-03-08T10:00",
                "opens": "2037-02-01T10:00",
                "closes": "2037-01-01T10:00",
            },
            [("ends_at", "ends_before_start"), ("registration.closes_at", "closes_before_opening")],
        ),
        (
            {"starts": "2037-03-29T02:30", "ends": "2037-03-29T02:45", "opens": "2037-03-29T02:10", "closes": None},
            [
                ("starts_at", "impossible_wall_time"),
                ("ends_at", "impossible_wall_time"),
                ("registration.opens_at", "impossible_wall_time"),
            ],
        ),
    ],
)
def test_every_wrong_time_is_told_at_once(times: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    errors = settle_moments("Europe/Copenhagen", **times).errors
    assert [(error.field, error.code) for error in errors] == wrong


@pytest.mark.parametrize(
    ("event_format", "has_venue", "has_join_url", "missing"),
    [
        (Format.IN_PERSON, True, False, []),
        (Format.IN_PERSON, False, True, ["venue"]),
        (Format.ONLINE, False, True, []),
        (Format.ONLINE, True, False, ["join_url"]),
        (Format.HYBRID, True, True, []),
        (Format.HYBRID, False, False, ["venue", "join_url"]),
    ],
)
def test_people_must_know_where_to_go(
    event_format: Format, has_venue: bool, has_join_url: bool, missing: list[str]
) -> None:
    errors = place_errors(event_format, has_venue=has_venue, has_join_url=has_join_url)
    assert [error.field for error in errors] == missing


BEFORE = plain_event(format=Format.HYBRID, join_url=JOIN_URL)
HALL = BEFORE.venue or Venue("", "", "", "")


@pytest.mark.parametrize(
    ("edit", "touches"),
    [
        ({"starts_at": NOON.replace(minute=5)}, True),
        ({"ends_at": NOON.replace(hour=14)}, True),
        ({"timezone": "Europe/Oslo"}, True),
        ({"format": Format.ONLINE}, True),
        ({"join_url": "https://meet.example.org/another"}, True),
        ({"venue": replace(HALL, address="Rådhuspladsen 2")}, True),
        ({"venue": replace(HALL, city="Malmö", country="SE")}, True),
        ({"venue": replace(HALL, disclosure=Disclosure.REGISTERED)}, False),
        ({"title": "Another", "summary": "Another", "description": "Another"}, False),
        ({"visibility": Visibility.UNLISTED, "languages": ("da",), "topics": ("diversity",)}, False),
        ({"registration": replace(BEFORE.registration, capacity=5)}, False),
    ],
)
def test_calendars_follow_time_and_place_alone(edit: dict[str, Any], touches: bool) -> None:
    assert touches_calendars(BEFORE, replace(BEFORE, **edit)) is touches


@pytest.mark.parametrize(
    ("before", "after", "adds"),
    [
        ((10, None), (11, None), True),
        ((10, None), (None, None), True),
        ((10, 5), (10, 6), True),
        ((10, 5), (9, 6), True),
        ((10, 5), (10, 5), False),
        ((10, 5), (9, 4), False),
        ((None, None), (10, None), False),
    ],
)
def test_the_waiting_list_moves_when_seats_are_added(
    before: tuple[int | None, int | None], after: tuple[int | None, int | None], adds: bool
) -> None:
    def with_seats(seats: tuple[int | None, int | None]) -> Any:
        terms = replace(BEFORE.registration, capacity=seats[0], online_capacity=seats[1])
        return replace(BEFORE, registration=terms)

    assert adds_places(with_seats(before), with_seats(after)) is adds


def test_the_public_never_sees_the_join_link() -> None:
    assert for_the_public(BEFORE).join_url is None


def test_the_public_sees_a_disclosed_address_and_no_other() -> None:
    hidden = replace(BEFORE, venue=replace(HALL, disclosure=Disclosure.REGISTERED))
    shown, stripped = for_the_public(BEFORE).venue, for_the_public(hidden).venue
    assert shown == HALL
    assert stripped is not None
    assert (stripped.address, stripped.latitude, stripped.longitude) == ("", None, None)
    assert stripped.city == "Copenhagen"


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("visibility", Visibility)
def test_strangers_see_what_is_published_and_not_for_a_circle(status: Status, visibility: Visibility) -> None:
    known = visibility in (Visibility.PUBLIC, Visibility.UNLISTED) and status is not Status.DRAFT
    assert is_open_to_all(plain_event(status=status, visibility=visibility)) is known


def test_task_forces_and_summits_start_by_invitation() -> None:
    by_invitation = {kind for kind, defaults in DEFAULTS.items() if defaults.mode is Mode.INVITATION}
    assert by_invitation == {Kind.SUMMIT, Kind.TASK_FORCE}
