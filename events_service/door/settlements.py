"""What a supervisor decides of a contradiction, and what follows from it for the record. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from events_service.door.ledgers import ConflictKind, Correction
from events_service.door.rules import Verdict


class Outcome(StrEnum):
    """What had happened, or what was done about it."""

    SAME_PERSON = "same_person"
    TWO_PEOPLE = "two_people"
    SENT_AWAY = "sent_away"
    CAME_IN = "came_in"
    STAYED_OUT = "stayed_out"
    MAY_STAY = "may_stay"


# Which outcomes settle which kind, and what each sets right of the scan that contradicts. Nothing: the record was right.
SETTLES: dict[ConflictKind, dict[Outcome, Correction]] = {
    ConflictKind.DOUBLE_ADMISSION: {
        # Their own badge twice: they had left by another way, or were let through twice. They are inside once.
        Outcome.SAME_PERSON: Correction(),
        # Somebody else came in by the same badge and is inside too, without a badge of their own.
        Outcome.TWO_PEOPLE: Correction(),
        # Whoever came second was led out again.
        Outcome.SENT_AWAY: Correction(gate=Verdict.REFUSED),
    },
    ConflictKind.REFUSED_BUT_VALID: {
        # They came in after all, at that moment.
        Outcome.CAME_IN: Correction(gate=Verdict.ADMITTED),
        Outcome.STAYED_OUT: Correction(),
    },
    ConflictKind.ADMITTED_BUT_INVALID: {
        # Whoever is inside without a badge that holds may be: they count as inside from that moment.
        Outcome.MAY_STAY: Correction(may_stay=True),
        Outcome.SENT_AWAY: Correction(gate=Verdict.REFUSED),
    },
}


@dataclass(frozen=True, slots=True)
class Settlement:
    """A contradiction of a scan that a supervisor settled."""

    kind: ConflictKind
    outcome: Outcome
    settled_at: datetime


def correction_of(settlements: Iterable[Settlement]) -> Correction:
    """What all that was settled of one scan sets right; of two words on one matter the last counts."""
    gate, may_stay = None, False
    for one in sorted(settlements, key=lambda one: (one.settled_at, one.kind)):
        found = SETTLES[one.kind][one.outcome]
        gate, may_stay = found.gate or gate, may_stay or found.may_stay
    return Correction(gate, may_stay)
