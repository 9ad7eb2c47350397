"""What organisers send about how an event admits people."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from events_service.registrations.drafts import registration_id
from events_service.registrations.quotas import city_key
from events_service.registrations.rules import Category
from events_service.web.bodies import Body, Wrong
from events_service.web.fields import checked, needed_line, paragraphs

MOST_AT_ONCE = 500
MOST_COMPANIONS = 5
SeatsAtMost = Annotated[int, Meta(ge=0, le=1_000_000)]


def distinct_cities(quotas: dict[str, int]) -> dict[str, int]:
    """Names cleaned; the same city written in two ways is refused."""
    cleaned = {needed_line(name): seats for name, seats in quotas.items()}
    if any(len(name) > 200 for name in cleaned):
        raise Wrong("too_long", "The name of a city has at most 200 characters.")
    if len({city_key(name) for name in cleaned}) < len(quotas):
        raise Wrong("named_twice", "The same city is named twice.")
    return cleaned


class QuotasDraft(Body, frozen=True, kw_only=True):
    """All quotas of an event, in place of those it had: name → how many of it at most have a seat."""

    categories: dict[Category, SeatsAtMost] = field(default_factory=dict)
    cities: Annotated[dict[str, SeatsAtMost], checked(distinct_cities, max_length=500)] = field(default_factory=dict)


class AdmissionDraft(Body, frozen=True, kw_only=True):
    """A change of how an event admits people: only what is given changes."""

    offers: bool | UnsetType = UNSET
    offer_hours: Annotated[int, Meta(ge=1, le=720)] | UnsetType = UNSET
    mail_check: bool | UnsetType = UNSET
    reminder_days: Annotated[list[Annotated[int, Meta(ge=1, le=365)]], Meta(max_length=10)] | UnsetType = UNSET
    sensitive_days: Annotated[int, Meta(ge=0, le=365)] | UnsetType = UNSET
    companions: Annotated[int, Meta(ge=0, le=MOST_COMPANIONS)] | UnsetType = UNSET
    photo_id_categories: Annotated[list[Category], Meta(max_length=20)] | UnsetType = UNSET


class PromotionDraft(Body, frozen=True, kw_only=True):
    """Why somebody is promoted out of turn; it is recorded."""

    reason: Annotated[str, checked(needed_line, max_length=500)]


class PriorityDraft(Body, frozen=True, kw_only=True):
    """Another priority in line, and why; it is recorded."""

    priority: Annotated[int, Meta(ge=0, le=1_000)]
    reason: Annotated[str, checked(needed_line, max_length=500)]


class DecisionDraft(Body, frozen=True, kw_only=True):
    """Whom an organiser says yes or no to, and why; the letters say so."""

    ids: Annotated[
        list[Annotated[str, checked(registration_id, max_length=64)]], Meta(min_length=1, max_length=MOST_AT_ONCE)
    ]
    reason: Annotated[str, checked(paragraphs, max_length=1_000)] = ""
