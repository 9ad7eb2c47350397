"""Who gets a seat, and what may become of a registration. Pure: `now` is an argument."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from events_service.errors import Conflict, FieldError, Forbidden, Invalid
from events_service.events.categories import Category as Category
from events_service.events.rules import Event, Format, Mode
from events_service.events.rules import Status as EventStatus


class Status(StrEnum):
    """How far a registration has come."""

    INVITED = "invited"
    PENDING = "pending"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Attendance(StrEnum):
    """In the room or from afar."""

    IN_PERSON = "in_person"
    ONLINE = "online"


ALLOWED: dict[Status, frozenset[Status]] = {
    Status.INVITED: frozenset({Status.CONFIRMED, Status.DECLINED, Status.CANCELLED}),
    Status.PENDING: frozenset({Status.CONFIRMED, Status.WAITLISTED, Status.DECLINED, Status.CANCELLED}),
    Status.WAITLISTED: frozenset({Status.OFFERED, Status.CONFIRMED, Status.DECLINED, Status.CANCELLED}),
    Status.OFFERED: frozenset({Status.CONFIRMED, Status.DECLINED, Status.CANCELLED}),
    Status.CONFIRMED: frozenset({Status.DECLINED, Status.CANCELLED}),
    Status.DECLINED: frozenset({Status.PENDING, Status.WAITLISTED, Status.CONFIRMED}),
    Status.CANCELLED: frozenset({Status.PENDING, Status.WAITLISTED, Status.CONFIRMED}),
}
# A registration in one of these is over; the same person may register anew.
ENDED = frozenset({Status.DECLINED, Status.CANCELLED})
# The same form sent again within this time is a double click, not a question.
DOUBLE_CLICK = timedelta(seconds=10)
REMIND_AT_MOST_EVERY = timedelta(hours=1)


class EventFull(Conflict):
    """No seat and no waiting list."""

    code = "event_full"
    detail = "All seats are taken, and this event keeps no waiting list."


class RegistrationClosed(Conflict):
    """Not open: too early, too late, called off, or closed by the organiser."""

    code = "registration_closed"
    detail = "Registration for this event is not open."


class InvitationRequired(Forbidden):
    """Only invited people register themselves."""

    code = "invitation_required"
    detail = "This event is by invitation. Please use the link in your invitation."


@dataclass(frozen=True, slots=True)
class Taken:
    """How an event's seats of one attendance stand: confirmed, waiting, and the last waiting number given."""

    confirmed: int = 0
    waiting: int = 0
    last_number: int = 0


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a newcomer stands: the status, and on the waiting list the position (1 is next) and the number behind it."""

    status: Status
    position: int | None = None
    number: int | None = None


def seats_offered(event: Event, attendance: Attendance) -> int | None:
    """How many seats there are of this attendance; None means no limit."""
    terms = event.registration
    if attendance is Attendance.IN_PERSON:
        return terms.capacity
    if event.format is Format.ONLINE and terms.online_capacity is None:
        return terms.capacity
    return terms.online_capacity


def attendance_at(event: Event, wished: Attendance | None) -> Attendance:
    """How this person takes part. Raises `Invalid` where the event does not offer what they wish."""
    offered = {
        Format.IN_PERSON: (Attendance.IN_PERSON,),
        Format.ONLINE: (Attendance.ONLINE,),
        Format.HYBRID: (Attendance.IN_PERSON, Attendance.ONLINE),
    }[event.format]
    if wished is not None and wished not in offered:
        raise Invalid([FieldError("attendance", "not_offered", "This event does not offer that way of taking part.")])
    return wished or offered[0]


def check_open(event: Event, *, by_registrar: bool, now: datetime) -> None:
    """Raises `RegistrationClosed` or `InvitationRequired`. A registrar may go past window and mode, not past the end."""
    if event.status is not EventStatus.PUBLISHED or now >= event.ends_at:
        raise RegistrationClosed()
    if by_registrar:
        return
    terms = event.registration
    too_early = terms.opens_at is not None and now < terms.opens_at
    too_late = terms.closes_at is not None and now >= terms.closes_at
    if too_early or too_late or terms.mode is Mode.CLOSED:
        raise RegistrationClosed()
    if terms.mode is Mode.INVITATION:
        raise InvitationRequired()


def place(event: Event, attendance: Attendance, taken: Taken, *, by_registrar: bool = False) -> Placement:
    """Where a newcomer stands. Nobody overtakes the waiting list. Raises `EventFull`."""
    if event.registration.mode is Mode.APPROVAL and not by_registrar:
        return Placement(Status.PENDING)
    seats = seats_offered(event, attendance)
    if taken.waiting == 0 and (seats is None or taken.confirmed < seats):
        return Placement(Status.CONFIRMED)
    if not event.registration.waitlist:
        raise EventFull(capacity=seats)
    return Placement(Status.WAITLISTED, position=taken.waiting + 1, number=taken.last_number + 1)


def with_one_more(taken: Taken, placement: Placement) -> Taken:
    """The seats after that newcomer."""
    if placement.status is Status.CONFIRMED:
        return replace(taken, confirmed=taken.confirmed + 1)
    if placement.status is Status.WAITLISTED:
        return replace(taken, waiting=taken.waiting + 1, last_number=taken.last_number + 1)
    return taken


def still_seats_people(event: Event, *, now: datetime) -> bool:
    """Whether a seat is still worth giving: nobody moves up for an event that is called off or over."""
    return event.status is EventStatus.PUBLISHED and now < event.ends_at


def free_seats(event: Event, attendance: Attendance, confirmed: int) -> int | None:
    """How many of the waiting may move up now; None means all of them."""
    seats = seats_offered(event, attendance)
    return None if seats is None else max(0, seats - confirmed)


def check_step(now_is: Status, to: Status) -> None:
    """Raises `Conflict` where a registration may not go from one status to the other."""
    if to not in ALLOWED[now_is]:
        raise Conflict(
            f"The registration is {now_is.value}: it cannot become {to.value}.", code="wrong_status", status=now_is
        )


def may_cancel(status: Status, event: Event, *, now: datetime) -> bool:
    """Whether participants may still give up their place themselves."""
    return Status.CANCELLED in ALLOWED[status] and still_seats_people(event, now=now)


def should_remind(*, same_content: bool, registered_at: datetime, reminded_at: datetime | None, now: datetime) -> bool:
    """Whether someone who registers again is told by mail that they are registered already."""
    if same_content and now - registered_at < DOUBLE_CLICK:
        return False
    return reminded_at is None or now - reminded_at >= REMIND_AT_MOST_EVERY
