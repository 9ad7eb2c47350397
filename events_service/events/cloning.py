"""Copies of events. What higher floors keep of an event they copy themselves, within the same transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import SERVICE, Deed, Doer
from events_service.database import Transaction, transaction
from events_service.errors import Invalid
from events_service.events.actions import insert_event
from events_service.events.admissions import admission_of, write_admission
from events_service.events.drafts import CloneDraft
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event, Status, settle_moments, to_wall
from events_service.identifiers import new_id

# What a higher floor keeps of an event, copied from the first to the second in the transaction that makes it.
Copied = Callable[[Transaction, Event, Event], Awaitable[None]]


async def clone_event(slug: str, draft: CloneDraft, *, along: Sequence[Copied] = (), by: Doer = SERVICE) -> Event:
    """A new draft like that event, at another time and as long, with how it admits people and what else is copied along.

    Raises as `create_event`, and `NotFound`.
    """
    first = await event_by_slug(slug)
    moments = settle_moments(first.timezone, starts=draft.starts_at, ends=draft.starts_at)
    if moments.starts_at is None:
        raise Invalid([error for error in moments.errors if error.field == "starts_at"])
    now = clock.now()
    ends_at = moments.starts_at + (first.ends_at - first.starts_at)
    copy = replace(
        first,
        id=new_id(),
        slug=draft.slug,
        title=draft.title,
        status=Status.DRAFT,
        starts_at=moments.starts_at,
        ends_at=ends_at,
        starts_wall=moments.starts_wall,
        ends_wall=to_wall(ends_at, first.timezone),
        registration=replace(first.registration, opens_at=None, closes_at=None),
        sequence=0,
        version=1,
        created_at=now,
        changed_at=now,
        published_at=None,
        cancelled_reason=None,
    )
    admission = await admission_of(first)
    async with transaction() as tx:
        await insert_event(tx, copy)
        await write_admission(tx, copy, admission)
        for copied in along:
            await copied(tx, first, copy)
        await record(tx, by, Deed("copied_event", copy.slug, "event", copy.id))
    return copy
