"""Links by mail to all of one's registrations, protected people, what was erased, and what the sweep removed.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

from events_service.database.migrations import add_column

ID = "2026-11-21T11:06:00"
DESCRIPTION = "Self-service and privacy"

TABLES = (
    """CREATE TABLE IF NOT EXISTS magic_link (
        id TEXT PRIMARY KEY, email TEXT NOT NULL, email_key TEXT NOT NULL, language TEXT NOT NULL, digest TEXT NOT NULL UNIQUE,
        asked_at TIMESTAMPTZ NOT NULL, expires_at TIMESTAMPTZ, used_at TIMESTAMPTZ
    )""",
    "CREATE INDEX IF NOT EXISTS magic_link_waiting ON magic_link (asked_at) WHERE expires_at IS NULL",
    "CREATE INDEX IF NOT EXISTS magic_link_email_key ON magic_link (email_key)",
    "CREATE TABLE IF NOT EXISTS tombstone (digest TEXT PRIMARY KEY, erased_at TIMESTAMPTZ NOT NULL)",
    """CREATE TABLE IF NOT EXISTS sweep (
        id TEXT PRIMARY KEY, at TIMESTAMPTZ NOT NULL, kind TEXT NOT NULL, event_slug TEXT, removed INT NOT NULL CHECK (removed > 0)
    )""",
    "CREATE INDEX IF NOT EXISTS sweep_at ON sweep (at)",
)
COLUMNS = (
    ("protected", "BOOLEAN NOT NULL DEFAULT FALSE"),
    ("identity", "TEXT NOT NULL DEFAULT ''"),
    ("erased_at", "TIMESTAMPTZ"),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for statement in TABLES:
            await engine.run_ddl(statement)
        for name, meaning in COLUMNS:
            await add_column("registration", name, meaning)

    manager.add_raw(create)
    return manager
