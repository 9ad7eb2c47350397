"""What a roster asks for often: the latest changes of an event's people and scans, and the badges that no longer hold.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T11:10:00"
DESCRIPTION = "Rosters"

INDEXES = (
    "CREATE INDEX IF NOT EXISTS registration_changed ON registration (event, changed_at, version)",
    "CREATE INDEX IF NOT EXISTS scan_received ON scan (event, received_at)",
    "CREATE INDEX IF NOT EXISTS scan_undone ON scan (event, undone_at) WHERE undone_at IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS retired_badge_registration ON retired_badge (registration)",
    "CREATE INDEX IF NOT EXISTS sign_up_changed ON sign_up (session, changed_at)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for statement in INDEXES:
            await engine.run_ddl(statement)

    manager.add_raw(create)
    return manager
