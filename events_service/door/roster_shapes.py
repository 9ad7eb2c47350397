"""What a roster is as it travels."""

from datetime import datetime

import msgspec


class RosterEvent(msgspec.Struct, frozen=True):
    """The event a device serves; `code_salt` (base64) marks typed short codes. Of `photo_id_categories` all are asked for a photo ID."""

    slug: str
    title: str
    timezone: str
    status: str
    reentry: str
    event_mark: int
    code_salt: str
    ends_at: datetime
    photo_id_categories: list[str]


class RosterDevice(msgspec.Struct, frozen=True):
    """The device that asks; `grants` is what it may do beside scanning, `kiosk` the paper of a self check-in kiosk."""

    id: str
    name: str
    role: str
    checkpoint: str
    grants: list[str]
    kiosk: str | None


class RosterKey(msgspec.Struct, frozen=True):
    """A public key (Ed25519, base64) of this event or, so that their badges are not taken for forgeries, of another one here."""

    key_id: int
    event_mark: int
    public_key: str


class RosterDoor(msgspec.Struct, frozen=True):
    """A checkpoint. `categories` null admits all; `sessions` only those with a place in its session, or a part; `reentry` null is the
    event's. Whoever enters one of a `zone` has left the others of it."""

    slug: str
    name: str
    categories: list[str] | None
    sessions: bool
    reentry: str | None
    opens_at: datetime | None
    closes_at: datetime | None
    zone: str | None


class RosterEntry(msgspec.Struct, frozen=True):
    """A badge. `sealed` (base64) opens with the badge alone; `code` (base64) marks its short code; `rooms` are the checkpoints with a
    rule of their own that admit its holder."""

    id: str
    sealed: str
    code: str
    state: str
    rooms: list[str]


class RevokedBadge(msgspec.Struct, frozen=True):
    """A badge that no longer holds: the first 8 bytes of its digest (base64), and how its holder's registration stands.

    Where that is `confirmed`, another badge took its place: a newer one of theirs, or that of whoever came for them. Another entry
    stands for its short code, with that code's mark.
    """

    badge: str
    state: str


class RosterStanding(msgspec.Struct, frozen=True):
    """Where the holder of a badge stands at a checkpoint: last admitted `at`, on the event's own `day`, by the device `where`.

    Also of a badge that holds no more, as long as there is no newer one: who is inside may leave by it.
    """

    id: str
    checkpoint: str
    inside: bool
    at: datetime
    day: str
    where: str


class Roster(msgspec.Struct, frozen=True):
    """What a device needs to decide offline. Unless `full`, it adds to what the device has: first drop `removed` and the standings of
    `cleared`, then put the rest in place by their ids. Doing so twice changes nothing."""

    cursor: str
    full: bool
    event: RosterEvent
    device: RosterDevice
    keys: list[RosterKey]
    checkpoints: list[RosterDoor]
    categories: list[str]
    lease_seconds: int
    entries: list[RosterEntry]
    revoked: list[RevokedBadge]
    removed: list[str]
    cleared: list[str]
    standings: list[RosterStanding]
