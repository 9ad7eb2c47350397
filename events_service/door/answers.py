"""What a scan is as it arrives, and what it gets."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta

from events_service.database import Row
from events_service.door.drafts import ScanDraft
from events_service.door.rules import Reason, Verdict


class Attendee(msgspec.Struct, frozen=True):
    """Who stands at the door. `note` is a registrar's word for whoever stands there; `photo_id` says to ask for one."""

    registration_id: str
    name: str
    organisation: str
    category: str
    note: str | None = None
    photo_id: bool = False


class Previous(msgspec.Struct, frozen=True):
    """When and where the badge was admitted before."""

    at: datetime
    checkpoint: str
    device: str


WhyRefused = Annotated[
    Reason | None,
    Meta(
        description="Why somebody was refused. `turned_away`, in batches alone: the badge was good, yet the device without a network "
        "had refused it, and the person did not come in."
    ),
]


class ScanAnswer(msgspec.Struct, frozen=True):
    """The verdict on one scan; `inside` counts the people inside at that checkpoint now."""

    scan_id: str
    verdict: Verdict
    reason: WhyRefused
    message: str
    replayed: bool
    attendee: Attendee | None
    previous: Previous | None
    inside: int


def attendee_of(person: Row, *, photo_id_categories: str = "[]") -> Attendee:
    """The person in a row, as the door is told; of protected people the row's name is their alias.

    `photo_id_categories` is a JSON array: of these categories everybody is asked.
    """
    category = person["category"]
    return Attendee(
        registration_id=person["id"],
        name=person["name"],
        organisation=person["organisation"],
        category=category,
        note=person["door_note"] or None,
        photo_id=bool(person["photo_id"]) or category in _categories(photo_id_categories),
    )


# The same few arrays for thousands of scans.
@lru_cache(maxsize=256)
def _categories(stored: str) -> frozenset[str]:
    return frozenset(msgspec.json.decode(stored))


class ScanRequest(msgspec.Struct, frozen=True):
    """A scan as it arrived: by which device (its token's digest), when, and whether it was decided offline.

    `scanned_at` is set right by the device's clock; `claimed_at` is what the device said where that is not believed.
    """

    device_digest: str
    scan: ScanDraft
    badge: str
    received_at: datetime
    scanned_at: datetime | None = None
    offline: bool = False
    claimed_at: datetime | None = None
