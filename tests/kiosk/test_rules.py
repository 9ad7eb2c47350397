"""When a kiosk prints, and what it says; no database."""

from datetime import UTC, datetime, timedelta

import pytest

from events_service.door.rules import Reason
from events_service.errors import Conflict
from events_service.kiosk.rules import Advice, AskAtDesk, History, PrintedBefore, advice_for, refuse_print

NOW = datetime(2037, 3, 7, 10, tzinfo=UTC)
JUST, LONG_AGO = NOW - timedelta(seconds=20), NOW - timedelta(minutes=6)
YESTERDAY = NOW - timedelta(days=1)

PRINTED = [
    (History(JUST, [], is_printed=False), False),
    # Again tells nothing where there was no first time.
    (History(JUST, [], is_printed=False), True),
    (History(JUST, [JUST], is_printed=True), True),
    # The name was changed since.
    (History(JUST, [YESTERDAY], is_printed=False), False),
    # Yesterday's prints do not count today.
    (History(JUST, [YESTERDAY, YESTERDAY], is_printed=True), True),
]
REFUSED = [
    (History(None, [], is_printed=False), False, AskAtDesk),
    (History(LONG_AGO, [], is_printed=False), True, AskAtDesk),
    (History(JUST, [JUST, NOW], is_printed=True), True, AskAtDesk),
    # The kiosk's clock is ahead of ours: by it, it let them in after we printed.
    (History(NOW, [JUST, JUST], is_printed=True), True, AskAtDesk),
    (History(JUST, [JUST], is_printed=True), False, PrintedBefore),
    (History(JUST, [YESTERDAY], is_printed=True), False, PrintedBefore),
]


@pytest.mark.parametrize(("history", "again"), PRINTED)
def test_a_badge_is_printed(history: History, *, again: bool) -> None:
    refuse_print(history, again=again, now=NOW)


@pytest.mark.parametrize(("history", "again", "refusal"), REFUSED)
def test_a_badge_is_not_printed(history: History, refusal: type[Conflict], *, again: bool) -> None:
    with pytest.raises(refusal):
        refuse_print(history, again=again, now=NOW)


def test_nobody_nearby_learns_why_a_registration_does_not_hold() -> None:
    private = [Reason.REGISTRATION_CANCELLED, Reason.NOT_CONFIRMED, Reason.BADGE_REPLACED, Reason.NOT_ADMITTED_HERE]
    assert {advice_for(reason) for reason in private} == {Advice.DESK}
    assert advice_for(Reason.ALREADY_ADMITTED) is Advice.ALREADY
    # Whoever tries codes is not told a forgery from a misread one.
    assert advice_for(Reason.FORGED_BADGE) is advice_for(Reason.UNKNOWN_BADGE) is Advice.UNKNOWN
