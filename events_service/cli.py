"""The command `events-service`. Each command imports what it needs when it runs, so that `--help` is quick."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, TypeVar

import click

from events_service import __version__, settings
from events_service.errors import Invalid, Refused
from events_service.logs import configure_logs
from events_service.serving import SELF, Companion, serve
from events_service.settings import BadSetting, Settings

if TYPE_CHECKING:
    from events_service.agenda.import_plan import Report
    from events_service.exchange.export_api import Form
    from events_service.exchange.importing import Tally

Result = TypeVar("Result")
FORMS = ("xml", "json", "csv", "ics")
LISTEN_MAIL = "lmtp://127.0.0.1:2424"
ROLES = ("owner", "organiser", "agenda_editor", "registrar", "door_supervisor", "door_steward", "viewer")
TOKEN_ROLES = (*ROLES, "inbound_mail")


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
        subprocess.run([*SELF, "demo", "--only-if-empty"], check=True)  # noqa: S603
    if own.workers > 1:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="events-metrics-"))
    click.echo(f"Serving {own.base_url} (stop with Ctrl-C)", err=True)
    helper = Companion() if own.work_outbox else None
    try:
        serve(own)
    finally:
        if helper:
            helper.stop()


@main.command()
@click.option("--follow", type=int, default=None, hidden=True)
@click.option(
    "--listen-mail", is_flag=True, help="Take answers to invites from a mail server, by LMTP on port 2424 here."
)
def worker(follow: int | None, listen_mail: bool) -> None:
    """Send letters and announce changes, without serving."""
    from events_service.worker import run_alone

    own = _settings()
    if listen_mail and not own.inbound_listen:
        own = replace(own, inbound_listen=LISTEN_MAIL)
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
@click.option("--role", type=click.Choice(TOKEN_ROLES), required=True)
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


@main.group("import")
def import_() -> None:
    """Take in what other systems hold."""


@import_.command("schedule")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--event", "event_slug", required=True, help="The event whose draft agenda takes it in.")
def schedule(file: Path, event_slug: str) -> None:
    """Read a schedule.xml of frab, pretalx or pentabarf into the draft agenda. Doing it again changes only what differs."""
    from events_service.agenda.importing import import_schedule
    from events_service.agenda.schedule_xml import LARGEST_BYTES, TooLarge

    async def take_in() -> "Report":
        await _check_event(event_slug)
        # One byte past the limit is enough to know.
        with file.open("rb") as opened:
            data = opened.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise TooLarge()
        with _progress("Importing") as tell:
            return await import_schedule(event_slug, data, progress=tell)

    report = _with_database(take_in)
    click.echo(f"{report.created} sessions created, {report.updated} updated, {report.unchanged} unchanged.")
    click.echo(f"{report.rooms} new rooms, {report.tracks} new tracks, {report.speakers} new speakers.")
    for one in report.skipped:
        name = one.event if one.title in ("", one.event) else f"{one.event} ({one.title})"
        click.echo(f"Left out: {name}. {one.why}")
    for session_id in report.missing:
        click.echo(f"No longer in the file: session {session_id}. It stays in the draft.")


@import_.command("registrations")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--event", "event_slug", required=True, help="The event they register for.")
@click.option("--letters/--no-letters", default=True, show_default=True, help="Whether people are told by mail.")
@click.option(
    "--waitlist/--no-waitlist", default=True, show_default=True, help="Whether people wait where no seat is left."
)
@click.option("--dry-run", is_flag=True, help="Only say what would become of each line.")
def registrations(file: Path, event_slug: str, letters: bool, waitlist: bool, dry_run: bool) -> None:
    """Read people from a CSV or XLSX, its columns known by their headers. Doing it again changes only what differs."""
    from events_service.audit.actions import record_seen
    from events_service.audit.rules import SERVICE, Deed
    from events_service.events.queries import event_by_slug
    from events_service.exchange.import_api import import_registrations
    from events_service.exchange.waiting import Chosen
    from events_service.registrations.rules import Category

    chosen = Chosen((), Category.GUEST, waitlist, letters)

    async def take_in() -> "Tally":
        await _check_event(event_slug)
        event, data = await event_by_slug(event_slug), _read_list(file)
        with _progress("Importing") as tell:
            fields, tally = await import_registrations(event, data, chosen, dry_run=dry_run, progress=tell)
        if not dry_run:
            await record_seen(SERVICE, Deed("imported_registrations", event.slug, "event", event.id, fields))
        return tally

    tally = _with_database(take_in)
    click.echo(f"{tally.created} created, {tally.updated} updated, {tally.unchanged} unchanged.")
    if tally.waitlisted:
        click.echo(f"{tally.waitlisted} of the new ones are on the waiting list.")
    for one in tally.rejected:
        click.echo(f"Line {one.line} left out: {' '.join(error.message for error in one.errors)}")


@main.group()
def export() -> None:
    """Write what other systems read."""


@export.command("schedule")
@click.option("--event", "event_slug", required=True, help="Whose released agenda.")
@click.option("--format", "form", type=click.Choice(FORMS), default="xml", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file, instead of standard output.")
def export_schedule(event_slug: str, form: str, output: Path | None) -> None:
    """Write the released agenda as the public sees it now: schedule.xml, schedule.json, a table or a calendar."""
    from events_service.feeds.exports import export_of

    async def write() -> bytes:
        await _check_event(event_slug)
        return await export_of(event_slug, form)

    data = _with_database(write)
    if output is None:
        sys.stdout.buffer.write(data)
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        _fail(f"Cannot write {output} ({error.strerror}).")
    click.echo(f"{len(data)} bytes written to {output}.")


@export.command("registrations")
@click.option("--event", "event_slug", required=True, help="Whose registrations.")
@click.option("--format", "form", type=click.Choice(("csv", "xlsx")), default="csv", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file, instead of standard output.")
@click.option("--sensitive", "reason", metavar="REASON", default="", help="Take sensitive answers along; why is kept.")
def export_registrations(event_slug: str, form: "Form", output: Path | None, reason: str) -> None:
    """Write who registered, in the order they came. Who reads the file sees everybody's address: keep it well."""
    from events_service.audit.rules import SERVICE
    from events_service.events.queries import event_by_slug
    from events_service.exchange.export_api import allowed_registrations, pieces_of
    from events_service.registrations.queries import Wanted

    async def write(opened: BinaryIO) -> None:
        await _check_event(event_slug)
        event = await event_by_slug(event_slug)
        listed = await allowed_registrations(
            event, Wanted(), asked=(), sensitive=bool(reason), reason=reason, by=SERVICE
        )
        async for piece in pieces_of(listed, form):
            opened.write(piece)

    if output is None:
        _with_database(lambda: write(sys.stdout.buffer))
        return
    try:
        with output.open("wb") as opened:
            _with_database(lambda: write(opened))
    except OSError as error:
        _fail(f"Cannot write {output} ({error.strerror}).")
    click.echo(f"{output.stat().st_size} bytes written to {output}.")


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
@click.option(
    "--erased", type=click.File("rb"), help="What `erasures` printed: who was erased since the backup is erased again."
)
def restore(folder: Path, erased: BinaryIO | None) -> None:
    """Read the backup in DIR into an empty database, of either kind."""
    from events_service.backups import restore as read_back
    from events_service.privacy.erasing import read_erasures

    own = _settings()
    since = erased.read() if erased else b""
    report = _with_database(lambda: read_back(folder, own, erased=read_erasures(since)))
    click.echo(f"{report.rows} rows restored.")
    if not report.same_key:
        click.echo("EVENTS_SECRET_KEY is not the one of this backup: its links and badges will not work.", err=True)


@main.command(name="erasures")
def list_erasures() -> None:
    """Print who was erased and when, as digests, a JSON object a line. Keep it beside the backups, for `restore --erased`."""
    from events_service.privacy.erasing import erasures, written_erasures

    _settings()
    click.echo(written_erasures(_with_database(erasures)), nl=False)


@main.command()
def check() -> None:
    """Look at settings, database, mail, clock and assets: a line each, exit 1 if any fails."""
    from events_service.checkup import checkup

    own = _settings()
    results = asyncio.run(checkup(own))
    for result in results:
        click.echo(f"{'ok  ' if result.fine else 'FAIL'}  {result.name}: {result.text}")
    sys.exit(0 if all(result.fine for result in results) else 1)


def _read_list(file: Path) -> bytes:
    """The file, or one byte more than a list may have: enough to know."""
    from events_service.exchange.sheets import LARGEST_BYTES

    with file.open("rb") as opened:
        return opened.read(LARGEST_BYTES + 1)


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error that is told how much of how much is done; nothing where nobody looks at it."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield tell


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
