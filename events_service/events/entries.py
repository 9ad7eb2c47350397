"""Events as calendars show them: to anyone, and to people who hold a confirmed seat.

Pure but for the settings' public address. Words are in the language of the request or letter at hand (`web/words.py`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from events_service import settings
from events_service.calendar import Entry, EntryStatus, event_uid, zone_label
from events_service.events.rules import NORDIC_CLOCKS, Disclosure, Event, Format, Status, Venue, for_the_public
from events_service.web.words import clock_time, day, wall
from events_service.web.words import gettext as _

# Cities that share a clock, and its zone.
Clocks = Sequence[tuple[Sequence[str], str]]


def public_entry(event: Event) -> Entry:
    """The event for feeds and downloads that anyone may read: no join link, and the address only where disclosed."""
    return _entry(for_the_public(event), sequence=event.sequence)


def tentative_entry(event: Event, *, sequence: int | None = None) -> Entry:
    """The event for somebody who waits for a seat: what the public sees, marked TENTATIVE unless it is cancelled."""
    entry = public_entry(event)
    status = entry.status if entry.status is EntryStatus.CANCELLED else EntryStatus.TENTATIVE
    return replace(entry, status=status, sequence=event.sequence if sequence is None else sequence)


def confirmed_entry(event: Event, *, sequence: int | None = None, online: bool = False, join_page: str = "") -> Entry:
    """The event for somebody with a confirmed seat: the whole venue, and the join link of an online or hybrid event.

    `sequence` is what this person is sent; without it, the event's own. Whoever takes part `online` is led to the meeting alone.
    `join_page` is where this person joins and is checked in by it: named first, before the meeting's own link.
    """
    if online and event.is_online:
        event = replace(event, format=Format.ONLINE)
    disclosed = event.venue and replace(event.venue, disclosure=Disclosure.PUBLIC)
    entry = _entry(replace(event, venue=disclosed), sequence=event.sequence if sequence is None else sequence)
    if not event.is_online or not event.join_url:
        return entry
    # The join link takes the place of the word "Online": calendar programs make LOCATION a button.
    location = "" if event.format is Format.ONLINE else entry.location
    entry = led_to(entry, join_page)
    return replace(entry, location=location, join_url=event.join_url, join_label=_("Join online"))


def led_to(entry: Entry, join_page: str) -> Entry:
    """The entry with the words that lead to somebody's join page; as it is where they have none."""
    if not join_page:
        return entry
    told = _("Join and be checked in: %s") % join_page
    return replace(entry, description="\n\n".join([entry.description, told]))


def page_url(event: Event) -> str:
    """The address of the event's public page."""
    return f"{settings.current().base_url}/events/{event.slug}"


def local_times(event: Event, *, clocks: Clocks = NORDIC_CLOCKS) -> list[str]:
    """A line for each of these clocks: `Helsinki 11.00–12.30 EET`; another day than the event's is named."""
    lines = []
    for cities, zone in clocks:
        # Past midnight the hour is plain; past a day it is not.
        ends = wall if event.ends_at - event.starts_at >= timedelta(days=1) else clock_time
        hours = f"{clock_time(event.starts_at, zone)}–{ends(event.ends_at, zone)}"
        line = f"{', '.join(cities)} {hours} {zone_label(event.starts_at, zone)}"
        here = day(event.starts_at, zone)
        lines.append(line if here == day(event.starts_at, event.timezone) else f"{line} ({here})")
    return lines


def _entry(event: Event, *, sequence: int) -> Entry:
    venue = None if event.format is Format.ONLINE else event.venue
    return Entry(
        uid=event_uid(event.id, settings.current().domain),
        sequence=sequence,
        summary=event.title,
        description=_description(event),
        location=_place(venue) if venue else _("Online"),
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.timezone,
        created=event.created_at,
        last_modified=event.changed_at,
        status=EntryStatus.CANCELLED if event.status is Status.CANCELLED else EntryStatus.CONFIRMED,
        url=page_url(event),
        geo=_degrees(venue),
    )


def _description(event: Event) -> str:
    """What a reader needs who sees nothing but the calendar; many programs show no URL, so it is said here too."""
    parts = [_("This event is cancelled.")] if event.status is Status.CANCELLED else []
    parts.append(event.summary)
    if event.is_online:
        parts.append("\n".join([_("Local times:"), *local_times(event)]))
    parts.append(page_url(event))
    return "\n\n".join(filter(None, parts))


def _place(venue: Venue) -> str:
    if venue.disclosure is Disclosure.REGISTERED:
        return venue.city
    return ", ".join(filter(None, (venue.name, venue.address, venue.city)))


def _degrees(venue: Venue | None) -> tuple[float, float] | None:
    if venue is None or venue.latitude is None or venue.longitude is None:
        return None
    return venue.latitude, venue.longitude
