"""The figures of the live picture, how they are drawn, and what of them is shown to whom. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# A chart has no more bars than a phone can show side by side.
MOST_BARS = 40
STEPS = tuple(timedelta(minutes=n) for n in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440))
# Of a processor, the figures take no more than a twentieth, however long the list of guests.
SHARE = 20
AT_MOST_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Bar:
    """How many were admitted from `begins` on, until the next bar does."""

    begins: datetime
    people: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Admissions over time, without gaps: each bar stands for `step`; `tallest` is the largest of them."""

    bars: tuple[Bar, ...]
    step: timedelta
    tallest: int

    @property
    def minutes(self) -> int:
        """How many minutes a bar stands for."""
        return self.step // timedelta(minutes=1)

    @property
    def ends(self) -> datetime:
        """When the last bar ends."""
        return self.bars[-1].begins + self.step


def draw(minutes: Sequence[tuple[datetime, int]]) -> Chart | None:
    """The chart of admissions by minute (in their order), with the shortest step that fits; None where nobody was admitted."""
    if not minutes:
        return None
    first, last = minutes[0][0], minutes[-1][0]
    step = next((one for one in STEPS if (last - _start(first, one)) // one < MOST_BARS), None)
    if step is None:
        days = -(-((last - first) // STEPS[-1] + 2) // MOST_BARS)
        step = STEPS[-1] * days
    begins = _start(first, step)
    people = [0] * ((last - begins) // step + 1)
    for minute, admitted in minutes:
        people[(minute - begins) // step] += admitted
    bars = tuple(Bar(begins + place * step, number) for place, number in enumerate(people))
    return Chart(bars, step, max(people))


def pause_after(took_seconds: float) -> float:
    """How many seconds to rest after figures that took so long: a second at least."""
    return max(AT_MOST_EVERY, took_seconds * SHARE)


def _start(moment: datetime, step: timedelta) -> datetime:
    """The last full step of its day before the moment, in the moment's own zone."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // step * step
