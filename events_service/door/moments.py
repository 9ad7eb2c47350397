"""The moments that devices and supervisors write."""

from datetime import datetime

from events_service.calendar import WallTimeRefused
from events_service.errors import FieldError
from events_service.events.rules import to_utc


def read_moment(text: str | None, *, zone: str, field: str, errors: list[FieldError]) -> datetime | None:
    """The moment in UTC; without an offset it is wall time in the zone. What is none adds an error and gives None."""
    if text is None:
        return None
    try:
        return to_utc(text, zone)
    except WallTimeRefused as refused:
        errors.append(FieldError(field, "impossible_wall_time", str(refused)))
    except (OverflowError, ValueError):
        errors.append(FieldError(field, "invalid_time", "This moment cannot be told."))
    return None
