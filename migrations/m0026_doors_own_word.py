"""PostgreSQL takes the door's word for whom and what its rows refer to (docs/decisions/0021-doors-own-word.md).

The same statements run again after an interrupted attempt (docs/decisions/0003-migrations.md). SQLite, which looks such rows up in its
own memory, keeps its foreign keys.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from events_service.database import is_postgres
from events_service.database.connection import engine

ID = "2026-11-21T11:22:00"
DESCRIPTION = "Door's own word"

NOT_ASKED_FOR = {
    "scan": ("event", "device", "registration"),
    "presence": ("event", "checkpoint", "registration", "device"),
    "scan_conflict": ("event", "checkpoint", "registration"),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def drop() -> None:
        if not is_postgres():
            return
        for table, columns in NOT_ASKED_FOR.items():
            for column in columns:
                await engine().run_ddl(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_{column}_fkey")

    manager.add_raw(drop)
    return manager
