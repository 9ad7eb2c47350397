"""What organisers do with events. A change that calendars must follow leaves a notice; a higher floor reads it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from events_service import clock, settings
from events_service.audit.actions import record
from events_service.audit.rules import SERVICE, Deed, Doer, fields_changed
from events_service.database import Transaction, transaction
from events_service.errors import Conflict, Invalid, NotFound
from events_service.events import signing
from events_service.events.drafts import EventChange, EventDraft, TermsDraft, VenueDraft, given
from events_service.events.queries import event_from
from events_service.events.rules import (
    DEFAULTS,
    Event,
    KindDefaults,
    Moments,
    Status,
    Terms,
    Venue,
    adds_places,
    check_step,
    place_errors,
    settle_moments,
    touches_calendars,
)
from events_service.folding import search_key
from events_service.identifiers import new_id
from events_service.sentences import sentence


async def create_event(draft: EventDraft, *, by: Doer = SERVICE) -> Event:
    """A new draft event with its signing key. Raises `Invalid` with every wrong field, `Conflict` for a slug in use."""
    now = clock.now()
    defaults = DEFAULTS[draft.kind]
    terms = draft.registration
    moments = settle_moments(
        draft.timezone,
        starts=draft.starts_at,
        ends=draft.ends_at,
        opens=given(terms.opens_at, None),
        closes=given(terms.closes_at, None),
    )
    event_format = given(draft.format, defaults.format)
    errors = [
        *moments.errors,
        *place_errors(event_format, has_venue=draft.venue is not None, has_join_url=draft.join_url is not None),
    ]
    if errors:
        raise Invalid(errors)
    assert moments.starts_at and moments.ends_at
    event = Event(
        id=new_id(),
        slug=draft.slug,
        title=draft.title,
        kind=draft.kind,
        format=event_format,
        status=Status.DRAFT,
        visibility=given(draft.visibility, defaults.visibility),
        timezone=draft.timezone,
        starts_at=moments.starts_at,
        ends_at=moments.ends_at,
        starts_wall=moments.starts_wall,
        ends_wall=moments.ends_wall,
        summary=draft.summary,
        description=draft.description,
        languages=tuple(draft.languages),
        topics=tuple(draft.topics),
        venue=_venue(draft.venue),
        join_url=draft.join_url,
        registration=_terms(terms, _terms_of_kind(defaults), moments),
        sequence=0,
        version=1,
        created_at=now,
        changed_at=now,
    )
    async with transaction() as tx:
        await insert_event(tx, event)
        await record(tx, by, _deed("created_event", event))
    return event


async def edit_event(slug: str, change: EventChange, *, by: Doer = SERVICE) -> Event:
    """Change what is given. Raises `NotFound`, `Invalid`, or `Conflict`: a stale version, or an event over or off."""
    async with transaction() as tx:
        before = await _locked(tx, slug)
        if change.version is not msgspec.UNSET and change.version != before.version:
            raise Conflict("Somebody changed this event meanwhile. Read it again.", code="stale_version")
        if before.status in (Status.CANCELLED, Status.COMPLETED):
            raise Conflict(
                sentence("The event cannot be changed any more. Its status: %(status)s.", status=before.status),
                code="wrong_status",
            )
        after = _changed(before, change)
        changed = fields_changed(_columns(before), _columns(after), besides=("search_key",))
        await record(tx, by, _deed("changed_event", after, *changed))
        return await _write(tx, before, after)


async def publish_event(slug: str, *, by: Doer = SERVICE) -> Event:
    """Show it to those it is for, and open its registration. Raises `NotFound`, `Conflict`."""
    now = clock.now()
    async with transaction() as tx:
        before = await _locked(tx, slug)
        check_step(before.status, Status.PUBLISHED)
        await record(tx, by, _deed("published_event", before))
        return await _write(tx, before, replace(before, status=Status.PUBLISHED, published_at=now))


async def cancel_event(slug: str, *, reason: str = "", by: Doer = SERVICE) -> Event:
    """Call it off: everyone confirmed or waiting is told, and calendars get a CANCEL. Raises `NotFound`, `Conflict`."""
    async with transaction() as tx:
        before = await _locked(tx, slug)
        check_step(before.status, Status.CANCELLED)
        after = replace(before, status=Status.CANCELLED, cancelled_reason=reason, sequence=before.sequence + 1)
        if before.status is Status.PUBLISHED:
            await _leave_notice(tx, after, "cancelled")
        await record(tx, by, replace(_deed("cancelled_event", after), reason=reason))
        return await _write(tx, before, after)


async def complete_past_events(now: datetime) -> None:
    """Published events that ended over an hour ago are completed."""
    async with transaction() as tx:
        await tx.execute(
            "UPDATE event SET status = 'completed', changed_at = $1, version = version + 1 "
            "WHERE status = 'published' AND ends_at < $2",
            now,
            now - timedelta(hours=1),
        )


def _changed(before: Event, change: EventChange) -> Event:
    """The event with the change applied. Raises `Invalid` with every wrong field."""
    zone = given(change.timezone, before.timezone)
    terms = change.registration
    moments = settle_moments(
        zone,
        # What stays unsaid keeps its wall time, also when the zone changes.
        starts=given(change.starts_at, before.starts_wall),
        ends=given(change.ends_at, before.ends_wall),
        opens=given(terms.opens_at, _iso(before.registration.opens_at)),
        closes=given(terms.closes_at, _iso(before.registration.closes_at)),
    )
    event_format = given(change.format, before.format)
    venue = before.venue if change.venue is msgspec.UNSET else _venue(change.venue)
    join_url = given(change.join_url, before.join_url)
    errors = [
        *moments.errors,
        *place_errors(event_format, has_venue=venue is not None, has_join_url=join_url is not None),
    ]
    if errors:
        raise Invalid(errors)
    assert moments.starts_at and moments.ends_at
    return replace(
        before,
        title=given(change.title, before.title),
        kind=given(change.kind, before.kind),
        format=event_format,
        visibility=given(change.visibility, before.visibility),
        timezone=zone,
        starts_at=moments.starts_at,
        ends_at=moments.ends_at,
        starts_wall=moments.starts_wall,
        ends_wall=moments.ends_wall,
        summary=given(change.summary, before.summary),
        description=given(change.description, before.description),
        languages=tuple(given(change.languages, before.languages)),
        topics=tuple(given(change.topics, before.topics)),
        venue=venue,
        join_url=join_url,
        registration=_terms(terms, before.registration, moments),
    )


def _deed(action: str, event: Event, *fields: str) -> Deed:
    return Deed(action, event.slug, "event", event.id, fields)


async def _write(tx: Transaction, before: Event, after: Event) -> Event:
    """Write it, raise version and SEQUENCE as due, and leave the notices."""
    if after.status is Status.PUBLISHED and before.status is Status.PUBLISHED:
        if touches_calendars(before, after):
            after = replace(after, sequence=before.sequence + 1)
            await _leave_notice(tx, after, "changed")
        if adds_places(before, after):
            await _leave_notice(tx, after, "places_added")
    after = replace(after, version=before.version + 1, changed_at=clock.now())
    columns = {name: value for name, value in _columns(after).items() if name not in ("id", "slug", "created_at")}
    assignments = ", ".join(f"{name} = ${index}" for index, name in enumerate(columns, start=2))
    await tx.execute(f"UPDATE event SET {assignments} WHERE id = $1", after.id, *columns.values())  # noqa: S608
    return after


async def insert_event(tx: Transaction, event: Event) -> None:
    """Write a new event down, with its signing key. Raises `Conflict` for a slug in use."""
    columns = _columns(event)
    names, places = ", ".join(columns), ", ".join(f"${index}" for index in range(1, len(columns) + 1))
    made = await tx.fetch_one(
        f"INSERT INTO event ({names}) VALUES ({places}) ON CONFLICT (slug) DO NOTHING RETURNING id",  # noqa: S608
        *columns.values(),
    )
    if made is None:
        raise Conflict(
            sentence("There is an event under %(slug)s already. Choose another name.", slug=event.slug),
            code="slug_taken",
        )
    await signing.make_key(tx, event.id, secret_key=settings.current().secret_key)


async def _leave_notice(tx: Transaction, event: Event, kind: str) -> None:
    await tx.execute(
        "INSERT INTO notice (id, event, kind, created_at) VALUES ($1, $2, $3, $4)",
        new_id(),
        event.id,
        kind,
        clock.now(),
    )


async def _locked(tx: Transaction, slug: str) -> Event:
    row = await tx.fetch_one("SELECT * FROM event WHERE slug = $1 FOR NO KEY UPDATE", slug)
    if row is None:
        raise NotFound()
    return event_from(row)


def _venue(draft: VenueDraft | None) -> Venue | None:
    if draft is None:
        return None
    return Venue(
        draft.name, draft.address, draft.city, draft.country, draft.latitude, draft.longitude, draft.disclosure
    )


def _terms_of_kind(defaults: KindDefaults) -> Terms:
    return Terms(
        mode=defaults.mode,
        capacity=None,
        online_capacity=None,
        waitlist=defaults.waitlist,
        retention_days=defaults.retention_days,
        reentry=defaults.reentry,
    )


def _terms(draft: TermsDraft, otherwise: Terms, moments: Moments) -> Terms:
    return Terms(
        mode=given(draft.mode, otherwise.mode),
        capacity=given(draft.capacity, otherwise.capacity),
        online_capacity=given(draft.online_capacity, otherwise.online_capacity),
        waitlist=given(draft.waitlist, otherwise.waitlist),
        retention_days=given(draft.retention_days, otherwise.retention_days),
        reentry=given(draft.reentry, otherwise.reentry),
        opens_at=moments.opens_at,
        closes_at=moments.closes_at,
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _columns(event: Event) -> dict[str, Any]:
    venue, terms = event.venue, event.registration
    return {
        "id": event.id,
        "slug": event.slug,
        "title": event.title,
        "kind": event.kind.value,
        "format": event.format.value,
        "status": event.status.value,
        "visibility": event.visibility.value,
        "timezone": event.timezone,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "starts_wall": event.starts_wall,
        "ends_wall": event.ends_wall,
        "summary": event.summary,
        "description": event.description,
        "languages": msgspec.json.encode(event.languages).decode(),
        "topics": msgspec.json.encode(event.topics).decode(),
        "venue_name": venue.name if venue else None,
        "venue_address": venue.address if venue else None,
        "venue_city": venue.city if venue else None,
        "venue_country": venue.country if venue else None,
        "venue_latitude": venue.latitude if venue else None,
        "venue_longitude": venue.longitude if venue else None,
        "venue_disclosure": venue.disclosure.value if venue else None,
        "join_url": event.join_url,
        "registration_mode": terms.mode.value,
        "registration_opens_at": terms.opens_at,
        "registration_closes_at": terms.closes_at,
        "capacity": terms.capacity,
        "online_capacity": terms.online_capacity,
        "waitlist": terms.waitlist,
        "retention_days": terms.retention_days,
        "reentry": terms.reentry.value,
        "sequence": event.sequence,
        "version": event.version,
        "created_at": event.created_at,
        "changed_at": event.changed_at,
        "published_at": event.published_at,
        "cancelled_reason": event.cancelled_reason,
        "search_key": search_key(" ".join((event.title, event.summary, event.slug, venue.city if venue else ""))),
    }
