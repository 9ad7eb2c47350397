"""A day as a table: rooms across, time down, each session over the rows and columns it takes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from events_service.agenda.rules import Room
from events_service.programme.shown import Card
from events_service.web.words import clock_time

# A row's height tells its length in fives of minutes; longer ones, and those where nothing takes place, do not grow further.
UNIT = timedelta(minutes=5)
TALLEST_UNITS = 24
COLUMNS_IN_SIGHT = 7


@dataclass(slots=True)
class Block:
    """Sessions that share a place in the table: mostly one; those of one room that overlap stand under each other."""

    cards: list[Card]
    first_row: int
    rows: int
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the table; without cards it is free time. `is_again`: all its sessions stand in a cell before it, too."""

    cards: tuple[Card, ...]
    rows: int = 1
    columns: int = 1
    is_again: bool = False


@dataclass(slots=True)
class Row:
    """From one start or end to the next. `units` is its height in fives of minutes."""

    starts_at: datetime
    starts: str
    units: int
    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Grid:
    """The table. A column without a room (None, the last one) holds what takes place in none."""

    columns: Sequence[Room | None]
    rows: Sequence[Row]

    @property
    def fits(self) -> bool:
        """Whether all columns are in sight on a desk's screen: then the page alone scrolls, not the table within it."""
        return len(self.columns) <= COLUMNS_IN_SIGHT


def grid_of(cards: Sequence[Card], rooms: Sequence[Room], zone: str) -> Grid:
    """The table of one day's cards; only rooms with something in them have a column."""
    marks = sorted({card.starts_at for card in cards} | {card.ends_at for card in cards})
    place = {mark: index for index, mark in enumerate(marks)}
    used = {room_id for card in cards for room_id in card.room_ids}
    columns: list[Room | None] = [room for room in rooms if room.id in used]
    everywhere = [card for card in cards if not used.intersection(card.room_ids)]
    in_rooms = [[card for card in cards if room and room.id in card.room_ids] for room in columns]
    if everywhere and (not columns or any(_meet(card, other) for card in everywhere for other in cards)):
        columns, in_rooms = [*columns, None], [*in_rooms, everywhere]
    elif everywhere:
        in_rooms = [_in_time([*of_room, *everywhere]) for of_room in in_rooms]
    blocks = [_blocks(of_column, place) for of_column in in_rooms]
    taken = {index for of_column in blocks for one in of_column.values() for index in _rows_of(one)}
    rows = [_row(marks, index, zone, is_taken=index in taken) for index in range(len(marks) - 1)]
    _fill(rows, blocks)
    return Grid(columns, rows)


def _blocks(cards: Sequence[Card], place: dict[datetime, int]) -> dict[int, Block]:
    """The blocks of a column by their first row: what overlaps is one."""
    found: dict[int, Block] = {}
    last: Block | None = None
    for card in cards:
        first, behind = place[card.starts_at], place[card.ends_at]
        if last is not None and first < last.first_row + last.rows:
            last.cards.append(card)
            last.rows = max(last.rows, behind - last.first_row)
        else:
            last = found[first] = Block([card], first, behind - first)
    return found


def _fill(rows: Sequence[Row], blocks: Sequence[dict[int, Block]]) -> None:
    """Give every row its cells: a session of neighbouring rooms is one cell, free time one cell until the next session."""
    # In each column, the row up to which cells already reach.
    reached, seen = [0] * len(blocks), set[str]()
    for index, row in enumerate(rows):
        for column, of_column in enumerate(blocks):
            if reached[column] > index:
                continue
            block = of_column.get(index)
            if block is None:
                behind = min((first for first in of_column if first > index), default=len(rows))
                row.cells.append(Cell((), rows=behind - index))
                reached[column] = behind
                continue
            width = _width(block, blocks[column:])
            ids = {card.id for card in block.cards}
            row.cells.append(Cell(tuple(block.cards), block.rows, width, is_again=ids <= seen))
            seen |= ids
            for taken in range(column, column + width):
                reached[taken] = index + block.rows


def _width(block: Block, onwards: Sequence[dict[int, Block]]) -> int:
    """Over how many columns from here on the same single session stretches."""
    width = 1
    for neighbour in onwards[1:]:
        other = neighbour.get(block.first_row)
        if len(block.cards) != 1 or other is None or other.cards != block.cards:
            break
        width += 1
    return width


def _rows_of(block: Block) -> range:
    return range(block.first_row, block.first_row + block.rows)


def _row(marks: Sequence[datetime], index: int, zone: str, *, is_taken: bool) -> Row:
    starts_at, ends_at = marks[index], marks[index + 1]
    units = min(TALLEST_UNITS, max(1, -(-(ends_at - starts_at) // UNIT))) if is_taken else 1
    return Row(starts_at, clock_time(starts_at, zone), units)


def _meet(one: Card, other: Card) -> bool:
    return one.id != other.id and one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _in_time(cards: Sequence[Card]) -> list[Card]:
    return sorted(cards, key=lambda card: (card.starts_at, card.ends_at, card.number))
