"""Checkpoints that are join pages, and how long people stayed in a meeting.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

from events_service.database.migrations import add_column

ID = "2026-11-21T11:18:00"
DESCRIPTION = "Online presence"

STATEMENTS = (
    # One join page for the event, and one for each session with a meeting of its own.
    "CREATE UNIQUE INDEX IF NOT EXISTS checkpoint_online ON checkpoint (event, COALESCE(session_id, '')) WHERE online",
    """CREATE TABLE IF NOT EXISTS online_stay (
        id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
        checkpoint TEXT NOT NULL REFERENCES checkpoint (id) ON DELETE CASCADE,
        registration TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
        joined_at TIMESTAMPTZ NOT NULL, seen_at TIMESTAMPTZ NOT NULL CHECK (seen_at >= joined_at),
        left_at TIMESTAMPTZ CHECK (left_at >= joined_at),
        ending TEXT CHECK (ending IN ('told', 'closed', 'silent')),
        CHECK ((left_at IS NULL) = (ending IS NULL))
    )""",
    "CREATE UNIQUE INDEX IF NOT EXISTS online_stay_open ON online_stay (checkpoint, registration) WHERE left_at IS NULL",
    "CREATE INDEX IF NOT EXISTS online_stay_registration ON online_stay (registration, checkpoint, joined_at)",
    "CREATE INDEX IF NOT EXISTS online_stay_event ON online_stay (event, registration)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def change() -> None:
        await add_column("checkpoint", "online", "BOOLEAN NOT NULL DEFAULT FALSE")
        engine = engine_finder()
        assert engine is not None
        for statement in STATEMENTS:
            await engine.run_ddl(statement)

    manager.add_raw(change)
    return manager
