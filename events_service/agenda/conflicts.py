"""What does not fit in an agenda: people and rooms taken twice, too little room, too little time. Pure.

Everything is found by sorting and one pass in order of time. A session that clashes with very many others is told with a few
of them, so that time and answer grow with the sessions and never with their square.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from events_service.agenda.rules import Agenda, Appearance, Room, Session, SessionKind, SessionState
from events_service.agenda.travel import Place, minutes_between_places, place_of
from events_service.events.rules import Event
from events_service.speakers.rules import OUT, Speaker, State
from events_service.web.words import clock_time, ngettext
from events_service.web.words import gettext as _

# Each session is told with at most so many others that were still running when it began.
TOLD_AT_MOST = 8
# Whoever is named there is free to be elsewhere: nobody is missed at lunch.
FREE_TIME = frozenset({SessionKind.BREAK, SessionKind.SOCIAL})


class Severity(StrEnum):
    """An `error` cannot take place as planned, a `warning` hardly, a `notice` can."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Code(StrEnum):
    """What sort of conflict it is."""

    SPEAKER_DOUBLE_BOOKED = "speaker_double_booked"
    SPEAKER_ELSEWHERE = "speaker_elsewhere"
    ROOM_CLASH = "room_clash"
    CAPACITY_BELOW_SIGN_UPS = "capacity_below_sign_ups"
    CAPACITY_ABOVE_ROOM = "capacity_above_room"
    OUTSIDE_EVENT = "outside_event"
    UNCONFIRMED_SPEAKER = "unconfirmed_speaker"
    TRAVEL_TIME = "travel_time"


SEVERITY: dict[Code, Severity] = {
    Code.SPEAKER_DOUBLE_BOOKED: Severity.ERROR,
    Code.SPEAKER_ELSEWHERE: Severity.ERROR,
    Code.ROOM_CLASH: Severity.ERROR,
    Code.CAPACITY_BELOW_SIGN_UPS: Severity.ERROR,
    Code.OUTSIDE_EVENT: Severity.WARNING,
    Code.UNCONFIRMED_SPEAKER: Severity.WARNING,
    Code.TRAVEL_TIME: Severity.WARNING,
    Code.CAPACITY_ABOVE_ROOM: Severity.NOTICE,
}
_BY_WEIGHT = list(Severity)


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """An organiser's word that a conflict is meant. `by` is the account's or token's id."""

    reason: str
    by: str
    created_at: datetime


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """A part that a person has in another event, in UTC. `event_title` is "" where that event is not everybody's to know of."""

    email_key: str
    session_id: str
    event_title: str
    starts_at: datetime
    ends_at: datetime


class AgendaConflict(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that does not fit. `key` names it for as long as it concerns the same sessions, person and room.

    `message` is a sentence in the reader's language; `facts` are the names, ids and figures in it.
    """

    key: str
    code: Code
    severity: Severity
    session_ids: tuple[str, ...]
    message: str
    facts: dict[str, str | int]
    override: Override | None = None

    @property
    def is_settled(self) -> bool:
        """Whether an organiser said that it is meant."""
        return self.override is not None


def find_conflicts(
    agenda: Agenda,
    *,
    event: Event,
    speakers: Mapping[str, Speaker],
    elsewhere: Sequence[Elsewhere] = (),
    sign_ups: Mapping[str, int],
    released: bool,
) -> tuple[AgendaConflict, ...]:
    """Everything that does not fit among the sessions that have a time and are not cancelled: the worst first, then by time.

    `speakers` is the roster by id, `sign_ups` how many hold a place by session. Who has not confirmed counts only once `released`.
    """
    planned = [one for one in agenda.sessions if one.is_placed and one.state is not SessionState.CANCELLED]
    found = [
        *_of_people(agenda, planned, event=event, speakers=speakers, elsewhere=elsewhere),
        *_of_rooms(agenda, planned, event=event),
        *(conflict for one in planned for conflict in _of_capacity(agenda, one, sign_ups.get(one.id, 0))),
        *(conflict for one in planned if (conflict := _outside(one, event))),
    ]
    if released:
        found += [conflict for one in planned for conflict in _unconfirmed(one, speakers)]
    return tuple(sorted(found, key=lambda one: _rank(one, agenda)))


def open_conflicts(conflicts: Iterable[AgendaConflict]) -> list[AgendaConflict]:
    """Those that nobody said are meant."""
    return [one for one in conflicts if not one.is_settled]


@dataclass(frozen=True, slots=True)
class _Span:
    """Time that somebody or something is taken: by a session of ours, or by one of another event."""

    starts_at: datetime
    ends_at: datetime
    session_id: str
    session: Session | None = None
    place: Elsewhere | None = None
    speaker_id: str = ""


def _of_people(
    agenda: Agenda,
    planned: Sequence[Session],
    *,
    event: Event,
    speakers: Mapping[str, Speaker],
    elsewhere: Iterable[Elsewhere],
) -> Iterator[AgendaConflict]:
    """Two at once, here or in another event, and what lies too far apart for the time between."""
    taken = _taken_people(planned, speakers)
    away: dict[str, list[_Span]] = {}
    for one in elsewhere:
        span = _Span(one.starts_at, one.ends_at, one.session_id, place=one)
        away.setdefault(one.email_key, []).append(span)
    places = {room.id: place_of(room, event) for room in agenda.rooms}
    for person, by_session in taken.items():
        spans = sorted(by_session.values(), key=_by_start)
        name = speakers[spans[0].speaker_id].name
        for first, second in _at_once(spans):
            yield _double_booked(name, first, second, zone=event.timezone)
        for ours, theirs in _at_once_elsewhere(spans, away.get(person, [])):
            yield _elsewhere(name, ours, theirs, zone=event.timezone)
        for first, second, minutes in _journeys(spans, places):
            yield _travel(name, first, second, minutes)


def _taken_people(planned: Iterable[Session], speakers: Mapping[str, Speaker]) -> dict[str, dict[str, _Span]]:
    """When each person is taken, by session. Who is on the roster twice under one address is one person."""
    taken: dict[str, dict[str, _Span]] = {}
    for session in planned:
        if session.kind in FREE_TIME:
            continue
        for one in session.appearing:
            speaker = speakers.get(one.speaker_id)
            if speaker is not None and speaker.state not in OUT:
                person = speaker.email.casefold() if speaker.email else speaker.id
                taken.setdefault(person, {}).setdefault(session.id, _span(session, speaker.id))
    return taken


def _of_rooms(agenda: Agenda, planned: Iterable[Session], *, event: Event) -> Iterator[AgendaConflict]:
    """Two sessions at once in one room. A break across all the rooms takes none of them."""
    everywhere = {room.id for room in agenda.rooms if not room.online}
    taken: dict[str, list[_Span]] = {}
    for session in planned:
        if session.kind in FREE_TIME and len(everywhere) > 1 and everywhere <= set(session.room_ids):
            continue
        for room_id in session.room_ids:
            taken.setdefault(room_id, []).append(_span(session))
    for room_id, spans in taken.items():
        room = agenda.room.get(room_id)
        if room is not None:
            spans.sort(key=_by_start)
            for first, second in _at_once(spans):
                yield _room_clash(room, first, second, zone=event.timezone)


def _of_capacity(agenda: Agenda, session: Session, sign_ups: int) -> Iterator[AgendaConflict]:
    """More people than the session, or its rooms together, may hold."""
    if session.capacity is not None and session.capacity < sign_ups:
        yield _conflict(
            Code.CAPACITY_BELOW_SIGN_UPS,
            [session.id],
            ngettext(
                "%(session)s has %(capacity)s place, and %(sign_ups)s people signed up.",
                "%(session)s has %(capacity)s places, and %(sign_ups)s people signed up.",
                session.capacity,
            ),
            {"session": session.title, "capacity": session.capacity, "sign_ups": sign_ups},
        )
    rooms = agenda.rooms_of(session)
    room_for = sum(room.capacity or 0 for room in rooms)
    expected = sign_ups if session.capacity is None else session.capacity
    if rooms and all(room.capacity and not room.online for room in rooms) and expected > room_for:
        yield _conflict(
            Code.CAPACITY_ABOVE_ROOM,
            [session.id],
            _("%(session)s is for %(expected)s people, and there is room for %(room_for)s in %(rooms)s."),
            {
                "session": session.title,
                "expected": expected,
                "room_for": room_for,
                "rooms": ", ".join(room.name for room in rooms),
            },
        )


def _outside(session: Session, event: Event) -> AgendaConflict | None:
    assert session.starts_at is not None and session.ends_at is not None
    if event.starts_at <= session.starts_at and session.ends_at <= event.ends_at:
        return None
    if session.starts_at < event.starts_at:
        message = _("%(session)s begins before the event does.")
    else:
        message = _("%(session)s ends after the event does.")
    return _conflict(Code.OUTSIDE_EVENT, [session.id], message, {"session": session.title})


def _unconfirmed(session: Session, speakers: Mapping[str, Speaker]) -> Iterator[AgendaConflict]:
    """Who has not said yes, or has said no: the session is announced with them, or was."""
    if session.state is SessionState.DRAFT:
        return
    for one in session.speakers:
        speaker = speakers.get(one.speaker_id)
        if speaker is None or (one.state is State.CONFIRMED and speaker.state not in OUT):
            continue
        yield _conflict(
            Code.UNCONFIRMED_SPEAKER,
            [session.id],
            _unconfirmed_message(one, speaker),
            {"speaker": speaker.name, "speaker_id": speaker.id, "session": session.title},
            about=speaker.id,
        )


def _unconfirmed_message(one: Appearance, speaker: Speaker) -> str:
    if speaker.state is State.WITHDRAWN or one.state is State.WITHDRAWN:
        return _("%(speaker)s has withdrawn from %(session)s.")
    if speaker.state is State.DECLINED or one.state is State.DECLINED:
        return _("%(speaker)s has declined %(session)s.")
    return _("%(speaker)s has not confirmed %(session)s yet.")


def _at_once(spans: Iterable[_Span]) -> Iterator[tuple[_Span, _Span]]:
    """Pairs that overlap, from spans by start: each with those still running, the `TOLD_AT_MOST` that end last."""
    running: list[_Span] = []
    for span in spans:
        running = [one for one in running if one.ends_at > span.starts_at]
        for one in running:
            yield one, span
        running = _longest([*running, span])


def _at_once_elsewhere(ours: Sequence[_Span], theirs: Sequence[_Span]) -> Iterator[tuple[_Span, _Span]]:
    """Pairs of one of ours and one of another event's that overlap."""
    if not theirs:
        return
    running: dict[bool, list[_Span]] = {True: [], False: []}
    for span in sorted((*ours, *theirs), key=_by_start):
        own = span.session is not None
        running = {side: [one for one in those if one.ends_at > span.starts_at] for side, those in running.items()}
        for other in running[not own]:
            yield (span, other) if own else (other, span)
        running[own] = _longest([*running[own], span])


def _longest(running: list[_Span]) -> list[_Span]:
    """At most `TOLD_AT_MOST`, with the one that ends last always among them: whatever overlaps any of them overlaps that one."""
    return sorted(running, key=lambda one: one.ends_at, reverse=True)[:TOLD_AT_MOST]


def _journeys(spans: Iterable[_Span], places: Mapping[str, Place]) -> Iterator[tuple[_Span, _Span, "tuple[int, int]"]]:
    """Pairs of one person's sessions, one after the other, with the minutes between and the minutes needed where those are more.

    Between two places lies the way even if something online was in between.
    """
    last: _Span | None = None
    last_on_site: _Span | None = None
    for span in spans:
        there = _places_of(span, places)
        if not there:
            continue
        before = [last] if last is last_on_site or not _is_on_site(there) else [last, last_on_site]
        for one in before:
            # What overlaps is a clash, which is told as such.
            if one is not None and one.ends_at <= span.starts_at:
                had = int((span.starts_at - one.ends_at).total_seconds() // 60)
                needed = min(minutes_between_places(a, b) for a in _places_of(one, places) for b in there)
                if had < needed:
                    yield one, span, (had, needed)
        if last is None or span.ends_at >= last.ends_at:
            last = span
        if _is_on_site(there) and (last_on_site is None or span.ends_at >= last_on_site.ends_at):
            last_on_site = span


def _places_of(span: _Span, places: Mapping[str, Place]) -> set[Place]:
    """Where somebody may be for a session: in any of its rooms."""
    assert span.session is not None
    return {places[room_id] for room_id in span.session.room_ids if room_id in places}


def _is_on_site(there: set[Place]) -> bool:
    return any(not place.online for place in there)


def _double_booked(name: str, first: _Span, second: _Span, *, zone: str) -> AgendaConflict:
    return _conflict(
        Code.SPEAKER_DOUBLE_BOOKED,
        [first.session_id, second.session_id],
        _("%(speaker)s is in two sessions at once, %(hours)s: %(first)s and %(second)s."),
        {
            "speaker": name,
            "speaker_id": min(first.speaker_id, second.speaker_id),
            "hours": _shared_hours(first, second, zone),
            **_titles(first, second),
        },
        about=min(first.speaker_id, second.speaker_id),
    )


def _elsewhere(name: str, ours: _Span, theirs: _Span, *, zone: str) -> AgendaConflict:
    assert ours.session is not None and theirs.place is not None
    named = theirs.place.event_title
    message = (
        _("%(speaker)s is in %(session)s and in another event, %(event)s, at once, %(hours)s.")
        if named
        else _("%(speaker)s is in %(session)s and in another event at once, %(hours)s.")
    )
    return _conflict(
        Code.SPEAKER_ELSEWHERE,
        [ours.session_id],
        message,
        {
            "speaker": name,
            "speaker_id": ours.speaker_id,
            "session": ours.session.title,
            "event": named,
            "hours": _shared_hours(ours, theirs, zone),
        },
        about=f"{ours.speaker_id},{theirs.session_id}",
    )


def _room_clash(room: Room, first: _Span, second: _Span, *, zone: str) -> AgendaConflict:
    return _conflict(
        Code.ROOM_CLASH,
        [first.session_id, second.session_id],
        _("%(room)s is taken twice, %(hours)s: %(first)s and %(second)s."),
        {
            "room": room.name,
            "room_id": room.id,
            "hours": _shared_hours(first, second, zone),
            **_titles(first, second),
        },
        about=room.id,
    )


def _travel(name: str, first: _Span, second: _Span, minutes: tuple[int, int]) -> AgendaConflict:
    had, needed = minutes
    return _conflict(
        Code.TRAVEL_TIME,
        [first.session_id, second.session_id],
        ngettext(
            "%(speaker)s has %(minutes)s minute to get from %(first)s to %(second)s, and needs about %(needed)s.",
            "%(speaker)s has %(minutes)s minutes to get from %(first)s to %(second)s, and needs about %(needed)s.",
            had,
        ),
        {
            "speaker": name,
            "speaker_id": min(first.speaker_id, second.speaker_id),
            "minutes": had,
            "needed": needed,
            **_titles(first, second),
        },
        about=min(first.speaker_id, second.speaker_id),
    )


def _conflict(
    code: Code, session_ids: Iterable[str], message: str, facts: dict[str, str | int], *, about: str = ""
) -> AgendaConflict:
    ids = tuple(session_ids)
    key = f"{code.value}:{','.join(sorted(ids))}{':' if about else ''}{about}"
    return AgendaConflict(
        key=key, code=code, severity=SEVERITY[code], session_ids=ids, message=message % facts, facts=facts
    )


def _span(session: Session, speaker_id: str = "") -> _Span:
    assert session.starts_at is not None and session.ends_at is not None
    return _Span(session.starts_at, session.ends_at, session.id, session, speaker_id=speaker_id)


def _by_start(span: _Span) -> tuple[datetime, str]:
    return span.starts_at, span.session_id


def _titles(first: _Span, second: _Span) -> dict[str, str | int]:
    assert first.session is not None and second.session is not None
    return {"first": first.session.title, "second": second.session.title}


def _shared_hours(first: _Span, second: _Span, zone: str) -> str:
    """The time both take, `09.00–09.30`, in the event's zone. Spans come by start: they share from the second one's on."""
    starts_at, ends_at = max(first.starts_at, second.starts_at), min(first.ends_at, second.ends_at)
    return f"{clock_time(starts_at, zone)}–{clock_time(ends_at, zone)}"


def _rank(conflict: AgendaConflict, agenda: Agenda) -> tuple[int, datetime, str]:
    starts_at = agenda.session[conflict.session_ids[0]].starts_at
    assert starts_at is not None
    return _BY_WEIGHT.index(conflict.severity), starts_at, conflict.key
