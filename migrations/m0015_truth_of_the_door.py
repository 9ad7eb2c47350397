"""What a scan needs to be told again once more is known: when it happened by our clock, what its gate did, what stood against it.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

from events_service.database.migrations import add_column

ID = "2026-11-21T11:11:00"
DESCRIPTION = "Truth of the door"

COLUMNS = (
    ("scan", "happened_at", "TIMESTAMPTZ"),
    ("scan", "claimed_at", "TIMESTAMPTZ"),
    ("scan", "gate", "TEXT CHECK (gate IN ('admitted', 'refused'))"),
    ("scan", "barred", "TEXT"),
    ("scan", "forced", "BOOLEAN NOT NULL DEFAULT FALSE"),
    ("scan_conflict", "kind", "TEXT NOT NULL DEFAULT 'double_admission'"),
    ("scan_conflict", "outcome", "TEXT"),
    ("scan_conflict", "settled_reason", "TEXT NOT NULL DEFAULT ''"),
    ("scan_conflict", "settled_at", "TIMESTAMPTZ"),
)
# Scans from before: they are taken in the order in which they came, as they were then.
CHANGES = (
    """UPDATE scan SET barred = reason, forced = (override_reason IS NOT NULL AND verdict = 'admitted')
       WHERE happened_at IS NULL AND (reason IS NULL OR reason NOT IN ('already_admitted', 'not_inside'))""",
    "UPDATE scan SET happened_at = received_at WHERE happened_at IS NULL",
    "CREATE UNIQUE INDEX IF NOT EXISTS scan_conflict_once ON scan_conflict (second_scan, kind)",
    "CREATE INDEX IF NOT EXISTS scan_conflict_registration ON scan_conflict (registration)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def change() -> None:
        for table, name, meaning in COLUMNS:
            await add_column(table, name, meaning)
        engine = engine_finder()
        assert engine is not None
        for statement in CHANGES:
            await engine.run_ddl(statement)

    manager.add_raw(change)
    return manager
