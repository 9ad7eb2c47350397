"""What may be told of what releases changed: nothing of a session before its embargo ends. Pure: `now` is an argument."""

from collections.abc import Iterable
from datetime import datetime

from events_service.agenda.rules import Agenda, Change, ChangeKind

# Nobody outside is told of these; a change of them alone is none.
UNTOLD = frozenset({"visible_from"})


def told_changes(changes: Iterable[Change], current: Agenda, *, now: datetime) -> tuple[Change, ...]:
    """Those of a release's changes that anyone may know of, by what it released then and by the whole current release."""
    return tuple(one for one in changes if is_told(one, current, now=now))


def is_told(change: Change, current: Agenda, *, now: datetime) -> bool:
    """Whether anyone may know of it."""
    session = current.session.get(change.session_id)
    is_known = (session is None or session.is_visible(now)) and (
        change.visible_from is None or change.visible_from <= now
    )
    return is_known and not (change.kind is ChangeKind.EDITED and UNTOLD.issuperset(change.fields))


def more_told_from(changes: Iterable[Change], current: Agenda, *, now: datetime) -> datetime | None:
    """When the first embargo ends that keeps one of these untold; None where all are told."""
    moments = {change.visible_from for change in changes} | set(current.embargoes_until())
    return min((moment for moment in moments if moment is not None and moment > now), default=None)
