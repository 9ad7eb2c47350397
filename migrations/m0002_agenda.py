"""Agenda, speakers, and what participants chose of it.

The same statements run on both databases, and run again after an interrupted attempt (docs/decisions/0003-migrations.md).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T09:40:00"
DESCRIPTION = "Agenda and speakers"

SPEAKERS = """
CREATE TABLE IF NOT EXISTS speaker (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    name TEXT NOT NULL, search_key TEXT NOT NULL, email TEXT, email_key TEXT, title TEXT NOT NULL, organisation TEXT NOT NULL,
    city TEXT NOT NULL, biography TEXT NOT NULL, language TEXT NOT NULL, public BOOLEAN NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'invited', 'confirmed', 'declined', 'withdrawn')),
    availability TEXT NOT NULL, technical_needs TEXT NOT NULL, import_key TEXT, photo_digest TEXT,
    link_generation SMALLINT NOT NULL, link_digest TEXT NOT NULL UNIQUE, feed_digest TEXT NOT NULL UNIQUE,
    asked_at TIMESTAMPTZ, reminded_at TIMESTAMPTZ, answered_at TIMESTAMPTZ,
    version INT NOT NULL, created_at TIMESTAMPTZ NOT NULL, changed_at TIMESTAMPTZ NOT NULL,
    CHECK ((email IS NULL) = (email_key IS NULL))
);
CREATE UNIQUE INDEX IF NOT EXISTS speaker_import_key ON speaker (event, import_key) WHERE import_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS speaker_event ON speaker (event, search_key);
CREATE INDEX IF NOT EXISTS speaker_email_key ON speaker (email_key);
CREATE TABLE IF NOT EXISTS speaker_photo (
    speaker TEXT PRIMARY KEY REFERENCES speaker (id) ON DELETE CASCADE, large BYTEA NOT NULL, small BYTEA NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE IF NOT EXISTS roster (
    event TEXT PRIMARY KEY REFERENCES event (id) ON DELETE CASCADE, version INT NOT NULL
)
"""

AGENDA = """
CREATE TABLE IF NOT EXISTS agenda (
    event TEXT PRIMARY KEY REFERENCES event (id) ON DELETE CASCADE, version INT NOT NULL, released INT NOT NULL,
    timezone TEXT NOT NULL, overlap TEXT NOT NULL CHECK (overlap IN ('refuse', 'warn')), last_number INT NOT NULL
);
CREATE TABLE IF NOT EXISTS room (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE, name TEXT NOT NULL,
    venue TEXT NOT NULL, city TEXT NOT NULL, timezone TEXT, online BOOLEAN NOT NULL, capacity INT CHECK (capacity > 0),
    latitude DOUBLE PRECISION, longitude DOUBLE PRECISION, description TEXT NOT NULL, position INT NOT NULL,
    version INT NOT NULL, created_at TIMESTAMPTZ NOT NULL, changed_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS room_name ON room (event, name);
CREATE TABLE IF NOT EXISTS track (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE, name TEXT NOT NULL,
    slug TEXT NOT NULL, colour TEXT NOT NULL, description TEXT NOT NULL, position INT NOT NULL,
    version INT NOT NULL, created_at TIMESTAMPTZ NOT NULL, changed_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS track_name ON track (event, name);
CREATE UNIQUE INDEX IF NOT EXISTS track_slug ON track (event, slug);
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE, number INT NOT NULL, guid TEXT NOT NULL,
    slug TEXT NOT NULL, title TEXT NOT NULL, subtitle TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (
        kind IN ('keynote', 'panel', 'talk', 'workshop', 'sparring', 'city_story', 'break', 'social', 'plenary')
    ),
    state TEXT NOT NULL CHECK (state IN ('draft', 'confirmed', 'cancelled')),
    starts_at TIMESTAMPTZ, ends_at TIMESTAMPTZ, starts_wall TEXT, ends_wall TEXT, minutes INT NOT NULL CHECK (minutes > 0),
    track TEXT REFERENCES track (id), topics TEXT NOT NULL, language TEXT NOT NULL, abstract TEXT NOT NULL,
    description TEXT NOT NULL, capacity INT CHECK (capacity > 0), signup BOOLEAN NOT NULL, join_url TEXT,
    visible_from TIMESTAMPTZ, import_key TEXT, sequence INT NOT NULL, version INT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL, changed_at TIMESTAMPTZ NOT NULL, deleted_at TIMESTAMPTZ,
    CHECK (ends_at > starts_at),
    CHECK ((starts_at IS NULL) = (ends_at IS NULL)),
    CHECK ((starts_at IS NULL) = (starts_wall IS NULL)),
    CHECK ((ends_at IS NULL) = (ends_wall IS NULL))
);
CREATE UNIQUE INDEX IF NOT EXISTS session_number ON session (event, number);
CREATE UNIQUE INDEX IF NOT EXISTS session_guid ON session (event, guid);
CREATE UNIQUE INDEX IF NOT EXISTS session_import_key ON session (event, import_key)
    WHERE import_key IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX IF NOT EXISTS session_track ON session (track);
CREATE INDEX IF NOT EXISTS session_starts_at ON session (starts_at);
CREATE TABLE IF NOT EXISTS session_room (
    id TEXT PRIMARY KEY, session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    room TEXT NOT NULL REFERENCES room (id), position SMALLINT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS session_room_once ON session_room (session, room);
CREATE INDEX IF NOT EXISTS session_room_room ON session_room (room);
CREATE TABLE IF NOT EXISTS session_speaker (
    id TEXT PRIMARY KEY, session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    speaker TEXT NOT NULL REFERENCES speaker (id),
    role TEXT NOT NULL CHECK (role IN ('speaker', 'moderator', 'panellist', 'facilitator', 'interpreter', 'host')),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'invited', 'confirmed', 'declined', 'withdrawn')),
    position SMALLINT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS session_speaker_once ON session_speaker (session, speaker);
CREATE INDEX IF NOT EXISTS session_speaker_speaker ON session_speaker (speaker);
CREATE TABLE IF NOT EXISTS agenda_release (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE, number INT NOT NULL, note TEXT NOT NULL,
    agenda TEXT NOT NULL, changes TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL, created_by TEXT NOT NULL,
    announced_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX IF NOT EXISTS agenda_release_number ON agenda_release (event, number);
CREATE INDEX IF NOT EXISTS agenda_release_waiting ON agenda_release (created_at) WHERE announced_at IS NULL;
CREATE TABLE IF NOT EXISTS conflict_override (
    id TEXT PRIMARY KEY, event TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE, key TEXT NOT NULL, reason TEXT NOT NULL,
    created_by TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS conflict_override_key ON conflict_override (event, key)
"""

CHOICES = """
CREATE TABLE IF NOT EXISTS sign_up (
    id TEXT PRIMARY KEY, session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    registration TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    status TEXT NOT NULL CHECK (status IN ('wished', 'confirmed', 'waitlisted', 'cancelled')), waitlist_number INT,
    created_at TIMESTAMPTZ NOT NULL, changed_at TIMESTAMPTZ NOT NULL, version INT NOT NULL,
    CHECK ((status = 'waitlisted') = (waitlist_number IS NOT NULL))
);
CREATE UNIQUE INDEX IF NOT EXISTS sign_up_person ON sign_up (session, registration);
CREATE UNIQUE INDEX IF NOT EXISTS sign_up_waitlist ON sign_up (session, waitlist_number) WHERE waitlist_number IS NOT NULL;
CREATE INDEX IF NOT EXISTS sign_up_registration ON sign_up (registration);
CREATE TABLE IF NOT EXISTS star (
    id TEXT PRIMARY KEY, session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    registration TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE, created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS star_once ON star (session, registration);
CREATE INDEX IF NOT EXISTS star_registration ON star (registration);
CREATE TABLE IF NOT EXISTS session_invite (
    id TEXT PRIMARY KEY, session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE, email_key TEXT NOT NULL,
    registration TEXT REFERENCES registration (id) ON DELETE CASCADE, speaker TEXT REFERENCES speaker (id) ON DELETE CASCADE,
    sequence INT NOT NULL, told_sequence INT NOT NULL, withdrawn BOOLEAN NOT NULL, changed_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS session_invite_person ON session_invite (session, email_key);
CREATE INDEX IF NOT EXISTS session_invite_email_key ON session_invite (email_key);
CREATE INDEX IF NOT EXISTS session_invite_registration ON session_invite (registration);
CREATE INDEX IF NOT EXISTS session_invite_speaker ON session_invite (speaker)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="events_service", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None
        for group in (SPEAKERS, AGENDA, CHOICES):
            for statement in group.split(";"):
                await engine.run_ddl(statement.strip())

    manager.add_raw(create)
    return manager
