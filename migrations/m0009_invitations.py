"""Who comes in whose place, and who was invited.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T11:05:00"
DESCRIPTION = "Invitations"

SUBSTITUTES = (
    """CREATE TABLE IF NOT EXISTS substitution (
        id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
        leaving TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
        coming TEXT REFERENCES registration (id) ON DELETE CASCADE, draft TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'refused')), reason TEXT NOT NULL,
        asked_by_kind TEXT NOT NULL, asked_by TEXT NOT NULL, asked_at TIMESTAMPTZ NOT NULL,
        decided_by_kind TEXT, decided_by TEXT, decided_at TIMESTAMPTZ,
        CHECK ((state = 'pending') = (decided_at IS NULL)),
        CHECK ((state = 'done') = (coming IS NOT NULL)),
        CHECK ((state = 'pending') = (draft <> ''))
    )""",
    "CREATE INDEX IF NOT EXISTS substitution_event ON substitution (event, id)",
    "CREATE UNIQUE INDEX IF NOT EXISTS substitution_pending ON substitution (leaving) WHERE state = 'pending'",
)
INVITATIONS = (
    """CREATE TABLE IF NOT EXISTS invitation (
        id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
        email TEXT NOT NULL, email_key TEXT NOT NULL, name TEXT NOT NULL, search_key TEXT NOT NULL,
        organisation TEXT NOT NULL, city TEXT NOT NULL, category TEXT NOT NULL, language TEXT NOT NULL,
        state TEXT NOT NULL CHECK (
            state IN ('reserve', 'invited', 'opened', 'accepted', 'declined', 'delegated', 'lapsed', 'withdrawn')
        ),
        reserve_number INT, plus_ones INT NOT NULL CHECK (plus_ones BETWEEN 0 AND 20), code_digest TEXT NOT NULL UNIQUE,
        lapses_at TIMESTAMPTZ, remind_at TIMESTAMPTZ, invited_by_kind TEXT NOT NULL, invited_by TEXT NOT NULL,
        host TEXT, registration_id TEXT, word TEXT NOT NULL,
        created_at TIMESTAMPTZ NOT NULL, invited_at TIMESTAMPTZ, opened_at TIMESTAMPTZ, answered_at TIMESTAMPTZ,
        reminded_at TIMESTAMPTZ, changed_at TIMESTAMPTZ NOT NULL,
        CHECK ((state = 'accepted') = (registration_id IS NOT NULL)),
        CHECK (state <> 'reserve' OR reserve_number IS NOT NULL),
        CHECK (state IN ('reserve', 'withdrawn') OR invited_at IS NOT NULL)
    )""",
    "CREATE UNIQUE INDEX IF NOT EXISTS invitation_person ON invitation (event, email_key)",
    "CREATE UNIQUE INDEX IF NOT EXISTS invitation_reserve ON invitation (event, reserve_number) WHERE state = 'reserve'",
    "CREATE INDEX IF NOT EXISTS invitation_event ON invitation (event, id)",
    "CREATE INDEX IF NOT EXISTS invitation_lapse ON invitation (lapses_at) WHERE state IN ('invited', 'opened')",
    "CREATE INDEX IF NOT EXISTS invitation_remind ON invitation (remind_at) WHERE state IN ('invited', 'opened')",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for statement in (*SUBSTITUTES, *INVITATIONS):
            await engine.run_ddl(statement)

    manager.add_raw(create)
    return manager
