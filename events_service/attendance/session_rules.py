"""Who came to a session, counted. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from events_service.attendance.queries import PerMinute
from events_service.exchange.report_rules import LEAST_SHOWN, without_small


@dataclass(frozen=True, slots=True)
class Attender:
    """Somebody with a place in a session (`signed_up`), a part in it (`takes_part`), or who came all the same.

    `came_at` is when they were let in at its door, None where they were not. Protected people stand under their alias.
    """

    id: str
    name: str
    organisation: str
    category: str
    signed_up: bool
    takes_part: bool
    came_at: datetime | None = None
    inside: bool = False


class SessionAttendance(msgspec.Struct, frozen=True):
    """How a session is attended, at the doors that are its own. `absent` are those of the signed up who did not come.

    Who may not see registrations is told no number of people between one and four: null.
    """

    session_id: str
    signed_up: int | None
    admitted: int | None
    inside: int | None
    absent: int | None
    by_category: dict[str, int]
    per_minute: list[PerMinute]


def count(session_id: str, people: Sequence[Attender]) -> SessionAttendance:
    """Everybody once, however many of its doors they passed."""
    came = [one for one in people if one.came_at is not None]
    minutes = Counter(one.came_at.replace(second=0, microsecond=0) for one in came if one.came_at)
    return SessionAttendance(
        session_id=session_id,
        signed_up=sum(one.signed_up for one in people),
        admitted=len(came),
        inside=sum(one.inside for one in people),
        absent=sum(one.signed_up and one.came_at is None for one in people),
        by_category=dict(sorted(Counter(one.category for one in came).items())),
        per_minute=[PerMinute(minute, admitted) for minute, admitted in sorted(minutes.items())],
    )


def session_for_viewers(figures: SessionAttendance) -> SessionAttendance:
    """The same without numbers small enough to name somebody, and without what would tell them."""
    admitted = _unless_small(figures.admitted)
    groups, _ = without_small(figures.by_category)
    return SessionAttendance(
        session_id=figures.session_id,
        signed_up=_unless_small(figures.signed_up),
        admitted=admitted,
        inside=_unless_small(figures.inside),
        absent=_unless_small(figures.absent),
        by_category=groups,
        per_minute=figures.per_minute if admitted else [],
    )


def _unless_small(people: int | None) -> int | None:
    return people if not people or people >= LEAST_SHOWN else None
