"""What does not fit in an agenda: people and rooms taken twice, too little room, too little time. Pure.

Everything is found by sorting and one pass in order of time. A session that clashes with very many others is told with a few
of them, so that time and answer grow with the sessions and never with their square.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from events_service.agenda.conflict_kinds import (
    AgendaConflict,
    Code,
    Elsewhere,
    Severity,
    Span,
    by_start,
    span_of,
)
from events_service.agenda.conflict_messages import (
    booked_elsewhere,
    conflict_of,
    double_booked,
    room_clash,
    too_far_apart,
    unconfirmed_message,
)
from events_service.agenda.rules import Agenda, Session, SessionKind, SessionState
from events_service.agenda.travel import Place, minutes_between_places, place_of
from events_service.events.rules import Event
from events_service.speakers.rules import OUT, Speaker, State
from events_service.web.words import gettext as _

# Each session is told with at most so many others that were still running when it began.
TOLD_AT_MOST = 8
# Whoever is named there is free to be elsewhere: nobody is missed at lunch.
FREE_TIME = frozenset({SessionKind.BREAK, SessionKind.SOCIAL})


_BY_WEIGHT = list(Severity)


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
    away: dict[str, list[Span]] = {}
    for one in elsewhere:
        span = Span(one.starts_at, one.ends_at, one.session_id, place=one)
        away.setdefault(one.email_key, []).append(span)
    places = {room.id: place_of(room, event) for room in agenda.rooms}
    for person, by_session in taken.items():
        spans = sorted(by_session.values(), key=by_start)
        name = speakers[spans[0].speaker_id].name
        for first, second in _at_once(spans):
            yield double_booked(name, first, second, zone=event.timezone)
        for ours, theirs in _at_once_elsewhere(spans, away.get(person, [])):
            yield booked_elsewhere(name, ours, theirs, zone=event.timezone)
        for first, second, minutes in _journeys(spans, places):
            yield too_far_apart(name, first, second, minutes)


def _taken_people(planned: Iterable[Session], speakers: Mapping[str, Speaker]) -> dict[str, dict[str, Span]]:
    """When each person is taken, by session. Who is on the roster twice under one address is one person."""
    taken: dict[str, dict[str, Span]] = {}
    for session in planned:
        if session.kind in FREE_TIME:
            continue
        for one in session.appearing:
            speaker = speakers.get(one.speaker_id)
            if speaker is not None and speaker.state not in OUT:
                person = speaker.email.casefold() if speaker.email else speaker.id
                taken.setdefault(person, {}).setdefault(session.id, span_of(session, speaker.id))
    return taken


def _of_rooms(agenda: Agenda, planned: Iterable[Session], *, event: Event) -> Iterator[AgendaConflict]:
    """Two sessions at once in one room. A break across all the rooms takes none of them."""
    everywhere = {room.id for room in agenda.rooms if not room.online}
    taken: dict[str, list[Span]] = {}
    for session in planned:
        if session.kind in FREE_TIME and len(everywhere) > 1 and everywhere <= set(session.room_ids):
            continue
        for room_id in session.room_ids:
            taken.setdefault(room_id, []).append(span_of(session))
    for room_id, spans in taken.items():
        room = agenda.room.get(room_id)
        if room is not None:
            spans.sort(key=by_start)
            for first, second in _at_once(spans):
                yield room_clash(room, first, second, zone=event.timezone)


def _of_capacity(agenda: Agenda, session: Session, sign_ups: int) -> Iterator[AgendaConflict]:
    """More people than the session, or its rooms together, may hold."""
    if session.capacity is not None and session.capacity < sign_ups:
        yield conflict_of(
            Code.CAPACITY_BELOW_SIGN_UPS,
            [session.id],
            _("More people signed up for %(session)s (%(sign_ups)s) than it has places (%(capacity)s)."),
            {"session": session.title, "capacity": session.capacity, "sign_ups": sign_ups},
        )
    rooms = agenda.rooms_of(session)
    room_for = sum(room.capacity or 0 for room in rooms)
    expected = sign_ups if session.capacity is None else session.capacity
    if rooms and all(room.capacity and not room.online for room in rooms) and expected > room_for:
        yield conflict_of(
            Code.CAPACITY_ABOVE_ROOM,
            [session.id],
            _("%(session)s is for more people (%(expected)s) than there is room for (%(room_for)s). Where: %(rooms)s."),
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
    return conflict_of(Code.OUTSIDE_EVENT, [session.id], message, {"session": session.title})


def _unconfirmed(session: Session, speakers: Mapping[str, Speaker]) -> Iterator[AgendaConflict]:
    """Who has not said yes, or has said no: the session is announced with them, or was."""
    if session.state is SessionState.DRAFT:
        return
    for one in session.speakers:
        speaker = speakers.get(one.speaker_id)
        if speaker is None or (one.state is State.CONFIRMED and speaker.state not in OUT):
            continue
        yield conflict_of(
            Code.UNCONFIRMED_SPEAKER,
            [session.id],
            unconfirmed_message(one, speaker),
            {"speaker": speaker.name, "speaker_id": speaker.id, "session": session.title},
            about=speaker.id,
        )


def _at_once(spans: Iterable[Span]) -> Iterator[tuple[Span, Span]]:
    """Pairs that overlap, from spans by start: each with those still running, the `TOLD_AT_MOST` that end last."""
    running: list[Span] = []
    for span in spans:
        running = [one for one in running if one.ends_at > span.starts_at]
        for one in running:
            yield one, span
        running = _longest([*running, span])


def _at_once_elsewhere(ours: Sequence[Span], theirs: Sequence[Span]) -> Iterator[tuple[Span, Span]]:
    """Pairs of one of ours and one of another event's that overlap."""
    if not theirs:
        return
    running: dict[bool, list[Span]] = {True: [], False: []}
    for span in sorted((*ours, *theirs), key=by_start):
        own = span.session is not None
        running = {side: [one for one in those if one.ends_at > span.starts_at] for side, those in running.items()}
        for other in running[not own]:
            yield (span, other) if own else (other, span)
        running[own] = _longest([*running[own], span])


def _longest(running: list[Span]) -> list[Span]:
    """At most `TOLD_AT_MOST`, with the one that ends last always among them: whatever overlaps any of them overlaps that one."""
    return sorted(running, key=lambda one: one.ends_at, reverse=True)[:TOLD_AT_MOST]


def _journeys(spans: Iterable[Span], places: Mapping[str, Place]) -> Iterator[tuple[Span, Span, "tuple[int, int]"]]:
    """Pairs of one person's sessions, one after the other, with the minutes between and the minutes needed where those are more.

    Between two places lies the way even if something online was in between.
    """
    last: Span | None = None
    last_on_site: Span | None = None
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


def _places_of(span: Span, places: Mapping[str, Place]) -> set[Place]:
    """Where somebody may be for a session: in any of its rooms."""
    assert span.session is not None
    return {places[room_id] for room_id in span.session.room_ids if room_id in places}


def _is_on_site(there: set[Place]) -> bool:
    return any(not place.online for place in there)


def _rank(conflict: AgendaConflict, agenda: Agenda) -> tuple[int, datetime, str]:
    starts_at = agenda.session[conflict.session_ids[0]].starts_at
    assert starts_at is not None
    return _BY_WEIGHT.index(conflict.severity), starts_at, conflict.key
