"""Whom to invite, and on which terms."""

from typing import Annotated, Any

from msgspec import Meta

from events_service.directory.rules import Group
from events_service.events.categories import Category
from events_service.invitations.rules import MOST_COMPANIONS, MOST_PEOPLE
from events_service.web.bodies import Body
from events_service.web.fields import (
    CountryCode,
    Email,
    LanguageTag,
    Moment,
    OptionalLine,
    Slug,
    checked,
    needed_line,
    paragraphs,
)

Name = Annotated[str, checked(needed_line, max_length=200, examples=["Åsa Ðórsdóttir"])]


class GuestDraft(Body, frozen=True, kw_only=True):
    """One person to invite."""

    name: Name
    email: Email
    organisation: OptionalLine = ""
    city: OptionalLine = ""
    category: Category = Category.GUEST
    language: LanguageTag = "en"


class Segment(Body, frozen=True, kw_only=True):
    """People of the directory: those who are all that is given. `members`: of member cities alone."""

    country: CountryCode | None = None
    city: Slug | None = None
    category: Category | None = None
    group: Group | None = None
    members: bool = False


class Terms(Body, frozen=True, kw_only=True):
    """On which terms: until when they may answer, with how many companions, or first of all as a reserve."""

    reserve: bool = False
    lapses_at: Moment | None = None
    plus_ones: Annotated[int, Meta(ge=0, le=MOST_COMPANIONS)] = 0


class InvitationsDraft(Terms, frozen=True, kw_only=True):
    """Whom to invite: people one by one, each read on its own, or a segment of the directory."""

    people: Annotated[list[dict[str, Any]], Meta(max_length=MOST_PEOPLE)] | None = None
    segment: Segment | None = None


class Word(Body, frozen=True, kw_only=True):
    """A word with a no."""

    word: Annotated[str, checked(paragraphs, max_length=1_000)] = ""


class PassedOn(Body, frozen=True, kw_only=True):
    """Who is to come instead of the one who was invited."""

    name: Name
    email: Email
