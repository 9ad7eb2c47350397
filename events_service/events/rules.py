"""What an event is, and what may happen to it. Pure: `now` is an argument."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from events_service.calendar import WallTimeRefused, wall_to_utc
from events_service.errors import Conflict, FieldError
from events_service.sentences import sentence


class Kind(StrEnum):
    """What sort of gathering it is."""

    LAUNCH = "launch"
    SUMMIT = "summit"
    CITY_MEETING = "city_meeting"
    WORKSHOP = "workshop"
    TASK_FORCE = "task_force"


class Format(StrEnum):
    """Where people meet."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"


class Visibility(StrEnum):
    """Who can find it."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    MEMBERS = "members"
    INVITED = "invited"


class Disclosure(StrEnum):
    """Who is told the venue's address."""

    PUBLIC = "public"
    REGISTERED = "registered"


class Mode(StrEnum):
    """How one gets a seat."""

    OPEN = "open"
    APPROVAL = "approval"
    INVITATION = "invitation"
    CLOSED = "closed"


class Reentry(StrEnum):
    """How often a badge is admitted."""

    ONCE = "once"
    IN_AND_OUT = "in_and_out"
    DAILY = "daily"


class Status(StrEnum):
    """How far it has come."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


ALLOWED: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.PUBLISHED, Status.CANCELLED}),
    Status.PUBLISHED: frozenset({Status.CANCELLED, Status.COMPLETED}),
    Status.CANCELLED: frozenset(),
    Status.COMPLETED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Venue:
    """A place. `country` is an ISO 3166-1 code; latitude and longitude are degrees (WGS 84)."""

    name: str
    address: str
    city: str
    country: str
    latitude: float | None = None
    longitude: float | None = None
    disclosure: Disclosure = Disclosure.PUBLIC


@dataclass(frozen=True, slots=True)
class Terms:
    """How people register: seats in the room, seats online (None: no limit), and when."""

    mode: Mode
    capacity: int | None
    online_capacity: int | None
    waitlist: bool
    retention_days: int
    reentry: Reentry
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event. `starts_at` and `ends_at` are UTC; the wall times are what was typed, in `timezone`."""

    id: str
    slug: str
    title: str
    kind: Kind
    format: Format
    status: Status
    visibility: Visibility
    timezone: str
    starts_at: datetime
    ends_at: datetime
    starts_wall: str
    ends_wall: str
    summary: str
    description: str
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    venue: Venue | None
    join_url: str | None
    registration: Terms
    sequence: int
    version: int
    created_at: datetime
    changed_at: datetime
    published_at: datetime | None = None
    cancelled_reason: str | None = None

    @property
    def is_online(self) -> bool:
        """Whether one can take part from anywhere."""
        return self.format in (Format.ONLINE, Format.HYBRID)


@dataclass(frozen=True, slots=True)
class KindDefaults:
    """What a new event of a kind starts with where the organiser says nothing else."""

    format: Format
    visibility: Visibility
    mode: Mode
    waitlist: bool = True
    retention_days: int = 30
    reentry: Reentry = Reentry.ONCE


DEFAULTS: dict[Kind, KindDefaults] = {
    Kind.LAUNCH: KindDefaults(Format.IN_PERSON, Visibility.PUBLIC, Mode.OPEN),
    Kind.SUMMIT: KindDefaults(Format.IN_PERSON, Visibility.UNLISTED, Mode.INVITATION, reentry=Reentry.DAILY),
    Kind.CITY_MEETING: KindDefaults(Format.ONLINE, Visibility.MEMBERS, Mode.APPROVAL),
    Kind.WORKSHOP: KindDefaults(Format.ONLINE, Visibility.MEMBERS, Mode.OPEN, reentry=Reentry.IN_AND_OUT),
    Kind.TASK_FORCE: KindDefaults(Format.IN_PERSON, Visibility.INVITED, Mode.INVITATION, waitlist=False),
}


@dataclass(frozen=True, slots=True)
class Moments:
    """When it is, as typed and as UTC, with what is wrong about it."""

    starts_wall: str = ""
    ends_wall: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    errors: tuple[FieldError, ...] = field(default=())


def to_utc(text: str, zone: str) -> datetime:
    """A typed moment as UTC: with an offset as it says, without as wall time in the zone.

    Raises `WallTimeRefused` for a wall time that a DST change skips or doubles.
    """
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        return wall_to_utc(parsed, zone)
    return parsed.astimezone(ZoneInfo("UTC"))


def to_wall(moment: datetime, zone: str) -> str:
    """The wall time in the zone, to the minute: `2027-03-07T11:00`."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def settle_moments(
    zone: str, *, starts: str, ends: str, opens: str | None = None, closes: str | None = None
) -> Moments:
    """Read all four times in the zone; `errors` names each that cannot be, and each pair in the wrong order."""
    errors: list[FieldError] = []

    def read(name: str, text: str | None) -> datetime | None:
        if text is None:
            return None
        try:
            return to_utc(text, zone)
        except WallTimeRefused as refused:
            errors.append(FieldError(name, "impossible_wall_time", str(refused)))
        except (OverflowError, ValueError):
            errors.append(FieldError(name, "invalid_time", "This moment cannot be told in this time zone."))
        return None

    starts_at, ends_at = read("starts_at", starts), read("ends_at", ends)
    opens_at, closes_at = read("registration.opens_at", opens), read("registration.closes_at", closes)
    if starts_at and ends_at and ends_at <= starts_at:
        errors.append(FieldError("ends_at", "ends_before_start", "The end must come after the start."))
    if opens_at and closes_at and closes_at <= opens_at:
        errors.append(
            FieldError("registration.closes_at", "closes_before_opening", "Registration must close after it opens.")
        )
    return Moments(
        to_wall(starts_at, zone) if starts_at else "",
        to_wall(ends_at, zone) if ends_at else "",
        starts_at,
        ends_at,
        opens_at,
        closes_at,
        tuple(errors),
    )


def place_errors(event_format: Format, *, has_venue: bool, has_join_url: bool) -> list[FieldError]:
    """What an event of this format lacks: a venue, a join link, or both."""
    errors = []
    if event_format in (Format.IN_PERSON, Format.HYBRID) and not has_venue:
        errors.append(FieldError("venue", "required", "Say where people meet, or make the event online."))
    if event_format in (Format.ONLINE, Format.HYBRID) and not has_join_url:
        errors.append(FieldError("join_url", "required", "Give the link with which people join online."))
    return errors


def check_step(now_is: Status, to: Status) -> None:
    """Raises `Conflict` where an event may not go from one status to the other."""
    if to not in ALLOWED[now_is]:
        raise Conflict(
            sentence(
                "The event cannot change its status like that. Now: %(now)s. Asked for: %(then)s.", now=now_is, then=to
            ),
            code="wrong_status",
            status=now_is,
        )


def touches_calendars(before: Event, after: Event) -> bool:
    """Whether calendars must follow: time or place changed (RFC 5546 §2.1.4)."""

    def when_and_where(event: Event) -> tuple[object, ...]:
        venue = event.venue and (event.venue.name, event.venue.address, event.venue.city, event.venue.country)
        return event.starts_at, event.ends_at, event.timezone, event.format, venue, event.join_url

    return when_and_where(before) != when_and_where(after)


def adds_places(before: Event, after: Event) -> bool:
    """Whether people on the waiting list may now move up."""

    def more(old: int | None, new: int | None) -> bool:
        return old is not None and (new is None or new > old)

    return more(before.registration.capacity, after.registration.capacity) or more(
        before.registration.online_capacity, after.registration.online_capacity
    )


def is_open_to_all(event: Event) -> bool:
    """Whether a stranger who knows its address may see it: not a draft, and not for members or invited people alone."""
    return event.status is not Status.DRAFT and event.visibility in (Visibility.PUBLIC, Visibility.UNLISTED)


def for_the_public(event: Event) -> Event:
    """The event as anyone may see it: never the join link, and the address only where it is disclosed."""
    venue = event.venue
    if venue is not None and venue.disclosure is Disclosure.REGISTERED:
        venue = replace(venue, address="", latitude=None, longitude=None)
    return replace(event, venue=venue, join_url=None)


NORDIC_CLOCKS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("Reykjavík",), "Atlantic/Reykjavik"),
    (("Copenhagen", "Oslo", "Stockholm"), "Europe/Copenhagen"),
    (("Helsinki",), "Europe/Helsinki"),
)


AREAS_OF_ACTION = (
    "local-democracy",
    "digital-cities",
    "young-pioneers",
    "diversity",
    "safe-neighbourhoods",
    "governance-preparedness",
)
