"""Who is admitted, and why not. Pure: the moment of the scan is an argument."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from events_service.errors import Unauthenticated
from events_service.events.rules import Reentry
from events_service.events.rules import Status as EventStatus
from events_service.registrations.rules import Status as RegistrationStatus

PAIRING_LASTS = timedelta(minutes=15)
# From one network: enough for a team that pairs its phones together, far too little to guess 128 bits.
PAIRING_TRIES = 20
PAIRING_TRIES_WITHIN = timedelta(minutes=10)
# A device may still send what it scanned for so long after the event ended.
DEVICE_OUTLIVES_EVENT = timedelta(days=1)
MAIN = "main"


class DeviceRefused(Unauthenticated):
    """The device's token is unknown, revoked, or its event is long over: it should forget what it knows."""

    code = "device_refused"
    detail = "This device is not paired, or no longer. Pair it again."


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
}


@dataclass(frozen=True, slots=True)
class Door:
    """A checkpoint: whom it admits (None: everybody), how often, and when (None: at any time)."""

    reentry: Reentry
    categories: frozenset[str] | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose badge it is: their category and how their registration stands; `replaced` where a newer badge exists."""

    category: str
    status: RegistrationStatus
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands at one checkpoint. `day` is the event's own date of the last admission."""

    inside: bool
    admitted_at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, its reason, and the standing afterwards; None where it stays as it was."""

    verdict: Verdict
    reason: Reason | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Passage:
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
    reason = _reason_against(passage, holder=holder, door=door, event_status=event_status, standing=standing)
    if reason is not None and not (may_override and reason in MAY_BE_OVERRIDDEN):
        return Judgement(Verdict.REFUSED, reason)
    return Judgement(Verdict.ADMITTED, standing=after(passage, standing))


def after(passage: Passage, standing: Standing | None) -> Standing | None:
    """The standing once that passage was admitted. Whoever leaves without having come in was never admitted."""
    if passage.direction is Direction.ENTRY:
        return Standing(inside=True, admitted_at=passage.at, day=passage.day)
    return None if standing is None else replace(standing, inside=False)


def is_device_done(*, event_ends_at: datetime, now: datetime) -> bool:
    """Whether the event is so long over that its devices open nothing any more."""
    return now > event_ends_at + DEVICE_OUTLIVES_EVENT


def standing_after_all(passages: Iterable[Passage]) -> Standing | None:
    """The standing that a history of admitted passages, in their order, leads to."""
    standing: Standing | None = None
    for passage in passages:
        standing = after(passage, standing)
    return standing


def _reason_against(
    passage: Passage, *, holder: Holder, door: Door, event_status: EventStatus, standing: Standing | None
) -> Reason | None:
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
        return None if standing is not None and standing.inside else Reason.NOT_INSIDE
    if door.categories is not None and holder.category not in door.categories:
        return Reason.NOT_ADMITTED_HERE
    if _is_closed(door, passage.at):
        return Reason.OUTSIDE_HOURS
    if standing is not None and _is_used_up(door.reentry, standing, passage.day):
        return Reason.ALREADY_ADMITTED
    return None


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
