"""Taking a schedule of somebody else's into the draft agenda: whole, again and again, without undoing what was done here."""

import asyncio
from collections.abc import Callable

from events_service import clock
from events_service.agenda.bounds import check_room_for
from events_service.agenda.import_plan import Plan, Report, Standing, plan_import
from events_service.agenda.queries import draft_of
from events_service.agenda.schedule_reading import read_schedule
from events_service.agenda.writing import (
    insert_rooms,
    insert_sessions,
    insert_tracks,
    lock_agenda,
    touch_agenda,
    update_sessions,
)
from events_service.database import Transaction, fetch, fetch_one, transaction
from events_service.events.queries import event_by_id, event_by_slug
from events_service.events.rules import Event
from events_service.speakers.actions import insert_speakers, touch_roster, update_speakers
from events_service.speakers.queries import speakers_of

Progress = Callable[[int, int], None]
AT_ONCE = 200


async def import_schedule(slug: str, data: bytes, *, progress: Progress | None = None) -> Report:
    """Write what the file says into the draft, all of it or nothing. `progress` hears how many sessions of how many are written.

    The same file again changes nothing. Raises `NotFound`, `TooLarge`, `NotXml`, `NotASchedule`, and `Conflict` where it is
    more than an agenda holds.
    """
    event = await event_by_slug(slug)
    schedule = await asyncio.to_thread(read_schedule, data, zone=event.timezone)
    async with transaction() as tx:
        await lock_agenda(tx, event)
        plan = plan_import(await _standing(event), schedule, now=clock.now())
        await _write(tx, event, plan, progress or _nobody_listens)
    return plan.report


async def preview_import(slug: str, data: bytes) -> Report:
    """What importing the file now would do. Nothing is written. Raises as `import_schedule` does."""
    event = await event_by_slug(slug)
    schedule = await asyncio.to_thread(read_schedule, data, zone=event.timezone)
    return plan_import(await _standing(event), schedule, now=clock.now()).report


async def _standing(event: Event) -> Standing:
    event = await event_by_id(event.id)
    used = await fetch("SELECT number, guid FROM session WHERE event = $1", event.id)
    head = await fetch_one("SELECT last_number FROM agenda WHERE event = $1", event.id)
    return Standing(
        event=event,
        agenda=await draft_of(event),
        speakers=tuple((await speakers_of(event.id)).values()),
        numbers=frozenset(row["number"] for row in used),
        guids=frozenset(row["guid"] for row in used),
        last_number=head["last_number"] if head else 0,
    )


async def _write(tx: Transaction, event: Event, plan: Plan, progress: Progress) -> None:
    total = len(plan.created) + len(plan.changed)
    progress(0, total)
    await check_room_for(tx, event, "room", many=len(plan.rooms))
    await check_room_for(tx, event, "track", many=len(plan.tracks))
    await check_room_for(tx, event, "session", many=len(plan.created))
    await insert_rooms(tx, event, plan.rooms)
    await insert_tracks(tx, event, plan.tracks)
    await insert_speakers(tx, plan.speakers)
    await update_speakers(tx, plan.renamed)
    for place in range(0, len(plan.created), AT_ONCE):
        await insert_sessions(tx, event, plan.created[place : place + AT_ONCE])
        progress(min(place + AT_ONCE, len(plan.created)), total)
    for place in range(0, len(plan.changed), AT_ONCE):
        await update_sessions(tx, plan.changed[place : place + AT_ONCE])
        progress(min(len(plan.created) + place + AT_ONCE, total), total)
    if plan.created:
        await tx.execute("UPDATE agenda SET last_number = $2 WHERE event = $1", event.id, plan.last_number)
    if plan.rooms or plan.tracks or plan.created or plan.changed:
        await touch_agenda(tx, event)
    if plan.speakers or plan.renamed:
        await touch_roster(tx, event.id)


def _nobody_listens(done: int, total: int) -> None:
    """Nobody asked how far it has come."""
