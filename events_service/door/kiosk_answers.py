"""What a kiosk is told of a scan: its screen is read by whoever stands near."""

import msgspec

from events_service.door.answers import ScanAnswer
from events_service.door.rules import Verdict


def told_at_kiosk(answer: ScanAnswer) -> ScanAnswer:
    """The answer for a screen that anybody reads: no count, no note, and a name only where its holder is let in."""
    shown = answer.attendee if answer.verdict is Verdict.ADMITTED else None
    if shown is not None:
        shown = msgspec.structs.replace(shown, note=None)
    return msgspec.structs.replace(answer, attendee=shown, inside=0)
