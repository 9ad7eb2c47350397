"""What a calendar shows: entries, the people an invite names, and feeds. Values only; `ics` writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryStatus(StrEnum):
    """The STATUS of a VEVENT (RFC 5545 §3.8.1.11)."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One event or session as a calendar shows it to one kind of reader.

    `starts_at` and `ends_at` are aware UTC, the end after the start; `zone` is the IANA name they are shown in.
    `created` and `last_modified` are the stored, aware times of making and of the last change.
    `join_url` is for confirmed people: leave it None in anything public. `geo` is (latitude, longitude) in degrees.
    `transparent` entries leave their time free (RFC 5545 §3.8.2.7).
    """

    uid: str
    sequence: int
    summary: str
    description: str
    location: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    created: datetime
    last_modified: datetime
    status: EntryStatus = EntryStatus.CONFIRMED
    url: str | None = None
    join_url: str | None = None
    join_label: str = "Join online"
    categories: tuple[str, ...] = ()
    geo: tuple[float, float] | None = None
    transparent: bool = False

    def __post_init__(self) -> None:
        for moment in (self.starts_at, self.ends_at, self.created, self.last_modified):
            if moment.utcoffset() is None:
                raise ValueError(f"{moment.isoformat()} has no offset")
        if self.ends_at <= self.starts_at:
            raise ValueError("an entry ends after it starts")
        if self.sequence < 0:
            raise ValueError("SEQUENCE starts at 0")


@dataclass(frozen=True, slots=True)
class Organiser:
    """Who invites: a display name and the mailbox that takes in the replies (one address for each invite)."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Invitee:
    """The one person an invite names."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A subscribed calendar: its name, its entries in the order they are to be written, and what it is about."""

    name: str
    entries: tuple[Entry, ...]
    description: str = ""
