"""What an agenda editor writes: rooms, tracks, sessions and a release, the same for JSON and for forms."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from events_service.agenda.rules import COLOURS, Overlap, Part, SessionKind, SessionState
from events_service.events.drafts import Latitude, Longitude, Seats, Topics, Version, given
from events_service.sentences import sentence
from events_service.speakers.rules import State
from events_service.web.bodies import Body, Wrong
from events_service.web.fields import (
    HttpsUrl,
    Line,
    Moment,
    OptionalLine,
    Paragraphs,
    Slug,
    TimezoneName,
    checked,
    language_tag,
    needed_line,
    one_line,
    paragraphs,
)

__all__ = [
    "AgendaChange",
    "AppearanceDraft",
    "OverrideDraft",
    "ReleaseDraft",
    "RoomChange",
    "RoomDraft",
    "SessionChange",
    "SessionDraft",
    "TrackChange",
    "TrackDraft",
    "given",
]

LONGEST_MINUTES = 14 * 24 * 60
Title = Annotated[str, checked(needed_line, max_length=300)]
Subtitle = Annotated[str, checked(one_line, max_length=300)]
Minutes = Annotated[int, Meta(ge=1, le=LONGEST_MINUTES, examples=[45])]
# As ids are made: what looks otherwise is none, and PostgreSQL takes no NUL in a text.
Id = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_-]{1,64}$", examples=["0190f6b27c3d7a11b2c3d4e5f6a7b8c9"])]
Position = Annotated[int, Meta(ge=0, le=10_000)]


def known_colour(name: str) -> str:
    """A colour of the palette."""
    if name not in COLOURS:
        raise Wrong("unknown_colour", sentence("Use one of %(colours)s.", colours=", ".join(COLOURS)))
    return name


def language_or_none(text: str) -> str:
    """A language tag, or nothing where the session has no words (a break)."""
    return language_tag(text) if text else ""


Colour = Annotated[str, checked(known_colour, max_length=20, examples=["fjord"])]
SessionLanguage = Annotated[str, checked(language_or_none, max_length=20, examples=["en"])]
SessionText = Annotated[str, checked(paragraphs, max_length=40_000)]


class RoomDraft(Body, frozen=True):
    """A new room; without a city it is where the event is."""

    name: Line
    venue: OptionalLine = ""
    city: OptionalLine = ""
    timezone: TimezoneName | None = None
    online: bool = False
    capacity: Seats | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    description: Paragraphs = ""
    position: Position | UnsetType = UNSET


class RoomChange(Body, frozen=True):
    """A change: only what is given changes. `version`, when given, must be the one that was read."""

    version: Version | UnsetType = UNSET
    name: Line | UnsetType = UNSET
    venue: OptionalLine | UnsetType = UNSET
    city: OptionalLine | UnsetType = UNSET
    timezone: TimezoneName | UnsetType | None = UNSET
    online: bool | UnsetType = UNSET
    capacity: Seats | UnsetType | None = UNSET
    latitude: Latitude | UnsetType | None = UNSET
    longitude: Longitude | UnsetType | None = UNSET
    description: Paragraphs | UnsetType = UNSET
    position: Position | UnsetType = UNSET


class TrackDraft(Body, frozen=True):
    """A new track; without a slug one is made of its name, without a colour the next of the palette is taken."""

    name: Line
    slug: Slug | UnsetType = UNSET
    colour: Colour | UnsetType = UNSET
    description: Paragraphs = ""
    position: Position | UnsetType = UNSET


class TrackChange(Body, frozen=True):
    """A change: only what is given changes. `version`, when given, must be the one that was read."""

    version: Version | UnsetType = UNSET
    name: Line | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    colour: Colour | UnsetType = UNSET
    description: Paragraphs | UnsetType = UNSET
    position: Position | UnsetType = UNSET


class AppearanceDraft(Body, frozen=True):
    """A speaker's part in a session. Their state there stays what it was, and follows the roster's for who is new in it."""

    speaker_id: Id
    role: Part = Part.SPEAKER
    state: State | UnsetType = UNSET


Rooms = Annotated[list[Id], Meta(max_length=50)]
Appearances = Annotated[list[AppearanceDraft], Meta(max_length=100)]


class SessionDraft(Body, frozen=True):
    """A new session; without times it lies on the shelf, `minutes` long. Times without an offset are wall time of the event."""

    title: Title
    subtitle: Subtitle = ""
    slug: Slug | UnsetType = UNSET
    kind: SessionKind = SessionKind.TALK
    state: SessionState = SessionState.CONFIRMED
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    minutes: Minutes | UnsetType = UNSET
    room_ids: Rooms = msgspec.field(default_factory=list)
    track_id: Id | None = None
    topics: Topics = msgspec.field(default_factory=list)
    language: SessionLanguage = ""
    abstract: SessionText = ""
    description: SessionText = ""
    speakers: Appearances = msgspec.field(default_factory=list)
    capacity: Seats | None = None
    signup: bool = False
    join_url: HttpsUrl | None = None
    visible_from: Moment | None = None


class SessionChange(Body, frozen=True):
    """A change: only what is given changes. `version`, when given, must be the one that was read.

    `starts_at` alone moves the session and keeps its length; `starts_at: null` lays it on the shelf.
    """

    version: Version | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    subtitle: Subtitle | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    kind: SessionKind | UnsetType = UNSET
    state: SessionState | UnsetType = UNSET
    starts_at: Moment | UnsetType | None = UNSET
    ends_at: Moment | UnsetType | None = UNSET
    minutes: Minutes | UnsetType = UNSET
    room_ids: Rooms | UnsetType = UNSET
    track_id: Id | UnsetType | None = UNSET
    topics: Topics | UnsetType = UNSET
    language: SessionLanguage | UnsetType = UNSET
    abstract: SessionText | UnsetType = UNSET
    description: SessionText | UnsetType = UNSET
    speakers: Appearances | UnsetType = UNSET
    capacity: Seats | UnsetType | None = UNSET
    signup: bool | UnsetType = UNSET
    join_url: HttpsUrl | UnsetType | None = UNSET
    visible_from: Moment | UnsetType | None = UNSET


class AgendaChange(Body, frozen=True):
    """How the agenda as a whole is kept: what becomes of sign-ups for sessions at the same time."""

    overlap: Overlap


class ReleaseDraft(Body, frozen=True):
    """What readers of the change log are told about this release, in Markdown.

    `version` is the draft's, when only that one is to be released.
    """

    version: Version | UnsetType = UNSET
    note: Annotated[str, checked(paragraphs, max_length=4_000)] = ""


class OverrideDraft(Body, frozen=True):
    """Why a conflict is meant."""

    reason: Annotated[str, checked(needed_line, max_length=1_000)]
