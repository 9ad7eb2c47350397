"""Answers to invites by mail: what was taken in, and what each person last answered.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

from events_service.database.migrations import add_column

ID = "2026-11-21T11:01:00"
DESCRIPTION = "Answers by calendar"

MAIL = (
    """CREATE TABLE IF NOT EXISTS inbound_mail (
        id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, received_at TIMESTAMPTZ NOT NULL,
        came_by TEXT NOT NULL CHECK (came_by IN ('api', 'listener', 'mailbox')),
        state TEXT NOT NULL CHECK (state IN ('applied', 'review', 'ignored', 'dismissed')), why TEXT NOT NULL,
        event TEXT REFERENCES event (id) ON DELETE CASCADE, session TEXT REFERENCES session (id) ON DELETE CASCADE,
        email_key TEXT, sender TEXT NOT NULL, attendee TEXT NOT NULL, subject TEXT NOT NULL,
        answer TEXT CHECK (answer IN ('accepted', 'tentative', 'declined')), sequence BIGINT, stamped_at TIMESTAMPTZ,
        contents BYTEA, decided_at TIMESTAMPTZ, decided_by TEXT
    )""",
    "CREATE INDEX IF NOT EXISTS inbound_mail_state ON inbound_mail (state, id)",
    "CREATE INDEX IF NOT EXISTS inbound_mail_received_at ON inbound_mail (received_at)",
    "CREATE INDEX IF NOT EXISTS inbound_mail_event ON inbound_mail (event)",
    "CREATE INDEX IF NOT EXISTS inbound_mail_session ON inbound_mail (session)",
)
ANSWER = (
    ("answer", "TEXT CHECK (answer IN ('accepted', 'tentative', 'declined'))"),
    ("answer_sequence", "BIGINT"),
    ("answer_stamped_at", "TIMESTAMPTZ"),
    ("answered_at", "TIMESTAMPTZ"),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for statement in MAIL:
            await engine.run_ddl(statement)
        for table in ("registration", "session_invite"):
            for name, meaning in ANSWER:
                await add_column(table, name, meaning)

    manager.add_raw(create)
    return manager
