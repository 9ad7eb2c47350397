"""Events as programs see them: the contract's fields, and examples for the OpenAPI document."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from events_service.errors import FieldError, Invalid
from events_service.events.entries import page_url
from events_service.events.rules import (
    Disclosure,
    Event,
    Format,
    Kind,
    Mode,
    Reentry,
    Status,
    Terms,
    Venue,
    Visibility,
    for_the_public,
)

Moment = Annotated[datetime, Meta(description="RFC 3339, with the offset of the event's time zone.")]
OptionalMoment = Annotated[datetime | None, Meta(description="RFC 3339, with the offset of the event's time zone.")]
SeatsOrNoLimit = Annotated[int | None, Meta(description="Seats; null means no limit.")]


class VenueOut(msgspec.Struct, frozen=True):
    """Where people meet. With disclosure `registered`, address and position are empty for the public."""

    name: str
    address: str
    city: str
    country: Annotated[str, Meta(description="ISO 3166-1, two letters.")]
    latitude: Annotated[float | None, Meta(description="Degrees north (WGS 84).")]
    longitude: Annotated[float | None, Meta(description="Degrees east (WGS 84).")]
    disclosure: Disclosure


class TermsOut(msgspec.Struct, frozen=True):
    """How people register."""

    mode: Mode
    opens_at: OptionalMoment
    closes_at: OptionalMoment
    capacity: SeatsOrNoLimit
    online_capacity: SeatsOrNoLimit
    waitlist: bool
    retention_days: Annotated[int, Meta(description="Days after the event until registrations are deleted.")]
    reentry: Reentry


class EventOut(msgspec.Struct, frozen=True):
    """An event. Whoever may not edit it sees no join link, and the address only where it is disclosed."""

    slug: str
    title: str
    kind: Kind
    format: Format
    status: Status
    visibility: Visibility
    timezone: Annotated[str, Meta(description="An IANA time zone name.")]
    starts_at: Moment
    ends_at: Moment
    summary: str
    description: Annotated[str, Meta(description="Markdown.")]
    languages: list[str]
    topics: list[str]
    venue: VenueOut | None
    join_url: Annotated[str | None, Meta(description="Only for those who may edit the event.")]
    registration: TermsOut
    version: Annotated[int, Meta(description="Rises with each change.")]
    sequence: Annotated[int, Meta(description="iCalendar's SEQUENCE: rises when calendars must follow.")]
    created_at: datetime
    changed_at: datetime
    url: Annotated[str, Meta(description="The public page.")]


def event_out(event: Event, *, in_full: bool) -> EventOut:
    """The event, in full for those who may edit it."""
    shown = event if in_full else for_the_public(event)
    return EventOut(
        slug=shown.slug,
        title=shown.title,
        kind=shown.kind,
        format=shown.format,
        status=shown.status,
        visibility=shown.visibility,
        timezone=shown.timezone,
        starts_at=_there(shown.starts_at, shown.timezone),
        ends_at=_there(shown.ends_at, shown.timezone),
        summary=shown.summary,
        description=shown.description,
        languages=list(shown.languages),
        topics=list(shown.topics),
        venue=_venue_out(shown.venue),
        join_url=shown.join_url,
        registration=_terms_out(shown.registration, shown.timezone),
        version=shown.version,
        sequence=shown.sequence,
        created_at=_there(shown.created_at, shown.timezone),
        changed_at=_there(shown.changed_at, shown.timezone),
        url=page_url(shown),
    )


def bound(name: str, text: str | None, *, end_of_day: bool = False) -> datetime | None:
    """A bound of a list: a moment with an offset, or a day, which counts in UTC. Raises `Invalid` for anything else."""
    if text is None:
        return None
    try:
        if len(text) == len("2027-03-07"):
            day = date.fromisoformat(text) + timedelta(days=1 if end_of_day else 0)
            return datetime.combine(day, time(), ZoneInfo("UTC")) - timedelta(microseconds=1 if end_of_day else 0)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError):
        pass
    message = "Write a day such as 2027-03-07, or a moment with its offset such as 2027-03-07T11:00:00+01:00."
    raise Invalid([FieldError(name, "invalid_time", message)])


def _there(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def _venue_out(venue: Venue | None) -> VenueOut | None:
    if venue is None:
        return None
    return VenueOut(
        venue.name, venue.address, venue.city, venue.country, venue.latitude, venue.longitude, venue.disclosure
    )


def _terms_out(terms: Terms, zone: str) -> TermsOut:
    return TermsOut(
        mode=terms.mode,
        opens_at=_there(terms.opens_at, zone) if terms.opens_at else None,
        closes_at=_there(terms.closes_at, zone) if terms.closes_at else None,
        capacity=terms.capacity,
        online_capacity=terms.online_capacity,
        waitlist=terms.waitlist,
        retention_days=terms.retention_days,
        reentry=terms.reentry,
    )


EXAMPLE_DRAFT: dict[str, Any] = {
    "slug": "guide-launch",
    "title": "Launch of the Safe Cities Guide",
    "kind": "launch",
    "format": "in_person",
    "timezone": "Europe/Copenhagen",
    "starts_at": "2027-03-07T11:00",
    "ends_at": "2027-03-07T17:00",
    "summary": "Twelve mayors present what works.",
    "description": "## Programme\n\nDoors open at 10.30.",
    "languages": ["en", "da"],
    "topics": ["safe-neighbourhoods"],
    "venue": {
        "name": "City Hall",
        "address": "Rådhuspladsen 1",
        "city": "Copenhagen",
        "country": "DK",
        "latitude": 55.676,
        "longitude": 12.569,
        "disclosure": "public",
    },
    "join_url": None,
    "visibility": "public",
    "registration": {
        "mode": "open",
        "opens_at": None,
        "closes_at": None,
        "capacity": 200,
        "online_capacity": None,
        "waitlist": True,
        "retention_days": 90,
        "reentry": "once",
    },
}
EXAMPLE_EVENT: dict[str, Any] = {
    **EXAMPLE_DRAFT,
    "starts_at": "2027-03-07T11:00:00+01:00",
    "ends_at": "2027-03-07T17:00:00+01:00",
    "status": "draft",
    "version": 1,
    "sequence": 0,
    "created_at": "2027-01-04T09:30:00+01:00",
    "changed_at": "2027-01-04T09:30:00+01:00",
    "url": "https://events.example.org/events/guide-launch",
}
EXAMPLE_CHANGE: dict[str, Any] = {"version": 1, "title": "Launch of the Guide", "ends_at": "2027-03-07T16:30"}
EXAMPLE_CLONE: dict[str, Any] = {
    "slug": "guide-launch-2028",
    "title": "Launch of the second Guide",
    "starts_at": "2028-03-05T11:00",
}
EXAMPLE_CANCEL: dict[str, Any] = {"reason": "The hall is flooded. We will write when there is a new date."}
