"""Who is admitted: the table."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from events_service.door.rules import (
    MAY_BE_OVERRIDDEN,
    MESSAGES,
    Direction,
    Door,
    Holder,
    Judgement,
    Passage,
    Reason,
    Standing,
    Verdict,
    after,
    believed,
    is_device_done,
    judge,
)
from events_service.events.rules import Reentry
from events_service.events.rules import Status as EventStatus
from events_service.registrations.rules import Status

SUNDAY, MONDAY = date(2037, 3, 8), date(2037, 3, 9)
AT_TEN, AT_ELEVEN, AT_NOON = (datetime(2037, 3, 8, hour, tzinfo=UTC) for hour in (10, 11, 12))
ENTRY, EXIT = Direction.ENTRY, Direction.EXIT
ONCE, IN_AND_OUT, DAILY = Reentry.ONCE, Reentry.IN_AND_OUT, Reentry.DAILY
INSIDE = Standing(inside=True, admitted_at=AT_TEN, day=SUNDAY)
OUTSIDE = Standing(inside=False, admitted_at=AT_TEN, day=SUNDAY)
NEVER = None


def judged(
    direction: Direction = ENTRY,
    reentry: Reentry = ONCE,
    standing: Standing | None = NEVER,
    *,
    day: date = SUNDAY,
    at: datetime = AT_ELEVEN,
    status: Status = Status.CONFIRMED,
    replaced: bool = False,
    categories: frozenset[str] | None = None,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    event_status: EventStatus = EventStatus.PUBLISHED,
    may_override: bool = False,
) -> Judgement:
    return judge(
        Passage(direction, at, day),
        holder=Holder("practitioner", status, replaced=replaced),
        door=Door(reentry, categories, opens_at, closes_at),
        event_status=event_status,
        standing=standing,
        may_override=may_override,
    )


@pytest.mark.parametrize(
    ("direction", "reentry", "standing", "day", "reason"),
    [
        (ENTRY, ONCE, NEVER, SUNDAY, None),
        (ENTRY, ONCE, INSIDE, SUNDAY, Reason.ALREADY_ADMITTED),
        (ENTRY, ONCE, OUTSIDE, SUNDAY, Reason.ALREADY_ADMITTED),
        (ENTRY, ONCE, INSIDE, MONDAY, Reason.ALREADY_ADMITTED),
        (ENTRY, ONCE, OUTSIDE, MONDAY, Reason.ALREADY_ADMITTED),
        (ENTRY, IN_AND_OUT, NEVER, SUNDAY, None),
        (ENTRY, IN_AND_OUT, INSIDE, SUNDAY, Reason.ALREADY_ADMITTED),
        (ENTRY, IN_AND_OUT, OUTSIDE, SUNDAY, None),
        (ENTRY, IN_AND_OUT, INSIDE, MONDAY, Reason.ALREADY_ADMITTED),
        (ENTRY, IN_AND_OUT, OUTSIDE, MONDAY, None),
        (ENTRY, DAILY, NEVER, SUNDAY, None),
        (ENTRY, DAILY, INSIDE, SUNDAY, Reason.ALREADY_ADMITTED),
        (ENTRY, DAILY, OUTSIDE, SUNDAY, Reason.ALREADY_ADMITTED),
        (ENTRY, DAILY, INSIDE, MONDAY, None),
        (ENTRY, DAILY, OUTSIDE, MONDAY, None),
        (EXIT, ONCE, NEVER, SUNDAY, Reason.NOT_INSIDE),
        (EXIT, ONCE, INSIDE, SUNDAY, None),
        (EXIT, ONCE, OUTSIDE, SUNDAY, Reason.NOT_INSIDE),
        (EXIT, IN_AND_OUT, NEVER, SUNDAY, Reason.NOT_INSIDE),
        (EXIT, IN_AND_OUT, INSIDE, MONDAY, None),
        (EXIT, IN_AND_OUT, OUTSIDE, SUNDAY, Reason.NOT_INSIDE),
        (EXIT, DAILY, NEVER, SUNDAY, Reason.NOT_INSIDE),
        (EXIT, DAILY, INSIDE, MONDAY, None),
        (EXIT, DAILY, OUTSIDE, MONDAY, Reason.NOT_INSIDE),
    ],
)
def test_who_passes_by_where_they_stood(
    direction: Direction, reentry: Reentry, standing: Standing | None, day: date, reason: Reason | None
) -> None:
    judgement = judged(direction, reentry, standing, day=day)
    assert judgement.reason == reason
    assert judgement.verdict is (Verdict.REFUSED if reason else Verdict.ADMITTED)
    assert (judgement.standing is None) == (reason is not None)


@pytest.mark.parametrize(
    ("status", "replaced", "reason"),
    [
        (Status.INVITED, False, Reason.NOT_CONFIRMED),
        (Status.PENDING, False, Reason.NOT_CONFIRMED),
        (Status.WAITLISTED, False, Reason.NOT_CONFIRMED),
        (Status.OFFERED, False, Reason.NOT_CONFIRMED),
        (Status.CONFIRMED, False, None),
        (Status.DECLINED, False, Reason.REGISTRATION_CANCELLED),
        (Status.CANCELLED, False, Reason.REGISTRATION_CANCELLED),
        (Status.CONFIRMED, True, Reason.BADGE_REPLACED),
        (Status.WAITLISTED, True, Reason.NOT_CONFIRMED),
        (Status.DECLINED, True, Reason.REGISTRATION_CANCELLED),
        (Status.CANCELLED, True, Reason.REGISTRATION_CANCELLED),
    ],
)
@pytest.mark.parametrize("may_override", [False, True])
def test_a_badge_that_does_not_hold_is_refused_whoever_asks(
    status: Status, replaced: bool, reason: Reason | None, may_override: bool
) -> None:
    held: dict[str, Any] = {"status": status, "replaced": replaced, "may_override": may_override}
    assert judged(**held).reason == reason
    for standing in (NEVER, OUTSIDE):
        leaving = judged(EXIT, standing=standing, **held)
        assert leaving.reason == (reason or (None if may_override else Reason.NOT_INSIDE))


@pytest.mark.parametrize(
    ("against", "barred"),
    [
        ({}, None),
        ({"status": Status.CANCELLED}, Reason.REGISTRATION_CANCELLED),
        ({"status": Status.DECLINED}, Reason.REGISTRATION_CANCELLED),
        ({"status": Status.WAITLISTED}, Reason.NOT_CONFIRMED),
        ({"replaced": True}, Reason.BADGE_REPLACED),
        ({"event_status": EventStatus.CANCELLED, "status": Status.CANCELLED}, Reason.EVENT_CANCELLED),
    ],
)
@pytest.mark.parametrize("reentry", list(Reentry))
def test_whoever_is_inside_may_leave_whatever_stands_against_them(
    against: dict[str, Any], barred: Reason | None, reentry: Reentry
) -> None:
    gone = Judgement(Verdict.ADMITTED, standing=OUTSIDE, barred=barred)
    assert judged(EXIT, reentry, INSIDE, **against) == gone
    outside = judged(EXIT, reentry, OUTSIDE, **against)
    assert (outside.verdict, outside.reason) == (Verdict.REFUSED, barred or Reason.NOT_INSIDE)


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "at", "reason"),
    [
        (None, None, AT_ELEVEN, None),
        (AT_ELEVEN, None, AT_TEN, Reason.OUTSIDE_HOURS),
        (AT_ELEVEN, None, AT_ELEVEN, None),
        (None, AT_NOON, AT_ELEVEN, None),
        (None, AT_NOON, AT_NOON - timedelta(microseconds=1), None),
        (None, AT_NOON, AT_NOON, Reason.OUTSIDE_HOURS),
        (AT_TEN, AT_ELEVEN, AT_NOON, Reason.OUTSIDE_HOURS),
        (AT_TEN, AT_NOON, AT_ELEVEN, None),
    ],
)
def test_a_door_has_hours_to_come_in_not_to_leave(
    opens_at: datetime | None, closes_at: datetime | None, at: datetime, reason: Reason | None
) -> None:
    assert judged(opens_at=opens_at, closes_at=closes_at, at=at).reason == reason
    assert judged(EXIT, standing=INSIDE, opens_at=opens_at, closes_at=closes_at, at=at).reason is None


@pytest.mark.parametrize(
    ("categories", "reason"),
    [
        (None, None),
        (frozenset({"practitioner"}), None),
        (frozenset({"practitioner", "staff"}), None),
        (frozenset({"staff"}), Reason.NOT_ADMITTED_HERE),
    ],
)
def test_a_door_may_be_for_some_categories(categories: frozenset[str] | None, reason: Reason | None) -> None:
    assert judged(categories=categories).reason == reason
    assert judged(EXIT, standing=INSIDE, categories=categories).reason is None


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"standing": INSIDE}, Reason.ALREADY_ADMITTED),
        ({"categories": frozenset({"staff"})}, Reason.NOT_ADMITTED_HERE),
        ({"opens_at": AT_NOON}, Reason.OUTSIDE_HOURS),
        ({"direction": EXIT}, Reason.NOT_INSIDE),
        ({"event_status": EventStatus.CANCELLED}, Reason.EVENT_CANCELLED),
    ],
)
def test_a_supervisor_sets_aside_what_the_door_says_not_what_the_badge_says(
    asked: dict[str, Any], reason: Reason
) -> None:
    assert judged(**asked).reason == reason
    overridden = judged(**asked, may_override=True)
    assert overridden.verdict is (Verdict.ADMITTED if reason in MAY_BE_OVERRIDDEN else Verdict.REFUSED)


def test_the_gravest_reason_is_told() -> None:
    everything: dict[str, Any] = {"categories": frozenset({"staff"}), "opens_at": AT_NOON, "standing": INSIDE}
    assert judged(**everything).reason is Reason.NOT_ADMITTED_HERE
    assert judged(**everything, replaced=True).reason is Reason.BADGE_REPLACED
    assert judged(event_status=EventStatus.CANCELLED, status=Status.CANCELLED).reason is Reason.EVENT_CANCELLED


def test_an_entry_stands_inside_and_an_exit_keeps_when_one_was_admitted() -> None:
    came = after(Passage(ENTRY, AT_ELEVEN, MONDAY), OUTSIDE)
    assert came == Standing(inside=True, admitted_at=AT_ELEVEN, day=MONDAY)
    assert after(Passage(EXIT, AT_NOON, MONDAY), came) == Standing(inside=False, admitted_at=AT_ELEVEN, day=MONDAY)


def test_whoever_leaves_without_having_come_was_never_admitted() -> None:
    assert after(Passage(EXIT, AT_NOON, SUNDAY), NEVER) is None
    let_out = judged(EXIT, standing=NEVER, may_override=True)
    assert let_out == Judgement(Verdict.ADMITTED, standing=None)


def test_a_device_is_not_believed_to_have_scanned_before_it_was_paired_or_after_it_sent() -> None:
    def told(at: datetime) -> bool:
        return believed(at, paired_at=AT_TEN, now=AT_NOON)

    day, minute = timedelta(days=1), timedelta(minutes=1)
    assert [told(AT_TEN - day), told(AT_NOON), told(AT_NOON + minute)] == [True] * 3
    assert [told(AT_TEN - day - minute), told(AT_NOON + 2 * minute)] == [False] * 2


def test_devices_outlive_their_event_by_a_day() -> None:
    assert not is_device_done(event_ends_at=AT_NOON, now=AT_NOON + timedelta(days=1))
    assert is_device_done(event_ends_at=AT_NOON, now=AT_NOON + timedelta(days=1, microseconds=1))


def test_every_reason_has_its_words() -> None:
    assert set(MESSAGES) == {None, *Reason}
