"""The log of who saw or changed what; the database refuses to change it.

The same statements run on both databases but for the guard, and run again after an interrupted attempt
(docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

from events_service.database import is_postgres

ID = "2026-11-21T10:50:00"
DESCRIPTION = "Audit log"

LOG = (
    """CREATE TABLE IF NOT EXISTS audit_entry (
        id TEXT PRIMARY KEY, at TIMESTAMPTZ NOT NULL, actor_kind TEXT NOT NULL, actor_id TEXT NOT NULL, action TEXT NOT NULL,
        event TEXT, subject_kind TEXT NOT NULL, subject_id TEXT NOT NULL, fields TEXT NOT NULL, reason TEXT NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS audit_entry_at ON audit_entry (at)",
    "CREATE INDEX IF NOT EXISTS audit_entry_event ON audit_entry (event, id)",
    "CREATE INDEX IF NOT EXISTS audit_entry_subject ON audit_entry (subject_id, id)",
)
GUARD_OF_SQLITE = (
    """CREATE TRIGGER IF NOT EXISTS audit_entry_stays BEFORE UPDATE ON audit_entry
       BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END""",
    """CREATE TRIGGER IF NOT EXISTS audit_entry_is_kept BEFORE DELETE ON audit_entry
       BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END""",
)
GUARD_OF_POSTGRES = (
    """CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'audit entries are never changed or deleted'; END $$""",
    "DROP TRIGGER IF EXISTS audit_entry_stays ON audit_entry",
    """CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON audit_entry
       FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()""",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for statement in (*LOG, *(GUARD_OF_POSTGRES if is_postgres() else GUARD_OF_SQLITE)):
            await engine.run_ddl(statement)

    manager.add_raw(create)
    return manager
