"""Reading events."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from events_service.database import Row, fetch, fetch_one, look_up
from events_service.database.sql import meant_literally
from events_service.errors import FieldError, Invalid, NotFound
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
)
from events_service.folding import search_key

SLUG = re.compile(r"[a-z0-9-]{1,80}")
EVENTS_KEPT = 256
# Events as last read, by id: what is asked for most is decoded once a version.
_kept: dict[str, Event] = {}
PUBLIC = "(visibility = 'public' AND status IN ('published', 'cancelled', 'completed'))"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a list shows: the public ones unless `public` is off, and those of `slugs` (None: all there are)."""

    kinds: Sequence[str] = ()
    city: str = ""
    topic: str = ""
    text: str = ""
    starts_after: datetime | None = None
    starts_before: datetime | None = None
    status: str = ""
    slugs: frozenset[str] | None = frozenset()
    public: bool = True


async def find_event(slug: str) -> Event | None:
    """The event of that slug. One that did not change since it was last asked for is not read again."""
    # What no slug looks like need not be asked for; a NUL would be an error to PostgreSQL.
    if not SLUG.fullmatch(slug):
        return None
    seen = await look_up("SELECT id, version, changed_at FROM event WHERE slug = $1", slug)
    if seen is None:
        return None
    kept = _kept.get(seen["id"])
    if kept is not None and (kept.version, kept.changed_at) == (seen["version"], seen["changed_at"]):
        return kept
    row = await look_up("SELECT * FROM event WHERE slug = $1", slug)
    if row is None:
        return None
    return _keep(event_from(row))


def _keep(event: Event) -> Event:
    _kept[event.id] = event
    while len(_kept) > EVENTS_KEPT:
        _kept.pop(next(iter(_kept)), None)
    return event


async def event_by_slug(slug: str) -> Event:
    """The event of that slug. Raises `NotFound`."""
    event = await find_event(slug)
    if event is None:
        raise NotFound()
    return event


async def event_by_id(event_id: str) -> Event:
    """The event of that id. Raises `NotFound`."""
    row = await fetch_one("SELECT * FROM event WHERE id = $1", event_id)
    if row is None:
        raise NotFound()
    return event_from(row)


async def public_cities() -> list[str]:
    """The cities where public events take or took place, by name."""
    rows = await fetch(f"SELECT DISTINCT venue_city FROM event WHERE {PUBLIC} AND format <> 'online'")  # noqa: S608
    return sorted((row["venue_city"] for row in rows), key=search_key)


async def events_revision(wanted: Wanted) -> str:
    """A text that changes whenever what `list_events` gives for this may have changed."""
    where, values = _conditions(wanted)
    row = await fetch_one(
        f"SELECT COUNT(*) AS events, SUM(version) AS versions, MAX(changed_at) AS changed_at FROM event "  # noqa: S608
        f"WHERE {' AND '.join(where)}",
        *values,
    )
    assert row is not None
    return f"{row['events']}-{row['versions']}-{row['changed_at']}"


async def list_events(wanted: Wanted, *, after: str = "", limit: int = 50) -> list[Event]:
    """Up to `limit` events by start, then slug; `after` is the `list_key` of the last one seen."""
    where, values = _conditions(wanted)
    if after:
        values += _place(after)
        where.append(f"(starts_at > ${len(values) - 1} OR (starts_at = ${len(values) - 1} AND slug > ${len(values)}))")
    values.append(limit)
    rows = await fetch(
        f"SELECT * FROM event WHERE {' AND '.join(where)} ORDER BY starts_at, slug LIMIT ${len(values)}",  # noqa: S608
        *values,
    )
    return [event_from(row) for row in rows]


def list_key(event: Event) -> str:
    """Where an event stands in the list."""
    return f"{event.starts_at.isoformat()}|{event.slug}"


def _place(key: str) -> tuple[datetime, str]:
    """What `list_key` was made of. Raises `Invalid` for what it did not make."""
    moment, _, slug = key.partition("|")
    try:
        start = datetime.fromisoformat(moment)
        if start.tzinfo is not None:
            return start.astimezone(UTC), slug
    except (ValueError, OverflowError):
        pass
    raise Invalid([FieldError("cursor", "invalid_cursor", "Use the `next` of the page before.")])


def event_from(row: Row) -> Event:
    """The event in a row of the table."""
    return Event(
        id=row["id"],
        slug=row["slug"],
        title=row["title"],
        kind=Kind(row["kind"]),
        format=Format(row["format"]),
        status=Status(row["status"]),
        visibility=Visibility(row["visibility"]),
        timezone=row["timezone"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        starts_wall=row["starts_wall"],
        ends_wall=row["ends_wall"],
        summary=row["summary"],
        description=row["description"],
        languages=tuple(msgspec.json.decode(row["languages"])),
        topics=tuple(msgspec.json.decode(row["topics"])),
        venue=_venue_from(row),
        join_url=row["join_url"],
        registration=_terms_from(row),
        sequence=row["sequence"],
        version=row["version"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        published_at=row["published_at"],
        cancelled_reason=row["cancelled_reason"],
    )


def _venue_from(row: Row) -> Venue | None:
    if row["venue_name"] is None:
        return None
    return Venue(
        name=row["venue_name"],
        address=row["venue_address"],
        city=row["venue_city"],
        country=row["venue_country"],
        latitude=row["venue_latitude"],
        longitude=row["venue_longitude"],
        disclosure=Disclosure(row["venue_disclosure"]),
    )


def _terms_from(row: Row) -> Terms:
    return Terms(
        mode=Mode(row["registration_mode"]),
        capacity=row["capacity"],
        online_capacity=row["online_capacity"],
        waitlist=row["waitlist"],
        retention_days=row["retention_days"],
        reentry=Reentry(row["reentry"]),
        opens_at=row["registration_opens_at"],
        closes_at=row["registration_closes_at"],
    )


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    where = ["1 = 1"]
    values: list[Any] = []

    def add(condition: str, value: object) -> None:
        values.append(value)
        where.append(condition.replace("$$", f"${len(values)}"))

    if wanted.slugs is not None:
        add(f"({PUBLIC if wanted.public else '1 = 0'} OR slug = ANY($$))", sorted(wanted.slugs))
    if wanted.status:
        add("status = $$", wanted.status)
    if wanted.kinds:
        add("kind = ANY($$)", list(wanted.kinds))
    if wanted.city:
        add("LOWER(venue_city) = LOWER($$)", wanted.city)
    if wanted.topic:
        add("topics LIKE $$ ESCAPE '!'", f'%"{meant_literally(wanted.topic)}"%')
    for word in search_key(wanted.text).split():
        add("search_key LIKE $$ ESCAPE '!'", f"%{meant_literally(word)}%")
    if wanted.starts_after:
        add("ends_at >= $$", wanted.starts_after)
    if wanted.starts_before:
        add("starts_at <= $$", wanted.starts_before)
    return where, values
