"""The office's form of an event: what it starts with, and what its empty fields mean."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from litestar import Request

from events_service.events.drafts import EventChange, EventDraft
from events_service.events.rules import DEFAULTS, Event, Kind, to_wall
from events_service.web.forms import Form, posted_form, read_form

SEVERAL = frozenset({"languages", "topics"})
# In JSON a field left out stays as it is; in a form, one that was emptied is emptied.
BLANK: Mapping[str, object] = MappingProxyType(
    {
        "title": "",
        "starts_at": "",
        "ends_at": "",
        "summary": "",
        "description": "",
        "languages": [],
        "topics": [],
        "join_url": None,
        "registration.opens_at": None,
        "registration.closes_at": None,
        "registration.capacity": None,
        "registration.online_capacity": None,
        "registration.waitlist": False,
        "registration.retention_days": "",
    }
)
VENUE = tuple(f"venue.{name}" for name in ("name", "address", "city", "country", "latitude", "longitude"))


async def read_event_form(request: Request[Any, Any, Any], kind: type[EventDraft] | type[EventChange]) -> Form[Any]:
    """The posted form as a draft or a change. A venue of which nothing was typed but the disclosure is none."""
    posted = await posted_form(request)
    none = {} if any(posted.get(name) for name in VENUE) else {"venue": None}
    return await read_form(request, kind, many=SEVERAL, blank=BLANK, **none)


def new_form(kind: Kind, *, zone: str) -> dict[str, Any]:
    """What the form of a new event of that kind starts with."""
    defaults = DEFAULTS[kind]
    return {
        "kind": kind.value,
        "format": defaults.format.value,
        "visibility": defaults.visibility.value,
        "timezone": zone,
        "languages": ["en"],
        "venue.disclosure": "public",
        "registration.mode": defaults.mode.value,
        "registration.waitlist": "true" if defaults.waitlist else "",
        "registration.retention_days": defaults.retention_days,
        "registration.reentry": defaults.reentry.value,
    }


def filled_form(event: Event) -> dict[str, Any]:
    """The event as its form holds it; times are wall time in its zone."""
    terms, zone = event.registration, event.timezone
    return {
        "version": event.version,
        "title": event.title,
        "kind": event.kind.value,
        "format": event.format.value,
        "visibility": event.visibility.value,
        "timezone": zone,
        "starts_at": event.starts_wall,
        "ends_at": event.ends_wall,
        "summary": event.summary,
        "description": event.description,
        "languages": list(event.languages),
        "topics": list(event.topics),
        "join_url": event.join_url or "",
        "registration.mode": terms.mode.value,
        "registration.opens_at": to_wall(terms.opens_at, zone) if terms.opens_at else "",
        "registration.closes_at": to_wall(terms.closes_at, zone) if terms.closes_at else "",
        "registration.capacity": _number(terms.capacity),
        "registration.online_capacity": _number(terms.online_capacity),
        "registration.waitlist": "true" if terms.waitlist else "",
        "registration.retention_days": terms.retention_days,
        "registration.reentry": terms.reentry.value,
        **_filled_venue(event),
    }


def _filled_venue(event: Event) -> dict[str, Any]:
    venue = event.venue
    if venue is None:
        return {"venue.disclosure": "public"}
    return {
        "venue.name": venue.name,
        "venue.address": venue.address,
        "venue.city": venue.city,
        "venue.country": venue.country,
        "venue.latitude": _number(venue.latitude),
        "venue.longitude": _number(venue.longitude),
        "venue.disclosure": venue.disclosure.value,
    }


def _number(value: float | None) -> str:
    return "" if value is None else str(value)
