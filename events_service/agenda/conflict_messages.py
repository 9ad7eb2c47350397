"""What is said of each conflict, with its facts."""

from collections.abc import Iterable

from events_service.agenda.conflict_kinds import (
    SEVERITY,
    AgendaConflict,
    Code,
    Span,
)
from events_service.agenda.rules import Appearance, Room
from events_service.speakers.rules import Speaker, State
from events_service.web.words import clock_time, ngettext
from events_service.web.words import gettext as _


def unconfirmed_message(one: Appearance, speaker: Speaker) -> str:
    """Why nobody may count on that person yet, or any more."""
    if speaker.state is State.WITHDRAWN or one.state is State.WITHDRAWN:
        return _("%(speaker)s has withdrawn from %(session)s.")
    if speaker.state is State.DECLINED or one.state is State.DECLINED:
        return _("%(speaker)s has declined %(session)s.")
    return _("%(speaker)s has not confirmed %(session)s yet.")


def double_booked(name: str, first: Span, second: Span, *, zone: str) -> AgendaConflict:
    """Somebody in two sessions of this event at once; the hours they share are told in the event's zone."""
    return conflict_of(
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


def booked_elsewhere(name: str, ours: Span, theirs: Span, *, zone: str) -> AgendaConflict:
    """Somebody in a session of ours and in another event at once."""
    assert ours.session is not None and theirs.place is not None
    named = theirs.place.event_title
    message = (
        _("%(speaker)s is in %(session)s and in another event, %(event)s, at once, %(hours)s.")
        if named
        else _("%(speaker)s is in %(session)s and in another event at once, %(hours)s.")
    )
    return conflict_of(
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


def room_clash(room: Room, first: Span, second: Span, *, zone: str) -> AgendaConflict:
    """A room that two sessions take at once."""
    return conflict_of(
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


def too_far_apart(name: str, first: Span, second: Span, minutes: tuple[int, int]) -> AgendaConflict:
    """Somebody who has fewer minutes to get from one session to the next than it takes: had, needed."""
    had, needed = minutes
    return conflict_of(
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


def conflict_of(
    code: Code, session_ids: Iterable[str], message: str, facts: dict[str, str | int], *, about: str = ""
) -> AgendaConflict:
    """The conflict, under a key that stays the same for the same sessions, whatever it is `about`."""
    ids = tuple(session_ids)
    key = f"{code.value}:{','.join(sorted(ids))}{':' if about else ''}{about}"
    return AgendaConflict(
        key=key, code=code, severity=SEVERITY[code], session_ids=ids, message=message % facts, facts=facts
    )


def _titles(first: Span, second: Span) -> dict[str, str | int]:
    assert first.session is not None and second.session is not None
    return {"first": first.session.title, "second": second.session.title}


def _shared_hours(first: Span, second: Span, zone: str) -> str:
    """The time both take, `09.00–09.30`, in the event's zone. Spans come by start: they share from the second one's on."""
    starts_at, ends_at = max(first.starts_at, second.starts_at), min(first.ends_at, second.ends_at)
    return f"{clock_time(starts_at, zone)}–{clock_time(ends_at, zone)}"
