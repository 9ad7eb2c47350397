"""What an organiser decides about a delegation, and what its coordinator says of a delegate."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from events_service.delegations.rules import DELEGATE_CATEGORIES, MOST_SEATS
from events_service.events.categories import Category
from events_service.sentences import sentence
from events_service.web.bodies import Body, Wrong
from events_service.web.fields import Email, LanguageTag, Moment, OptionalLine, checked, needed_line, paragraphs

CityName = Annotated[str, checked(needed_line, max_length=100, examples=["Malmö"])]
SeatCount = Annotated[int, Meta(ge=1, le=MOST_SEATS)]
Name = Annotated[str, checked(needed_line, max_length=200, examples=["Åsa Ðórsdóttir"])]
Why = Annotated[str, checked(paragraphs, max_length=1_000)]


def of_a_city(category: Category) -> Category:
    """Cities send no staff, speakers or media."""
    if category not in DELEGATE_CATEGORIES:
        allowed = ", ".join(DELEGATE_CATEGORIES)
        raise Wrong("not_for_delegates", sentence("A city's delegates are one of these: %(allowed)s.", allowed=allowed))
    return category


TakesPart = Literal["in_person", "online"]
DelegateCategory = Annotated[Category, checked(of_a_city)]


class DelegationDraft(Body, frozen=True, kw_only=True):
    """A city gets seats and a coordinator. Without `category` the coordinator chooses one for each delegate.

    `city` is a name, or the slug of a city of the directory; `closes_at` the last moment to name people, by default the event's start.
    """

    city: CityName
    seats: SeatCount
    coordinator_email: Email
    coordinator_name: OptionalLine = ""
    language: LanguageTag = "en"
    category: DelegateCategory | None = None
    closes_at: Moment | None = None


class DelegationChange(Body, frozen=True, kw_only=True):
    """Only what is given changes. With another address the old link opens nothing any more."""

    seats: SeatCount | UnsetType = UNSET
    coordinator_email: Email | UnsetType = UNSET
    coordinator_name: OptionalLine | UnsetType = UNSET
    language: LanguageTag | UnsetType = UNSET
    closes_at: Moment | UnsetType = UNSET


class Withdrawal(Body, frozen=True, kw_only=True):
    """Why a delegation is withdrawn; `delegates_too`: those who are named lose their seats as well."""

    reason: Why = ""
    delegates_too: bool = False


class DelegateDraft(Body, frozen=True, kw_only=True):
    """Whom the city sends. `category` is needed where the delegation leaves it open."""

    name: Name
    email: Email
    organisation: OptionalLine = ""
    category: DelegateCategory | None = None
    attendance: TakesPart | None = None
    language: LanguageTag = "en"


class DelegateChange(Body, frozen=True, kw_only=True):
    """How a delegate is called, and how they take part."""

    name: Name
    organisation: OptionalLine = ""
    attendance: TakesPart | None = None
    language: LanguageTag
