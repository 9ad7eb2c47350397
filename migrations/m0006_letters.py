"""An organiser's own words, messages to many, who stopped their mails, and addresses that take none.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

from events_service.database.migrations import add_column

ID = "2026-11-21T11:02:00"
DESCRIPTION = "Own words, messages, stopped mails, suppressed addresses"

TABLES = (
    """CREATE TABLE IF NOT EXISTS event_text (
        id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE, kind TEXT NOT NULL, language TEXT NOT NULL,
        subject TEXT NOT NULL, opening TEXT NOT NULL, closing TEXT NOT NULL, changed_at TIMESTAMPTZ NOT NULL
    )""",
    "CREATE UNIQUE INDEX IF NOT EXISTS event_text_once ON event_text (event, kind, language)",
    """CREATE TABLE IF NOT EXISTS suppressed_address (
        digest TEXT PRIMARY KEY, reason TEXT NOT NULL, letter TEXT, since TIMESTAMPTZ NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS bulk_message (
        id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE, key TEXT NOT NULL UNIQUE,
        segment TEXT NOT NULL, texts TEXT NOT NULL, main_language TEXT NOT NULL, sent_by TEXT NOT NULL,
        recipients INT NOT NULL, left_out INT NOT NULL, created_at TIMESTAMPTZ NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS bulk_message_event ON bulk_message (event, id)",
)
COLUMNS = (
    ("letter", "held_back_at", "TIMESTAMPTZ"),
    ("registration", "mails_stopped_at", "TIMESTAMPTZ"),
    ("registration", "event_reminded_at", "TIMESTAMPTZ"),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for statement in TABLES:
            await engine.run_ddl(statement)
        for table, name, meaning in COLUMNS:
            await add_column(table, name, meaning)

    manager.add_raw(create)
    return manager
