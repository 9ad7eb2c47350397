"""What a release changes, told so that an organiser sees it at a glance. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from events_service.agenda.rules import Agenda, Change, ChangeKind, Session
from events_service.registrations.touched import Count, Told
from events_service.speakers.rules import Speaker

# In the order of what concerns people most.
ORDER = (ChangeKind.CANCELLED, ChangeKind.MOVED, ChangeKind.ADDED, ChangeKind.EDITED)
# Short enough to be shown as they were and are; of other fields it is only said that they changed.
SHOWN = ("title", "subtitle", "kind", "track_id", "language", "speakers", "capacity", "signup")
# When and where stand in the slots.
IN_SLOTS = frozenset({"starts_at", "ends_at", "rooms"})


@dataclass(frozen=True, slots=True)
class Detail:
    """One field as it was and is; both are empty where it is only said that it changed. Numbers are told as digits."""

    field: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One change, what else it changes, and how many people get a letter about it."""

    change: Change
    details: tuple[Detail, ...]
    count: Count


def grouped(
    changes: Iterable[Change], *, before: Agenda, after: Agenda, speakers: Mapping[str, Speaker], told: Told
) -> list[tuple[ChangeKind, list[Row]]]:
    """The changes by kind, those that concern people most first; kinds without any are left out."""
    rows: dict[ChangeKind, list[Row]] = {kind: [] for kind in ORDER}
    for change in changes:
        details = _details(change, before, after, speakers)
        count = told.by_session.get(change.session_id, Count())
        rows[change.kind].append(Row(change, details, count))
    return [(kind, of_kind) for kind, of_kind in rows.items() if of_kind]


def moved_slot(change: Change) -> bool:
    """Whether when or where it is differs: something can move by its join link alone."""
    return change.before != change.after


def _details(change: Change, before: Agenda, after: Agenda, speakers: Mapping[str, Speaker]) -> tuple[Detail, ...]:
    then, now = before.session.get(change.session_id), after.session.get(change.session_id)
    fields = [name for name in change.fields if name not in IN_SLOTS]
    if then is None or now is None:
        return tuple(Detail(name) for name in fields)
    found = [_detail(name, (before, then), (after, now), speakers) for name in fields]
    return tuple(dict.fromkeys(found))


def _detail(
    name: str, then: tuple[Agenda, Session], now: tuple[Agenda, Session], speakers: Mapping[str, Speaker]
) -> Detail:
    if name not in SHOWN:
        return Detail(name)
    before, after = _shown(name, *then, speakers), _shown(name, *now, speakers)
    # The same people in other parts, or with other answers.
    return Detail(name) if before == after else Detail(name, before or "–", after or "–")


def _shown(name: str, agenda: Agenda, session: Session, speakers: Mapping[str, Speaker]) -> str:
    if name == "speakers":
        return ", ".join(speakers[one.speaker_id].name for one in session.appearing if one.speaker_id in speakers)
    if name == "track_id":
        track = agenda.track.get(session.track_id or "")
        return track.name if track else ""
    value = getattr(session, name)
    return "" if value is None else str(value)
