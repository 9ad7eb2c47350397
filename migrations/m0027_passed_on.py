"""Of badges that hold no more, whether the seat was passed on: the door says so.

The same statement runs on both databases, and runs again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from events_service.database.migrations import add_column

ID = "2026-11-22T11:23:00"
DESCRIPTION = "Badges passed on"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def change() -> None:
        await add_column("retired_badge", "passed_on", "BOOLEAN NOT NULL DEFAULT FALSE")

    manager.add_raw(change)
    return manager
