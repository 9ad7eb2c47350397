"""What organisers say of a checkpoint."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from events_service.events.rules import Reentry
from events_service.registrations.rules import Category
from events_service.web.bodies import Body
from events_service.web.fields import Line, Moment, OptionalLine, Slug

Categories = Annotated[list[Category], Meta(max_length=20)]


class AdmitsDraft(Body, frozen=True, kw_only=True):
    """Whom a checkpoint admits: an empty list admits every category; with a session, who has a place in it or a part."""

    categories: Categories = field(default_factory=list)
    session_id: OptionalLine | None = None


class CheckpointDraft(Body, frozen=True, kw_only=True):
    """A door within an event. Doors of one `zone` are rooms: whoever enters one has left the others."""

    slug: Slug
    name: Line
    admits: AdmitsDraft = field(default_factory=AdmitsDraft)
    reentry: Reentry | None = None
    opens_at: Moment | None = None
    closes_at: Moment | None = None
    zone: OptionalLine | None = None


class AdmitsChange(Body, frozen=True, kw_only=True):
    """Another answer to whom it admits: only what is given changes."""

    categories: Categories | UnsetType = UNSET
    session_id: OptionalLine | UnsetType | None = UNSET


class CheckpointChange(Body, frozen=True, kw_only=True):
    """A change: only what is given changes. `version`, when given, must be the one that was read.

    The short name stays: devices send it with every scan.
    """

    version: Annotated[int, Meta(ge=1, le=2**31 - 1)] | UnsetType = UNSET
    name: Line | UnsetType = UNSET
    admits: AdmitsChange = field(default_factory=AdmitsChange)
    reentry: Reentry | UnsetType | None = UNSET
    opens_at: Moment | UnsetType | None = UNSET
    closes_at: Moment | UnsetType | None = UNSET
    zone: OptionalLine | UnsetType | None = UNSET
