"""The day as a table: which session stands in which cell, over how many rows and columns."""

from typing import Any

from events_service.agenda.rules import Session
from events_service.programme.grid import Grid, grid_of
from events_service.programme.shown import cards_of
from tests.programme.given import HALL, STUDY, TOWER, plain_session, published

ZONE = "Europe/Copenhagen"
FREE = "–"


def grid(*sessions: Session) -> Grid:
    agenda = published(*sessions)
    return grid_of(cards_of(agenda, agenda.agenda.sessions, ZONE), agenda.agenda.rooms, ZONE)


def drawn(made: Grid) -> list[Any]:
    """Each row as its time, its height, and its cells: what is in them, `rows x columns` where more than one."""

    def cell(one: Any) -> str:
        size = f" {one.rows}x{one.columns}" if (one.rows, one.columns) != (1, 1) else ""
        return (" ".join(str(card.number) for card in one.cards) or FREE) + size + (" again" if one.is_again else "")

    return [(row.starts, row.units, [cell(one) for one in row.cells]) for row in made.rows]


def names(made: Grid) -> list[str | None]:
    return [room.name if room else None for room in made.columns]


def test_sessions_stand_under_their_rooms_over_the_rows_they_take() -> None:
    made = grid(plain_session(1, 0, 60, [HALL]), plain_session(2, 0, 30, [STUDY]), plain_session(3, 30, 30, [STUDY]))
    assert names(made) == ["Hall", "Study"]
    assert drawn(made) == [("09.00", 6, ["1 2x1", "2"]), ("09.30", 6, ["3"])]


def test_one_session_of_neighbouring_rooms_is_one_cell_and_of_others_stands_twice() -> None:
    made = grid(
        plain_session(1, 0, 30, [HALL, STUDY, TOWER]),
        plain_session(2, 30, 30, [HALL, TOWER]),
        plain_session(3, 30, 30, [STUDY]),
    )
    assert drawn(made) == [("09.00", 6, ["1 1x3"]), ("09.30", 6, ["2", "3", "2 again"])]


def test_sessions_that_overlap_in_a_room_share_a_cell() -> None:
    made = grid(plain_session(1, 0, 30, [HALL]), plain_session(2, 15, 30, [HALL]), plain_session(3, 45, 15, [HALL]))
    assert drawn(made) == [("09.00", 3, ["1 2 3x1"]), ("09.15", 3, []), ("09.30", 3, []), ("09.45", 3, ["3"])]


def test_free_time_is_one_low_row_however_long_it_lasts() -> None:
    made = grid(plain_session(1, 0, 30, [HALL]), plain_session(2, 300, 500, [HALL]))
    assert drawn(made) == [("09.00", 6, ["1"]), ("09.30", 1, [FREE]), ("14.00", 24, ["2"])]


def test_what_takes_place_in_no_room_stretches_over_all_where_all_are_free_and_has_its_own_column_elsewhere() -> None:
    talk, pause = plain_session(1, 0, 30, [HALL]), plain_session(2, 30, 30)
    other = plain_session(3, 60, 30, [STUDY])
    assert drawn(grid(talk, pause, other)) == [
        ("09.00", 6, ["1", FREE]),
        ("09.30", 6, ["2 1x2"]),
        ("10.00", 6, [FREE, "3"]),
    ]
    beside = grid(talk, plain_session(2, 15, 30))
    assert names(beside) == ["Hall", None]
    assert drawn(beside) == [("09.00", 3, ["1 2x1", FREE]), ("09.15", 3, ["2 2x1"]), ("09.30", 3, [FREE])]
    alone = grid(pause)
    assert (names(alone), drawn(alone)) == ([None], [("09.30", 6, ["2"])])


def test_every_row_fills_every_column_once() -> None:
    rooms = [HALL, STUDY, TOWER]
    sessions = [
        plain_session(
            number, (number * 37) % 240, 10 + (number * 13) % 80, rooms[number % 3 : number % 3 + 1 + number % 2]
        )
        for number in range(1, 40)
    ]
    made = grid(*sessions)
    taken = [[0] * len(made.columns) for _ in made.rows]
    for index, row in enumerate(made.rows):
        for cell in row.cells:
            column = taken[index].index(0)
            for below in range(cell.rows):
                for beside in range(cell.columns):
                    taken[index + below][column + beside] += 1
    assert taken == [[1] * len(made.columns) for _ in made.rows]
    shown = {card.id for row in made.rows for cell in row.cells for card in cell.cards if not cell.is_again}
    assert shown == {one.id for one in sessions}


def test_an_empty_day_has_no_rows() -> None:
    assert (grid().columns, grid().rows) == ([], [])
