"""What a scan is as it arrives, and what it gets."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from events_service.door.drafts import ScanDraft
from events_service.door.rules import Reason, Verdict


class Attendee(msgspec.Struct, frozen=True):
    """Who stands at the door."""

    registration_id: str
    name: str
    organisation: str
    category: str
    note: str | None = None


class Previous(msgspec.Struct, frozen=True):
    """When and where the badge was admitted before."""

    at: datetime
    checkpoint: str
    device: str


class ScanAnswer(msgspec.Struct, frozen=True):
    """The verdict on one scan; `inside` counts the people inside at that checkpoint now."""

    scan_id: str
    verdict: Verdict
    reason: Reason | None
    message: str
    replayed: bool
    attendee: Attendee | None
    previous: Previous | None
    inside: int


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """A scan as it arrived: by which device (its token's digest), when, and whether it was decided offline."""

    device_digest: str
    scan: ScanDraft
    badge: str
    received_at: datetime
    scanned_at: datetime | None = None
    offline: bool = False
