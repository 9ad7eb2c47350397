"""Companions on the public form, and links by mail that open the members' events.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from events_service.database.migrations import add_column

ID = "2026-11-21T11:08:00"
DESCRIPTION = "Taking part"

COMPANIONS = "INT NOT NULL DEFAULT 0 CHECK (companions BETWEEN 0 AND 5)"
OPENS = "TEXT NOT NULL DEFAULT 'registrations' CHECK (opens IN ('registrations', 'members'))"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def change() -> None:
        await add_column("admission", "companions", COMPANIONS)
        await add_column("magic_link", "opens", OPENS)

    manager.add_raw(change)
    return manager
