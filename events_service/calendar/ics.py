"""iCalendar files: feeds and downloads, invites (METHOD:REQUEST) and withdrawals (METHOD:CANCEL). Bytes, always.

The lines are written here and not by icalendar, which takes half a second for a large feed and quotes FEATURE as one
value; escaping is icalendar's. RFC 5545, 5546 (iTIP), 7986.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from events_service.calendar.components import Entry, EntryStatus, Feed, Invitee, Organiser
from events_service.calendar.lines import document, mailto, parameter, text, uri, utc
from events_service.calendar.zones import keeps_rule, vtimezone

PRODUCT = "-//events-service//Events and summits//EN"
REFRESH_INTERVAL = "PT1H"
UTC_ZONES = frozenset({"UTC", "Etc/UTC"})


def feed_ics(feed: Feed) -> bytes:
    """A feed or a download: no METHOD, ORGANIZER or ATTENDEE, and nothing that changes unless an entry does."""
    lines = [
        *_opening(),
        f"NAME:{text(feed.name)}",
        f"X-WR-CALNAME:{text(feed.name)}",
        *_written("DESCRIPTION", feed.description),
        *_written("X-WR-CALDESC", feed.description),
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH_INTERVAL}",
        f"X-PUBLISHED-TTL:{REFRESH_INTERVAL}",
        *_zones(feed.entries),
    ]
    for entry in feed.entries:
        lines += ["BEGIN:VEVENT", *_identity(entry, stamped_at=entry.last_modified), *_facts(entry), "END:VEVENT"]
    # RFC 5545 §3.6 wants a component in every calendar: an empty one states a zone.
    if not feed.entries:
        lines += vtimezone("Etc/UTC")
    return document([*lines, "END:VCALENDAR"])


def request_ics(
    entry: Entry, *, organiser: Organiser, invitee: Invitee, stamped_at: datetime, alarm: timedelta | None = None
) -> bytes:
    """An invite for one person (RFC 5546 §3.2.2), stamped with the aware time of sending.

    `entry.sequence` is what `next_sequence` gave for this person; `alarm` is how long before the start to
    remind, in whole minutes.
    """
    if entry.status is EntryStatus.CANCELLED:
        raise ValueError("a cancelled entry is withdrawn, not requested")
    return document(
        [
            *_opening(),
            "METHOD:REQUEST",
            *_zones([entry]),
            "BEGIN:VEVENT",
            *_identity(entry, stamped_at=stamped_at),
            *_facts(entry),
            _organizer(organiser),
            f"{_attendee(invitee)};PARTSTAT=NEEDS-ACTION;RSVP=TRUE:{mailto(invitee.email)}",
            *_alarm(entry, alarm),
            "END:VEVENT",
            "END:VCALENDAR",
        ]
    )


def cancel_ics(
    entry: Entry, *, organiser: Organiser, invitee: Invitee, stamped_at: datetime, whole_event: bool
) -> bytes:
    """A withdrawal for one person (RFC 5546 §3.2.5), with a SEQUENCE above the last one sent to them.

    STATUS:CANCELLED when the whole event is off; no STATUS when this person alone is uninvited.
    It says when and where the entry was, and repeats neither description nor join link.
    """
    return document(
        [
            *_opening(),
            "METHOD:CANCEL",
            *_zones([entry]),
            "BEGIN:VEVENT",
            *_identity(entry, stamped_at=stamped_at),
            *_times(entry),
            f"SUMMARY:{text(entry.summary)}",
            *_written("LOCATION", entry.location),
            *(["STATUS:CANCELLED"] if whole_event else []),
            _organizer(organiser),
            f"{_attendee(invitee)}:{mailto(invitee.email)}",
            "END:VEVENT",
            "END:VCALENDAR",
        ]
    )


def _opening() -> list[str]:
    return ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]


def _zones(entries: Iterable[Entry]) -> list[str]:
    """One VTIMEZONE for each zone that a time of these entries names, in order of name."""
    named = sorted({entry.zone for entry in entries if _is_zoned(entry)})
    return [line for zone in named for line in vtimezone(zone)]


def _identity(entry: Entry, *, stamped_at: datetime) -> list[str]:
    return [
        f"UID:{text(entry.uid)}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{utc(stamped_at)}",
        f"CREATED:{utc(entry.created)}",
        f"LAST-MODIFIED:{utc(entry.last_modified)}",
    ]


def _facts(entry: Entry) -> list[str]:
    return [
        *_times(entry),
        f"SUMMARY:{text(entry.summary)}",
        *_written("DESCRIPTION", _description(entry)),
        *_written("LOCATION", "; ".join(filter(None, (entry.location, entry.join_url)))),
        f"STATUS:{entry.status.upper()}",
        *(["TRANSP:TRANSPARENT"] if entry.transparent else []),
        *([f"CATEGORIES:{','.join(map(text, entry.categories))}"] if entry.categories else []),
        *([f"GEO:{entry.geo[0]:.6f};{entry.geo[1]:.6f}"] if entry.geo else []),
        *([f"URL:{uri(entry.url)}"] if entry.url else []),
        *_conference(entry),
    ]


def _times(entry: Entry) -> list[str]:
    if not _is_zoned(entry):
        return [f"DTSTART:{utc(entry.starts_at)}", f"DTEND:{utc(entry.ends_at)}"]
    place = ZoneInfo(entry.zone)
    return [
        f"DTSTART;TZID={entry.zone}:{entry.starts_at.astimezone(place):%Y%m%dT%H%M%S}",
        f"DTEND;TZID={entry.zone}:{entry.ends_at.astimezone(place):%Y%m%dT%H%M%S}",
    ]


def _is_zoned(entry: Entry) -> bool:
    """Whether local times and the zone's VTIMEZONE tell these moments truly; otherwise they are written in UTC.

    They do not where the zone has no yearly rule, kept another rule that year, or shows the hour for the second time
    (a local time in a doubled hour means the first, RFC 5545 §3.3.5).
    """
    if entry.zone in UTC_ZONES:
        return False
    place = ZoneInfo(entry.zone)
    return all(
        keeps_rule(entry.zone, moment.astimezone(UTC).year) and not moment.astimezone(place).fold
        for moment in (entry.starts_at, entry.ends_at)
    )


def _description(entry: Entry) -> str:
    if not entry.join_url or entry.join_url in entry.description:
        return entry.description
    return "\n\n".join(filter(None, (entry.description, f"{entry.join_label}: {entry.join_url}")))


def _conference(entry: Entry) -> list[str]:
    """RFC 7986 §5.11. FEATURE is a list of two bare values."""
    if not entry.join_url:
        return []
    label = parameter(entry.join_label)
    return [f"CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL={label}:{uri(entry.join_url)}"]


def _organizer(organiser: Organiser) -> str:
    return f"ORGANIZER;CN={parameter(organiser.name)}:{mailto(organiser.email)}"


def _attendee(invitee: Invitee) -> str:
    """The ATTENDEE up to its role, to be followed by further parameters and the address."""
    return f"ATTENDEE;CN={parameter(invitee.name)};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT"


def _alarm(entry: Entry, before_start: timedelta | None) -> list[str]:
    if before_start is None:
        return []
    return [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{text(entry.summary)}",
        f"TRIGGER:-PT{before_start // timedelta(minutes=1)}M",
        "END:VALARM",
    ]


def _written(name: str, value: str) -> list[str]:
    """A TEXT property, left out when it says nothing."""
    return [f"{name}:{text(value)}"] if value else []
