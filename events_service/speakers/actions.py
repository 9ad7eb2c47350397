"""What is done with an event's roster. Every change raises the roster's number, by which caches are kept."""

from collections.abc import Sequence
from typing import Any

import msgspec

from events_service import clock, settings
from events_service.database import Transaction, transaction
from events_service.errors import Conflict, NotFound
from events_service.events.queries import event_by_slug
from events_service.identifiers import new_id
from events_service.sealing import keyed_token, token_digest
from events_service.speakers.drafts import OwnChange, SpeakerChange, SpeakerDraft
from events_service.speakers.queries import searched_by, speaker_from
from events_service.speakers.rules import Speaker


async def add_speaker(slug: str, draft: SpeakerDraft) -> Speaker:
    """Somebody new on the event's roster. Raises `NotFound`."""
    event = await event_by_slug(slug)
    now = clock.now()
    speaker = Speaker(id=new_id(), event_id=event.id, created_at=now, changed_at=now, **msgspec.structs.asdict(draft))
    async with transaction() as tx:
        await insert_speakers(tx, [speaker])
        await touch_roster(tx, event.id)
    return speaker


async def edit_speaker(slug: str, speaker_id: str, change: SpeakerChange | OwnChange) -> Speaker:
    """Change what is given. Raises `NotFound`, `Conflict` for a stale version."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        return await change_speaker(tx, event.id, speaker_id, change)


async def change_speaker(tx: Transaction, event_id: str, speaker_id: str, change: SpeakerChange | OwnChange) -> Speaker:
    """The same within the caller's transaction. Another address gets links of its own: the old ones went to somebody else."""
    before = await locked_speaker(tx, event_id, speaker_id)
    fields = {name: to for name, to in msgspec.structs.asdict(change).items() if to is not msgspec.UNSET}
    check_version(fields.pop("version", before.version), held=before.version)
    if "email" in fields and fields["email"] != before.email:
        fields["link_generation"] = before.link_generation + 1
        if before.answered_at is None:
            fields |= {"asked_at": None, "reminded_at": None}
    after = msgspec.structs.replace(before, **fields, version=before.version + 1, changed_at=clock.now())
    await update_speakers(tx, [after])
    await touch_roster(tx, event_id)
    return after


async def replace_links(event_id: str, speaker_id: str) -> Speaker:
    """Draw the links to their page and their calendar anew; the old ones open nothing any more. Raises `NotFound`."""
    async with transaction() as tx:
        before = await locked_speaker(tx, event_id, speaker_id)
        after = msgspec.structs.replace(
            before, link_generation=before.link_generation + 1, version=before.version + 1, changed_at=clock.now()
        )
        await update_speakers(tx, [after])
    return after


def check_version(given: int, *, held: int) -> None:
    """Raises `Conflict` where somebody changed it since the version that was read."""
    if given != held:
        raise Conflict("Somebody changed this meanwhile. Read it again.", code="stale_version", version=held)


async def insert_speakers(tx: Transaction, speakers: Sequence[Speaker]) -> None:
    """New speakers with the links to their own pages; the roster is to be touched afterwards."""
    if not speakers:
        return
    rows = [_columns(speaker) for speaker in speakers]
    names, places = ", ".join(rows[0]), ", ".join(f"${place}" for place in range(1, len(rows[0]) + 1))
    await tx.execute_many(
        f"INSERT INTO speaker ({names}) VALUES ({places})",  # noqa: S608
        [tuple(row.values()) for row in rows],
    )


async def update_speakers(tx: Transaction, speakers: Sequence[Speaker]) -> None:
    """Speakers as they are now; the roster is to be touched afterwards."""
    if not speakers:
        return
    rows = [_columns(speaker) for speaker in speakers]
    names = [name for name in rows[0] if name not in ("id", "event", "created_at")]
    assignments = ", ".join(f"{name} = ${place}" for place, name in enumerate(names, start=2))
    await tx.execute_many(
        f"UPDATE speaker SET {assignments} WHERE id = $1",  # noqa: S608
        [(row["id"], *(row[name] for name in names)) for row in rows],
    )


async def touch_roster(tx: Transaction, event_id: str) -> None:
    """Say that somebody on the event's roster changed."""
    await tx.execute(
        """INSERT INTO roster (event, version) VALUES ($1, 1)
           ON CONFLICT (event) DO UPDATE SET version = roster.version + 1""",
        event_id,
    )


async def locked_speaker(tx: Transaction, event_id: str, speaker_id: str) -> Speaker:
    """The speaker, locked. Raises `NotFound`."""
    row = await tx.fetch_one(
        "SELECT * FROM speaker WHERE event = $1 AND id = $2 FOR NO KEY UPDATE", event_id, speaker_id
    )
    if row is None:
        raise NotFound()
    return speaker_from(row)


def speaker_code(speaker_id: str, generation: int, *, secret_key: str) -> str:
    """The code that opens a speaker's own page; it is drawn again when it is needed, and never stored."""
    return keyed_token(speaker_id, str(generation), secret_key=secret_key, purpose="speaker-page")


def feed_token(speaker_id: str, generation: int, *, secret_key: str) -> str:
    """The token in the address of a speaker's calendar feed."""
    return keyed_token(speaker_id, str(generation), secret_key=secret_key, purpose="speaker-feed")


def _columns(speaker: Speaker) -> dict[str, Any]:
    generation, secret_key = speaker.link_generation, settings.current().secret_key
    columns = msgspec.structs.asdict(speaker)
    return {
        **{name: to for name, to in columns.items() if name != "event_id"},
        "event": speaker.event_id,
        "state": speaker.state.value,
        "email_key": speaker.email.casefold() if speaker.email else None,
        "search_key": searched_by(speaker),
        "link_digest": token_digest(speaker_code(speaker.id, generation, secret_key=secret_key)),
        "feed_digest": token_digest(feed_token(speaker.id, generation, secret_key=secret_key)),
    }
