"""Seats that are kept for the people a city names.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

from events_service.database.migrations import add_column

ID = "2026-11-21T11:07:00"
DESCRIPTION = "Delegations"

TABLES = (
    """CREATE TABLE IF NOT EXISTS delegation (
        id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
        city TEXT NOT NULL, city_key TEXT NOT NULL, seats INT NOT NULL CHECK (seats BETWEEN 1 AND 500),
        attendance TEXT NOT NULL CHECK (attendance IN ('in_person', 'online')), category TEXT NOT NULL,
        coordinator_name TEXT NOT NULL, coordinator_email TEXT NOT NULL, email_key TEXT NOT NULL, language TEXT NOT NULL,
        link_generation SMALLINT NOT NULL, code_digest TEXT NOT NULL UNIQUE, closes_at TIMESTAMPTZ NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'released', 'withdrawn')), reason TEXT NOT NULL,
        made_by_kind TEXT NOT NULL, made_by TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL, changed_at TIMESTAMPTZ NOT NULL
    )""",
    "CREATE UNIQUE INDEX IF NOT EXISTS delegation_city ON delegation (event, city_key) WHERE state <> 'withdrawn'",
    "CREATE INDEX IF NOT EXISTS delegation_event ON delegation (event)",
    "CREATE INDEX IF NOT EXISTS delegation_email_key ON delegation (email_key)",
    "CREATE INDEX IF NOT EXISTS delegation_due ON delegation (closes_at) WHERE state = 'open'",
)
DELEGATES = (
    "CREATE INDEX IF NOT EXISTS registration_delegation ON registration (delegation) WHERE delegation IS NOT NULL"
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for statement in TABLES:
            await engine.run_ddl(statement)
        await add_column("registration", "delegation", "TEXT REFERENCES delegation (id) ON DELETE SET NULL")
        await engine.run_ddl(DELEGATES)

    manager.add_raw(create)
    return manager
