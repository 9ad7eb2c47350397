"""Commands that take in what other systems hold, and write what they read."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from events_service.cli.command import check_event, fail, progress_bar, with_database

if TYPE_CHECKING:
    from events_service.agenda.import_plan import Report
    from events_service.exchange.export_api import Form
    from events_service.exchange.importing import Tally

FORMS = ("xml", "json", "csv", "ics")


@click.group("import")
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
        await check_event(event_slug)
        # One byte past the limit is enough to know.
        with file.open("rb") as opened:
            data = opened.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise TooLarge()
        with progress_bar("Importing") as tell:
            return await import_schedule(event_slug, data, progress=tell)

    report = with_database(take_in)
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
        await check_event(event_slug)
        event, data = await event_by_slug(event_slug), _read_list(file)
        with progress_bar("Importing") as tell:
            fields, tally = await import_registrations(event, data, chosen, dry_run=dry_run, progress=tell)
        if not dry_run:
            await record_seen(SERVICE, Deed("imported_registrations", event.slug, "event", event.id, fields))
        return tally

    tally = with_database(take_in)
    click.echo(f"{tally.created} created, {tally.updated} updated, {tally.unchanged} unchanged.")
    if tally.waitlisted:
        click.echo(f"{tally.waitlisted} of the new ones are on the waiting list.")
    for one in tally.rejected:
        click.echo(f"Line {one.line} left out: {' '.join(error.message for error in one.errors)}")


@click.group()
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
        await check_event(event_slug)
        return await export_of(event_slug, form)

    data = with_database(write)
    if output is None:
        sys.stdout.buffer.write(data)
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        fail(f"Cannot write {output} ({error.strerror}).")
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
        await check_event(event_slug)
        event = await event_by_slug(event_slug)
        listed = await allowed_registrations(
            event, Wanted(), asked=(), sensitive=bool(reason), reason=reason, by=SERVICE
        )
        async for piece in pieces_of(listed, form):
            opened.write(piece)

    if output is None:
        with_database(lambda: write(sys.stdout.buffer))
        return
    try:
        with output.open("wb") as opened:
            with_database(lambda: write(opened))
    except OSError as error:
        fail(f"Cannot write {output} ({error.strerror}).")
    click.echo(f"{output.stat().st_size} bytes written to {output}.")


def _read_list(file: Path) -> bytes:
    """The file, or one byte more than a list may have: enough to know."""
    from events_service.exchange.sheets import LARGEST_BYTES

    with file.open("rb") as opened:
        return opened.read(LARGEST_BYTES + 1)
