"""The product as its users run it: the command `events-service` in processes of its own, on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

COMMAND = Path(sys.executable).parent / "events-service"
# Long, for machines that do much else: whoever ends before is told at once.
READY_SECONDS = 180
STOP_SECONDS = 60
SECRET_KEY = "a key for tests that guards nothing"


class Product:
    """An installation with a folder, a database and an address of its own; `start` serves it.

    Its spool is `spool`, its log `log`. Other settings are given by their names without the prefix: `workers="2"`.
    """

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        """Nothing is started yet. `folder` is empty and this installation's alone; the database is migrated."""
        self.data_dir = folder
        self.spool = folder / "spool"
        self.log = folder / "log"
        self.database_url = database_url
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environ(self) -> dict[str, str]:
        """The environment of its processes: none of the caller's own `EVENTS_*`."""
        own = {
            "DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.database_url,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "BASE_URL": self.base_url,
            "SECRET_KEY": SECRET_KEY,
            "MAIL_URL": f"spool:{self.spool}",
            "RATE_LIMITS": "off",
        }
        own |= {name.upper(): value for name, value in self._settings.items()}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("EVENTS_")}
        return inherited | {f"EVENTS_{name}": value for name, value in own.items()}

    @property
    def pid(self) -> int:
        """The process id of the command; its workers are among `process_ids`."""
        return self._running.pid

    def start(self, *arguments: str) -> None:
        """Run `events-service run` and wait until it is ready. Raises `AssertionError` with its log when it is not."""
        with self.log.open("ab") as log:
            command = [str(COMMAND), "run", *arguments]
            self._process = subprocess.Popen(
                command, env=self.environ, cwd=self.data_dir, stdout=log, stderr=log, start_new_session=True
            )
        try:
            self.wait_until_ready()
        except AssertionError:
            self.stop()
            raise

    def wait_until_ready(self) -> None:
        """Wait for a 200 from `/health/ready`. Raises `AssertionError` with the log when it ended, or after 180 s."""
        deadline = time.monotonic() + READY_SECONDS
        while not self._is_ready():
            ended = self._running.poll()
            if ended is not None or time.monotonic() > deadline:
                raise AssertionError(f"events-service is not ready (ended: {ended}):\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)

    def stop(self) -> bool:
        """End it by SIGTERM, and by SIGKILL whatever is left after a minute. It can be started again. Whether SIGTERM was enough."""
        if self._process is None:
            return True
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=STOP_SECONDS)
        # Its workers too, when it was killed before it could end them.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        killed = self._process.wait() == -signal.SIGKILL
        self._process = None
        return not killed

    def process_ids(self) -> list[int]:
        """Its process and all that descend from it, parents first."""
        found = [self.pid]
        for parent in found:
            found += _children(parent)
        return found

    def command(self, *arguments: str) -> str:
        """What `events-service …` of this installation prints on standard output, without the last newline."""
        done = subprocess.run(
            [COMMAND, *arguments], env=self.environ, cwd=self.data_dir, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"events-service {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout.rstrip("\n")

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, "events-service was not started"
        return self._process

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base_url}/health/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(parent: int) -> list[int]:
    threads = Path(f"/proc/{parent}/task")
    if threads.exists():
        # A child is listed with the thread that started it; a thread may end while we read.
        with suppress(FileNotFoundError):
            return [int(child) for thread in threads.iterdir() for child in (thread / "children").read_text().split()]
        return []
    listed = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]
