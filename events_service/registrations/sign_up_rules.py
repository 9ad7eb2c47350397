"""Who gets a place in a session, and what stands in the way of it. Pure: `now` is an argument."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from events_service.agenda.rules import Agenda, Overlap, Session, SessionState, overlapping
from events_service.errors import Conflict, FieldError, NotFound
from events_service.events.rules import Event
from events_service.registrations.rules import Status, still_seats_people
from events_service.sentences import Quoted, sentence


class SignUpStatus(StrEnum):
    """How far a sign-up has come. A wish waits for its registration to be confirmed, or could not be given."""

    WISHED = "wished"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"


# Those that take up the person's time: nothing else of theirs should overlap.
HELD = frozenset({SignUpStatus.CONFIRMED, SignUpStatus.WAITLISTED})


@dataclass(frozen=True, slots=True)
class SignUp:
    """A participant's sign-up for a session; `position` is the rank on its waiting list, 1 is next."""

    status: SignUpStatus
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """How a session's places stand. `capacity` and `left` are None without a limit.

    While somebody waits nothing is left: a free place goes to the first in line.
    """

    taken: int
    waiting: int
    capacity: int | None

    @property
    def left(self) -> int | None:
        """Places a newcomer could have now."""
        if self.waiting:
            return 0
        return None if self.capacity is None else max(0, self.capacity - self.taken)


class SignUpClosed(Conflict):
    """The session takes no sign-ups now: over, cancelled, or open to whoever comes."""

    code = "sign_up_closed"
    detail = "This session takes no sign-ups."


class SeatNeeded(Conflict):
    """Only who has a seat at the event signs up for its sessions."""

    code = "seat_needed"
    detail = "Only confirmed participants can sign up for sessions."


class Overlaps(Conflict):
    """At the same time as another one of theirs, and this event allows no such thing."""

    code = "overlaps"


class OverlapUnconfirmed(Conflict):
    """At the same time as another one of theirs: it has to be said that this is meant."""

    code = "overlap_unconfirmed"


def is_over(session: Session, *, now: datetime) -> bool:
    """Whether it has ended; what is on the shelf has not."""
    return session.ends_at is not None and session.ends_at <= now


def is_signable(session: Session, *, now: datetime) -> bool:
    """Whether the released session takes sign-ups now: not before its embargo ends, not once it is over or cancelled."""
    takes_place = session.state is SessionState.CONFIRMED and not is_over(session, now=now)
    return session.signup and takes_place and session.is_visible(now)


def session_to_sign_up(agenda: Agenda, session_id: str, *, now: datetime) -> Session:
    """The session of a release. Raises `NotFound`, also under embargo, and `SignUpClosed`."""
    session = agenda.session.get(session_id)
    if session is None or not session.is_visible(now):
        raise NotFound()
    if not is_signable(session, now=now):
        raise SignUpClosed()
    return session


def check_seat(event: Event, status: Status, *, now: datetime) -> None:
    """Raises `SeatNeeded` for who has no seat, `SignUpClosed` for an event that is called off or over."""
    if not still_seats_people(event, now=now):
        raise SignUpClosed()
    if status is not Status.CONFIRMED:
        raise SeatNeeded(status=status.value)


def place_in(places: Places) -> SignUpStatus:
    """Where a newcomer stands. Nobody overtakes the waiting list."""
    return SignUpStatus.WAITLISTED if places.left == 0 else SignUpStatus.CONFIRMED


def free_places(capacity: int | None, taken: int) -> int | None:
    """How many of the waiting may move up now; None means all of them."""
    return None if capacity is None else max(0, capacity - taken)


def in_the_way(session: Session, held: Iterable[str], agenda: Agenda) -> list[Session]:
    """Those of the sessions held (by id) that take place at the same time, as the agenda has them now."""
    others = (agenda.session[one] for one in held if one in agenda.session)
    return list(overlapping(session, (one for one in others if one.state is SessionState.CONFIRMED)))


def check_overlap(others: Sequence[Session], overlap: Overlap, *, despite_overlap: bool) -> None:
    """Raises `Overlaps` where it is refused, `OverlapUnconfirmed` where it only has to be meant; both name the others."""
    if not others or (overlap is Overlap.WARN and despite_overlap):
        return
    ids = [one.id for one in others]
    if overlap is Overlap.REFUSE:
        raise Overlaps(
            sentence(
                "It takes place at the same time as %(sessions)s, which you signed up for.", sessions=_listed(others)
            ),
            session_ids=ids,
        )
    raise OverlapUnconfirmed(
        sentence(
            "It takes place at the same time as %(sessions)s, which you signed up for. Say so if you want both.",
            sessions=_listed(others),
        ),
        session_ids=ids,
    )


def wrong_session_ids(
    session_ids: Sequence[str], agenda: Agenda, *, overlap: Overlap, despite_overlap: bool, now: datetime
) -> list[FieldError]:
    """What is wrong with the sessions of a release that a newcomer asks for, each under `session_ids.N`."""
    wrong, chosen = [], list[str]()
    for place, session_id in enumerate(session_ids):
        session = agenda.session.get(session_id)
        try:
            if session is None or not session.is_visible(now):
                raise Conflict("This event has no such session.", code="unknown_session")
            if not is_signable(session, now=now):
                raise SignUpClosed()
            check_overlap(in_the_way(session, chosen, agenda), overlap, despite_overlap=despite_overlap)
            chosen.append(session_id)
        except Conflict as refused:
            wrong.append(FieldError(f"session_ids.{place}", refused.code, refused.detail))
    return wrong


def conflicts_among(sign_ups: Mapping[str, SignUp], agenda: Agenda) -> dict[str, list[Session]]:
    """Session id → the person's other sessions at the same time, for those that have any."""
    held = [session_id for session_id, one in sign_ups.items() if one.status in HELD]
    found = {one: in_the_way(agenda.session[one], held, agenda) for one in sign_ups if one in agenda.session}
    return {session_id: others for session_id, others in found.items() if others}


def _listed(sessions: Sequence[Session]) -> Quoted:
    return Quoted(one.title for one in sessions)
