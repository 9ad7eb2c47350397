"""Who comes in whose place, who was invited, and the seats that cities hold for their delegations.

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


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for statement in SUBSTITUTES:
            await engine.run_ddl(statement)

    manager.add_raw(create)
    return manager
