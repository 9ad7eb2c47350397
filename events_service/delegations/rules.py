"""What a delegation is, and when its coordinator may still change it. Pure: `now` is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from events_service.errors import Conflict
from events_service.events.categories import Category
from events_service.events.rules import Event
from events_service.events.rules import Status as EventStatus
from events_service.sealing import keyed_token
from events_service.sentences import sentence

MOST_SEATS = 500
# Time enough to ask around in a city hall.
REMIND_BEFORE = timedelta(days=3)
# As whom a city may send somebody; the others are for the organisers alone.
DELEGATE_CATEGORIES = (
    Category.ELECTED_OFFICIAL,
    Category.PRACTITIONER,
    Category.EXPERT,
    Category.NGO,
    Category.POLICE,
    Category.YOUTH,
)


class State(StrEnum):
    """Open for its coordinator; released, its unnamed seats given back at the deadline; withdrawn by an organiser."""

    OPEN = "open"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class DelegationClosed(Conflict):
    """Its coordinator can change nothing any more."""

    code = "delegation_closed"
    detail = "The time to change this delegation is over. Please write to the organisers."


class DelegationFull(Conflict):
    """Every seat has its delegate."""

    code = "delegation_full"
    detail = "Every seat of this delegation is named. Let somebody come in a delegate's place, or withdraw one first."


class DelegationExists(Conflict):
    """A city has one delegation to an event."""

    code = "delegation_exists"
    detail = "This city has a delegation to this event already. Change the number of its seats instead."


class SeatsShort(Conflict):
    """There are not so many seats that nobody has and nobody waits for; `left` says how many."""

    code = "seats_short"

    def __init__(self, *, left: int) -> None:
        words = "Only %(left)s of these seats are left. Ask for fewer, or give the event more."
        super().__init__(sentence(words, left=left), left=left)
        self.left = left


class SeatsNamed(Conflict):
    """More delegates are named than seats would be left; `named` says how many."""

    code = "seats_named"

    def __init__(self, *, named: int) -> None:
        words = "There are %(named)s delegates already. Withdraw some of them first."
        super().__init__(sentence(words, named=named), named=named)
        self.named = named


@dataclass(frozen=True, slots=True)
class Delegation:
    """A delegation as it is stored. `closes_at` is UTC; `category` None where the coordinator chooses one for each delegate.

    `asked_at` is when the coordinator was last sent the link, `reminded_at` when they were last reminded of the deadline.
    """

    id: str
    event_id: str
    city: str
    seats: int
    attendance: str
    category: Category | None
    coordinator_name: str
    coordinator_email: str
    language: str
    link_generation: int
    closes_at: datetime
    asked_at: datetime
    reminded_at: datetime | None
    state: State
    reason: str
    made_by_kind: str
    made_by: str
    created_at: datetime
    changed_at: datetime


def still_comes(event: Event, *, now: datetime) -> bool:
    """Whether there is anything left to send people to."""
    return event.status is EventStatus.PUBLISHED and now < event.ends_at


def is_open(delegation: Delegation, event: Event, *, now: datetime) -> bool:
    """Whether its coordinator may still name, change and withdraw, whether or not the deadline was noted yet."""
    return delegation.state is State.OPEN and now < delegation.closes_at and still_comes(event, now=now)


def check_open(delegation: Delegation, event: Event, *, now: datetime) -> None:
    """Raises `DelegationClosed`."""
    if not is_open(delegation, event, now=now):
        raise DelegationClosed(state=delegation.state.value)


def is_reminder_due(delegation: Delegation, event: Event, *, now: datetime) -> bool:
    """Whether the deadline is near, and its coordinator heard nothing of it since it is."""
    near_since = delegation.closes_at - REMIND_BEFORE
    last_told = max(delegation.asked_at, delegation.reminded_at or delegation.asked_at)
    return is_open(delegation, event, now=now) and last_told <= near_since <= now


def unnamed(delegation: Delegation, named: int) -> int:
    """How many seats wait for a name."""
    return max(0, delegation.seats - named) if delegation.state is State.OPEN else 0


def delegation_code(delegation_id: str, generation: int, *, secret_key: str) -> str:
    """The code of the coordinator's link; it is drawn again when it is needed, and never stored."""
    return keyed_token(delegation_id, str(generation), secret_key=secret_key, purpose="delegation")
