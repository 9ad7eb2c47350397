"""When a join page opens and for whom, and what its signs say of a stay."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from events_service.events.rules import Format
from events_service.events.rules import Status as EventStatus
from events_service.online.rules import (
    Ending,
    Hindrance,
    Meeting,
    Presence,
    Sign,
    Stay,
    Step,
    hindrance,
    presence,
    step,
)
from events_service.registrations.rules import Attendance, Status
from tests.events.given import plain_event
from tests.online.given import BEGINS, ENDS, MINUTE

LINK = "https://meet.example.org/room"
MEETING = Meeting("Kick-off", BEGINS, ENDS, LINK)
IN_A_SESSION = replace(MEETING, session_id="s", session_number=7)
ONLINE, HYBRID = plain_event(format=Format.ONLINE), plain_event(format=Format.HYBRID)


def at(minutes: float) -> datetime:
    """So many minutes after the beginning."""
    return BEGINS + minutes * MINUTE


def stay(joined: float, seen: float, left: float | None = None, ending: Ending | None = None) -> Stay:
    return Stay(at(joined), at(seen), None if left is None else at(left), ending)


@pytest.mark.parametrize(
    ("event", "meeting", "status", "attendance", "minute", "expected"),
    [
        (ONLINE, MEETING, Status.CONFIRMED, Attendance.ONLINE, 0, None),
        (ONLINE, MEETING, Status.CONFIRMED, Attendance.ONLINE, -30, None),
        (ONLINE, MEETING, Status.CONFIRMED, Attendance.ONLINE, -30.1, Hindrance.NOT_OPEN_YET),
        (ONLINE, MEETING, Status.CONFIRMED, Attendance.ONLINE, 119.9, None),
        (ONLINE, MEETING, Status.CONFIRMED, Attendance.ONLINE, 120, Hindrance.OVER),
        (ONLINE, MEETING, Status.WAITLISTED, Attendance.ONLINE, 0, Hindrance.NOT_CONFIRMED),
        (ONLINE, MEETING, Status.OFFERED, Attendance.ONLINE, 0, Hindrance.NOT_CONFIRMED),
        (ONLINE, MEETING, Status.CANCELLED, Attendance.ONLINE, 0, Hindrance.REGISTRATION_CANCELLED),
        (ONLINE, MEETING, Status.DECLINED, Attendance.ONLINE, 0, Hindrance.REGISTRATION_CANCELLED),
        (HYBRID, MEETING, Status.CONFIRMED, Attendance.ONLINE, 0, None),
        (HYBRID, MEETING, Status.CONFIRMED, Attendance.IN_PERSON, 0, Hindrance.IN_PERSON),
        (HYBRID, IN_A_SESSION, Status.CONFIRMED, Attendance.IN_PERSON, 0, None),
        # Before they wait for it to open they should know that they sit in the room.
        (HYBRID, MEETING, Status.CONFIRMED, Attendance.IN_PERSON, -999, Hindrance.IN_PERSON),
        (ONLINE, replace(MEETING, join_url=None), Status.CONFIRMED, Attendance.ONLINE, 0, Hindrance.NOT_ONLINE),
        (ONLINE, replace(IN_A_SESSION, is_cancelled=True), Status.CONFIRMED, Attendance.ONLINE, 0, Hindrance.SESSION_CANCELLED),
        (replace(ONLINE, status=EventStatus.CANCELLED), MEETING, Status.CONFIRMED, Attendance.ONLINE, 0, Hindrance.EVENT_CANCELLED),
        (replace(ONLINE, status=EventStatus.CANCELLED), MEETING, Status.CANCELLED, Attendance.ONLINE, 0, Hindrance.EVENT_CANCELLED),
    ],
)  # fmt: skip
def test_who_may_join_when(event, meeting, status, attendance, minute, expected) -> None:  # type: ignore[no-untyped-def]
    assert hindrance(event, meeting, status=status, attendance=attendance, now=at(minute)) is expected


HERE = stay(0, 10)
TOLD, CLOSED, SILENT = (stay(0, 10, 10, ending) for ending in Ending)


@pytest.mark.parametrize(
    ("last", "sign", "minute", "expected"),
    [
        (None, Sign.JOINED, 0, Step(begun=stay(0, 0))),
        # A page that is open without having been joined from tells nothing.
        (None, Sign.THERE, 0, Step()),
        (None, Sign.CLOSED, 0, Step()),
        (None, Sign.LEFT, 0, Step()),
        (HERE, Sign.THERE, 11, Step(stay(0, 11))),
        (HERE, Sign.JOINED, 13, Step(stay(0, 13))),
        (HERE, Sign.THERE, 13.1, Step(stay(0, 10, 10, Ending.SILENT), stay(13.1, 13.1))),
        (HERE, Sign.CLOSED, 12, Step(stay(0, 12, 12, Ending.CLOSED))),
        # A machine that slept: nobody was before the page when it closed.
        (HERE, Sign.CLOSED, 60, Step()),
        # Without a script no sign comes in between; their word counts all the same.
        (HERE, Sign.LEFT, 60, Step(stay(0, 60, 60, Ending.TOLD))),
        (CLOSED, Sign.THERE, 12, Step(stay(0, 12))),
        (CLOSED, Sign.THERE, 20, Step(begun=stay(20, 20))),
        (CLOSED, Sign.LEFT, 12, Step()),
        (TOLD, Sign.THERE, 11, Step()),
        (TOLD, Sign.JOINED, 11, Step(begun=stay(11, 11))),
        (TOLD, Sign.LEFT, 11, Step()),
        (SILENT, Sign.THERE, 20, Step(begun=stay(20, 20))),
        # A clock that was set back never lets anybody leave before they came.
        (HERE, Sign.LEFT, 5, Step(stay(0, 10, 10, Ending.TOLD))),
    ],
)
def test_what_a_sign_changes(last: Stay | None, sign: Sign, minute: float, expected: Step) -> None:
    assert step(last, sign, now=at(minute)) == expected


def said(
    joined: float,
    last: float,
    *,
    there: bool = False,
    ending: Ending | None = None,
    stayed: float | None = None,
    late: float | None = None,
    early: float | None = None,
) -> Presence:
    def minutes(number: float | None) -> timedelta | None:
        return None if number is None else number * MINUTE

    return Presence(at(joined), at(last), there, ending, minutes(stayed), minutes(late), minutes(early))


@pytest.mark.parametrize(
    ("stays", "minute", "expected"),
    [
        ([], 50, None),
        ([stay(-3, 90)], 95, said(-3, 90, ending=Ending.SILENT, stayed=93)),
        ([stay(5, 90)], 95, said(5, 90, ending=Ending.SILENT, stayed=85)),
        ([stay(6, 90)], 95, said(6, 90, ending=Ending.SILENT, stayed=84, late=6)),
        ([stay(0, 85, 85, Ending.TOLD)], 95, said(0, 85, ending=Ending.TOLD, stayed=85)),
        ([stay(0, 84, 84, Ending.CLOSED)], 95, said(0, 84, ending=Ending.CLOSED, stayed=84, early=6)),
        ([stay(0, 50)], 95, said(0, 50, ending=Ending.SILENT, stayed=50, early=40)),
        # Who is there has not left early, and who left may come back.
        ([stay(0, 50)], 51, said(0, 50, there=True, stayed=50)),
        ([stay(0, 0)], 1, said(0, 0, there=True, stayed=0)),
        ([stay(0, 20, 20, Ending.TOLD), stay(60, 91)], 92, said(0, 91, there=True, stayed=51)),
        # The page told nothing after they joined: how long they stayed is not known, nor when they left.
        ([stay(7, 7)], 95, said(7, 7, late=7)),
    ],
)
def test_what_stays_say_of_a_meeting(stays: list[Stay], minute: float, expected: Presence | None) -> None:
    assert presence(stays, MEETING, now=at(minute)) == expected


def test_nobody_is_late_or_early_at_a_meeting_of_several_days() -> None:
    summit = replace(MEETING, ends_at=BEGINS + timedelta(days=1, hours=6))
    assert presence([stay(600, 700, 700, Ending.TOLD)], summit, now=at(5000)) == said(
        600, 700, ending=Ending.TOLD, stayed=100
    )
