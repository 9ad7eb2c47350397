"""What devices and supervisors send."""

from typing import Annotated

from msgspec import Meta, field

from events_service.door.kiosk_rules import Paper
from events_service.door.rules import MAIN, Direction, Grant, Verdict
from events_service.people.rules import Role
from events_service.web.bodies import Body, Wrong
from events_service.web.fields import Line, Moment, OptionalLine, Slug, checked, one_line

LONGEST_BADGE = 4096
MOST_SCANS = 1000
LONGEST_SCAN_ID = 100


def door_role(role: Role) -> Role:
    """A device is a steward's or a supervisor's."""
    if role not in (Role.DOOR_STEWARD, Role.DOOR_SUPERVISOR):
        raise Wrong("unknown_value", "A device is a door_steward or a door_supervisor.")
    return role


def is_scan_id(text: str) -> bool:
    """Whether this can be a scan's id: any plain text, most of all a UUID."""
    plain = text.isascii() and text.isprintable() and " " not in text
    return plain and 0 < len(text) <= LONGEST_SCAN_ID


def scan_name(text: str) -> str:
    """A scan's id, as it is."""
    if not is_scan_id(text):
        raise Wrong("wrong_form", "Use a UUID, or other plain letters, digits and hyphens.")
    return text


ScanId = Annotated[
    str, checked(scan_name, min_length=1, max_length=LONGEST_SCAN_ID, examples=["0190f6b2-6c1f-7c3a-9d52-0d6f0a4b8e11"])
]
# What a camera read may be anything at all: it gets a verdict, never an error.
Badge = Annotated[str, Meta(max_length=LONGEST_BADGE, description="The text of the QR code, as it was read.")]
OverrideReason = Annotated[str, checked(one_line, max_length=500)]


class ScanDraft(Body, frozen=True, kw_only=True):
    """One scan. `scanned_at` without an offset is wall time in the event's zone."""

    scan_id: ScanId
    badge: Badge
    scanned_at: Moment
    checkpoint: Slug = MAIN
    direction: Direction = Direction.ENTRY
    override_reason: OverrideReason | None = None
    # What an offline device decided by itself; without it, a scan in a batch counts as admitted there.
    device_verdict: Verdict | None = None


class BatchDraft(Body, frozen=True, kw_only=True):
    """Scans made without a network. `device_time` is the device's clock when it sends, with an offset."""

    device_time: Moment
    scans: Annotated[list[ScanDraft], Meta(max_length=MOST_SCANS)]


class UndoDraft(Body, frozen=True, kw_only=True):
    """Why a scan is taken back."""

    reason: OverrideReason = ""


class DeviceDraft(Body, frozen=True, kw_only=True):
    """A device to be paired; `grants` is what a steward's may do that otherwise only a supervisor's does.

    `kiosk` makes it a self check-in kiosk, whose printer holds that paper: a steward's device with less power, and no grants.
    """

    name: Line
    checkpoint: Slug = MAIN
    role: Annotated[Role, checked(door_role)] = Role.DOOR_STEWARD
    grants: Annotated[list[Grant], Meta(max_length=len(Grant))] = field(default_factory=list)
    kiosk: Paper | None = None


class PairDraft(Body, frozen=True, kw_only=True):
    """The code from the organiser's screen, and what the device calls itself."""

    pairing_code: Annotated[str, Meta(min_length=1, max_length=100)]
    name: OptionalLine = ""
