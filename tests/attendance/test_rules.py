"""How admissions are drawn, how often they are counted, and what viewers see of them."""

from datetime import UTC, datetime, timedelta

import pytest

from events_service.attendance.blurring import for_viewers, picture_for_viewers
from events_service.attendance.queries import Attendance, DoorFigures, PerMinute, Picture
from events_service.attendance.rules import MOST_BARS, draw, pause_after

TEN = datetime(2037, 3, 7, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_nobody_came_yet() -> None:
    assert draw([]) is None


def test_minutes_in_which_nobody_came_have_their_place() -> None:
    chart = draw([(TEN, 3), (TEN + 4 * MINUTE, 5)])
    assert chart is not None
    assert [bar.people for bar in chart.bars] == [3, 0, 0, 0, 5]
    assert (chart.minutes, chart.tallest, chart.ends) == (1, 5, TEN + 5 * MINUTE)


@pytest.mark.parametrize(
    ("hours", "minutes"), [(0.5, 1), (1, 2), (3, 5), (6, 10), (12, 30), (24, 60), (100, 240), (2000, 4320)]
)
def test_a_bar_stands_for_as_long_as_it_must_and_nobody_is_lost(hours: float, minutes: int) -> None:
    chart = draw([(TEN + n * MINUTE, 1) for n in range(int(hours * 60))])
    assert chart is not None
    assert chart.minutes == minutes
    assert len(chart.bars) <= MOST_BARS
    assert sum(bar.people for bar in chart.bars) == int(hours * 60)


@pytest.mark.parametrize(("took", "pause"), [(0.0, 1.0), (0.05, 1.0), (0.2, 4.0)])
def test_counting_takes_no_more_than_a_twentieth_of_the_time(took: float, pause: float) -> None:
    assert pause_after(took) == pytest.approx(pause)


@pytest.mark.parametrize(
    ("counted", "shown"),
    [
        ({"Malmö": 12, "Oslo": 5}, {"Malmö": 12, "Oslo": 5}),
        ({"Malmö": 12, "Oslo": 3, "Turku": 2}, {"Malmö": 12}),
        # One small group alone would follow from the total: the next larger hides it.
        ({"Malmö": 12, "Oslo": 6, "Turku": 2}, {"Malmö": 12}),
        ({"Turku": 2}, {}),
    ],
)
def test_viewers_see_no_small_groups(counted: dict[str, int], shown: dict[str, int]) -> None:
    people = sum(counted.values())
    figures = Attendance(50, people, people, {}, counted, {"main": people}, [], 0)
    blurred = for_viewers(figures)
    assert blurred.by_city == shown
    assert (blurred.expected, blurred.admitted) == (50, people)
    assert blurred.by_checkpoint == ({"main": people} if people >= 5 else {})


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        ([7, 5], [(0, 7), (1, 5)]),
        ([1, 2, 9, 6], [(0, 12), (3, 6)]),
        # The last few would follow from the total: they are told with those before.
        ([6, 4, 1, 3], [(0, 6), (1, 8)]),
        ([2, 1], []),
        ([], []),
    ],
)
def test_viewers_see_no_minute_in_which_few_came(counted: list[int], told: list[tuple[int, int]]) -> None:
    minutes = [PerMinute(TEN + n * MINUTE, people) for n, people in enumerate(counted)]
    figures = Attendance(50, sum(counted), 0, {}, {}, {}, minutes, 0)
    assert for_viewers(figures).per_minute == [PerMinute(TEN + n * MINUTE, people) for n, people in told]


def test_viewers_see_no_door_by_which_few_came() -> None:
    doors = (
        DoorFigures("main", "Main", 40, 31),
        DoorFigures("lounge", "Lounge", 6, 2),
        DoorFigures("attic", "Attic", 3, 3),
        DoorFigures("cellar", "Cellar", 0, 0),
    )
    figures = Attendance(50, 49, 36, {}, {}, {door.slug: door.admitted or 0 for door in doors[:3]}, [], 0)
    blurred = picture_for_viewers(Picture(figures, doors, ()))
    assert [(door.admitted, door.inside) for door in blurred.doors] == [(40, 31), (None, None), (None, None), (0, 0)]
    assert blurred.attendance.by_checkpoint == {"main": 40}
