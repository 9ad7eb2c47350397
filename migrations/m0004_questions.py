"""What events ask, the files people answer with, and what they agreed to.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T11:00:00"
DESCRIPTION = "Questions, files and consent"

STATEMENTS = (
    """CREATE TABLE IF NOT EXISTS question (
        id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
        name TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('text', 'choice', 'choices', 'number', 'date', 'file', 'consent')),
        labels TEXT NOT NULL, help TEXT NOT NULL, options TEXT NOT NULL, categories TEXT NOT NULL, condition TEXT,
        required BOOLEAN NOT NULL, sensitive BOOLEAN NOT NULL, long BOOLEAN NOT NULL, least INTEGER, most INTEGER,
        position INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 1,
        created_at TIMESTAMPTZ NOT NULL, changed_at TIMESTAMPTZ NOT NULL, retired_at TIMESTAMPTZ
    )""",
    "CREATE INDEX IF NOT EXISTS question_event ON question (event)",
    "CREATE UNIQUE INDEX IF NOT EXISTS question_name ON question (event, name) WHERE retired_at IS NULL",
    """CREATE TABLE IF NOT EXISTS answer_file (
        id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE, question TEXT NOT NULL,
        registration TEXT REFERENCES registration (id) ON DELETE CASCADE,
        name TEXT NOT NULL, media_type TEXT NOT NULL CHECK (media_type IN ('application/pdf', 'image/png', 'image/jpeg')),
        data BYTEA NOT NULL, created_at TIMESTAMPTZ NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS answer_file_registration ON answer_file (registration)",
    "CREATE INDEX IF NOT EXISTS answer_file_loose ON answer_file (created_at) WHERE registration IS NULL",
    """CREATE TABLE IF NOT EXISTS consent (
        id TEXT PRIMARY KEY, registration TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
        purpose TEXT NOT NULL, version TEXT NOT NULL, wording TEXT NOT NULL,
        given_at TIMESTAMPTZ NOT NULL, withdrawn_at TIMESTAMPTZ
    )""",
    "CREATE INDEX IF NOT EXISTS consent_registration ON consent (registration)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for statement in STATEMENTS:
            await engine.run_ddl(statement)

    manager.add_raw(create)
    return manager
