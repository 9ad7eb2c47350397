"""The autumn's city meeting, which is over: announced, registered for and joined by the product's own actions, each at its own time."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta

from events_service import clock, database
from events_service.demo.happenings import AUTUMN_MEETING
from events_service.events.queries import find_event
from events_service.events.rules import Event
from events_service.events.rules import Status as EventStatus
from events_service.online.actions import join, tell
from events_service.online.queries import event_meeting, stays_of
from events_service.online.rules import QUIET_AT_MOST, Sign
from events_service.registrations.queries import Registration, registration_from
from events_service.registrations.rules import Status

TOLD_AT = datetime(2026, 10, 1, 8, tzinfo=UTC)
# A year after the meeting, as its retention says.
FORGOTTEN_AT = datetime(2027, 11, 11, tzinfo=UTC)

# What somebody's join page told, and how many minutes after the beginning.
Course = tuple[tuple[float, Sign], ...]


def back_then(slug: str) -> AbstractContextManager[None]:
    """For the meeting that is over, as long as its people are kept, the day on which it was announced counts as now."""
    if slug != AUTUMN_MEETING or not TOLD_AT < clock.now() < FORGOTTEN_AT:
        return nullcontext()
    return clock.as_of(TOLD_AT)


async def hold_meeting() -> int:
    """Let those join the meeting who never did, once it is over; returns how many joined."""
    event = await find_event(AUTUMN_MEETING)
    if event is None or event.status is EventStatus.CANCELLED or clock.now() < event_meeting(event).closes_at:
        return 0
    rows = await database.fetch("SELECT * FROM registration WHERE event = $1 AND source = 'demo' ORDER BY id", event.id)
    people = [registration_from(row) for row in rows]
    return sum([await _attend(event, person, course) for person, course in zip(people, COURSES, strict=False)])


async def _attend(event: Event, person: Registration, course: Course) -> bool:
    if not course or person.status is not Status.CONFIRMED or await stays_of(person.id, event.id, None):
        return False
    meeting = event_meeting(event)
    for minutes, sign in course:
        with clock.as_of(event.starts_at + timedelta(minutes=minutes)):
            if sign is Sign.JOINED:
                await join(person, event, meeting)
            else:
                await tell(person, event, meeting, sign)
    return True


def _until(joined: float, left: float) -> Course:
    """Joined, and left by the button."""
    return ((joined, Sign.JOINED), (left, Sign.LEFT))


def _watched(joined: float, last: float, *end: Sign) -> Course:
    """Joined, and the page told that it was there until that minute; then it closed, or nothing more came."""
    every = QUIET_AT_MOST.total_seconds() / 60
    signs = int((last - joined) // every)
    there = [(joined + number * every, Sign.THERE) for number in range(1, signs + 1)]
    return ((joined, Sign.JOINED), *there, *((last, sign) for sign in end))


def _courses(joined: Iterable[float], left: Iterable[float]) -> tuple[Course, ...]:
    return tuple(_until(first, last) for first, last in zip(joined, left, strict=True))


COURSES: tuple[Course, ...] = (
    # There from beginning to end.
    *_courses((-6.5, -3, -1, 0.5, 1, 2, 4), (90, 91, 93, 92, 90.5, 88, 91)),
    # Late.
    *_courses((8, 31), (90, 89)),
    # Left early.
    *_courses((-2, 1.5), (45, 80)),
    # Left, and came back.
    (*_until(-1, 34), *_until(41, 90)),
    # Closed the page, and fell silent.
    _watched(0, 13, Sign.CLOSED),
    _watched(3, 15),
    # Without a script: nothing is known but that they joined.
    ((2, Sign.JOINED),),
    # Never came.
    *((), (), ()),
)
