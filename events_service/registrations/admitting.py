"""Changing how an event admits people; whoever now fits moves up at once."""

from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import transaction
from events_service.events.admissions import Admission, admission_of, write_admission
from events_service.events.rules import Event
from events_service.registrations.waitlist import lock_event, move_up


async def change_admission(event: Event, *, by: Doer, **changes: object) -> Admission:
    """Change these settings. A quota below what is taken takes nobody's seat: it lets nobody else in. Raises `NotFound`."""
    async with transaction() as tx:
        event = await lock_event(tx, event.id)
        before = await admission_of(event)
        after = Admission(**{name: getattr(before, name) for name in before.__slots__} | changes)
        await write_admission(tx, event, after)
        await record(tx, by, Deed("changed_admission", event.slug, "event", event.id, tuple(sorted(changes))))
        await move_up(tx, event)
    return after
