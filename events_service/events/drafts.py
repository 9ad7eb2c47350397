"""What an organiser writes: the bodies of creating, changing and cloning an event, the same for JSON and for forms."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from events_service.events.rules import Disclosure, Format, Kind, Mode, Reentry, Visibility
from events_service.web.bodies import Body, Wrong
from events_service.web.fields import (
    CountryCode,
    HttpsUrl,
    LanguageTag,
    Line,
    Moment,
    OptionalLine,
    Paragraphs,
    Slug,
    TimezoneName,
    checked,
    one_line,
    slug,
)

Seats = Annotated[int, Meta(ge=1, le=1_000_000)]
Days = Annotated[int, Meta(ge=0, le=3650)]
Summary = Annotated[str, checked(one_line, max_length=600)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Languages = Annotated[list[LanguageTag], Meta(max_length=20)]
Topics = Annotated[list[Slug], Meta(max_length=20)]


def event_slug(text: str) -> str:
    """A slug under which no page of the back office lies."""
    if slug(text) == "new":
        raise Wrong("reserved_slug", "This name is taken by the page that makes events. Choose another.")
    return text


EventSlug = Annotated[str, checked(event_slug, max_length=80, examples=["guide-launch"])]
Version = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class VenueDraft(Body, frozen=True):
    """Where people meet."""

    name: Line
    city: Line
    country: CountryCode
    address: OptionalLine = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    disclosure: Disclosure = Disclosure.PUBLIC


class TermsDraft(Body, frozen=True):
    """How people register; what is left out follows the kind of event."""

    mode: Mode | UnsetType = UNSET
    opens_at: Moment | UnsetType | None = UNSET
    closes_at: Moment | UnsetType | None = UNSET
    capacity: Seats | UnsetType | None = UNSET
    online_capacity: Seats | UnsetType | None = UNSET
    waitlist: bool | UnsetType = UNSET
    retention_days: Days | UnsetType = UNSET
    reentry: Reentry | UnsetType = UNSET


class EventDraft(Body, frozen=True):
    """A new event. Times without an offset are wall time in `timezone`."""

    slug: EventSlug
    title: Line
    kind: Kind
    timezone: TimezoneName
    starts_at: Moment
    ends_at: Moment
    format: Format | UnsetType = UNSET
    summary: Summary = ""
    description: Paragraphs = ""
    languages: Languages = msgspec.field(default_factory=list)
    topics: Topics = msgspec.field(default_factory=list)
    venue: VenueDraft | None = None
    join_url: HttpsUrl | None = None
    visibility: Visibility | UnsetType = UNSET
    registration: TermsDraft = TermsDraft()


class EventChange(Body, frozen=True):
    """A change: only what is given changes. `version`, when given, must be the one that was read."""

    version: Version | UnsetType = UNSET
    title: Line | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    timezone: TimezoneName | UnsetType = UNSET
    starts_at: Moment | UnsetType = UNSET
    ends_at: Moment | UnsetType = UNSET
    format: Format | UnsetType = UNSET
    summary: Summary | UnsetType = UNSET
    description: Paragraphs | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET
    topics: Topics | UnsetType = UNSET
    venue: VenueDraft | UnsetType | None = UNSET
    join_url: HttpsUrl | UnsetType | None = UNSET
    visibility: Visibility | UnsetType = UNSET
    registration: TermsDraft = TermsDraft()


class CloneDraft(Body, frozen=True):
    """A copy under a new name at a new time; it lasts as long as the first."""

    slug: EventSlug
    title: Line
    starts_at: Moment


class CancelDraft(Body, frozen=True):
    """Why; the letters carry it."""

    reason: Annotated[str, checked(one_line, max_length=1_000)] = ""


def given(value: Any, otherwise: Any) -> Any:
    """The value where one was given, else the other."""
    return otherwise if value is UNSET else value
