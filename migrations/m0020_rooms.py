"""Checkpoints are edited under a version, and are rooms of one zone: whoever enters one has left the others.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from events_service.database.migrations import add_column

ID = "2026-11-21T11:16:00"
DESCRIPTION = "Rooms"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def change() -> None:
        # Passing the main entrance is no leaving of a room, nor the other way round.
        await add_column("checkpoint", "zone", "TEXT CHECK (zone IS NULL OR slug <> 'main')")
        await add_column("checkpoint", "version", "INT NOT NULL DEFAULT 1")

    manager.add_raw(change)
    return manager
