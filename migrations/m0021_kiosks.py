"""Devices that are self check-in kiosks, and what their printers are loaded with.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from events_service.database.migrations import add_column

ID = "2026-11-21T11:17:00"
DESCRIPTION = "Kiosks"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def change() -> None:
        await add_column("device", "kiosk", "TEXT CHECK (kiosk IN ('label62', 'a6'))")

    manager.add_raw(change)
    return manager
