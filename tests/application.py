"""The whole application in this process, put together once and used by many tests."""

from dataclasses import replace
from pathlib import Path

from litestar import Litestar

from events_service import database, settings
from events_service.app import create_app
from events_service.settings import Settings

# Putting 400 routes together takes longer than most tests. An application keeps nothing of what it was asked.
_made: dict[Settings, Litestar] = {}


def application(own: Settings) -> Litestar:
    """What `create_app` gives, with these settings in use and their database opened; not made anew for another database or folder."""
    kind = replace(own, database_url="", data_dir=Path(), mail_url="")
    if kind not in _made:
        _made[kind] = create_app(own)
    settings.use(own)
    database.connect(own)
    return _made[kind]
