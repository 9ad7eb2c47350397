"""Who settled a conflict at the door, why it was opened again, and how often and when it changed hands: devices learn of it by that.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from events_service.database.migrations import add_column

ID = "2026-11-21T11:15:00"
DESCRIPTION = "Settled conflicts"

COLUMNS = (
    ("settled_by_kind", "TEXT CHECK (settled_by_kind IN ('account', 'token', 'device'))"),
    ("settled_by", "TEXT CHECK ((settled_by IS NULL) = (settled_at IS NULL))"),
    ("reopened_reason", "TEXT NOT NULL DEFAULT ''"),
    ("changed_at", "TIMESTAMPTZ"),
    ("version", "INT NOT NULL DEFAULT 0"),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def change() -> None:
        for name, meaning in COLUMNS:
            await add_column("scan_conflict", name, meaning)

    manager.add_raw(change)
    return manager
