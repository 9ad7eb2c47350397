"""What tests build on: fresh databases of both kinds, the product as a process, a browser.

`database_url` runs a test once on SQLite and once on PostgreSQL, each time on a migrated database of its own.
`database` opens it in this process; `server` serves it by `events-service run` in another.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from events_service import database as database_floor
from events_service import settings as settings_floor
from events_service.settings import Settings
from tests.services import closing_lines, had, left_out, missing, note_left_out
from tests.services.chromium import DESKTOP, PHONE, find_chromium, running
from tests.services.depth import is_spared
from tests.services.lending import LentDatabase
from tests.services.memory import use_memory_for_files
from tests.services.postgres import PostgresServer, ThrowAwayCluster, find_server, make_cluster
from tests.services.product import SECRET_KEY, Product

REQUIRED = {name for name in os.environ.get("EVENTS_TEST_REQUIRE", "").split(",") if name}


def pytest_configure() -> None:
    """Tests wait for no disk where the machine has memory to spare."""
    use_memory_for_files()


def pytest_itemcollected(item: pytest.Item) -> None:
    """A test that asks for the browser runs on the session's event loop, where the browser lives."""
    if isinstance(item, pytest.Function) and "browser" in item.fixturenames and iscoroutinefunction(item.obj):
        item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A run that is not thorough does without some combinations, and counts them as deselected."""
    if spared := [item for item in items if is_spared(item)]:
        config.hook.pytest_deselected(items=spared)
        items[:] = [item for item in items if item not in set(spared)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run that had to do without a required service has failed, whatever its tests say."""
    told_to_the_first_process = getattr(session.config, "workeroutput", None)
    if told_to_the_first_process is not None:
        told_to_the_first_process["left_out"] = left_out()
    if missing(REQUIRED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Of the processes that share a run, each tells the first one what it had to do without."""
    note_left_out(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last words, after pytest's own closing line."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        for line in closing_lines(REQUIRED):
            terminal.write_line(line)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server on which to make databases; tests that ask for it are left out where none can be had."""
    server, own_cluster = had("postgres", find_server)
    yield server
    server.close()
    if own_cluster:
        own_cluster.remove()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The URL of a migrated database that nobody is connected to."""
    url = postgres_server.create_database()
    migrate(url)
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file that nobody has open."""
    path = tmp_path_factory.mktemp("template") / "events.sqlite"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite file."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'events.sqlite')}"


@pytest.fixture(scope="session")
def lent_database(postgres_server: PostgresServer, postgres_template: str) -> Iterator[LentDatabase]:
    """The migrated PostgreSQL database that the tests of this process use one after the other."""
    lent = LentDatabase(postgres_server, postgres_template)
    yield lent
    lent.close()


@pytest.fixture
def postgres_url(lent_database: LentDatabase) -> str:
    """A migrated PostgreSQL database as good as fresh."""
    return lent_database.lend()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database, of either kind in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Iterator[Settings]:
    """The settings of this process for one test: the fresh database, a spool under `tmp_path`, no rate limits."""
    made = settings_for(database_url, tmp_path)
    settings_floor.use(made)
    yield made
    settings_floor.use(None)


@pytest_asyncio.fixture
async def database(settings: Settings) -> AsyncIterator[Settings]:
    """The fresh database, opened in this process; gives the settings."""
    database_floor.connect(settings)
    yield settings
    await database_floor.disconnect()


@pytest.fixture
def throw_away_cluster() -> Iterator[ThrowAwayCluster]:
    """A PostgreSQL server that the test may stop, kill and start again; already started."""
    cluster = had("postgres", make_cluster)
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture
def install(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Product]]:
    """`install(database_url, workers="2")` gives an installation that is not started; all are stopped at the end."""
    installed: list[Product] = []

    def make(database_url: str, **more_settings: str) -> Product:
        installed.append(Product(tmp_path_factory.mktemp("installation"), database_url, **more_settings))
        return installed[-1]

    yield make
    for product in installed:
        product.stop()


@pytest.fixture
def server(database_url: str, install: Callable[..., Product]) -> Callable[..., Product]:
    """`server()` starts the product on the test's fresh database and returns it, ready; settings as for `install`."""

    def start(**more_settings: str) -> Product:
        product = install(database_url, **more_settings)
        product.start()
        return product

    return start


@pytest.fixture(scope="session")
def chromium_program() -> Path:
    """The Chromium to start; tests that ask for it are left out where none can be had."""
    return had("browser", find_chromium)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_program: Path) -> AsyncIterator[Browser]:
    """One Chromium for the whole run; each test makes contexts of its own, see `tests/services/chromium.py`."""
    async with running(chromium_program) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser) -> AsyncIterator[Page]:
    """A page on a phone: 390 by 844, by touch."""
    async with await browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True) as context:
        yield await context.new_page()


@pytest_asyncio.fixture(loop_scope="session")
async def desktop(browser: Browser) -> AsyncIterator[Page]:
    """A page on a desk: 1280 by 900."""
    async with await browser.new_context(viewport=DESKTOP) as context:
        yield await context.new_page()


def settings_for(database_url: str, folder: Path, **more_settings: Any) -> Settings:
    """Settings of an installation that keeps its files in `folder`; others by their names: `base_url="https://…"`."""
    given: dict[str, Any] = {
        "database_url": database_url,
        "data_dir": folder,
        "secret_key": SECRET_KEY,
        "rate_limits": "off",
    }
    return Settings.from_environ(
        {f"EVENTS_{name.upper()}": str(value) for name, value in (given | more_settings).items()}
    )


def migrate(database_url: str) -> None:
    """Bring a database to the present shape and let go of it."""

    async def bring() -> None:
        database_floor.connect(settings_for(database_url, Path.cwd()))
        await database_floor.migrate()
        await database_floor.disconnect()

    # With a factory the runner leaves the thread's event loop alone, which belongs to pytest-asyncio.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(bring())
