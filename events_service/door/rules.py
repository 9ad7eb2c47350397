"""Who is admitted, and why not. Pure: the moment of the scan is an argument."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from events_service.errors import Unauthenticated
from events_service.events.rules import Reentry
from events_service.events.rules import Status as EventStatus
from events_service.people.rules import Role
from events_service.registrations.rules import Status as RegistrationStatus

PAIRING_LASTS = timedelta(minutes=15)
# From one network: enough for a team that pairs its phones together, far too little to guess 128 bits.
PAIRING_TRIES = 20
PAIRING_TRIES_WITHIN = timedelta(minutes=10)
# For so long a steward takes back what the same device sent; afterwards it is a supervisor's.
UNDO_LASTS = timedelta(minutes=5)
# So long after the event ended its devices still do everything; afterwards they only send what they scanned without a network.
DEVICE_OUTLIVES_EVENT = timedelta(days=1)
SENDS_UNTIL_AFTER_EVENT = DEVICE_OUTLIVES_EVENT + timedelta(days=30)
# A device scans once it is paired; a day more, for one whose clock was set right since.
EARLIER_THAN_PAIRED = timedelta(days=1)
AHEAD_OF_US = timedelta(minutes=1)
MAIN = "main"


class DeviceRefused(Unauthenticated):
    """The device's token is unknown, revoked, or its event is so long over that it should have sent all: it forgets what it knows."""

    code = "device_refused"
    detail = "This device is not paired, or no longer. Pair it again."


class EventOver(DeviceRefused):
    """The event of a paired device is over: it opens nothing any more, but keeps its scans until they are sent."""

    detail = "The event of this device is over. What it scanned without a network can still be sent."


class Grant(StrEnum):
    """What supervisors' devices may do, and a steward's where an organiser lets it."""

    OVERRIDE = "override"
    UNDO = "undo"
    SEARCH = "search"
    WALK_IN = "walk_in"


def powers_of(role: Role, granted: Iterable[Grant]) -> frozenset[Grant]:
    """All that a device of this role may do beyond scanning."""
    return frozenset(Grant) if role is Role.DOOR_SUPERVISOR else frozenset(granted)


class Verdict(StrEnum):
    """The answer at the door."""

    ADMITTED = "admitted"
    REFUSED = "refused"


class Direction(StrEnum):
    """Which way the person goes."""

    ENTRY = "entry"
    EXIT = "exit"


class Reason(StrEnum):
    """Why someone is refused."""

    ALREADY_ADMITTED = "already_admitted"
    FORGED_BADGE = "forged_badge"
    UNKNOWN_BADGE = "unknown_badge"
    OTHER_EVENT = "other_event"
    BADGE_REPLACED = "badge_replaced"
    REGISTRATION_CANCELLED = "registration_cancelled"
    NOT_CONFIRMED = "not_confirmed"
    NOT_ADMITTED_HERE = "not_admitted_here"
    OUTSIDE_HOURS = "outside_hours"
    EVENT_CANCELLED = "event_cancelled"
    NOT_INSIDE = "not_inside"
    # Afterwards, of a badge that holds: a device without a network refused it, and the person did not come in.
    TURNED_AWAY = "turned_away"


# What a supervisor may set aside with a reason; a badge that does not hold stays refused.
MAY_BE_OVERRIDDEN = frozenset(
    {Reason.ALREADY_ADMITTED, Reason.NOT_ADMITTED_HERE, Reason.OUTSIDE_HOURS, Reason.NOT_INSIDE}
)

MESSAGES: dict[Reason | None, str] = {
    None: "Welcome",
    Reason.ALREADY_ADMITTED: "This badge was admitted before.",
    Reason.FORGED_BADGE: "This badge was not issued by us.",
    Reason.UNKNOWN_BADGE: "This is no badge we know.",
    Reason.OTHER_EVENT: "This badge belongs to another event.",
    Reason.BADGE_REPLACED: "This badge was replaced by a newer one.",
    Reason.REGISTRATION_CANCELLED: "This registration was cancelled.",
    Reason.NOT_CONFIRMED: "This registration has no confirmed seat.",
    Reason.NOT_ADMITTED_HERE: "This badge is not admitted at this checkpoint.",
    Reason.OUTSIDE_HOURS: "This checkpoint is not open now.",
    Reason.EVENT_CANCELLED: "This event is cancelled.",
    Reason.NOT_INSIDE: "This person is not inside.",
    Reason.TURNED_AWAY: "The door turned this person away.",
}


class Door(msgspec.Struct, frozen=True):
    """A checkpoint: whom it admits (None: everybody), how often, and when (None: at any time).

    `by_session`: only those with a place in its session.
    """

    reentry: Reentry
    categories: frozenset[str] | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    by_session: bool = False


class Holder(msgspec.Struct, frozen=True):
    """Whose badge it is: their category and how their registration stands; `replaced` where a newer badge exists.

    `has_place`: in the session that the door is for, or a part in it. `needs_staff`: somebody must look at them first (a photo ID, a
    note), and at this device stands nobody.
    """

    category: str
    status: RegistrationStatus
    replaced: bool = False
    has_place: bool = False
    needs_staff: bool = False


class Standing(msgspec.Struct, frozen=True):
    """Where a person stands at one checkpoint. `day` is the event's own date of the last admission."""

    inside: bool
    admitted_at: datetime
    day: date


class Judgement(msgspec.Struct, frozen=True):
    """A verdict, its reason, and the standing afterwards; None where it stays as it was.

    `barred` is what stands against the passage by itself, also where it is admitted all the same.
    """

    verdict: Verdict
    reason: Reason | None = None
    standing: Standing | None = None
    barred: Reason | None = None


class Passage(msgspec.Struct, frozen=True):
    """One scan of a badge: which way, when, and the event's own date then."""

    direction: Direction
    at: datetime
    day: date


def judge(
    passage: Passage,
    *,
    holder: Holder,
    door: Door,
    event_status: EventStatus,
    standing: Standing | None,
    may_override: bool = False,
) -> Judgement:
    """Decide on a badge we know. `may_override`: a supervisor gave a reason."""
    barred = reason_by_itself(passage, holder=holder, door=door, event_status=event_status)
    reason = reason_against(passage, barred=barred, reentry=door.reentry, standing=standing)
    if reason is not None and not (may_override and reason in MAY_BE_OVERRIDDEN):
        return Judgement(Verdict.REFUSED, reason, barred=barred)
    return Judgement(Verdict.ADMITTED, standing=after(passage, standing), barred=barred)


def after(passage: Passage, standing: Standing | None) -> Standing | None:
    """The standing once that passage was admitted. Whoever leaves without having come in was never admitted."""
    if passage.direction is Direction.ENTRY:
        return Standing(inside=True, admitted_at=passage.at, day=passage.day)
    return None if standing is None else msgspec.structs.replace(standing, inside=False)


def believed(at: datetime, *, paired_at: datetime, now: datetime) -> bool:
    """Whether a device can have scanned then: not after it sent the scan, nor long before it was paired."""
    return paired_at - EARLIER_THAN_PAIRED <= at <= now + AHEAD_OF_US


def is_device_done(*, event_ends_at: datetime, now: datetime) -> bool:
    """Whether the event is so long over that its devices open nothing any more, but for sending what they scanned before."""
    return now > event_ends_at + DEVICE_OUTLIVES_EVENT


def refuse_when_over(*, event_ends_at: datetime, now: datetime, sends: bool = False) -> None:
    """Raises `EventOver` once the event is over, and `DeviceRefused` 30 days later. Until then what a device `sends` is taken."""
    if now > event_ends_at + SENDS_UNTIL_AFTER_EVENT:
        raise DeviceRefused()
    if is_device_done(event_ends_at=event_ends_at, now=now) and not sends:
        raise EventOver()


def reason_against(
    passage: Passage, *, barred: Reason | None, reentry: Reentry, standing: Standing | None
) -> Reason | None:
    """What stands against this passage by itself (`barred`) or because of those before it. Whoever is inside may always leave."""
    if passage.direction is Direction.EXIT and standing is not None and standing.inside:
        return None
    return barred or reason_by_standing(passage, reentry=reentry, standing=standing)


def reason_by_itself(passage: Passage, *, holder: Holder, door: Door, event_status: EventStatus) -> Reason | None:
    """What stands against this passage whatever else was scanned."""
    if event_status is EventStatus.CANCELLED:
        return Reason.EVENT_CANCELLED
    if holder.status in (RegistrationStatus.CANCELLED, RegistrationStatus.DECLINED):
        return Reason.REGISTRATION_CANCELLED
    # Before the badge's age: who came back to the waiting list after cancelling holds no newer badge.
    if holder.status is not RegistrationStatus.CONFIRMED:
        return Reason.NOT_CONFIRMED
    if holder.replaced:
        return Reason.BADGE_REPLACED
    if passage.direction is Direction.EXIT:
        return None
    if holder.needs_staff or not _is_admitted_at(door, holder):
        return Reason.NOT_ADMITTED_HERE
    return Reason.OUTSIDE_HOURS if _is_closed(door, passage.at) else None


def reason_by_standing(passage: Passage, *, reentry: Reentry, standing: Standing | None) -> Reason | None:
    """What stands against this passage because of those before it."""
    if passage.direction is Direction.EXIT:
        return None if standing is not None and standing.inside else Reason.NOT_INSIDE
    if standing is not None and _is_used_up(reentry, standing, passage.day):
        return Reason.ALREADY_ADMITTED
    return None


def _is_admitted_at(door: Door, holder: Holder) -> bool:
    of_its_category = door.categories is None or holder.category in door.categories
    return of_its_category and (holder.has_place or not door.by_session)


def _is_closed(door: Door, at: datetime) -> bool:
    too_early = door.opens_at is not None and at < door.opens_at
    too_late = door.closes_at is not None and at >= door.closes_at
    return too_early or too_late


def _is_used_up(reentry: Reentry, standing: Standing, day: date) -> bool:
    match reentry:
        case Reentry.ONCE:
            return True
        case Reentry.IN_AND_OUT:
            return standing.inside
        case Reentry.DAILY:
            return standing.day == day
