"""What the door is told of a person beside their name: a note, and whether to ask for a photo ID.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from events_service.database.migrations import add_column

ID = "2026-11-21T11:19:00"
DESCRIPTION = "Notes for the door"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def change() -> None:
        await add_column("registration", "door_note", "TEXT NOT NULL DEFAULT '' CHECK (LENGTH(door_note) <= 200)")
        await add_column("registration", "photo_id", "BOOLEAN NOT NULL DEFAULT FALSE")
        await add_column("admission", "photo_id_categories", "TEXT NOT NULL DEFAULT '[]'")

    manager.add_raw(change)
    return manager
