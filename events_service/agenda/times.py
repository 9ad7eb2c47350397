"""When a session is: what was typed, read in the event's zone, with everything that is wrong about it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from events_service.agenda.drafts import LONGEST_MINUTES
from events_service.calendar import DoubledWallTime, SkippedWallTime
from events_service.errors import FieldError, Invalid
from events_service.events.rules import to_utc, to_wall
from events_service.sentences import sentence

USUAL_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Times:
    """UTC and wall times, None on the shelf, and the length in minutes, which the shelf keeps."""

    starts_at: datetime | None
    ends_at: datetime | None
    starts_wall: str | None
    ends_wall: str | None
    minutes: int


def settle_times(
    zone: str, *, starts: str | datetime | None, ends: str | datetime | None, minutes: int | None
) -> Times:
    """The times in that zone, to the minute; without an end it follows from the minutes.

    What was typed is a text, what is known already a moment. Raises `Invalid` with every wrong field.
    """
    errors: list[FieldError] = []
    starts_at, ends_at = _read("starts_at", starts, zone, errors), _read("ends_at", ends, zone, errors)
    if ends is not None and starts is None:
        errors.append(FieldError("starts_at", "required", "Say when it starts, or leave both times out."))
    if starts_at and ends_at and ends_at <= starts_at:
        errors.append(FieldError("ends_at", "ends_before_start", "The end must come after the start."))
    elif starts_at and ends_at and ends_at - starts_at > timedelta(minutes=LONGEST_MINUTES):
        errors.append(FieldError("ends_at", "too_long", "A session lasts two weeks at most."))
    if errors:
        raise Invalid(errors)
    if starts_at is None:
        return Times(None, None, None, None, minutes or USUAL_MINUTES)
    if ends_at is None:
        ends_at = starts_at + timedelta(minutes=minutes or USUAL_MINUTES)
    return Times(
        starts_at, ends_at, to_wall(starts_at, zone), to_wall(ends_at, zone), minutes_between(starts_at, ends_at)
    )


def read_moment(name: str, text: str | None, zone: str) -> datetime | None:
    """One moment in UTC, None for none. Raises `Invalid` for one that cannot be."""
    errors: list[FieldError] = []
    moment = _read(name, text, zone, errors)
    if errors:
        raise Invalid(errors)
    return moment


def minutes_between(starts_at: datetime, ends_at: datetime) -> int:
    """Whole minutes, at least one."""
    return max(1, round((ends_at - starts_at).total_seconds() / 60))


def _read(name: str, given: str | datetime | None, zone: str, errors: list[FieldError]) -> datetime | None:
    """Whole minutes: seconds would be lost in the wall time, and with it when the zone changes."""
    if given is None or isinstance(given, datetime):
        return given
    try:
        return to_utc(given, zone).replace(second=0, microsecond=0)
    except SkippedWallTime:
        message = sentence("The clocks in %(zone)s are put forward over this time: there is no such moment.", zone=zone)
        errors.append(FieldError(name, "impossible_wall_time", message))
    except DoubledWallTime:
        message = sentence("The clocks in %(zone)s show this time twice. Write it with its offset.", zone=zone)
        errors.append(FieldError(name, "impossible_wall_time", message))
    except (OverflowError, ValueError):
        errors.append(FieldError(name, "invalid_time", "This moment cannot be told in this time zone."))
    return None
