"""Checkpoints, the devices that stand at them, and what was scanned."""

from piccolo.columns import Boolean, Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from events_service.events.tables import Event
from events_service.identifiers import new_id
from events_service.registrations.tables import Registration


class Checkpoint(Table, tablename="checkpoint"):
    """A door. `categories` is a JSON array (null admits all); `reentry` null follows the event's."""

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    slug = Text()
    name = Text()
    categories = Text(null=True, default=None)
    session_id = Text(null=True, default=None)
    reentry = Text(null=True, default=None)
    opens_at = Timestamptz(null=True, default=None)
    closes_at = Timestamptz(null=True, default=None)


class Device(Table, tablename="device"):
    """A phone or a scanner, bound to one event, one checkpoint and one role. Only digests of its code and token are kept."""

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    checkpoint = ForeignKey(Checkpoint, null=False)
    name = Text()
    role = Text()
    pairing_digest = Text(unique=True)
    pairing_expires_at = Timestamptz()
    paired_at = Timestamptz(null=True, default=None)
    token_digest = Text(null=True, default=None, unique=True)
    last_seen_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz()


class Scan(Table, tablename="scan"):
    """One scan and the answer it got. `local_day` is the event's own date, for doors that admit once a day."""

    scan_id = Text(primary_key=True)
    event = ForeignKey(Event, null=False, index=True)
    checkpoint = ForeignKey(Checkpoint, null=True)
    device = ForeignKey(Device, null=False)
    registration = ForeignKey(Registration, null=True, index=True)
    direction = Text()
    scanned_at = Timestamptz()
    received_at = Timestamptz()
    local_day = Date()
    verdict = Text()
    reason = Text(null=True, default=None)
    override_reason = Text(null=True, default=None)
    answer = Text()
    undone_at = Timestamptz(null=True, default=None)
    undo_reason = Text(null=True, default=None)


class Presence(Table, tablename="presence"):
    """Where one registration stands at one checkpoint: admitted by which scan, when, and whether inside now."""

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    checkpoint = ForeignKey(Checkpoint, null=False)
    registration = ForeignKey(Registration, null=False)
    inside = Boolean()
    admitted_at = Timestamptz()
    admitted_day = Date()
    admitted_by = Text()
    device = ForeignKey(Device, null=False)


class ScanConflict(Table, tablename="scan_conflict"):
    """Two admissions of one badge that no door could have known of: a supervisor settles it."""

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False, index=True)
    checkpoint = ForeignKey(Checkpoint, null=False)
    registration = ForeignKey(Registration, null=False)
    first_scan = Text()
    second_scan = Text()
    created_at = Timestamptz()
