"""Backups: everything of one moment in a folder of JSON Lines, which either database can take in again.

One file a table, a row a line: times are RFC 3339 in UTC, bytes base64. `manifest.json` says what should be there. The
installation's secret key is not, and neither is what only matters for hours: sign-ins, links by mail, repeatable answers, counted tries.
"""

import hashlib
import os
import secrets
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
from piccolo.table import Table, sort_table_classes

from events_service import __version__, clock, database
from events_service.database.failures import translated
from events_service.database.migrations import APP_NAME, known_migrations
from events_service.database.postgres import PostgresEngine
from events_service.database.sqlite import SQLiteEngine
from events_service.errors import Conflict
from events_service.piccolo_app import APP_CONFIG
from events_service.privacy.erasing import Erasure, replay_tombstones
from events_service.sealing import keyed_token, same
from events_service.settings import Settings

LEFT_OUT = frozenset({"sign_in", "stored_answer", "attempts", "magic_link", "waiting_file", "badge_file"})
MANIFEST = "manifest.json"
BATCH = 500
Moment = Annotated[datetime, msgspec.Meta(tz=True)]

Rows = AsyncIterator[Sequence[database.Row]]
# Gives what a statement finds in the database as it was at one moment, `BATCH` rows at a time.
Snapshot = Callable[[str], Rows]


class BackupRefused(Conflict):
    """This folder or this database will not do; the detail says why, and nothing was written."""

    code = "backup_refused"


class Kept(msgspec.Struct, frozen=True):
    """One table: how many rows its file holds, and the file's SHA-256 in hexadecimal."""

    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds. `key_check` tells, without the secret key, whether an installation has the same one."""

    version: str
    made_at: datetime
    migrations: list[str]
    key_check: str
    tables: dict[str, Kept]


@dataclass(frozen=True, slots=True)
class Report:
    """How many rows were written or read, and whether they were made under this installation's secret key."""

    rows: int
    same_key: bool = True


async def back_up(folder: Path, own: Settings) -> Report:
    """Write a backup into `folder`, which must not exist yet; it appears when it is whole. The service may go on meanwhile.

    Raises `BackupRefused` where there is no database, or one that this version would have to migrate first.
    """
    _refuse_absent(own)
    if await database.missing_migrations():
        raise BackupRefused("The database lacks migrations: back it up with the version it is of, or migrate it first.")
    unfinished = _begun(folder)
    try:
        async with _snapshot(unfinished / "snapshot.sqlite") as rows_of:
            manifest = await _write(unfinished, rows_of, own)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _sync(folder.parent)
    return Report(sum(kept.rows for kept in manifest.tables.values()))


async def restore(folder: Path, own: Settings, *, erased: Iterable[Erasure] = ()) -> Report:
    """Read the backup in `folder` into the migrated, empty database: all of it, or nothing.

    Whoever was erased before it was made, or is among `erased` since, is erased again at once.
    Raises `BackupRefused` for a folder that is damaged or of another shape, and for a database that holds anything.
    """
    manifest = _verified(folder)
    if await database.missing_migrations():
        raise BackupRefused("The database lacks migrations. Run first: events-service migrate")
    async with database.transaction() as tx:
        for table in kept_tables():
            await _refuse_full(tx, table)
        for table in kept_tables():
            await _fill(tx, table, _file_of(folder, table))
    await replay_tombstones(erased)
    same_key = same(manifest.key_check, _key_check(own))
    return Report(sum(kept.rows for kept in manifest.tables.values()), same_key)


def kept_tables() -> list[type[Table]]:
    """The tables that a backup holds, each after those it refers to."""
    ordered = sort_table_classes(APP_CONFIG.table_classes)
    return [table for table in ordered if table._meta.tablename not in LEFT_OUT]


def _refuse_absent(own: Settings) -> None:
    # Asking a file that is not there would make it.
    if own.is_embedded and not own.sqlite_path.exists():
        raise BackupRefused(f"There is no database at {own.sqlite_path}.")


def _begun(folder: Path) -> Path:
    """The folder beside it that takes its name when it is whole; nobody else on this machine may read it."""
    if folder.exists():
        raise BackupRefused(f"{folder} exists already: name a folder that is still to be made.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    unfinished.mkdir(mode=0o700)
    return unfinished


async def _write(folder: Path, rows_of: Snapshot, own: Settings) -> Manifest:
    tables = {}
    for table in kept_tables():
        tables[table._meta.tablename] = await _write_table(_file_of(folder, table), rows_of(_selection(table)))
    done = [row["name"] async for batch in rows_of(_MIGRATIONS_DONE) for row in batch]
    manifest = Manifest(__version__, clock.now(), sorted(done), _key_check(own), tables)
    with (folder / MANIFEST).open("xb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        _sync_file(file)
    return manifest


async def _write_table(path: Path, rows: Rows) -> Kept:
    encoder, digest, count = msgspec.json.Encoder(), hashlib.sha256(), 0
    with path.open("xb") as file:
        async for batch in rows:
            lines = b"".join(encoder.encode(dict(row)) + b"\n" for row in batch)
            digest.update(lines)
            file.write(lines)
            count += len(batch)
        _sync_file(file)
    return Kept(count, digest.hexdigest())


async def _refuse_full(tx: database.Transaction, table: type[Table]) -> None:
    name = table._meta.tablename
    if await tx.fetch_one(f"SELECT 1 AS one FROM {name} LIMIT 1"):  # noqa: S608
        raise BackupRefused(f"The database is not empty: it has rows in {name}. Restore into a new one.")


async def _fill(tx: database.Transaction, table: type[Table], path: Path) -> None:
    names = _columns(table)
    places = ", ".join(f"${place}" for place in range(1, len(names) + 1))
    insert = f"INSERT INTO {table._meta.tablename} ({', '.join(names)}) VALUES ({places})"  # noqa: S608
    decoder = msgspec.json.Decoder(_row_type(table))
    for lines in _batches(path):
        try:
            rows = [msgspec.structs.astuple(decoder.decode(line)) for line in lines]
        except msgspec.MsgspecError as error:
            raise BackupRefused(f"{path.name} holds a row that cannot be read: {error}") from error
        await tx.execute_many(insert, rows)


def _verified(folder: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except OSError as error:
        raise BackupRefused(f"{folder / MANIFEST} cannot be read: is this a backup?") from error
    except msgspec.MsgspecError as error:
        raise BackupRefused(f"{folder / MANIFEST} is damaged.") from error
    if manifest.migrations != known_migrations():
        raise BackupRefused(
            f"This backup is of version {manifest.version}, whose tables differ: restore it with that version."
        )
    expected = {table._meta.tablename: table for table in kept_tables()}
    if manifest.tables.keys() != expected.keys():
        raise BackupRefused(
            f"{folder / MANIFEST} does not name the tables of version {manifest.version}: it is damaged."
        )
    for name, kept in manifest.tables.items():
        if _as_found(_file_of(folder, expected[name])) != kept:
            raise BackupRefused(f"{name}.jsonl is missing or damaged: it is not the file that was written.")
    return manifest


def _as_found(path: Path) -> Kept | None:
    if not path.is_file():
        return None
    digest, count = hashlib.sha256(), 0
    for lines in _batches(path):
        digest.update(b"".join(lines))
        count += len(lines)
    return Kept(count, digest.hexdigest())


def _batches(path: Path) -> Iterator[list[bytes]]:
    lines: list[bytes] = []
    with path.open("rb") as file:
        for line in file:
            lines.append(line)
            if len(lines) == BATCH:
                yield lines
                lines = []
    if lines:
        yield lines


async def _copied_rows(reader: Any, statement: str) -> Rows:
    async with reader.execute(statement) as cursor:
        while rows := await cursor.fetchmany(BATCH):
            yield rows


async def _transaction_rows(connection: Any, statement: str) -> Rows:
    cursor = await connection.cursor(statement)
    while rows := await cursor.fetch(BATCH):
        yield rows


@asynccontextmanager
async def _snapshot(copy: Path) -> AsyncIterator[Snapshot]:
    """PostgreSQL keeps one moment for as long as a transaction lasts; of a SQLite file a copy is made, so that no writer waits."""
    engine = database.engine()
    if isinstance(engine, PostgresEngine):
        connection = await engine.acquire()
        try:
            with translated():
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    yield partial(_transaction_rows, connection)
        finally:
            await engine.release(connection)
        return
    _copy_file(Path(engine.path), copy)
    copied = SQLiteEngine(copy)
    try:
        async with copied.reader() as reader:
            yield partial(_copied_rows, reader)
    finally:
        await copied.close()
        for left in copy.parent.glob(f"{copy.name}*"):
            left.unlink()


def _copy_file(path: Path, copy: Path) -> None:
    # In one step: a copy in several begins anew whenever another process writes in between.
    with closing(sqlite3.connect(path, timeout=30)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _file_of(folder: Path, table: type[Table]) -> Path:
    return folder / f"{table._meta.tablename}.jsonl"


def _columns(table: type[Table]) -> list[str]:
    return [column._meta.db_column_name for column in table._meta.columns]


def _selection(table: type[Table]) -> str:
    return f"SELECT {', '.join(_columns(table))} FROM {table._meta.tablename}"  # noqa: S608


def _row_type(table: type[Table]) -> type[msgspec.Struct]:
    """A line's shape. What may be null is for the database to say."""
    kinds = [Moment if column.value_type is datetime else column.value_type for column in table._meta.columns]
    fields = [(name, kind | None) for name, kind in zip(_columns(table), kinds, strict=True)]
    return msgspec.defstruct(table.__name__, fields, forbid_unknown_fields=True)


def _key_check(own: Settings) -> str:
    return keyed_token("backup", secret_key=own.secret_key, purpose="backup key check")


def _sync_file(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    # The folder's new name, too, must outlast a power cut.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_MIGRATIONS_DONE = f"SELECT name FROM migration WHERE app_name = '{APP_NAME}'"  # noqa: S608
