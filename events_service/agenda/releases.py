"""Releasing: the draft is frozen under the next number, with its note and what it changed. The worker tells people afterwards."""

import msgspec

from events_service import clock
from events_service.agenda.comparing import changes_between, with_sequences
from events_service.agenda.queries import draft_of
from events_service.agenda.release_queries import current_release
from events_service.agenda.rules import Agenda, Change, ChangeKind, Release, to_release
from events_service.agenda.writing import check_version, lock_agenda, lock_sessions
from events_service.database import Transaction, transaction
from events_service.errors import Conflict
from events_service.events.queries import event_by_id, event_by_slug
from events_service.events.rules import Event, Status
from events_service.identifiers import new_id


async def planned_release(event: Event) -> tuple[Agenda, tuple[Change, ...]]:
    """What releasing the draft now would freeze, SEQUENCE raised where due, and what it would change. Nothing is written."""
    released = await current_release(event.id)
    agenda = to_release(await draft_of(event))
    before = released.agenda if released else Agenda()
    changes = changes_between(before, agenda)
    return with_sequences(agenda, changes, before=before, now=clock.now()), changes


async def release_agenda(
    slug: str, *, note: str = "", by: str, version: int | msgspec.UnsetType = msgspec.UNSET
) -> Release:
    """Make the draft what the public sees and invites follow. `by` is the account's or token's id.

    Raises `NotFound`, and `Conflict` for an event that is cancelled and where the draft is not of that `version` any more.
    """
    event = await event_by_slug(slug)
    if event.status is Status.CANCELLED:
        raise Conflict("The event is cancelled: its agenda cannot be released.", code="wrong_status")
    async with transaction() as tx:
        head = await lock_agenda(tx, event)
        check_version(version, held=head.version)
        event = await event_by_id(event.id)
        agenda, changes = await planned_release(event)
        release = Release(
            id=new_id(),
            event_id=event.id,
            number=head.released + 1,
            note=note,
            agenda=agenda,
            changes=changes,
            created_at=clock.now(),
        )
        await _write(tx, event, release, by=by)
    return release


async def _write(tx: Transaction, event: Event, release: Release, *, by: str) -> None:
    await tx.execute(
        """INSERT INTO agenda_release (id, event, number, note, agenda, changes, created_at, created_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        release.id,
        release.event_id,
        release.number,
        release.note,
        msgspec.json.encode(release.agenda).decode(),
        msgspec.json.encode(release.changes).decode(),
        release.created_at,
        by,
    )
    changed = {one.session_id: one.kind for one in release.changes}
    await lock_sessions(tx, changed)
    await tx.execute_many(
        "UPDATE session SET sequence = $2 WHERE id = $1",
        [(one.id, one.sequence) for one in release.agenda.sessions if one.id in changed],
    )
    # What is no longer in the agenda at all comes back, if ever, above what its CANCEL said.
    await tx.execute_many(
        "UPDATE session SET sequence = sequence + 1 WHERE id = $1",
        [(one,) for one, kind in changed.items() if kind is ChangeKind.CANCELLED and one not in release.agenda.session],
    )
    await tx.execute(
        "UPDATE agenda SET released = $2, timezone = $3 WHERE event = $1", event.id, release.number, event.timezone
    )
