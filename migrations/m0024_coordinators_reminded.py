"""When a delegation's coordinator was last sent their link, and when they were reminded.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from events_service.database.migrations import add_column

ID = "2026-11-21T11:20:00"
DESCRIPTION = "Coordinators reminded"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def change() -> None:
        await add_column("delegation", "asked_at", "TIMESTAMPTZ")
        await add_column("delegation", "reminded_at", "TIMESTAMPTZ")

    manager.add_raw(change)
    return manager
