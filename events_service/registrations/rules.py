"""Who gets a seat, and what may become of a registration. Pure: `now` is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from events_service.errors import Conflict, FieldError, Forbidden, Invalid
from events_service.events.categories import Category as Category
from events_service.events.rules import Event, Format, Mode
from events_service.events.rules import Status as EventStatus
from events_service.sentences import sentence


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


class Awaits(StrEnum):
    """What a pending registration waits for, beside an organiser: a click in a mail, or a word on whether they are of a member city."""

    MAIL_CHECK = "mail_check"
    MEMBERSHIP = "membership"


# As whom one registers oneself; staff are added by others.
OPEN_CATEGORIES = tuple(one for one in Category if one is not Category.STAFF)
# A registration in one of these is over; the same person may register anew.
ENDED = frozenset({Status.DECLINED, Status.CANCELLED})
# The same form sent again within this time is a double click, not a question.
DOUBLE_CLICK = timedelta(seconds=10)
REMIND_AT_MOST_EVERY = timedelta(hours=1)
# An address that nobody confirmed is given up after this.
MAIL_CHECK_LASTS = timedelta(hours=24)
# Nobody can be asked to decide so shortly before the start: a seat that is free then is given at once.
LAST_OFFER_BEFORE = timedelta(hours=1)


class EventFull(Conflict):
    """No seat and no waiting list."""

    code = "event_full"
    detail = "All seats are taken, and this event keeps no waiting list."


class QuotaFull(Conflict):
    """There are seats, but none for this category or from this city; `facts` say which, and how many there are."""

    code = "quota_full"
    detail = "All seats for this category, or for people of this city, are taken."


class OfferLapsed(Conflict):
    """The seat was offered until a moment that is past."""

    code = "offer_lapsed"
    detail = "This seat was offered until a moment that is past. It went to the next in line."


class RegistrationClosed(Conflict):
    """Not open: too early, too late, called off, or closed by the organiser."""

    code = "registration_closed"
    detail = "Registration for this event is not open."


class HiddenBehindAlias(Conflict):
    """Who a protected person is, only those change who may look behind their alias."""

    code = "protected_person"
    detail = "This person stands under an alias. Only who may look behind it changes their name and organisation."


class InvitationRequired(Forbidden):
    """Only invited people register themselves."""

    code = "invitation_required"
    detail = "This event is by invitation. Please use the link in your invitation."


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


def offered_until(event: Event, *, lasts: timedelta, now: datetime) -> datetime | None:
    """The deadline of a seat that is offered now; None where it is too late to ask."""
    until = min(now + lasts, event.starts_at - LAST_OFFER_BEFORE)
    return until if until > now else None


def still_seats_people(event: Event, *, now: datetime) -> bool:
    """Whether a seat is still worth giving: nobody moves up for an event that is called off or over."""
    return event.status is EventStatus.PUBLISHED and now < event.ends_at


def check_step(now_is: Status, to: Status) -> None:
    """Raises `Conflict` where a registration may not go from one status to the other."""
    if to not in ALLOWED[now_is]:
        raise Conflict(
            sentence(
                "The registration cannot change its status like that. Now: %(now)s. Asked for: %(then)s.",
                now=now_is,
                then=to,
            ),
            code="wrong_status",
            status=now_is,
        )


def may_cancel(status: Status, event: Event, *, now: datetime) -> bool:
    """Whether participants may still give up their place themselves."""
    return Status.CANCELLED in ALLOWED[status] and still_seats_people(event, now=now)


def should_remind(*, same_content: bool, registered_at: datetime, reminded_at: datetime | None, now: datetime) -> bool:
    """Whether someone who registers again is told by mail that they are registered already."""
    if same_content and now - registered_at < DOUBLE_CLICK:
        return False
    return reminded_at is None or now - reminded_at >= REMIND_AT_MOST_EVERY
