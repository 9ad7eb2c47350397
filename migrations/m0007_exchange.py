"""Files that wait to be taken in.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T11:03:00"
DESCRIPTION = "Files to take in"

WAITING_FILE = (
    """CREATE TABLE IF NOT EXISTS waiting_file (
        id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE, owner TEXT NOT NULL,
        purpose TEXT NOT NULL, file_name TEXT NOT NULL, data BYTEA NOT NULL, terms TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
        lines INT NOT NULL, done INT NOT NULL, report TEXT NOT NULL, leased_until TIMESTAMPTZ, created_at TIMESTAMPTZ NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS waiting_file_created_at ON waiting_file (created_at)",
    "CREATE INDEX IF NOT EXISTS waiting_file_running ON waiting_file (created_at) WHERE state = 'running'",
    # A list is read page by page in this order: without it, every page would put the whole event in order again.
    "CREATE INDEX IF NOT EXISTS registration_in_order ON registration (event, id)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for statement in WAITING_FILE:
            await engine.run_ddl(statement)

    manager.add_raw(create)
    return manager
