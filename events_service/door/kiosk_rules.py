"""What a self check-in kiosk is, and how much less it may do than a steward's device. Pure."""

from enum import StrEnum

from events_service.door.rules import Direction
from events_service.errors import Forbidden


class Paper(StrEnum):
    """What the printer beside a kiosk is loaded with: an endless label of 62 mm, or A6."""

    LABEL62 = "label62"
    A6 = "a6"


class StaffOnly(Forbidden):
    """A kiosk was asked for what stewards do."""

    code = "staff_only"
    detail = "A self check-in kiosk lets people in at its own checkpoint, and does nothing else."


def refuse_at_kiosk(kiosk: str | None) -> None:
    """For what a steward's device may and a kiosk may not. Raises `StaffOnly`."""
    if kiosk is not None:
        raise StaffOnly()


def refuse_passage(kiosk: str | None, direction: Direction, *, is_own_door: bool) -> None:
    """A kiosk takes entries at its own checkpoint. Raises `StaffOnly` for anything else."""
    if direction is not Direction.ENTRY or not is_own_door:
        refuse_at_kiosk(kiosk)
