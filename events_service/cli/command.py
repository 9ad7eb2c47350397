"""What every command does: read its settings, open the database, and end with plain words where it is refused."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import click

from events_service import settings
from events_service.errors import Invalid, Refused
from events_service.logs import configure_logs
from events_service.settings import BadSetting, Settings

Result = TypeVar("Result")


async def check_event(slug: str | None) -> None:
    """End the command where there is no such event; None names none."""
    from events_service.events.queries import find_event

    if slug is not None and await find_event(slug) is None:
        raise click.BadParameter(f"There is no event {slug}.", param_hint="--event")


def with_database(action: Callable[[], Awaitable[Result]], *, migrating: bool = True) -> Result:
    """Run it with the database open, the embedded one migrated; a refusal ends the command with its words and exit code 1."""
    from events_service import database

    own = own_settings()

    async def inside() -> Result:
        database.connect(own)
        try:
            if own.is_embedded and migrating:
                await database.migrate()
            return await action()
        finally:
            await database.disconnect()

    return told(inside())


def told(work: Coroutine[Any, Any, Result]) -> Result:
    """What came of the work; a refusal ends the command with its words."""
    try:
        return asyncio.run(work)
    except Invalid as invalid:
        fail("\n".join(f"{error.field}: {error.message}" for error in invalid.errors))
    except Refused as refused:
        fail(refused.detail)


def own_settings() -> Settings:
    """The settings of the environment, in use from now on; a wrong one ends the command."""
    try:
        own = Settings.from_environ()
    except BadSetting as bad:
        fail(str(bad))
    configure_logs(own.log_level)
    settings.use(own)
    return own


def fail(words: str) -> NoReturn:
    """End the command with these words and exit code 1."""
    click.echo(words, err=True)
    sys.exit(1)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error that is told how much of how much is done; nothing where nobody looks at it."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield tell
