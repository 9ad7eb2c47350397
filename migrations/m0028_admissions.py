"""An index for admissions by minute, in place of one that nothing asks any more.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T11:24:00"
DESCRIPTION = "Admissions by minute"

CHANGES = (
    "DROP INDEX IF EXISTS scan_event",
    # It holds all that is asked for: the rows themselves, with the answers that were given, are not read.
    """CREATE INDEX IF NOT EXISTS scan_admitted ON scan (event, scanned_at, verdict, direction, undone_at)
       WHERE verdict = 'admitted' AND direction = 'entry' AND undone_at IS NULL""",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def change() -> None:
        engine = engine_finder()
        assert engine is not None
        for statement in CHANGES:
            await engine.run_ddl(statement)

    manager.add_raw(change)
    return manager
