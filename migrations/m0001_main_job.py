"""Everything the main job needs: people, directory, events, registrations, letters and the door.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
`INT` is meant: Piccolo's SQLite converter for `INTEGER` goes through decimals.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T07:00:00"
DESCRIPTION = "The main job"

PLUMBING = """
CREATE TABLE IF NOT EXISTS stored_answer (
    key_digest TEXT PRIMARY KEY, request_digest TEXT NOT NULL, status INT, content_type TEXT, sealed_body BYTEA,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX IF NOT EXISTS stored_answer_created_at ON stored_answer (created_at);
CREATE TABLE IF NOT EXISTS attempts (
    bucket TEXT PRIMARY KEY, window_ends_at TIMESTAMPTZ NOT NULL, tries INT NOT NULL
);
CREATE INDEX IF NOT EXISTS attempts_window_ends_at ON attempts (window_ends_at);
CREATE TABLE IF NOT EXISTS letter (
    id TEXT PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, recipient TEXT NOT NULL,
    recipient_name TEXT NOT NULL, search_key TEXT NOT NULL, language TEXT NOT NULL, facts TEXT NOT NULL,
    event_slug TEXT, registration_id TEXT,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'sent', 'given_up')),
    attempts INT NOT NULL, priority INT NOT NULL, created_at TIMESTAMPTZ NOT NULL, next_attempt_at TIMESTAMPTZ NOT NULL,
    leased_until TIMESTAMPTZ, lease TEXT, sent_at TIMESTAMPTZ, last_error TEXT, sends INT NOT NULL
);
CREATE INDEX IF NOT EXISTS letter_due ON letter (priority, next_attempt_at) WHERE status = 'waiting';
CREATE INDEX IF NOT EXISTS letter_event_slug ON letter (event_slug);
CREATE INDEX IF NOT EXISTS letter_registration_id ON letter (registration_id)
"""

PEOPLE = """
CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password_hash TEXT, language TEXT NOT NULL,
    disabled BOOLEAN NOT NULL, totp_sealed_secret BYTEA, totp_last_step BIGINT, created_at TIMESTAMPTZ NOT NULL,
    CHECK ((totp_sealed_secret IS NULL) = (totp_last_step IS NULL))
);
CREATE TABLE IF NOT EXISTS recovery_code (
    digest TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS recovery_code_account ON recovery_code (account);
CREATE TABLE IF NOT EXISTS role_grant (
    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, role TEXT NOT NULL,
    event_slug TEXT, created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS role_grant_once ON role_grant (account, role, COALESCE(event_slug, ''));
CREATE TABLE IF NOT EXISTS sign_in (
    token_digest TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL, last_seen_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE IF NOT EXISTS api_token (
    id TEXT PRIMARY KEY, token_digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL, event_slug TEXT,
    created_at TIMESTAMPTZ NOT NULL, revoked_at TIMESTAMPTZ
);
CREATE TABLE IF NOT EXISTS city (
    slug TEXT PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, timezone TEXT NOT NULL, member BOOLEAN NOT NULL
);
CREATE TABLE IF NOT EXISTS organisation (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, city TEXT REFERENCES city (slug)
);
CREATE TABLE IF NOT EXISTS contact (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE, title TEXT NOT NULL, category TEXT NOT NULL,
    contact_group TEXT NOT NULL, organisation TEXT REFERENCES organisation (id), city TEXT REFERENCES city (slug),
    language TEXT NOT NULL
)
"""

EVENTS = """
CREATE TABLE IF NOT EXISTS event (
    id TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('launch', 'summit', 'city_meeting', 'workshop', 'task_force')),
    format TEXT NOT NULL CHECK (format IN ('in_person', 'online', 'hybrid')),
    status TEXT NOT NULL CHECK (status IN ('draft', 'published', 'cancelled', 'completed')),
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted', 'members', 'invited')),
    timezone TEXT NOT NULL, starts_at TIMESTAMPTZ NOT NULL, ends_at TIMESTAMPTZ NOT NULL,
    starts_wall TEXT NOT NULL, ends_wall TEXT NOT NULL, summary TEXT NOT NULL, description TEXT NOT NULL,
    languages TEXT NOT NULL, topics TEXT NOT NULL,
    venue_name TEXT, venue_address TEXT, venue_city TEXT, venue_country TEXT,
    venue_latitude DOUBLE PRECISION, venue_longitude DOUBLE PRECISION,
    venue_disclosure TEXT CHECK (venue_disclosure IN ('public', 'registered')), join_url TEXT,
    registration_mode TEXT NOT NULL CHECK (registration_mode IN ('open', 'approval', 'invitation', 'closed')),
    registration_opens_at TIMESTAMPTZ, registration_closes_at TIMESTAMPTZ,
    capacity INT CHECK (capacity > 0), online_capacity INT CHECK (online_capacity > 0),
    waitlist BOOLEAN NOT NULL, retention_days INT NOT NULL CHECK (retention_days >= 0),
    reentry TEXT NOT NULL CHECK (reentry IN ('once', 'in_and_out', 'daily')),
    sequence INT NOT NULL, version INT NOT NULL, created_at TIMESTAMPTZ NOT NULL, changed_at TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ, cancelled_reason TEXT, search_key TEXT NOT NULL,
    CHECK (ends_at > starts_at),
    CHECK (format = 'in_person' OR join_url IS NOT NULL),
    CHECK (format = 'online' OR venue_name IS NOT NULL)
);
CREATE INDEX IF NOT EXISTS event_status ON event (status);
CREATE INDEX IF NOT EXISTS event_starts_at ON event (starts_at);
CREATE TABLE IF NOT EXISTS signing_key (
    event TEXT PRIMARY KEY REFERENCES event (id) ON DELETE CASCADE, key_id SMALLINT NOT NULL, public_key BYTEA NOT NULL,
    sealed_private_key BYTEA NOT NULL, event_mark BIGINT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS notice (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('changed', 'cancelled', 'places_added')),
    created_at TIMESTAMPTZ NOT NULL, announced_at TIMESTAMPTZ
);
CREATE INDEX IF NOT EXISTS notice_waiting ON notice (created_at) WHERE announced_at IS NULL
"""

REGISTRATIONS = """
CREATE TABLE IF NOT EXISTS registration (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    email TEXT NOT NULL, email_key TEXT NOT NULL, name TEXT NOT NULL, search_key TEXT NOT NULL,
    organisation TEXT NOT NULL, city TEXT NOT NULL, category TEXT NOT NULL,
    attendance TEXT NOT NULL CHECK (attendance IN ('in_person', 'online')), language TEXT NOT NULL, answers TEXT NOT NULL,
    status TEXT NOT NULL CHECK (
        status IN ('invited', 'pending', 'waitlisted', 'offered', 'confirmed', 'declined', 'cancelled')
    ),
    waitlist_number INT, source TEXT NOT NULL, consent_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL, changed_at TIMESTAMPTZ NOT NULL, version INT NOT NULL,
    badge_digest TEXT UNIQUE, badge_generation SMALLINT NOT NULL,
    page_digest TEXT NOT NULL UNIQUE, feed_digest TEXT NOT NULL UNIQUE, links_generation SMALLINT NOT NULL,
    reminded_at TIMESTAMPTZ, told_cancelled_at TIMESTAMPTZ, invite_sequence INT, told_sequence INT, invite_withdrawn BOOLEAN NOT NULL,
    CHECK ((status = 'waitlisted') = (waitlist_number IS NOT NULL)),
    CHECK ((status = 'confirmed') = (badge_digest IS NOT NULL))
);
CREATE UNIQUE INDEX IF NOT EXISTS registration_person ON registration (event, email_key);
CREATE UNIQUE INDEX IF NOT EXISTS registration_waitlist ON registration (event, waitlist_number) WHERE waitlist_number IS NOT NULL;
CREATE INDEX IF NOT EXISTS registration_email_key ON registration (email_key);
CREATE INDEX IF NOT EXISTS registration_status ON registration (event, status, attendance, waitlist_number);
CREATE TABLE IF NOT EXISTS retired_badge (
    digest TEXT PRIMARY KEY, registration TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    retired_at TIMESTAMPTZ NOT NULL
)
"""

DOOR = """
CREATE TABLE IF NOT EXISTS checkpoint (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE, slug TEXT NOT NULL, name TEXT NOT NULL,
    categories TEXT, session_id TEXT, reentry TEXT CHECK (reentry IN ('once', 'in_and_out', 'daily')),
    opens_at TIMESTAMPTZ, closes_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX IF NOT EXISTS checkpoint_slug ON checkpoint (event, slug);
CREATE TABLE IF NOT EXISTS device (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    checkpoint TEXT NOT NULL REFERENCES checkpoint (id) ON DELETE CASCADE, name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('door_steward', 'door_supervisor')),
    pairing_digest TEXT NOT NULL UNIQUE, pairing_expires_at TIMESTAMPTZ NOT NULL, paired_at TIMESTAMPTZ,
    token_digest TEXT UNIQUE, last_seen_at TIMESTAMPTZ, revoked_at TIMESTAMPTZ, created_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE IF NOT EXISTS scan (
    scan_id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    checkpoint TEXT REFERENCES checkpoint (id), device TEXT NOT NULL REFERENCES device (id),
    registration TEXT REFERENCES registration (id) ON DELETE CASCADE,
    direction TEXT NOT NULL CHECK (direction IN ('entry', 'exit')),
    scanned_at TIMESTAMPTZ NOT NULL, received_at TIMESTAMPTZ NOT NULL, local_day DATE NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('admitted', 'refused')), reason TEXT, override_reason TEXT, answer TEXT NOT NULL,
    undone_at TIMESTAMPTZ, undo_reason TEXT
);
CREATE INDEX IF NOT EXISTS scan_event ON scan (event, scanned_at);
CREATE INDEX IF NOT EXISTS scan_registration ON scan (registration);
CREATE TABLE IF NOT EXISTS presence (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    checkpoint TEXT NOT NULL REFERENCES checkpoint (id) ON DELETE CASCADE,
    registration TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE, inside BOOLEAN NOT NULL,
    admitted_at TIMESTAMPTZ NOT NULL, admitted_day DATE NOT NULL, admitted_by TEXT NOT NULL,
    device TEXT NOT NULL REFERENCES device (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS presence_once ON presence (checkpoint, registration);
CREATE INDEX IF NOT EXISTS presence_inside ON presence (checkpoint) WHERE inside;
CREATE TABLE IF NOT EXISTS scan_conflict (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    checkpoint TEXT NOT NULL REFERENCES checkpoint (id), registration TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    first_scan TEXT NOT NULL, second_scan TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX IF NOT EXISTS scan_conflict_event ON scan_conflict (event)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for group in (PLUMBING, PEOPLE, EVENTS, REGISTRATIONS, DOOR):
            for statement in group.split(";"):
                await engine.run_ddl(statement.strip())

    manager.add_raw(create)
    return manager
