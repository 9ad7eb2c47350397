"""Scenes and how they are measured: rounds in turn with the bare handler, and the middle one of what they gave."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median

from benchmarks.load import Job, LoadGenerator, Measured

CONNECTIONS = (1, 8, 32)
BARE_REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
# More than any server answers within a round.
PLENTY = 20_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How thoroughly: rounds, seconds that each lasts at most, and how many requests a round sends that can be sent only once."""

    rounds: int
    seconds: float
    once_only: dict[int, int]

    def needed(self, connections: Sequence[int]) -> int:
        """How many requests that can be sent only once a scene uses up."""
        return self.rounds * sum(self.once_only[many] for many in connections)


FULL = Pace(rounds=3, seconds=0.8, once_only={1: 200, 8: 800, 32: 2000})
QUICK = Pace(rounds=3, seconds=0.15, once_only={1: 40, 8: 200, 32: 400})


@dataclass(frozen=True, slots=True)
class Scene:
    """One kind of request: how its answer must look, and requests. `prepare` makes that many, each to be sent once."""

    name: str
    status: int
    marker: bytes
    again: Sequence[bytes] = ()
    prepare: Callable[[int], Sequence[bytes]] | None = None

    def requests(self, connections: int, pace: Pace) -> Sequence[bytes]:
        """What one round sends."""
        if self.prepare is not None:
            return self.prepare(pace.once_only[connections])
        return list(islice(cycle(self.again), PLENTY))


@dataclass(frozen=True, slots=True)
class Line:
    """A scene beside the bare handler at so many connections: medians."""

    scene: str
    connections: int
    ours: Measured
    bare: Measured

    @property
    def ratio(self) -> float:
        """Our requests a second for each one of the bare handler."""
        return self.ours.per_second / self.bare.per_second


BARE = Scene("bare", 200, b"world", again=(BARE_REQUEST,))


@dataclass(frozen=True, slots=True)
class Course:
    """The two servers side by side, and who sends to them."""

    generator: LoadGenerator
    port: int
    bare_port: int
    pace: Pace

    def warm_up(self, scene: Scene, requests: Sequence[bytes]) -> None:
        """Send all of these once, so that nothing is measured that only the first requests pay for."""
        self.generator.run(Job(self.port, 8, requests, scene.status, scene.marker, seconds=60))

    def measure(self, scene: Scene, connections: Sequence[int] = CONNECTIONS) -> Iterator[Line]:
        """A line for each number of connections; each round of ours is followed by one of the bare handler."""
        for many in connections:
            ours, bare = list[Measured](), list[Measured]()
            for _ in range(self.pace.rounds):
                ours.append(self._round(scene, self.port, many))
                bare.append(self._round(BARE, self.bare_port, many))
            yield Line(scene.name, many, _middle(ours), _middle(bare))

    def _round(self, scene: Scene, port: int, connections: int) -> Measured:
        requests = scene.requests(connections, self.pace)
        # What can be sent only once is sent to its end, unless it takes very long.
        seconds = self.pace.seconds if scene.prepare is None else 10 * self.pace.seconds
        return self.generator.run(Job(port, connections, requests, scene.status, scene.marker, seconds))


def _middle(rounds: Sequence[Measured]) -> Measured:
    return Measured(
        median(one.per_second for one in rounds), median(one.p50 for one in rounds), median(one.p99 for one in rounds)
    )
