"""Pure iCalendar: entries to bytes, bytes to mail, and the rules of identity. No clock, no database, no settings."""

from events_service.calendar.components import Entry, EntryStatus, Feed, Invitee, Organiser
from events_service.calendar.ics import cancel_ics, feed_ics, request_ics
from events_service.calendar.identity import event_uid, next_sequence, raises_sequence, session_uid
from events_service.calendar.mail import (
    InlineImage,
    Invite,
    Method,
    UnsafeHeader,
    compose_letter,
    mailbox,
    set_header,
)
from events_service.calendar.zones import (
    DoubledWallTime,
    SkippedWallTime,
    WallTimeRefused,
    vtimezone,
    wall_to_utc,
    zone_label,
)

__all__ = [
    "DoubledWallTime",
    "Entry",
    "EntryStatus",
    "Feed",
    "InlineImage",
    "Invite",
    "Invitee",
    "Method",
    "Organiser",
    "SkippedWallTime",
    "UnsafeHeader",
    "WallTimeRefused",
    "cancel_ics",
    "compose_letter",
    "event_uid",
    "feed_ics",
    "mailbox",
    "next_sequence",
    "raises_sequence",
    "request_ics",
    "session_uid",
    "set_header",
    "vtimezone",
    "wall_to_utc",
    "zone_label",
]
