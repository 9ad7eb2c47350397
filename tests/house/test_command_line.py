"""The command `events-service`, as a process of its own."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from events_service.database.migrations import migrations_folder
from tests.services.product import COMMAND, Product

MIGRATED = f"{len(list(migrations_folder().glob('m*.py')))} migrations run."


@pytest.fixture
def fresh(tmp_path: Path, install: Callable[..., Product]) -> Product:
    """An installation on a database file that is not there yet."""
    made = install(f"sqlite:///{tmp_path}/fresh.sqlite")
    made.spool.mkdir()
    return made


def run(product: Product, *arguments: str, **more_settings: str) -> "subprocess.CompletedProcess[str]":
    environ = product.environ | {f"EVENTS_{name.upper()}": value for name, value in more_settings.items()}
    command = [COMMAND, *arguments]
    return subprocess.run(command, env=environ, cwd=product.data_dir, capture_output=True, text=True, timeout=60)


def lines_of(done: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    """What `check` says: the name of each line, and how it stands."""
    return {line[6:].split(":")[0]: line[:4].strip() for line in done.stdout.splitlines()}


def test_migrating_twice(fresh: Product) -> None:
    assert [fresh.command("migrate"), fresh.command("migrate")] == [MIGRATED, "Nothing to migrate."]


def test_a_token_is_printed_alone(fresh: Product) -> None:
    done = run(fresh, "token", "create", "--role", "registrar", "--name", "Import")
    assert (done.returncode, len(done.stdout.split())) == (0, 1)
    assert done.stdout == done.stdout.strip() + "\n"
    assert done.stdout.strip().isalnum()


@pytest.mark.parametrize(
    "arguments",
    [
        ("token", "create", "--role", "king", "--name", "x"),
        ("token", "create", "--role", "viewer", "--name", "x", "--event", "nothing"),
        ("user", "add", "nobody", "--role", "owner"),
        ("nonsense",),
    ],
)
def test_what_cannot_be_done_is_told_on_standard_error(fresh: Product, arguments: tuple[str, ...]) -> None:
    done = run(fresh, *arguments)
    assert (done.returncode in (1, 2), done.stdout) == (True, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_an_account_is_added_and_given_more_roles(fresh: Product) -> None:
    assert fresh.command("user", "add", "Asa@Malmo.Example", "--role", "owner", "--password", "kelp lantern Ørsted 9")
    again = fresh.command("user", "add", "asa@malmo.example", "--role", "viewer")
    assert again == "asa@malmo.example is viewer."


def test_a_second_factor_is_reset_by_the_mail_address(fresh: Product) -> None:
    fresh.command("user", "add", "asa@malmo.example", "--role", "owner", "--password", "kelp lantern Ørsted 9")
    reset = fresh.command("user", "reset-second-factor", "Asa@Malmo.Example")
    assert reset == "Asa@Malmo.Example signs in by password alone."
    unknown = run(fresh, "user", "reset-second-factor", "nobody@malmo.example")
    assert (unknown.returncode, unknown.stderr) == (1, "There is no account nobody@malmo.example.\n")


def test_check_says_how_each_thing_stands(fresh: Product) -> None:
    before = run(fresh, "check")
    assert before.returncode == 1
    assert lines_of(before)["database"] == "FAIL"
    fresh.command("migrate")
    after = run(fresh, "check")
    assert lines_of(after) == dict.fromkeys(("settings", "database", "mail", "clock", "assets", "words"), "ok"), (
        after.stdout
    )
    assert after.returncode == 0


@pytest.mark.parametrize(
    ("setting", "value", "fails"),
    [
        ("mail_url", "smtp://127.0.0.1:1", {"mail"}),
        ("mail_url", "spool:/proc/none", {"mail"}),
        ("prot", "80", {"settings"}),
        ("database_url", "postgresql://nobody@127.0.0.1:1/none", {"database", "clock"}),
    ],
)
def test_check_fails_where_something_is_amiss(fresh: Product, setting: str, value: str, fails: set[str]) -> None:
    fresh.command("migrate")
    done = run(fresh, "check", **{setting: value})
    assert done.returncode == 1
    assert {name for name, stands in lines_of(done).items() if stands == "FAIL"} == fails, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 6


@pytest.mark.parametrize("command", ["run", "worker", "migrate", "check"])
def test_a_bad_setting_is_one_clear_line(fresh: Product, command: str) -> None:
    done = run(fresh, command, port="eighty")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "EVENTS_PORT must be a whole number from 1 to 65535.\n"


def test_a_database_that_is_away_is_one_clear_line(fresh: Product) -> None:
    done = run(fresh, "migrate", database_url="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert "cannot reach its database" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demonstration_loads_once(fresh: Product) -> None:
    first, again = fresh.command("demo"), fresh.command("demo")
    assert first
    assert again
    assert first != again


def test_a_released_agenda_is_exported_in_every_form(fresh: Product, tmp_path: Path) -> None:
    fresh.command("demo")
    command = ("export", "schedule", "--event")
    began = {"xml": "<?xml", "json": '{"$schema"', "csv": "number,guid,title", "ics": "BEGIN:VCALENDAR"}
    told = {form: run(fresh, *command, "open-square-launch", "--format", form).stdout for form in began}
    assert {form: text.startswith(began[form]) for form, text in told.items()} == dict.fromkeys(began, True)
    file = tmp_path / "schedule.xml"
    said = fresh.command(*command, "open-square-launch", "--output", str(file))
    assert (said, file.read_text()) == (f"{file.stat().st_size} bytes written to {file}.", told["xml"])
    for slug, why in (("nothing", "There is no event nothing."), ("four-capitals", "has not been released yet.")):
        done = run(fresh, *command, slug)
        assert (done.returncode in (1, 2), done.stdout, why in done.stderr) == (True, "", True)


def test_two_processes_that_migrate_at_once_both_succeed(fresh: Product, postgres_server: object) -> None:
    for url in (fresh.database_url, postgres_server.create_database()):  # type: ignore[attr-defined]
        environ = fresh.environ | {"EVENTS_DATABASE_URL": url}
        started = [
            subprocess.Popen(
                [COMMAND, "migrate"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            for _ in range(4)
        ]
        said = [process.communicate(timeout=60)[0].strip() for process in started]
        assert [process.returncode for process in started] == [0] * 4
        assert sorted(said) == [MIGRATED, *["Nothing to migrate."] * 3]


async def test_a_migration_that_was_interrupted_is_completed_by_the_next(
    postgres_server: object, fresh: Product
) -> None:
    url = postgres_server.create_database()  # type: ignore[attr-defined]
    connection = await asyncpg.connect(url)
    # As if the process had been killed after its first statements.
    await connection.execute(
        "CREATE TABLE attempts (bucket TEXT PRIMARY KEY, window_ends_at TIMESTAMPTZ NOT NULL, tries INT NOT NULL)"
    )
    await connection.close()
    assert run(fresh, "migrate", database_url=url).stdout == f"{MIGRATED}\n"
    assert lines_of(run(fresh, "check", database_url=url))["database"] == "ok"


def test_a_schedule_is_imported_with_every_part_that_was_left_out(fresh: Product) -> None:
    fresh.command("demo")
    schedules = Path(__file__).parents[1] / "agenda" / "schedules"
    event = ("--event", "four-capitals")
    told = [
        "3 sessions created, 0 updated, 0 unchanged.",
        "2 new rooms, 1 new tracks, 2 new speakers.",
        "Left out: 101 (Light the square). The address of “Files” is not one on the web.",
        "Left out: 104 (Nothing at all). It lasts no time at all.",
    ]
    first = run(fresh, "import", "schedule", str(schedules / "frab.xml"), *event)
    assert (first.returncode, first.stdout.splitlines()) == (0, told)
    again = run(fresh, "import", "schedule", str(schedules / "frab.xml"), *event)
    assert again.stdout.startswith("0 sessions created, 0 updated, 3 unchanged.\n0 new rooms")
    wrong = run(fresh, "import", "schedule", __file__, *event)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "This is not readable as XML. Look at line 1." in wrong.stderr
    large = fresh.data_dir / "large.xml"
    with large.open("wb") as sparse:
        sparse.truncate(50_000_000)
    assert "20 MB is the most" in run(fresh, "import", "schedule", str(large), *event).stderr
    unknown = run(fresh, "import", "schedule", str(schedules / "frab.xml"), "--event", "nowhere")
    assert (unknown.returncode, "There is no event nowhere." in unknown.stderr) == (2, True)
