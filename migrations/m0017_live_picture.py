"""What devices tell of themselves, and an index by which an event's presences are counted without looking at their rows.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

from events_service.database.migrations import add_column

ID = "2026-11-21T11:13:00"
DESCRIPTION = "Live picture"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def change() -> None:
        engine = engine_finder()
        assert engine is not None
        await add_column("device", "battery", "SMALLINT CHECK (battery BETWEEN 0 AND 100)")
        await add_column("device", "charging", "BOOLEAN")
        await add_column("device", "waiting", "INT CHECK (waiting >= 0)")
        await add_column("device", "roster_at", "TIMESTAMPTZ")
        await engine.run_ddl(
            "CREATE INDEX IF NOT EXISTS presence_event ON presence (event, admitted_at, checkpoint, inside, registration)"
        )

    manager.add_raw(change)
    return manager
