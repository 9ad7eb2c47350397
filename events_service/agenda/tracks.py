"""What agenda editors do with tracks."""

import re

import msgspec

from events_service.agenda.bounds import check_room_for
from events_service.agenda.drafts import TrackChange, TrackDraft, given
from events_service.agenda.queries import track_from
from events_service.agenda.rules import COLOURS, Track
from events_service.agenda.writing import (
    check_version,
    insert_tracks,
    lock_agenda,
    lock_sessions,
    touch_agenda,
    update_track,
)
from events_service.database import Transaction, transaction
from events_service.errors import Conflict, NotFound
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.folding import search_key
from events_service.identifiers import new_id
from events_service.sentences import sentence


async def add_track(slug: str, draft: TrackDraft) -> Track:
    """A new track, after the others unless it says where. Raises `NotFound`, `Conflict` for a name or slug in use."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        await lock_agenda(tx, event)
        await check_room_for(tx, event, "track")
        others = [track_from(row) for row in await tx.fetch("SELECT * FROM track WHERE event = $1", event.id)]
        position = max((one.position + 1 for one in others), default=0)
        track = Track(
            id=new_id(),
            name=draft.name,
            slug=given(draft.slug, slug_from(draft.name, taken={one.slug for one in others}, otherwise="track")),
            colour=given(draft.colour, COLOURS[len(others) % len(COLOURS)]),
            description=draft.description,
            position=given(draft.position, position),
        )
        _check_names(track, others)
        await insert_tracks(tx, event, [track])
        await touch_agenda(tx, event)
    return track


async def edit_track(slug: str, track_id: str, change: TrackChange) -> Track:
    """Change what is given. Raises `NotFound`, `Conflict` for a stale version or a name or slug in use."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        await lock_agenda(tx, event)
        before = await _track(tx, event, track_id)
        check_version(change.version, held=before.version)
        fields = msgspec.structs.asdict(change)
        changed = {name: value for name, value in fields.items() if value is not msgspec.UNSET and name != "version"}
        after = msgspec.structs.replace(before, **changed, version=before.version + 1)
        rows = await tx.fetch("SELECT * FROM track WHERE event = $1 AND id <> $2", event.id, track_id)
        _check_names(after, [track_from(row) for row in rows])
        await update_track(tx, after)
        await touch_agenda(tx, event)
    return after


async def remove_track(slug: str, track_id: str, *, version: int | msgspec.UnsetType = msgspec.UNSET) -> None:
    """Take it away; its sessions stay, without a track. Raises `NotFound`, `Conflict` for a stale version."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        await lock_agenda(tx, event)
        track = await _track(tx, event, track_id)
        check_version(version, held=track.version)
        rows = await tx.fetch("SELECT id FROM session WHERE track = $1", track.id)
        await lock_sessions(tx, (row["id"] for row in rows))
        await tx.execute("UPDATE session SET track = NULL, version = version + 1 WHERE track = $1", track.id)
        await tx.execute("DELETE FROM track WHERE id = $1", track.id)
        await touch_agenda(tx, event)


def slug_from(name: str, *, taken: set[str], otherwise: str) -> str:
    """A slug made of the name's letters and digits, `otherwise` where it has none, with a number where it is taken."""
    plain = re.sub(r"[^a-z0-9]+", "-", search_key(name)).strip("-")[:60].strip("-") or otherwise
    number, slug = 1, plain
    while slug in taken:
        number += 1
        slug = f"{plain}-{number}"
    return slug


def _check_names(track: Track, others: list[Track]) -> None:
    if track.name in {other.name for other in others}:
        raise Conflict(
            sentence("There is a track called %(name)s already. Choose another name.", name=track.name),
            code="name_taken",
        )
    if track.slug in {other.slug for other in others}:
        raise Conflict(
            sentence("There is a track under %(slug)s already. Choose another.", slug=track.slug), code="slug_taken"
        )


async def _track(tx: Transaction, event: Event, track_id: str) -> Track:
    row = await tx.fetch_one("SELECT * FROM track WHERE event = $1 AND id = $2", event.id, track_id)
    if row is None:
        raise NotFound()
    return track_from(row)
