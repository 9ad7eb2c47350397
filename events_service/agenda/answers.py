"""What becomes of speakers' parts in sessions: they say yes or no, withdraw, or are taken from the roster.

All of it happens within the caller's transaction, which tells calendars in the same breath (`registrations/speaking.py`).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from events_service import clock
from events_service.agenda.writing import lock_agenda, touch_agenda
from events_service.database import Transaction, transaction
from events_service.errors import Conflict, NotFound
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.speakers import actions
from events_service.speakers.drafts import SpeakerChange
from events_service.speakers.rules import OUT, Speaker, State, may_answer, state_after


async def set_answers(tx: Transaction, event: Event, speaker_id: str, answers: Mapping[str, State]) -> Speaker:
    """What a speaker answered for their parts (session id → yes or no), all or none of it, and where that leaves them.

    Raises `NotFound` for a session in which they have no part, `Conflict` (withdrawn) where that is out of their hands.
    """
    await lock_agenda(tx, event)
    before = await actions.locked_speaker(tx, event.id, speaker_id)
    held = await _parts(tx, event, speaker_id)
    if not set(answers) <= set(held):
        raise NotFound()
    if not may_answer(before.state) or not all(may_answer(held[session_id]) for session_id in answers):
        raise Conflict("You are no longer part of this. Please write to the organisers.", code="withdrawn")
    await _set_parts(tx, event, speaker_id, {one: to for one, to in answers.items() if held[one] is not to})
    state = state_after((held | dict(answers)).values(), before=before.state)
    return await _stands(tx, before, state, answered_at=clock.now())


async def withdraw_speaker(tx: Transaction, event: Event, speaker_id: str, *, by_themselves: bool) -> Speaker:
    """Take them out of every session, and out of sight. Raises `NotFound`."""
    await lock_agenda(tx, event)
    before = await actions.locked_speaker(tx, event.id, speaker_id)
    await _take_out(tx, event, speaker_id, State.WITHDRAWN)
    answered_at = clock.now() if by_themselves else before.answered_at
    return await _stands(tx, before, State.WITHDRAWN, answered_at=answered_at)


async def edit_speaker(tx: Transaction, event: Event, speaker_id: str, change: SpeakerChange) -> Speaker:
    """Change what is given; who is out by it is out of every session too. Raises `NotFound`, `Conflict` for a stale version."""
    await lock_agenda(tx, event)
    after = await actions.change_speaker(tx, event.id, speaker_id, change)
    if change.state is not msgspec.UNSET and change.state in OUT:
        await _take_out(tx, event, speaker_id, change.state)
    return after


async def remove_speaker(slug: str, speaker_id: str, *, version: int | msgspec.UnsetType = msgspec.UNSET) -> None:
    """Take somebody from the roster who has no part in anything.

    Raises `NotFound`, `Conflict` for a stale version, and (in_use) for who has a part in the draft or had one in a release.
    """
    event = await event_by_slug(slug)
    async with transaction() as tx:
        await lock_agenda(tx, event)
        speaker = await actions.locked_speaker(tx, event.id, speaker_id)
        actions.check_version(speaker.version if version is msgspec.UNSET else version, held=speaker.version)
        if await _parts(tx, event, speaker_id) or await _was_released(tx, event, speaker_id):
            raise Conflict(
                "This person has a part in the agenda. Take them out of it first, or withdraw them instead.",
                code="in_use",
            )
        # What is left are parts in sessions that were deleted and never released.
        await tx.execute("DELETE FROM session_speaker WHERE speaker = $1", speaker_id)
        await tx.execute("DELETE FROM speaker WHERE id = $1", speaker_id)
        await actions.touch_roster(tx, event.id)


async def invite_to_parts(tx: Transaction, event: Event, speaker_ids: Iterable[str]) -> None:
    """Their parts that were only proposed count as asked from now on; the agenda must be locked."""
    rows = await tx.fetch(
        """UPDATE session_speaker SET state = 'invited' WHERE speaker = ANY($1) AND state = 'proposed'
           RETURNING session""",
        list(speaker_ids),
    )
    await _touch_sessions(tx, event, {row["session"] for row in rows})


async def _take_out(tx: Transaction, event: Event, speaker_id: str, state: State) -> None:
    held = await _parts(tx, event, speaker_id)
    await _set_parts(tx, event, speaker_id, {one: state for one, now in held.items() if now not in OUT})


async def _parts(tx: Transaction, event: Event, speaker_id: str) -> dict[str, State]:
    """How each of their parts in the draft stands, by session."""
    rows = await tx.fetch(
        """SELECT session_speaker.session, session_speaker.state FROM session_speaker
           JOIN session ON session.id = session_speaker.session
           WHERE session_speaker.speaker = $1 AND session.event = $2 AND session.deleted_at IS NULL""",
        speaker_id,
        event.id,
    )
    return {row["session"]: State(row["state"]) for row in rows}


async def _was_released(tx: Transaction, event: Event, speaker_id: str) -> bool:
    """Whether any release holds them: their id stands in what it froze."""
    row = await tx.fetch_one(
        "SELECT id FROM agenda_release WHERE event = $1 AND agenda LIKE $2 LIMIT 1",
        event.id,
        f'%"speaker_id":"{speaker_id}"%',
    )
    return row is not None


async def _set_parts(tx: Transaction, event: Event, speaker_id: str, states: Mapping[str, State]) -> None:
    await tx.execute_many(
        "UPDATE session_speaker SET state = $3 WHERE session = $1 AND speaker = $2",
        [(session_id, speaker_id, state.value) for session_id, state in states.items()],
    )
    await _touch_sessions(tx, event, set(states))


async def _touch_sessions(tx: Transaction, event: Event, session_ids: set[str]) -> None:
    if not session_ids:
        return
    await tx.execute(
        "UPDATE session SET version = version + 1, changed_at = $2 WHERE id = ANY($1)",
        sorted(session_ids),
        clock.now(),
    )
    await touch_agenda(tx, event)


async def _stands(tx: Transaction, before: Speaker, state: State, *, answered_at: datetime | None) -> Speaker:
    after = msgspec.structs.replace(
        before, state=state, answered_at=answered_at, version=before.version + 1, changed_at=clock.now()
    )
    await actions.update_speakers(tx, [after])
    await actions.touch_roster(tx, before.event_id)
    return after
