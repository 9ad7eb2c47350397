"""Whether an account's language is one its owner chose.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from events_service.database.migrations import add_column

ID = "2026-11-21T11:21:00"
DESCRIPTION = "Chosen languages"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def change() -> None:
        await add_column("account", "language_chosen", "BOOLEAN NOT NULL DEFAULT FALSE")

    manager.add_raw(change)
    return manager
