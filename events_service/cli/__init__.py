"""The command `events-service`. Each command imports what it needs when it runs, so that `--help` is quick."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import click

from events_service import __version__
from events_service.cli.accounts import token, user
from events_service.cli.command import fail, own_settings, with_database
from events_service.cli.lists import export, import_
from events_service.serving import SELF, Companion, serve
from events_service.settings import Settings

LISTEN_MAIL = "lmtp://127.0.0.1:2424"


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Events and summits: registrations, calendar invites, badges and check-in."""


for group in (user, token, import_, export):
    main.add_command(group)


@main.command()
@click.option("--demo-if-empty", is_flag=True, help="Load the demonstration alliance into an empty database first.")
def run(demo_if_empty: bool) -> None:
    """Serve, and work the outbox. The embedded database is migrated first."""
    own = own_settings()
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

    own = own_settings()
    if listen_mail and not own.inbound_listen:
        own = replace(own, inbound_listen=LISTEN_MAIL)
    os.nice(5)
    asyncio.run(run_alone(own, follow=follow))


@main.command()
def migrate() -> None:
    """Bring the database to the shape this version needs."""
    from events_service import database

    done = with_database(database.migrate, migrating=False)
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

    words = with_database(fill)
    if words:
        click.echo(words, err=only_if_empty)


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Write everything into DIR, a new folder, while the service goes on. The secret key is not in it."""
    from events_service.backups import back_up

    own = own_settings()
    report = with_database(lambda: back_up(folder, own), migrating=False)
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

    own = own_settings()
    since = erased.read() if erased else b""
    report = with_database(lambda: read_back(folder, own, erased=read_erasures(since)))
    click.echo(f"{report.rows} rows restored.")
    if not report.same_key:
        click.echo("EVENTS_SECRET_KEY is not the one of this backup: its links and badges will not work.", err=True)


@main.command(name="erasures")
def list_erasures() -> None:
    """Print who was erased and when, as digests, a JSON object a line. Keep it beside the backups, for `restore --erased`."""
    from events_service.privacy.erasing import erasures, written_erasures

    own_settings()
    click.echo(written_erasures(with_database(erasures)), nl=False)


@main.command()
def check() -> None:
    """Look at settings, database, mail, clock and assets: a line each, exit 1 if any fails."""
    from events_service.checkup import checkup

    own = own_settings()
    results = asyncio.run(checkup(own))
    for result in results:
        click.echo(f"{'ok  ' if result.fine else 'FAIL'}  {result.name}: {result.text}")
    sys.exit(0 if all(result.fine for result in results) else 1)


def _check_port(own: Settings) -> None:
    family = socket.AF_INET6 if ":" in own.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((own.host, own.port))
        except OSError as error:
            fail(f"Cannot listen on {own.host}, port {own.port} ({error.strerror}). Choose another with EVENTS_PORT.")
