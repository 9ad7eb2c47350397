"""What of the figures is shown to whom may not see registrations: no group so small that it names somebody."""

import dataclasses
from collections.abc import Sequence

import msgspec

from events_service.attendance.queries import Attendance, DoorFigures, PerMinute, Picture
from events_service.exchange.report_rules import LEAST_SHOWN, without_small


def for_viewers(figures: Attendance) -> Attendance:
    """The same without groups of fewer than five, and without any that follow from the others and the total.

    Minutes in which fewer came are told together, under the first of them.
    """
    return msgspec.structs.replace(
        figures,
        by_category=_without_small(figures.by_category),
        by_city=_without_small(figures.by_city),
        by_checkpoint=_without_small(figures.by_checkpoint),
        per_minute=together(figures.per_minute),
    )


def picture_for_viewers(picture: Picture) -> Picture:
    """All of one moment, as viewers see it."""
    shown = _without_small({door.slug: door.admitted or 0 for door in picture.doors if door.admitted})
    doors = tuple(_unless_small(door, is_shown=not door.admitted or door.slug in shown) for door in picture.doors)
    return dataclasses.replace(picture, attendance=for_viewers(picture.attendance), doors=doors)


def together(minutes: Sequence[PerMinute]) -> list[PerMinute]:
    """The minutes in order, those with fewer than five joined to what follows; the last ones to what came before, or nothing at all."""
    told: list[PerMinute] = []
    waiting: PerMinute | None = None
    for one in minutes:
        waiting = PerMinute(waiting.minute, waiting.admitted + one.admitted) if waiting else one
        if waiting.admitted >= LEAST_SHOWN:
            told.append(waiting)
            waiting = None
    if waiting and told:
        told[-1] = PerMinute(told[-1].minute, told[-1].admitted + waiting.admitted)
    return told


def _without_small(groups: dict[str, int]) -> dict[str, int]:
    shown, _ = without_small(groups)
    return {name: people for name, people in groups.items() if name in shown}


def _unless_small(door: DoorFigures, *, is_shown: bool) -> DoorFigures:
    is_few = bool(door.inside) and (door.inside or 0) < LEAST_SHOWN
    return dataclasses.replace(
        door, admitted=door.admitted if is_shown else None, inside=None if is_few or not is_shown else door.inside
    )
