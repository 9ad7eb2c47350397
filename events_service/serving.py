"""Serving: the processes that answer requests, and the one beside them that sends letters."""

import os
import subprocess
import sys
import threading
from collections import deque
from typing import Any

from events_service.settings import Settings

SELF = (sys.executable, "-m", "events_service")


class Companion:
    """The outbox worker as a process beside the serving ones; started anew when it dies."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        """End it, and wait for the letter it is at."""
        self._stopping.set()
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([*SELF, "worker", "--follow", str(os.getpid())])  # noqa: S603

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._process.wait()
            if not self._stopping.wait(timeout=1):
                self._process = self._start()


class _Respawns(dict[int, float]):
    """When Granian started which worker anew. It gives up when one dies twice within seconds; ours may die ten times in a minute.

    A worker that is killed is replaced at once; one that cannot even start does not keep the machine busy for ever.
    """

    def __init__(self) -> None:
        super().__init__()
        self._moments: deque[float] = deque(maxlen=10)

    def __setitem__(self, worker: int, moment: float) -> None:
        self._moments.append(moment)
        super().__setitem__(worker, moment)

    def get(self, worker: int, default: Any = None) -> Any:
        """When that worker was started anew, once it happens too often; until then, as if never."""
        often = len(self._moments) == self._moments.maxlen and self._moments[-1] - self._moments[0] < 60
        return super().get(worker, default) if often else default


def serve(own: Settings) -> None:
    """Serve until told to stop, in as many processes as the settings say."""
    from granian import Granian
    from granian.constants import Interfaces, Loops

    server: Any = Granian(
        target="events_service.app:application",
        factory=True,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        address=own.host,
        port=own.port,
        workers=own.workers,
        backlog=2048,
        log_enabled=own.log_level == "DEBUG",
        log_access=False,
        respawn_failed_workers=True,
        # All is over within ten seconds, also where a stream that was just opened does not hear of the end.
        workers_kill_timeout=7,
    )
    server.respawned_wrks = _Respawns()
    server.serve()
