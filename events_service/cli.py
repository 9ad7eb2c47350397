"""The command `events-service`. Each command imports what it needs when it runs, so that `--help` is quick."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from events_service import __version__, settings
from events_service.errors import Invalid, Refused
from events_service.logs import configure_logs
from events_service.settings import BadSetting, Settings

Result = TypeVar("Result")
_SELF = (sys.executable, "-m", "events_service")
ROLES = ("owner", "organiser", "agenda_editor", "registrar", "door_supervisor", "door_steward", "viewer")


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Events and summits: registrations, calendar invites, badges and check-in."""


@main.command()
@click.option("--demo-if-empty", is_flag=True, help="Load the demonstration alliance into an empty database first.")
def run(demo_if_empty: bool) -> None:
    """Serve, and work the outbox. The embedded database is migrated first."""
    own = _settings()
    _check_port(own)
    if demo_if_empty:
        # In a process of its own: the serving ones are forked from this one, and threads do not survive a fork.
        subprocess.run([*_SELF, "demo", "--only-if-empty"], check=True)  # noqa: S603
    if own.workers > 1:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="events-metrics-"))
    click.echo(f"Serving {own.base_url} (stop with Ctrl-C)", err=True)
    helper = _Companion() if own.work_outbox else None
    try:
        _serve(own)
    finally:
        if helper:
            helper.stop()


@main.command()
@click.option("--follow", type=int, default=None, hidden=True)
def worker(follow: int | None) -> None:
    """Send letters and announce changes, without serving."""
    from events_service.worker import run_alone

    own = _settings()
    os.nice(5)
    asyncio.run(run_alone(own, follow=follow))


@main.command()
def migrate() -> None:
    """Bring the database to the shape this version needs."""
    from events_service import database

    done = _with_database(database.migrate, migrating=False)
    click.echo(f"{len(done)} migrations run." if done else "Nothing to migrate.")


@main.command()
@click.option("--only-if-empty", is_flag=True, help="Touch nothing where anybody has begun to work.")
def demo(only_if_empty: bool) -> None:
    """Load the demonstration alliance. Doing it again changes nothing."""
    from events_service import database
    from events_service.demo.load import in_words, load, load_if_empty

    async def fill() -> str | None:
        await database.migrate()
        report = await (load_if_empty() if only_if_empty else load())
        return in_words(report) if report else None

    words = _with_database(fill)
    if words:
        click.echo(words, err=only_if_empty)


@main.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--event", "event_slug", default=None, help="For this event alone.")
@click.option("--name", default=None)
@click.option("--password", default=None, help="Otherwise it is asked for, or read from EVENTS_USER_PASSWORD.")
def add_user(email: str, role: str, event_slug: str | None, name: str | None, password: str | None) -> None:
    """Add an account, or a role to an account that exists."""
    from events_service.people import actions
    from events_service.people.rules import Role

    password = password or os.environ.pop("EVENTS_USER_PASSWORD", None)
    if password is None and sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)

    async def add() -> str:
        await _check_event(event_slug)
        return await actions.add_account(email, Role(role), event_slug, password=password, name=name)

    _with_database(add)
    click.echo(f"{email} is {role}{f' of {event_slug}' if event_slug else ''}.")


@user.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Take an account's second factor away and end its sign-ins, as when the phone is lost."""
    from events_service.people import queries, second_factors
    from events_service.people.addresses import account_address

    async def reset() -> None:
        await second_factors.reset_second_factor(await queries.account_id_of(account_address(email)))

    _with_database(reset)
    click.echo(f"{email} signs in by password alone.")


@main.group()
def token() -> None:
    """Tokens for programs."""


@token.command("create")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--event", "event_slug", default=None, help="For this event alone.")
@click.option("--name", required=True, help="What it is for.")
def create_token(role: str, event_slug: str | None, name: str) -> None:
    """Make a token and print it, alone, on standard output. It is shown this once."""
    from events_service.people import actions
    from events_service.people.rules import Role

    async def make() -> str:
        await _check_event(event_slug)
        return await actions.make_api_token(Role(role), event_slug=event_slug, name=name)

    click.echo(_with_database(make))


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Write everything into DIR, a new folder, while the service goes on. The secret key is not in it."""
    from events_service.backups import back_up

    own = _settings()
    report = _with_database(lambda: back_up(folder, own), migrating=False)
    click.echo(f"{report.rows} rows written to {folder}. Keep EVENTS_SECRET_KEY elsewhere: it is not in the backup.")


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def restore(folder: Path) -> None:
    """Read the backup in DIR into an empty database, of either kind."""
    from events_service.backups import restore as read_back

    own = _settings()
    report = _with_database(lambda: read_back(folder, own))
    click.echo(f"{report.rows} rows restored.")
    if not report.same_key:
        click.echo("EVENTS_SECRET_KEY is not the one of this backup: its links and badges will not work.", err=True)


@main.command()
def check() -> None:
    """Look at settings, database, mail, clock and assets: a line each, exit 1 if any fails."""
    from events_service.checkup import checkup

    own = _settings()
    results = asyncio.run(checkup(own))
    for result in results:
        click.echo(f"{'ok  ' if result.fine else 'FAIL'}  {result.name}: {result.text}")
    sys.exit(0 if all(result.fine for result in results) else 1)


class _Companion:
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
        return subprocess.Popen([*_SELF, "worker", "--follow", str(os.getpid())])  # noqa: S603

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


def _serve(own: Settings) -> None:
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
        workers_kill_timeout=10,
    )
    server.respawned_wrks = _Respawns()
    server.serve()


def _check_port(own: Settings) -> None:
    family = socket.AF_INET6 if ":" in own.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((own.host, own.port))
        except OSError as error:
            _fail(f"Cannot listen on {own.host}, port {own.port} ({error.strerror}). Choose another with EVENTS_PORT.")


async def _check_event(slug: str | None) -> None:
    from events_service.events.queries import find_event

    if slug is not None and await find_event(slug) is None:
        raise click.BadParameter(f"There is no event {slug}.", param_hint="--event")


def _with_database(action: Callable[[], Awaitable[Result]], *, migrating: bool = True) -> Result:
    """Run it with the database open, the embedded one migrated; a refusal ends the command with its words and exit code 1."""
    from events_service import database

    own = _settings()

    async def inside() -> Result:
        database.connect(own)
        try:
            if own.is_embedded and migrating:
                await database.migrate()
            return await action()
        finally:
            await database.disconnect()

    return _told(inside())


def _told(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return asyncio.run(work)
    except Invalid as invalid:
        _fail("\n".join(f"{error.field}: {error.message}" for error in invalid.errors))
    except Refused as refused:
        _fail(refused.detail)


def _settings() -> Settings:
    try:
        own = Settings.from_environ()
    except BadSetting as bad:
        _fail(str(bad))
    configure_logs(own.log_level)
    settings.use(own)
    return own


def _fail(words: str) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(1)
