"""What changed between two agendas, and what of it calendars must be told. Pure."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from events_service.agenda.rules import Agenda, Change, ChangeKind, Session, Slot, takes_place

# What people must be told of, as their calendars show it (RFC 5546 §2.1.4). Whatever else differs is an edit: feeds follow it.
MOVES = frozenset({"starts_at", "ends_at", "rooms", "join_url"})
COMPARED = (
    "title", "subtitle", "kind", "starts_at", "ends_at", "track_id", "topics", "language", "abstract", "description",
    "speakers", "capacity", "signup", "join_url", "visible_from",
)  # fmt: skip


def changes_between(before: Agenda, after: Agenda) -> tuple[Change, ...]:
    """What became of each session: added, moved, cancelled or edited, in the order of the agenda after; cancelled ones last.

    Cancelled is what is gone from the agenda and what is marked so. What comes back counts as moved: calendars must be told.
    """
    then = before.session
    found = [change for session in after.sessions if (change := _change(before, after, then.get(session.id), session))]
    gone = [one for one in before.sessions if one.id not in after.session and takes_place(one)]
    cancelled = [one for one in found if one.kind is ChangeKind.CANCELLED]
    others = [one for one in found if one.kind is not ChangeKind.CANCELLED]
    return (*others, *cancelled, *(_cancelled(before, one) for one in gone))


def with_sequences(agenda: Agenda, changes: Iterable[Change], *, before: Agenda, now: datetime) -> Agenda:
    """The agenda with SEQUENCE one higher for each session that moved or was cancelled; edits keep it.

    What changed is stamped with `now`, what did not keeps the stamp of the release before: calendars show it as LAST-MODIFIED.
    """
    kinds = {change.session_id: change.kind for change in changes}

    def numbered(session: Session) -> Session:
        kind = kinds.get(session.id)
        if kind is None:
            then = before.session.get(session.id, session)
            return msgspec.structs.replace(session, sequence=then.sequence, changed_at=then.changed_at)
        rise = 1 if kind in (ChangeKind.MOVED, ChangeKind.CANCELLED) else 0
        return msgspec.structs.replace(session, sequence=session.sequence + rise, changed_at=now)

    return msgspec.structs.replace(agenda, sessions=tuple(map(numbered, agenda.sessions)))


def _change(before: Agenda, after: Agenda, then: Session | None, now: Session) -> Change | None:
    if then is None:
        return _added(after, now) if takes_place(now) else None
    if takes_place(then) and not takes_place(now):
        return _cancelled(before, then)
    fields = _differences(before, after, then, now)
    if not fields and takes_place(then) == takes_place(now):
        return None
    came_back = takes_place(now) and not takes_place(then)
    # Of what stays cancelled no calendar need know when it would have been.
    moved = takes_place(now) and (came_back or MOVES & set(fields))
    kind = ChangeKind.MOVED if moved else ChangeKind.EDITED
    return Change(
        kind=kind,
        session_id=now.id,
        title=now.title,
        fields=fields,
        before=slot_of(before, then),
        after=slot_of(after, now),
        visible_from=now.visible_from,
    )


def _differences(before: Agenda, after: Agenda, then: Session, now: Session) -> tuple[str, ...]:
    fields = [name for name in COMPARED if getattr(then, name) != getattr(now, name)]
    # A release of before places were kept knows none: nothing has moved by that.
    if _places(before, then, before.place or after.place) != _places(after, now, after.place):
        fields.append("rooms")
    return tuple(fields)


def _places(agenda: Agenda, session: Session, event_place: str) -> list[tuple[str, str, str, str | None]]:
    """Where it is as a calendar tells it: another name for the same room is another place, and so is another house."""
    houses = [(room, room.venue or ("" if room.online else event_place)) for room in agenda.rooms_of(session)]
    return [(room.name, house, room.city, room.timezone) for room, house in houses] or [("", event_place, "", None)]


def slot_of(agenda: Agenda, session: Session) -> Slot:
    """When and where a placed session is."""
    assert session.starts_at is not None and session.ends_at is not None
    names = tuple(room.name for room in agenda.rooms_of(session))
    return Slot(starts_at=session.starts_at, ends_at=session.ends_at, rooms=names)


def _added(after: Agenda, session: Session) -> Change:
    return Change(
        kind=ChangeKind.ADDED,
        session_id=session.id,
        title=session.title,
        after=slot_of(after, session),
        visible_from=session.visible_from,
    )


def _cancelled(before: Agenda, session: Session) -> Change:
    return Change(
        kind=ChangeKind.CANCELLED,
        session_id=session.id,
        title=session.title,
        before=slot_of(before, session),
        visible_from=session.visible_from,
    )
