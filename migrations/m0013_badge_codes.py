"""Short codes under badges, and who printed badges when.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from events_service import settings
from events_service.database import Transaction
from events_service.database.connection import engine
from events_service.database.migrations import add_column
from events_service.registrations.short_codes import draw_codes

ID = "2026-11-21T11:09:00"
DESCRIPTION = "Badge codes"

COLUMNS = (
    ("registration", "badge_code_digest", "TEXT"),
    ("registration", "badge_code_draw", "SMALLINT NOT NULL DEFAULT 0"),
    ("retired_badge", "code_digest", "TEXT"),
)
STATEMENTS = (
    "CREATE UNIQUE INDEX IF NOT EXISTS registration_badge_code ON registration (badge_code_digest)",
    "CREATE INDEX IF NOT EXISTS retired_badge_code ON retired_badge (code_digest)",
    """CREATE TABLE IF NOT EXISTS badge_print (
        id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
        layout TEXT NOT NULL CHECK (layout IN ('a6', 'a4x4', 'label62')), language TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'ready', 'failed')),
        badges INT NOT NULL CHECK (badges > 0), again INT NOT NULL CHECK (again BETWEEN 0 AND badges),
        drawn INT NOT NULL CHECK (drawn BETWEEN 0 AND badges),
        asked_by_kind TEXT NOT NULL, asked_by TEXT NOT NULL, asked_at TIMESTAMPTZ NOT NULL, leased_until TIMESTAMPTZ
    )""",
    "CREATE INDEX IF NOT EXISTS badge_print_event ON badge_print (event, asked_at)",
    "CREATE INDEX IF NOT EXISTS badge_print_waiting ON badge_print (asked_at) WHERE state IN ('waiting', 'running')",
    """CREATE TABLE IF NOT EXISTS printed_badge (
        id TEXT PRIMARY KEY, print TEXT NOT NULL REFERENCES badge_print (id) ON DELETE CASCADE,
        registration TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE, place INT NOT NULL, face TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX IF NOT EXISTS printed_badge_place ON printed_badge (print, place)",
    "CREATE INDEX IF NOT EXISTS printed_badge_registration ON printed_badge (registration)",
    """CREATE TABLE IF NOT EXISTS badge_file (
        id TEXT PRIMARY KEY, print TEXT NOT NULL REFERENCES badge_print (id) ON DELETE CASCADE,
        part INT NOT NULL CHECK (part > 0), badges INT NOT NULL CHECK (badges > 0), sealed BYTEA NOT NULL,
        made_at TIMESTAMPTZ NOT NULL
    )""",
    "CREATE UNIQUE INDEX IF NOT EXISTS badge_file_part ON badge_file (print, part)",
    "CREATE INDEX IF NOT EXISTS badge_file_made ON badge_file (made_at)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def change() -> None:
        for table, name, meaning in COLUMNS:
            await add_column(table, name, meaning)
        for statement in STATEMENTS:
            await engine().run_ddl(statement)
        await draw_what_is_missing()

    manager.add_raw(change)
    return manager


async def draw_what_is_missing() -> None:
    """Badges that are out already get a code of the same generation: nobody's badge changes."""
    # Whatever a migration does is within one transaction, which is open already.
    tx = engine().current_transaction.get()
    assert isinstance(tx, Transaction)
    rows = await tx.fetch(
        """SELECT id, event, badge_generation FROM registration
           WHERE badge_digest IS NOT NULL AND badge_code_digest IS NULL ORDER BY event, id"""
    )
    for event_id in sorted({row["event"] for row in rows}):
        badges = {row["id"]: row["badge_generation"] for row in rows if row["event"] == event_id}
        drawn = await draw_codes(tx, badges, event_id=event_id, secret_key=settings.current().secret_key)
        await tx.execute_many(
            "UPDATE registration SET badge_code_digest = $2, badge_code_draw = $3 WHERE id = $1",
            [(one, code.digest, code.draw) for one, code in drawn.items()],
        )
