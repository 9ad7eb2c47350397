"""UIDs that never change and SEQUENCE numbers that rise when they must (RFC 5546 §2.1.4-5)."""

from __future__ import annotations

from events_service.calendar.components import Entry


def event_uid(event_id: str, domain: str) -> str:
    """The UID of an event in mail, feed and download. The id and the domain must stay what they were."""
    return f"event-{event_id}@{domain}"


def session_uid(session_id: str, domain: str) -> str:
    """The UID of a session of an agenda in mail, feed and download. The id and the domain must stay what they were."""
    return f"session-{session_id}@{domain}"


def raises_sequence(before: Entry, after: Entry) -> bool:
    """Whether an edit is one people must be told of: another start, end, zone, status or place."""
    return _essentials(before) != _essentials(after)


def next_sequence(
    event_sequence: int, last_sent: int | None, *, cancelling: bool = False, after_cancel: bool = False
) -> int:
    """The SEQUENCE of the next message to one person about one UID.

    `last_sent` is the highest they were sent, None when they were sent nothing; `after_cancel` says that it was a
    CANCEL. A plain resend keeps the number; a CANCEL, and a REQUEST after one, are above everything sent.
    """
    if last_sent is None:
        return event_sequence + 1 if cancelling else event_sequence
    if event_sequence > last_sent:
        return event_sequence
    return last_sent + 1 if cancelling or after_cancel else last_sent


def _essentials(entry: Entry) -> tuple[object, ...]:
    return (entry.starts_at, entry.ends_at, entry.zone, entry.status, entry.location, entry.join_url)
