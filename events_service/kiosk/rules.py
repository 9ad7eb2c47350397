"""When a kiosk prints, and what it says to whom it does not let in. Pure: the moment is an argument."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from events_service.door.rules import AHEAD_OF_US, Reason
from events_service.errors import Conflict

# After somebody was let in by a kiosk: the badge, and once more where the printer jammed.
PRINTS_AN_ADMISSION = 2
PRINT_WITHIN = timedelta(minutes=5)


class AskAtDesk(Conflict):
    """A kiosk prints no (further) badge for this scan."""

    code = "ask_at_desk"
    detail = "This badge is not printed here (again). The staffed desk prints it."


class PrintedBefore(Conflict):
    """The badge was printed before as it is now: it is printed once more only where its holder asks for it."""

    code = "printed_before"
    detail = "This badge was printed before. Ask for it again to have it printed once more."


class Advice(StrEnum):
    """What a guest is told who is not let in: what to do, not what is wrong with their registration."""

    ALREADY = "already"
    DESK = "desk"
    OTHER_EVENT = "other_event"
    UNKNOWN = "unknown"
    NOT_OPEN = "not_open"
    EVENT_CANCELLED = "event_cancelled"


# Everything else is for the desk: why somebody's registration does not hold is no business of who stands behind them.
_ADVICE = {
    Reason.ALREADY_ADMITTED: Advice.ALREADY,
    Reason.OTHER_EVENT: Advice.OTHER_EVENT,
    Reason.UNKNOWN_BADGE: Advice.UNKNOWN,
    Reason.FORGED_BADGE: Advice.UNKNOWN,
    Reason.OUTSIDE_HOURS: Advice.NOT_OPEN,
    Reason.EVENT_CANCELLED: Advice.EVENT_CANCELLED,
}


def advice_for(reason: Reason) -> Advice:
    """What to tell somebody who is refused for this reason."""
    return _ADVICE.get(reason, Advice.DESK)


@dataclass(frozen=True, slots=True)
class History:
    """What is known of somebody's badge: when a kiosk let them in (None: none did), when it was printed at kiosks, and whether it was
    ever printed as it is now.
    """

    admitted_at: datetime | None
    at_kiosks: Sequence[datetime]
    is_printed: bool


def refuse_print(history: History, *, again: bool, now: datetime) -> None:
    """Whether a kiosk prints now; `again` where the holder asked for one more. Raises `AskAtDesk`, `PrintedBefore`."""
    admitted_at = history.admitted_at
    if admitted_at is None or now - admitted_at > PRINT_WITHIN:
        raise AskAtDesk()
    # The kiosk told when it let them in, and its clock may be ahead of ours.
    since = [moment for moment in history.at_kiosks if moment >= admitted_at - AHEAD_OF_US]
    if len(since) >= PRINTS_AN_ADMISSION:
        raise AskAtDesk()
    if history.is_printed and not again:
        raise PrintedBefore()
