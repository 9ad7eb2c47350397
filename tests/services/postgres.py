"""A PostgreSQL server for the tests: the one named, the one that runs here, or one of our own while they run."""

import asyncio
import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.services import NotHad
from tests.services.product import free_port

Result = TypeVar("Result")

BINARIES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")
MAY_CREATE = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
ALL_DATABASES = "SELECT datname FROM pg_database ORDER BY datname"
START_SECONDS = 120
# What a server says that finds processes of the one before it still there.
OLD_BACKENDS = "pre-existing shared memory block"


class LoopThread:
    """An event loop in a thread of its own, so that a plain function may wait for a coroutine wherever it is called."""

    def __init__(self) -> None:
        """Start the thread."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Wait for it, blocking the caller."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def close(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class PostgresServer:
    """A server on which the tests make and drop databases of their own, and touch no others. Its methods block."""

    def __init__(self, url: str) -> None:
        """Connect to the database of `url`. Raises `NotHad` when that is refused or may not create databases."""
        self._url = url
        self._prefix = f"events_test_{token_hex(4)}"
        self._made = 0
        self._loop = LoopThread()
        try:
            self._connection = self._loop.run(_admitted(url))
        except BaseException:
            self._loop.close()
            raise

    def create_database(self, *, template: str = "template0") -> str:
        """Make a database and return its URL; a copy of `template`, to which nobody may be connected."""
        self._made += 1
        name = f"{self._prefix}_{self._made}"
        # The same collation on every server: what sorts here sorts there.
        kind = "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'" if template == "template0" else ""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {kind}')
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))

    def copy_database(self, url: str) -> str:
        """Make a copy of one of our databases and return its URL."""
        return self.create_database(template=_name_in(url))

    def drop_database(self, url: str) -> None:
        """Drop one of our databases, and whatever is still connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{_name_in(url)}" WITH (FORCE)')

    def close(self) -> None:
        """Drop what is left of ours and disconnect."""
        for name in self.databases():
            if name.startswith(self._prefix):
                self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        self._loop.run(self._connection.close())
        self._loop.close()

    def databases(self) -> list[str]:
        """The names of all databases on the server, others' included, in alphabetical order."""
        return [row["datname"] for row in self._loop.run(self._connection.fetch(ALL_DATABASES))]

    def _execute(self, statement: str) -> None:
        self._loop.run(self._connection.execute(statement))


class ThrowAwayCluster:
    """A server process of our own on a free loopback port, gone without a trace after `remove`.

    Its data survives a killed process but not a power cut, which makes it quick.
    """

    def __init__(self, binaries: Path) -> None:
        """Make the cluster's files; `start` starts it. `binaries` is the folder that holds initdb and postgres."""
        self._binaries = binaries
        # PostgreSQL refuses to run as root, and root's own temporary folder may be closed to others.
        self._user = _unprivileged_user() if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="events-pg-", dir="/tmp"))
        if self._user:
            shutil.chown(self._folder, self._user)
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._initialise()

    @property
    def url(self) -> str:
        """Where it listens, as the superuser `postgres`."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start the server and wait until it lets us in. Raises `NotHad` when it ends or says nothing for 120 s."""
        options = [
            "-p",
            str(self._port),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "fsync=off",
            "-c",
            "max_connections=200",
        ]
        command: list[str | Path] = [self._binaries / "postgres", "-D", self._data, "-k", self._folder, *options]
        deadline = time.monotonic() + START_SECONDS
        self._process = self._begin(command)
        while not _answers(self.url):
            is_late = time.monotonic() > deadline
            if self._process.poll() is not None and not is_late and OLD_BACKENDS in self._said_last():
                # Those of a server that was killed see that only at their next turn.
                self._process = self._begin(command)
            elif is_late or self._process.poll() is not None:
                raise NotHad(f"a server of our own did not start: {self._said_last()}")
            time.sleep(0.05)

    def _begin(self, command: list[str | Path]) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(command, cwd=self._folder, user=self._user, stdout=log, stderr=log)

    def _said_last(self) -> str:
        return self._log.read_text()[-400:]

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT lets it close in order, SIGKILL is an accident. It can be started again."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=START_SECONDS)
            self._process = None

    def admit_nobody(self, yes: bool) -> None:
        """Freeze what lets connections in: also what takes the wish to cancel a statement. Statements that run go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP if yes else signal.SIGCONT)

    def remove(self) -> None:
        """Stop it and take its files away."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def _initialise(self) -> None:
        program: list[str | Path] = [self._binaries / "initdb", "-D", self._data]
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        made = subprocess.run([*program, *options], cwd=self._folder, user=self._user, capture_output=True, check=False)
        if made.returncode != 0:
            self.remove()
            raise NotHad(f"initdb failed: {made.stderr.decode(errors='replace')[-400:]}")


def find_server() -> tuple[PostgresServer, ThrowAwayCluster | None]:
    """The server `EVENTS_TEST_POSTGRES_URL` names, else the one on 127.0.0.1:5432, else one of our own (second)."""
    if named := os.environ.get("EVENTS_TEST_POSTGRES_URL"):
        return PostgresServer(named), None
    for user in dict.fromkeys((getpass.getuser(), "postgres", "root")):
        with suppress(NotHad):
            return PostgresServer(f"postgresql://{user}@127.0.0.1:5432/postgres"), None
    cluster = make_cluster()
    try:
        cluster.start()
        return PostgresServer(cluster.url), cluster
    except NotHad:
        cluster.remove()
        raise


def make_cluster() -> ThrowAwayCluster:
    """A cluster of our own, not yet started. Raises `NotHad` when PostgreSQL is not installed."""
    binaries = next(_folders_with_initdb(), None)
    if binaries is None:
        raise NotHad("which does not run on 127.0.0.1:5432 and is not installed.")
    return ThrowAwayCluster(binaries)


def _folders_with_initdb() -> Iterator[Path]:
    if found := shutil.which("initdb"):
        # A link on the path leads to the folder where postgres lies as well.
        yield Path(found).resolve().parent
    for pattern in BINARIES:
        yield from (path for path in sorted(Path("/").glob(pattern[1:]), reverse=True) if (path / "initdb").exists())


def _unprivileged_user() -> str:
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise NotHad("which refuses to run as root, and there is neither a user postgres nor nobody.")


def _name_in(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


async def _admitted(url: str) -> asyncpg.Connection:
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as refused:
        raise NotHad(f"which did not let us in ({type(refused).__name__}).") from refused
    if not await connection.fetchval(MAY_CREATE):
        await connection.close()
        raise NotHad("whose user may not create databases.")
    return connection


def _answers(url: str) -> bool:
    try:
        PostgresServer(url).close()
    except NotHad:
        return False
    return True
