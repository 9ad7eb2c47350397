"""A backup taken while people register, read back into either database; and folders and databases that will not do."""

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from events_service import clock, database
from events_service import settings as settings_floor
from events_service.audit.actions import record_seen
from events_service.audit.rules import Deed, Doer
from events_service.backups import BackupRefused, Report, back_up, kept_tables, restore
from events_service.database import fetch
from events_service.delegations.drafts import DelegationDraft
from events_service.directory.actions import add_cities, add_contacts, add_organisations
from events_service.directory.rules import City, Contact, Group, Organisation, OrganisationKind
from events_service.events.admissions import Admission, set_admission
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.invitations.actions import invite
from events_service.invitations.drafts import GuestDraft
from events_service.invitations.terms import Offered
from events_service.people.actions import add_account, make_api_token
from events_service.people.rules import Role
from events_service.questions.actions import add_question
from events_service.questions.presets import DIET
from events_service.registrations.actions import cancel_registration
from events_service.registrations.delegations import make_delegation
from events_service.settings import Settings
from events_service.texts.actions import keep_words
from events_service.texts.rules import Words
from tests.agenda.given import a_release, a_room, a_session, a_speaker, a_track
from tests.conftest import settings_for
from tests.door.given import a_phone, an_event, change, guests, scanned
from tests.people.given import second_factor
from tests.services.product import SECRET_KEY, Product

NAMES = [table._meta.tablename for table in kept_tables()]
KEY_BESIDE_THE_BACKUP = "another key, made for another place"


@pytest.fixture
def other_url(request: pytest.FixtureRequest, database_url: str) -> str:
    """A fresh database of the other kind."""
    return str(request.getfixturevalue("postgres_url" if database_url.startswith("sqlite") else "sqlite_url"))


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Settings]:
    """This database in place of the one that was open."""
    await database.disconnect()
    settings_floor.use(settings)
    database.connect(settings)
    yield settings


@asynccontextmanager
async def registrar_at_work(slug: str, settings: Settings) -> AsyncIterator[Callable[[], Awaitable[bytes]]]:
    """Another process that registers people; gives what waits for the next few. It ends, without having failed, with the block."""
    own = {"DATABASE_URL": settings.database_url, "DATA_DIR": str(settings.data_dir), "SECRET_KEY": SECRET_KEY}
    registrar = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.house.busy_registrar", slug),
        env=os.environ | {f"EVENTS_{name}": value for name, value in own.items()},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert registrar.stdin is not None
    assert registrar.stdout is not None
    try:
        yield registrar.stdout.readline
        await registrar.communicate(b"enough")
        assert registrar.returncode == 0
    finally:
        if registrar.returncode is None:
            registrar.kill()


async def something_of_everything() -> Event:
    """A row, at least, in every table that a backup keeps."""
    await add_cities([City("malmo", "Malmö", "SE", "Europe/Stockholm")])
    await add_organisations([Organisation("City of Malmö", OrganisationKind.MUNICIPALITY, "malmo")])
    await add_contacts(
        [Contact("Åsa", "asa@malmo.example", "Mayor", "elected_official", Group.MAYOR, "City of Malmö", "malmo", "sv")]
    )
    await second_factor(
        await add_account("owner@malmo.example", Role.OWNER, password="kelp lantern Ørsted 9", name="Öwner")
    )
    await make_api_token(Role.VIEWER, name="figures")
    event = await an_event()
    inside, gone, _ = await guests(event, 3)
    phone = await a_phone(event)
    admitted = await scanned(phone, inside.badge)
    await cancel_registration(gone.id)
    await change("INSERT INTO notice VALUES ($1, $2, 'changed', $3, NULL)", new_id(), event.id, clock.now())
    await change(
        """INSERT INTO scan_conflict (id, event, checkpoint, registration, first_scan, second_scan, created_at)
           SELECT $1, event, checkpoint, registration, $2, $3, $4 FROM presence""",
        *(new_id(), admitted.scan_id, "another", clock.now()),
    )
    await change(
        """INSERT INTO online_stay
           SELECT $1, event, checkpoint, registration, admitted_at, admitted_at, admitted_at, 'told' FROM presence""",
        new_id(),
    )
    await an_agenda_chosen_from(event, inside.id)
    await add_question(event.slug, DIET)
    await change(
        "INSERT INTO answer_file VALUES ($1, $2, 'card', $3, 'card.pdf', 'application/pdf', $4, $5)",
        *(new_id(), event.id, inside.id, b"%PDF-\x00\xff", clock.now()),
    )
    await change(
        "INSERT INTO consent VALUES ($1, $2, 'photos', '1', 'Yes', $3, NULL)", new_id(), inside.id, clock.now()
    )
    await set_admission(event, Admission(cities={"Malmö": 40}))
    await record_seen(Doer("account", "me"), Deed("looked", event.slug))
    await keep_words(event, "confirmed", "sv", Words("Välkommen", "Hej {name}!"), by=Doer("account", "me"))
    await change(
        "INSERT INTO bulk_message VALUES ($1, $2, 'key', '{}', '{}', 'en', 'me', 1, 0, $3)",
        new_id(),
        event.id,
        clock.now(),
    )
    await change("INSERT INTO suppressed_address VALUES ('digest', '550 5.1.1', NULL, $1)", clock.now())
    guest = GuestDraft(name="Åsa", email="asa@malmo.example")
    await invite(event.slug, [guest], Offered(), by=Doer("account", "me"))
    delegation = DelegationDraft(city="Malmö", seats=1, coordinator_email="asa@malmo.example")
    await make_delegation(event.slug, delegation, by=Doer("account", "me"))
    await change(
        "INSERT INTO substitution VALUES ($1, $2, $3, NULL, '{}', 'pending', '', 'account', 'me', $4, NULL, NULL, NULL)",
        *(new_id(), event.id, inside.id, clock.now()),
    )
    await change(
        "INSERT INTO badge_print VALUES ($1, $2, 'a6', 'en', 'ready', 1, 0, 1, 'account', 'me', $3, NULL)",
        *("print", event.id, clock.now()),
    )
    await change("INSERT INTO printed_badge VALUES ($1, 'print', $2, 0, 'face')", new_id(), inside.id)
    await change("INSERT INTO tombstone VALUES ('digest', $1)", clock.now())
    await change("INSERT INTO sweep VALUES ($1, $2, 'letters', $3, 1)", new_id(), clock.now(), event.slug)
    await change(
        """INSERT INTO inbound_mail VALUES ($1, 'digest', $2, 'api', 'review', 'no_token', $3, NULL, 'asa@malmo.example', 'asa', 'asa',
               'Yes', 'accepted', 0, $2, $4, NULL, NULL)""",
        *(new_id(), clock.now(), event.id, b"raw\xff"),
    )
    return event


async def an_agenda_chosen_from(event: Event, registration_id: str) -> None:
    """A released session, and a row for whatever people do with one."""
    now = clock.now()
    who = await a_speaker(event=event.slug)
    room, track = await a_room(event=event.slug), await a_track(event=event.slug)
    session = await a_session(
        *("Opening", event.starts_wall),
        event=event.slug,
        room_ids=[room.id],
        track_id=track.id,
        speakers=[{"speaker_id": who.id}],
    )
    await a_release(event=event.slug)
    await change("INSERT INTO speaker_photo VALUES ($1, $2, $3, $4)", who.id, b"\x00large", b"small\xff", now)
    await change("INSERT INTO conflict_override VALUES ($1, $2, 'key', 'meant', 'me', $3)", new_id(), event.id, now)
    await change("INSERT INTO star VALUES ($1, $2, $3, $4)", new_id(), session.id, registration_id, now)
    await change(
        "INSERT INTO sign_up VALUES ($1, $2, $3, 'waitlisted', 1, $4, $4, 1)",
        *(new_id(), session.id, registration_id, now),
    )
    await change(
        """INSERT INTO session_invite VALUES ($1, $2, 'asa@malmo.example', $3, $4, 0, 0, FALSE, $5, 'accepted', 0, $5, $5)""",
        *(new_id(), session.id, registration_id, who.id, now),
    )


async def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that is kept, by its first column."""
    found = {}
    for table in kept_tables():
        first = table._meta.columns[0]._meta.db_column_name
        rows = [dict(row) for row in await fetch(f"SELECT * FROM {table._meta.tablename}")]
        found[table._meta.tablename] = sorted(rows, key=lambda row: str(row[first]))
    return found


async def test_what_was_written_comes_back_in_the_other_database_row_for_row(
    other_url: str, database: Settings, tmp_path: Path
) -> None:
    await something_of_everything()
    before = await everything()
    assert [name for name in NAMES if not before[name]] == []
    rows = sum(len(found) for found in before.values())

    assert await back_up(tmp_path / "backup", database) == Report(rows)
    async with opened(settings_for(other_url, tmp_path / "other")) as other:
        assert await restore(tmp_path / "backup", other) == Report(rows, same_key=True)
        assert await everything() == before
        assert await back_up(tmp_path / "again", other) == Report(rows)


async def test_the_folder_holds_what_the_manifest_says_for_its_owner_alone(database: Settings, tmp_path: Path) -> None:
    await something_of_everything()
    await back_up(tmp_path / "backup", database)

    folder = tmp_path / "backup"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert names_in(folder) == sorted(["manifest.json", *(f"{name}.jsonl" for name in NAMES)])
    counted = {name: len((folder / f"{name}.jsonl").read_bytes().splitlines()) for name in NAMES}
    assert {name: kept["rows"] for name, kept in manifest["tables"].items()} == counted
    assert folder.stat().st_mode & 0o077 == 0
    assert names_in(tmp_path, beginning=".backup") == []
    assert all(SECRET_KEY.encode() not in path.read_bytes() for path in folder.iterdir())


async def test_a_backup_among_registrations_is_of_one_moment(
    other_url: str, database: Settings, tmp_path: Path
) -> None:
    event = await an_event(capacity=100_000)
    async with registrar_at_work(event.slug, database) as registered_some_more:
        for _ in range(5):
            await registered_some_more()
        report = await back_up(tmp_path / "backup", database)
        await registered_some_more()
    at_the_end = sum(len(found) for found in (await everything()).values())

    async with opened(settings_for(other_url, tmp_path / "other")) as other:
        assert await restore(tmp_path / "backup", other) == report
        restored = await everything()
    assert report.rows < at_the_end
    # A registration and its letter are written in one transaction.
    registered = [row["id"] for row in restored["registration"]]
    assert len(registered) >= 15
    assert sorted(row["registration_id"] for row in restored["letter"]) == registered


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: (folder / "registration.jsonl").write_bytes(b""), "registration.jsonl is missing or damaged"),
        (lambda folder: (folder / "event.jsonl").unlink(), "event.jsonl is missing or damaged"),
        (lambda folder: one_byte_else(folder / "letter.jsonl"), "letter.jsonl is missing or damaged"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "manifest.json is damaged"),
        (lambda folder: (folder / "manifest.json").unlink(), "is this a backup?"),
        (lambda folder: changed(folder, tables={}), "does not name the tables"),
        (lambda folder: changed(folder, migrations=["1999"], version="0.0.9"), "of version 0.0.9, whose tables differ"),
    ],
    ids=["emptied", "missing", "one byte", "no JSON", "no manifest", "other tables", "other version"],
)
async def test_a_damaged_backup_is_refused(
    other_url: str, database: Settings, tmp_path: Path, damage: Any, words: str
) -> None:
    await something_of_everything()
    await back_up(tmp_path / "backup", database)
    damage(tmp_path / "backup")
    async with opened(settings_for(other_url, tmp_path / "other")) as other:
        with pytest.raises(BackupRefused, match=words):
            await restore(tmp_path / "backup", other)
        assert not any((await everything()).values())


async def test_a_row_that_does_not_fit_leaves_nothing_behind(
    other_url: str, database: Settings, tmp_path: Path
) -> None:
    await something_of_everything()
    await back_up(tmp_path / "backup", database)
    line = b'{"id": "1", "event": "nobody knows"}\n'
    with (tmp_path / "backup" / "scan_conflict.jsonl").open("ab") as file:
        file.write(line)
    vouch_for(tmp_path / "backup", "scan_conflict")
    async with opened(settings_for(other_url, tmp_path / "other")) as other:
        with pytest.raises(BackupRefused, match=r"scan_conflict\.jsonl holds a row that cannot be read"):
            await restore(tmp_path / "backup", other)
        assert not any((await everything()).values())


async def test_a_database_in_use_is_left_as_it_is(database: Settings, tmp_path: Path) -> None:
    await something_of_everything()
    before = await everything()
    await back_up(tmp_path / "backup", database)
    with pytest.raises(BackupRefused, match="not empty: it has rows in account"):
        await restore(tmp_path / "backup", database)
    assert await everything() == before


async def test_a_folder_that_is_there_is_not_written_over(database: Settings, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    with pytest.raises(BackupRefused, match="exists already"):
        await back_up(tmp_path / "backup", database)
    assert names_in(tmp_path / "backup") == []


async def test_a_database_that_was_never_made_has_no_backup(tmp_path: Path) -> None:
    async with opened(settings_for(f"sqlite:///{tmp_path}/misspelt.sqlite", tmp_path)) as nowhere:
        with pytest.raises(BackupRefused, match=r"There is no database at .*misspelt\.sqlite"):
            await back_up(tmp_path / "backup", nowhere)
    assert names_in(tmp_path) == []


async def test_both_commands_say_what_they_did_and_warn_of_another_key(
    database_url: str, install: Any, tmp_path: Path
) -> None:
    old: Product = install(database_url)
    old.command("user", "add", "owner@malmo.example", "--role", "owner")
    assert old.command("backup", str(tmp_path / "backup")).startswith(
        f"3 rows written to {tmp_path}/backup. Keep EVENTS_SECRET"
    )
    new: Product = install(f"sqlite:///{tmp_path}/new.sqlite", secret_key=KEY_BESIDE_THE_BACKUP)
    done = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "events_service", "restore", str(tmp_path / "backup")),
        env=new.environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await done.communicate()
    assert (done.returncode, out) == (0, b"3 rows restored.\n")
    assert b"EVENTS_SECRET_KEY is not the one of this backup" in err


def names_in(folder: Path, *, beginning: str = "") -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith(beginning))


def one_byte_else(path: Path) -> None:
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)


def changed(folder: Path, **values: Any) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | values))


def vouch_for(folder: Path, name: str) -> None:
    """Write the manifest anew for a file as it is now."""
    held = (folder / f"{name}.jsonl").read_bytes()
    kept = {"rows": len(held.splitlines()), "sha256": hashlib.sha256(held).hexdigest()}
    tables = json.loads((folder / "manifest.json").read_text())["tables"]
    changed(folder, tables=tables | {name: kept})
