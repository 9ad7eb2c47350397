"""The terms of an invitation; and as somebody wrote them, with the event's own time made UTC."""

from dataclasses import dataclass
from datetime import datetime

from events_service.errors import FieldError, Invalid
from events_service.events.rules import Event, to_utc
from events_service.invitations.drafts import Terms


@dataclass(frozen=True, slots=True)
class Offered:
    """On which terms: `lapses_at` UTC or None, so many companions, at once or as a reserve."""

    lapses_at: datetime | None = None
    plus_ones: int = 0
    reserve: bool = False


def offered_in(terms: Terms, event: Event) -> Offered:
    """The terms, with the deadline as UTC. Raises `Invalid` for a wall time that a DST change skips or doubles."""
    lapses_at = None
    if terms.lapses_at is not None:
        try:
            lapses_at = to_utc(terms.lapses_at, event.timezone)
        except (ValueError, OverflowError) as refused:
            message = "This moment cannot be told in the event's time zone."
            raise Invalid([FieldError("lapses_at", "impossible_wall_time", message)]) from refused
    return Offered(lapses_at, terms.plus_ones, terms.reserve)
