"""Files between upload and yes, and while they are taken in. A file belongs to who gave it, at one event, for a day.

Taking in is the worker's: it holds a file for a minute at a time, and goes on where one that died stopped.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
import structlog

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import Row, fetch_one, transaction
from events_service.directory.queries import member_cities
from events_service.errors import FieldError, NotFound, Refused
from events_service.events.queries import event_by_id
from events_service.events.rules import Event
from events_service.exchange.columns import REGISTRATION_FIELDS, guess
from events_service.exchange.entries import Assumed, Reading, Rejected, read_entries
from events_service.exchange.importing import BATCH, Tally, Terms, take_batch_in
from events_service.exchange.reading import read_sheet
from events_service.exchange.sheets import Sheet
from events_service.exchange.vocabulary import city_names
from events_service.exchange.writing import csv_bytes
from events_service.identifiers import new_id
from events_service.registrations.rules import Category

KEPT_FOR = timedelta(days=1)
HELD_FOR = timedelta(minutes=1)
REGISTRATIONS = "registrations"

log = structlog.get_logger(__name__)


class Chosen(msgspec.Struct, frozen=True):
    """What was chosen on the page: a field for each column, what is assumed, whether people wait for seats, whether letters go out."""

    columns: tuple[str, ...]
    category: Category
    wait: bool = True
    letters: bool = True

    @property
    def terms(self) -> Terms:
        """How the list is taken in."""
        return Terms(self.wait, self.letters)


class Report(msgspec.Struct, frozen=True):
    """What became of a file so far."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    waitlisted: int = 0
    rejected: tuple[Rejected, ...] = ()

    def with_more(self, tally: Tally) -> "Report":
        """With the lines of another batch."""
        return Report(
            self.created + tally.created,
            self.updated + tally.updated,
            self.unchanged + tally.unchanged,
            self.waitlisted + tally.waitlisted,
            tuple(sorted((*self.rejected, *tally.rejected), key=lambda one: one.line)),
        )


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file as it is kept. `state` is waiting, running, done or failed."""

    id: str
    event_id: str
    file_name: str
    data: bytes
    chosen: Chosen
    state: str
    lines: int
    done: int
    report: Report
    given_at: datetime


async def keep(event: Event, data: bytes, *, owner: str, file_name: str) -> str:
    """Keep the file with a first guess at its columns, and return its id. Raises `NoTable`, `FileTooLarge`."""
    sheet = await asyncio.to_thread(read_sheet, data)
    chosen = Chosen(guess(sheet.headers, REGISTRATION_FIELDS), Category.GUEST)
    file_id = new_id()
    async with transaction() as tx:
        await tx.execute(
            """INSERT INTO waiting_file (id, event, owner, purpose, file_name, data, terms, state, lines, done, report, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, 0, $9, $10)""",
            file_id,
            event.id,
            owner,
            REGISTRATIONS,
            file_name,
            data,
            _json(chosen),
            len(sheet.lines),
            _json(Report()),
            clock.now(),
        )
    return file_id


class FileGone(NotFound):
    """It was forgotten, or somebody else gave it: the two look the same."""

    code = "file_gone"
    detail = "This file is no longer here. Choose it again."


async def find(event: Event, file_id: str, *, owner: str) -> WaitingFile:
    """The file, for who gave it. Raises `FileGone`."""
    row = await fetch_one(
        "SELECT * FROM waiting_file WHERE id = $1 AND event = $2 AND owner = $3", file_id, event.id, owner
    )
    if row is None:
        raise FileGone()
    return _file(row)


async def choose(file: WaitingFile, chosen: Chosen) -> WaitingFile:
    """Keep what was chosen, while nobody has said yes."""
    async with transaction() as tx:
        await tx.execute(
            "UPDATE waiting_file SET terms = $2 WHERE id = $1 AND state = 'waiting'", file.id, _json(chosen)
        )
    return replace(file, chosen=chosen)


async def say_yes(file: WaitingFile, event: Event, *, by: Doer) -> None:
    """Have it taken in. Saying it twice is once."""
    fields = tuple(sorted({*file.chosen.columns} - {""}))
    async with transaction() as tx:
        begun = await tx.fetch_one(
            "UPDATE waiting_file SET state = 'running' WHERE id = $1 AND state = 'waiting' RETURNING id", file.id
        )
        if begun is not None:
            await record(tx, by, Deed("imported_registrations", event.slug, "event", event.id, fields))


async def discard(file: WaitingFile) -> None:
    """Forget it, unless it is being taken in."""
    async with transaction() as tx:
        await tx.execute("DELETE FROM waiting_file WHERE id = $1 AND state <> 'running'", file.id)


async def forget_files(before: datetime) -> None:
    """Forget what came before that moment, whatever became of it."""
    async with transaction() as tx:
        await tx.execute("DELETE FROM waiting_file WHERE created_at < $1", before)


async def reading_of(event: Event, sheet: Sheet, chosen: Chosen) -> Reading:
    """What the lines come to as it is chosen."""
    assumed = Assumed(chosen.category, event.languages[0] if event.languages else "en")
    cities = city_names(await member_cities())
    return await asyncio.to_thread(read_entries, sheet, chosen.columns, assumed=assumed, cities=cities)


async def take_files_in() -> int:
    """Take in every file that somebody said yes to and nobody is at. Returns how many."""
    taken = 0
    while file := await _hold():
        try:
            await _take_in(file)
        except Refused as refused:
            log.info("import.refused", file=file.id, code=refused.code)
            await _end(file, "failed", b"", _broken_off(file.report, refused))
        taken += 1
    return taken


def _broken_off(report: Report, refused: Refused) -> Report:
    """The report with the reason why it ended before its end."""
    why = Rejected(0, (FieldError("", refused.code, refused.detail),))
    return report.with_more(Tally(rejected=[why]))


async def _hold() -> WaitingFile | None:
    now = clock.now()
    async with transaction() as tx:
        row = await tx.fetch_one(
            """SELECT * FROM waiting_file WHERE state = 'running' AND (leased_until IS NULL OR leased_until < $1)
               ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED""",
            now,
        )
        if row is None:
            return None
        await tx.execute("UPDATE waiting_file SET leased_until = $2 WHERE id = $1", row["id"], now + HELD_FOR)
    return _file(row)


async def _take_in(file: WaitingFile) -> None:
    event = await event_by_id(file.event_id)
    sheet = await asyncio.to_thread(read_sheet, file.data)
    reading = await reading_of(event, sheet, file.chosen)
    report = file.report if file.done else Report(rejected=reading.rejected)
    terms = replace(file.chosen.terms, given_at=file.given_at)
    await _note(file, file.done, len(reading.entries), report)
    for at in range(file.done, len(reading.entries), BATCH):
        batch = reading.entries[at : at + BATCH]
        report = report.with_more(await take_batch_in(event, batch, terms))
        await _note(file, at + len(batch), len(reading.entries), report)
    await _end(file, "done", rejected_lines(sheet, report.rejected), report)


async def _note(file: WaitingFile, done: int, lines: int, report: Report) -> None:
    async with transaction() as tx:
        await tx.execute(
            "UPDATE waiting_file SET done = $2, lines = $3, report = $4, leased_until = $5 WHERE id = $1",
            *(file.id, done, lines, _json(report), clock.now() + HELD_FOR),
        )


async def _end(file: WaitingFile, state: str, data: bytes, report: Report) -> None:
    """What is left of the file is what was not taken in."""
    async with transaction() as tx:
        await tx.execute(
            "UPDATE waiting_file SET state = $2, data = $3, report = $4, leased_until = NULL WHERE id = $1",
            *(file.id, state, data, _json(report)),
        )


def rejected_lines(sheet: Sheet, rejected: Sequence[Rejected]) -> bytes:
    """The lines that were not taken in as CSV, each with why: to be put right and given again."""
    why = {one.line: " ".join(error.message for error in one.errors) for one in rejected}
    cells = {line.number: line.cells for line in sheet.lines}
    nothing = ("",) * len(sheet.headers)
    rows = [(*cells.get(number, nothing), str(number), why[number]) for number in sorted(why)]
    return csv_bytes((*sheet.headers, "line", "why"), rows)


def _file(row: Row) -> WaitingFile:
    return WaitingFile(
        id=row["id"],
        event_id=row["event"],
        file_name=row["file_name"],
        data=bytes(row["data"]),
        chosen=msgspec.json.decode(row["terms"], type=Chosen),
        state=row["state"],
        lines=row["lines"],
        done=row["done"],
        report=msgspec.json.decode(row["report"], type=Report),
        given_at=row["created_at"],
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
