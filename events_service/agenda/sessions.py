"""What agenda editors do with sessions of the draft."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from events_service import clock
from events_service.agenda.bounds import check_room_for
from events_service.agenda.drafts import AgendaChange, AppearanceDraft, SessionChange, SessionDraft, given
from events_service.agenda.queries import Head, appearance_from, at_wall_time, head_of, session_from
from events_service.agenda.rules import Appearance, Session
from events_service.agenda.times import read_moment, settle_times
from events_service.agenda.tracks import slug_from
from events_service.agenda.writing import (
    appearances_after,
    check_version,
    insert_sessions,
    lock_agenda,
    next_number,
    touch_agenda,
    update_sessions,
)
from events_service.database import Transaction, transaction
from events_service.errors import FieldError, Invalid, NotFound
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.speakers.actions import touch_roster
from events_service.speakers.rules import State


async def add_session(slug: str, draft: SessionDraft) -> Session:
    """A new session of the draft. Raises `NotFound`, `Invalid` with every wrong field."""
    event = await event_by_slug(slug)
    errors: list[FieldError] = []
    async with transaction() as tx:
        await lock_agenda(tx, event)
        await check_room_for(tx, event, "session")
        with _noted(errors):
            times = settle_times(
                event.timezone, starts=draft.starts_at, ends=draft.ends_at, minutes=given(draft.minutes, None)
            )
        with _noted(errors):
            visible_from = read_moment("visible_from", draft.visible_from, event.timezone)
        with _noted(errors):
            people = await _appearances(tx, event, (), draft.speakers)
        with _noted(errors):
            await _check_rooms_and_track(tx, event, draft.room_ids, draft.track_id)
        if errors:
            raise Invalid(errors)
        now, number = clock.now(), await next_number(tx, event)
        session = Session(
            id=new_id(),
            number=number,
            guid=str(uuid.uuid4()),
            slug=given(draft.slug, slug_from(draft.title, taken=set(), otherwise="session")),
            title=draft.title,
            subtitle=draft.subtitle,
            kind=draft.kind,
            state=draft.state,
            starts_at=times.starts_at,
            ends_at=times.ends_at,
            starts_wall=times.starts_wall,
            ends_wall=times.ends_wall,
            minutes=times.minutes,
            room_ids=tuple(dict.fromkeys(draft.room_ids)),
            track_id=draft.track_id,
            topics=tuple(dict.fromkeys(draft.topics)),
            language=draft.language,
            abstract=draft.abstract,
            description=draft.description,
            speakers=people,
            capacity=draft.capacity,
            signup=draft.signup,
            join_url=draft.join_url,
            visible_from=visible_from,
            created_at=now,
            changed_at=now,
        )
        await insert_sessions(tx, event, [session])
        await touch_agenda(tx, event)
    return session


async def edit_session(slug: str, session_id: str, change: SessionChange) -> Session:
    """Change what is given: move it, lay it on the shelf, rename it … Raises `NotFound`, `Invalid`, `Conflict` (stale version)."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        head = await lock_agenda(tx, event)
        before = await locked_session(tx, event, session_id, head=head)
        check_version(change.version, held=before.version)
        after = await _changed(tx, event, before, change)
        await update_sessions(tx, [(before, after)])
        await touch_agenda(tx, event)
        if before.speakers != after.speakers:
            # Who is said to have declined is out of sight at once, released or not.
            await touch_roster(tx, event.id)
    return after


async def remove_session(slug: str, session_id: str, *, version: int | msgspec.UnsetType = msgspec.UNSET) -> None:
    """Take it out of the draft; the next release tells whoever holds it. Raises `NotFound`, `Conflict` for a stale version."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        head = await lock_agenda(tx, event)
        session = await locked_session(tx, event, session_id, head=head)
        check_version(version, held=session.version)
        now = clock.now()
        await tx.execute(
            "UPDATE session SET deleted_at = $2, changed_at = $2, version = version + 1 WHERE id = $1", session.id, now
        )
        await touch_agenda(tx, event)


async def change_agenda(slug: str, change: AgendaChange) -> Head:
    """How the agenda as a whole is kept. Raises `NotFound`."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        await lock_agenda(tx, event)
        await tx.execute("UPDATE agenda SET overlap = $2 WHERE event = $1", event.id, change.overlap.value)
        await touch_agenda(tx, event)
    return await head_of(event.id)


async def locked_session(tx: Transaction, event: Event, session_id: str, *, head: Head) -> Session:
    """A session of the draft, its times in the event's zone. Raises `NotFound`."""
    row = await tx.fetch_one(
        "SELECT * FROM session WHERE event = $1 AND id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE",
        event.id,
        session_id,
    )
    if row is None:
        raise NotFound()
    rooms = await tx.fetch("SELECT room FROM session_room WHERE session = $1 ORDER BY position", session_id)
    people = await tx.fetch("SELECT * FROM session_speaker WHERE session = $1 ORDER BY position", session_id)
    session = session_from(row, tuple(one["room"] for one in rooms), tuple(map(appearance_from, people)))
    return session if head.timezone == event.timezone else at_wall_time(session, event.timezone)


async def _changed(tx: Transaction, event: Event, before: Session, change: SessionChange) -> Session:
    fields = {
        name: value
        for name, value in msgspec.structs.asdict(change).items()
        if value is not msgspec.UNSET and name not in ("version", "starts_at", "ends_at", "minutes", "visible_from")
    }
    errors: list[FieldError] = []
    with _noted(errors):
        fields |= _times(event, before, change)
    with _noted(errors):
        if change.visible_from is not msgspec.UNSET:
            fields["visible_from"] = read_moment("visible_from", change.visible_from, event.timezone)
    with _noted(errors):
        if change.speakers is not msgspec.UNSET:
            fields["speakers"] = await _appearances(tx, event, before.speakers, change.speakers)
    for name in ("room_ids", "topics"):
        if name in fields:
            fields[name] = tuple(dict.fromkeys(fields[name]))
    with _noted(errors):
        await _check_rooms_and_track(tx, event, fields.get("room_ids", ()), fields.get("track_id"))
    if errors:
        raise Invalid(errors)
    return msgspec.structs.replace(before, **fields, version=before.version + 1, changed_at=clock.now())


@contextmanager
def _noted(errors: list[FieldError]) -> Iterator[None]:
    """Go on after wrong values, so that all of them are told at once; whoever notes must raise in the end."""
    try:
        yield
    except Invalid as invalid:
        errors.extend(invalid.errors)


def _times(event: Event, before: Session, change: SessionChange) -> dict[str, object]:
    """What a change says of the times: a start alone moves it and keeps its length, null lays it on the shelf.

    A time that is not given stays the moment it is: it may be one that a wall time alone does not tell.
    """
    if change.starts_at is change.ends_at is change.minutes is msgspec.UNSET:
        return {}
    keeps_end = change.starts_at is msgspec.UNSET and change.minutes is msgspec.UNSET
    times = settle_times(
        event.timezone,
        starts=given(change.starts_at, before.starts_at),
        ends=given(change.ends_at, before.ends_at if keeps_end else None),
        minutes=given(change.minutes, before.minutes),
    )
    return {
        "starts_at": times.starts_at,
        "ends_at": times.ends_at,
        "starts_wall": times.starts_wall,
        "ends_wall": times.ends_wall,
        "minutes": times.minutes,
    }


async def _appearances(
    tx: Transaction, event: Event, before: tuple[Appearance, ...], wanted: Iterable[AppearanceDraft]
) -> tuple[Appearance, ...]:
    """Raises `Invalid` for people who are not on the roster and for one who is named twice."""
    wanted = list(wanted)
    ids = [one.speaker_id for one in wanted]
    rows = await tx.fetch("SELECT id, state FROM speaker WHERE event = $1 AND id = ANY($2)", event.id, ids)
    states = {row["id"]: State(row["state"]) for row in rows}
    errors = [
        FieldError(f"speakers.{place}.speaker_id", "unknown_speaker", "There is no such person on this event's roster.")
        for place, speaker_id in enumerate(ids)
        if speaker_id not in states
    ]
    errors += [
        FieldError(f"speakers.{place}.speaker_id", "named_twice", "Name each person once.")
        for place, speaker_id in enumerate(ids)
        if speaker_id in ids[:place]
    ]
    if errors:
        raise Invalid(errors)
    return appearances_after(before, ((one.speaker_id, one.role, one.state) for one in wanted), states)


async def _check_rooms_and_track(tx: Transaction, event: Event, room_ids: Iterable[str], track_id: str | None) -> None:
    room_ids = list(room_ids)
    rows = await tx.fetch("SELECT id FROM room WHERE event = $1 AND id = ANY($2)", event.id, room_ids)
    known = {row["id"] for row in rows}
    errors = [
        FieldError(f"room_ids.{place}", "unknown_room", "This event has no such room.")
        for place, room_id in enumerate(room_ids)
        if room_id not in known
    ]
    if track_id is not None and not await tx.fetch_one(
        "SELECT id FROM track WHERE event = $1 AND id = $2", event.id, track_id
    ):
        errors.append(FieldError("track_id", "unknown_track", "This event has no such track."))
    if errors:
        raise Invalid(errors)
