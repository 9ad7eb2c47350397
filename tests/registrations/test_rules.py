"""Who gets a seat: tables of cases, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from events_service.errors import Conflict, Invalid
from events_service.events.rules import Event, Format, Kind, Mode, Reentry, Terms, Visibility
from events_service.events.rules import Status as EventStatus
from events_service.registrations.rules import (
    ALLOWED,
    DOUBLE_CLICK,
    REMIND_AT_MOST_EVERY,
    Attendance,
    InvitationRequired,
    RegistrationClosed,
    Status,
    attendance_at,
    check_open,
    check_step,
    may_cancel,
    offered_until,
    seats_offered,
    should_remind,
    still_seats_people,
)

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROOM, ONLINE = Attendance.IN_PERSON, Attendance.ONLINE
TERMS = Terms(mode=Mode.OPEN, capacity=2, online_capacity=None, waitlist=True, retention_days=30, reentry=Reentry.ONCE)
EVENT = Event(
    id="e",
    slug="launch",
    title="Launch",
    kind=Kind.LAUNCH,
    format=Format.IN_PERSON,
    status=EventStatus.PUBLISHED,
    visibility=Visibility.PUBLIC,
    timezone="Europe/Copenhagen",
    starts_at=NOW + 24 * HOUR,
    ends_at=NOW + 30 * HOUR,
    starts_wall="2027-01-02T13:00",
    ends_wall="2027-01-02T19:00",
    summary="",
    description="",
    languages=(),
    topics=(),
    venue=None,
    join_url=None,
    registration=TERMS,
    sequence=0,
    version=1,
    created_at=NOW,
    changed_at=NOW,
)


def with_terms(event: Event = EVENT, **terms: object) -> Event:
    return replace(event, registration=replace(event.registration, **terms))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("event_format", "capacity", "online_capacity", "room", "online"),
    [
        (Format.IN_PERSON, 80, None, 80, None),
        (Format.ONLINE, 80, None, 80, 80),
        (Format.ONLINE, 80, 500, 80, 500),
        (Format.HYBRID, 80, None, 80, None),
        (Format.HYBRID, None, 500, None, 500),
    ],
)
def test_seats_in_the_room_and_online_are_counted_apart(
    event_format: Format, capacity: int | None, online_capacity: int | None, room: int | None, online: int | None
) -> None:
    event = with_terms(replace(EVENT, format=event_format), capacity=capacity, online_capacity=online_capacity)
    assert (seats_offered(event, ROOM), seats_offered(event, ONLINE)) == (room, online)


@pytest.mark.parametrize(
    ("event_format", "wished", "attendance"),
    [
        (Format.IN_PERSON, None, ROOM),
        (Format.ONLINE, None, ONLINE),
        (Format.HYBRID, None, ROOM),
        (Format.HYBRID, ONLINE, ONLINE),
        (Format.IN_PERSON, ONLINE, None),
        (Format.ONLINE, ROOM, None),
    ],
)
def test_people_take_part_in_a_way_the_event_offers(
    event_format: Format, wished: Attendance | None, attendance: Attendance | None
) -> None:
    event = replace(EVENT, format=event_format)
    if attendance is not None:
        assert attendance_at(event, wished) is attendance
        return
    with pytest.raises(Invalid) as refused:
        attendance_at(event, wished)
    assert [(error.field, error.code) for error in refused.value.errors] == [("attendance", "not_offered")]


CLOSED, UNINVITED, OPEN = RegistrationClosed, InvitationRequired, None


@pytest.mark.parametrize(
    ("event", "public", "registrar"),
    [
        (EVENT, OPEN, OPEN),
        (replace(EVENT, status=EventStatus.DRAFT), CLOSED, CLOSED),
        (replace(EVENT, status=EventStatus.CANCELLED), CLOSED, CLOSED),
        (replace(EVENT, status=EventStatus.COMPLETED), CLOSED, CLOSED),
        (replace(EVENT, starts_at=NOW - HOUR), OPEN, OPEN),
        (replace(EVENT, starts_at=NOW - HOUR, ends_at=NOW), CLOSED, CLOSED),
        (with_terms(opens_at=NOW), OPEN, OPEN),
        (with_terms(opens_at=NOW + HOUR), CLOSED, OPEN),
        (with_terms(closes_at=NOW), CLOSED, OPEN),
        (with_terms(closes_at=NOW + HOUR), OPEN, OPEN),
        (with_terms(mode=Mode.CLOSED), CLOSED, OPEN),
        (with_terms(mode=Mode.APPROVAL), OPEN, OPEN),
        (with_terms(mode=Mode.INVITATION), UNINVITED, OPEN),
    ],
)
def test_registration_is_open_or_says_why_not(
    event: Event, public: type[Exception] | None, registrar: type[Exception] | None
) -> None:
    for by_registrar, expected in ((False, public), (True, registrar)):
        if expected is None:
            check_open(event, by_registrar=by_registrar, now=NOW)
            continue
        with pytest.raises(expected):
            check_open(event, by_registrar=by_registrar, now=NOW)


@pytest.mark.parametrize("now_is", Status)
@pytest.mark.parametrize("to", Status)
def test_a_registration_takes_only_the_steps_of_the_table(now_is: Status, to: Status) -> None:
    if to in ALLOWED[now_is]:
        check_step(now_is, to)
        return
    with pytest.raises(Conflict, match="cannot change its status") as refused:
        check_step(now_is, to)
    assert refused.value.code == "wrong_status"


def test_who_is_over_may_come_back_and_nobody_else_is_invited_twice() -> None:
    assert ALLOWED[Status.CANCELLED] == ALLOWED[Status.DECLINED] == {
        Status.PENDING, Status.WAITLISTED, Status.CONFIRMED
    }  # fmt: skip
    assert all(Status.INVITED not in steps for steps in ALLOWED.values())


@pytest.mark.parametrize(
    ("lasts", "starts_in", "asked_for"),
    [
        (2 * HOUR, 24 * HOUR, 2 * HOUR),
        (48 * HOUR, 24 * HOUR, 23 * HOUR),
        # Within the last hour nobody can be asked: the seat is given at once.
        (2 * HOUR, HOUR, None),
        (2 * HOUR, -HOUR, None),
    ],
)
def test_a_seat_is_offered_for_a_while_but_never_past_the_hour_before_the_start(
    lasts: timedelta, starts_in: timedelta, asked_for: timedelta | None
) -> None:
    event = replace(EVENT, starts_at=NOW + starts_in)
    until = offered_until(event, lasts=lasts, now=NOW)
    assert until == (None if asked_for is None else NOW + asked_for)


@pytest.mark.parametrize(
    ("same_content", "since_registered", "since_reminded", "reminds"),
    [
        (True, DOUBLE_CLICK - timedelta(seconds=1), None, False),
        (True, DOUBLE_CLICK, None, True),
        (False, timedelta(0), None, True),
        (False, 9 * HOUR, REMIND_AT_MOST_EVERY - timedelta(seconds=1), False),
        (False, 9 * HOUR, REMIND_AT_MOST_EVERY, True),
    ],
)
def test_who_registers_again_is_told_once_an_hour_and_not_for_a_double_click(
    same_content: bool, since_registered: timedelta, since_reminded: timedelta | None, reminds: bool
) -> None:
    assert reminds is should_remind(
        same_content=same_content,
        registered_at=NOW - since_registered,
        reminded_at=None if since_reminded is None else NOW - since_reminded,
        now=NOW,
    )


@pytest.mark.parametrize(
    ("event", "seats_people"),
    [
        (EVENT, True),
        (replace(EVENT, status=EventStatus.CANCELLED), False),
        (replace(EVENT, starts_at=NOW - HOUR, ends_at=NOW), False),
    ],
)
def test_nobody_moves_up_or_cancels_once_it_is_over(event: Event, seats_people: bool) -> None:
    assert still_seats_people(event, now=NOW) is seats_people
    assert may_cancel(Status.CONFIRMED, event, now=NOW) is seats_people
    assert may_cancel(Status.CANCELLED, event, now=NOW) is False
