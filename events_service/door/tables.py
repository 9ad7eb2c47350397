"""Checkpoints, the devices that stand at them, and what was scanned."""

from piccolo.columns import Boolean, Date, ForeignKey, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from events_service.events.tables import Event
from events_service.identifiers import new_id
from events_service.registrations.tables import Registration


class Checkpoint(Table, tablename="checkpoint"):
    """A door. `categories` is a JSON array (null admits all); `reentry` null follows the event's.

    One that is `online` is the join page of a meeting: no device stands there, and who is inside is in no house.
    Doors with the same `zone` are rooms: whoever enters one has left the others.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    slug = Text()
    name = Text()
    categories = Text(null=True, default=None)
    session_id = Text(null=True, default=None)
    reentry = Text(null=True, default=None)
    opens_at = Timestamptz(null=True, default=None)
    closes_at = Timestamptz(null=True, default=None)
    online = Boolean(default=False)
    zone = Text(null=True, default=None)
    version = Integer(default=1)


class Device(Table, tablename="device"):
    """A phone or a scanner, bound to one event, one checkpoint and one role. Only digests of its code and token are kept.

    `grants` is a JSON array: what it may do beyond its role. `battery` (percent), `charging`, `waiting` (scans not sent yet) and
    `roster_at` are what it told of itself last. `kiosk` is the paper of a self check-in kiosk's printer, null for everything else.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    checkpoint = ForeignKey(Checkpoint, null=False)
    name = Text()
    role = Text()
    grants = Text(default="[]")
    kiosk = Text(null=True, default=None)
    pairing_digest = Text(unique=True)
    pairing_expires_at = Timestamptz()
    paired_at = Timestamptz(null=True, default=None)
    token_digest = Text(null=True, default=None, unique=True)
    last_seen_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
    battery = SmallInt(null=True, default=None)
    charging = Boolean(null=True, default=None)
    waiting = Integer(null=True, default=None)
    roster_at = Timestamptz(null=True, default=None)


class Scan(Table, tablename="scan"):
    """One scan. `answer` is what was told of it and stays, `verdict` and `reason` are what is true of it by all that is known now.

    `local_day` is the event's own date, for doors that admit once a day; `happened_at` our clock when it was made; `claimed_at` what
    the device said, where that was not believed; `gate` what a device decided without us; `barred` what stands against it whatever
    else was scanned; `forced` that somebody who may has set that aside.
    """

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
    happened_at = Timestamptz(null=True, default=None)
    claimed_at = Timestamptz(null=True, default=None)
    gate = Text(null=True, default=None)
    barred = Text(null=True, default=None)
    forced = Boolean(default=False)


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
    """A gate that contradicts what is known: a supervisor settles it. `first_scan` is empty where there is but one scan to it.

    While it is settled it keeps the two scans that it was settled for. `version` and `changed_at` tell when it was settled or opened
    again, `settled_by` is an id of its kind.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False, index=True)
    checkpoint = ForeignKey(Checkpoint, null=False)
    registration = ForeignKey(Registration, null=False)
    kind = Text(default="double_admission")
    first_scan = Text()
    second_scan = Text()
    created_at = Timestamptz()
    outcome = Text(null=True, default=None)
    settled_reason = Text(default="")
    settled_at = Timestamptz(null=True, default=None)
    settled_by_kind = Text(null=True, default=None)
    settled_by = Text(null=True, default=None)
    reopened_reason = Text(default="")
    changed_at = Timestamptz(null=True, default=None)
    version = Integer(default=0)
