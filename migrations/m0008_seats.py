"""Seats under quotas: how an event admits people, and what a registration's place in line depends on.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

from events_service.database.migrations import add_column

ID = "2026-11-21T11:04:00"
DESCRIPTION = "Seats under quotas"

ADMISSION = """CREATE TABLE IF NOT EXISTS admission (
    event TEXT PRIMARY KEY REFERENCES event (id) ON DELETE CASCADE, categories TEXT NOT NULL, cities TEXT NOT NULL,
    offers BOOLEAN NOT NULL, offer_hours INT NOT NULL CHECK (offer_hours > 0), mail_check BOOLEAN NOT NULL,
    reminder_days TEXT NOT NULL, sensitive_days INT NOT NULL CHECK (sensitive_days >= 0)
)"""
COLUMNS = (
    ("priority", "INT NOT NULL DEFAULT 0"),
    ("party", "TEXT"),
    ("party_together", "BOOLEAN NOT NULL DEFAULT FALSE"),
    ("awaits", "TEXT CHECK (awaits IN ('mail_check', 'membership'))"),
    ("answer_until", "TIMESTAMPTZ"),
    ("check_digest", "TEXT"),
)
INDEXES = (
    "CREATE UNIQUE INDEX IF NOT EXISTS registration_check ON registration (check_digest) WHERE check_digest IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS registration_answer_until ON registration (answer_until) WHERE answer_until IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS registration_party ON registration (event, party) WHERE party IS NOT NULL",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        await engine.run_ddl(ADMISSION)
        for name, meaning in COLUMNS:
            await add_column("registration", name, meaning)
        for statement in INDEXES:
            await engine.run_ddl(statement)

    manager.add_raw(create)
    return manager
