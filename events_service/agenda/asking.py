"""Asking speakers whether they take their parts, reminding those who have not answered, and sending them the link to their page.

Whom a letter went to is marked in the transaction that posts it: cut off anywhere, the next run goes on, and nobody gets two.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from events_service import clock
from events_service.agenda.answers import invite_to_parts
from events_service.agenda.queries import draft_of
from events_service.agenda.rules import Part, SessionState
from events_service.agenda.slots import Slot, slots_in
from events_service.agenda.writing import lock_agenda
from events_service.database import Row, Transaction, transaction
from events_service.errors import Conflict
from events_service.events.queries import event_by_id, event_by_slug
from events_service.events.rules import Event, Status
from events_service.outbox.actions import post
from events_service.outbox.rules import NewLetter
from events_service.speakers.actions import locked_speaker, touch_roster
from events_service.speakers.queries import speaker_from
from events_service.speakers.rules import AGAIN_BY_HAND_AFTER, OUT, REMIND_AFTER, REMIND_WITHIN, Speaker, State
from events_service.texts.rules import Words

ASKED, REMINDED, LINK = "speaker_asked", "speaker_reminded", "speaker_link"
SPEAKER_SAMPLE = "speaker_test"
KINDS = (ASKED, REMINDED, LINK, SPEAKER_SAMPLE)
LETTERS_AT_ONCE = 200
SLOTS_NAMED = 40

_OPEN = "email IS NOT NULL AND state IN ('proposed', 'invited')"
_SILENT = f"{_OPEN} AND asked_at IS NOT NULL AND (answered_at IS NULL OR answered_at < asked_at)"
_DUE = f"""
SELECT speaker.* FROM speaker JOIN event ON event.id = speaker.event
WHERE event.status IN ('draft', 'published') AND event.starts_at > $1 AND event.starts_at <= $2
  AND speaker.email IS NOT NULL AND speaker.state IN ('proposed', 'invited')
  AND speaker.asked_at <= $3 AND (speaker.answered_at IS NULL OR speaker.answered_at < speaker.asked_at)
  AND (speaker.reminded_at IS NULL OR speaker.reminded_at <= $3)
ORDER BY speaker.id LIMIT {LETTERS_AT_ONCE} FOR UPDATE OF speaker SKIP LOCKED
"""  # noqa: S608


class SlotFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One part that a letter names. Times are UTC; `rooms` are names."""

    title: str
    role: Part
    starts_at: datetime
    ends_at: datetime
    rooms: tuple[str, ...] = ()


class AskingFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that a letter to a speaker is written from; the link is drawn again from the id and its generation.

    `words` are an organiser's for this letter alone; `sample_of` is the kind that a test shows.
    """

    event: Event
    speaker_id: str
    link_generation: int
    name: str
    slots: tuple[SlotFacts, ...] = ()
    words: Words | None = None
    sample_of: str = ""


async def ask_speakers(slug: str, speaker_id: str | None = None) -> int:
    """Ask everyone who was not asked yet, or this one person again if need be; returns to how many a letter goes.

    They and their parts are `invited` from then on. Raises `NotFound`, and `Conflict` for an event that is over or cancelled.
    """
    event = await _coming(slug)
    whom, values = "AND asked_at IS NULL", list[object]([event.id, LETTERS_AT_ONCE])
    if speaker_id is not None:
        whom = "AND id = $3 AND (asked_at IS NULL OR asked_at <= $4)"
        values += [speaker_id, clock.now() - AGAIN_BY_HAND_AFTER]
    asked = 0
    while True:
        async with transaction() as tx:
            await lock_agenda(tx, event)
            rows = await tx.fetch(
                f"SELECT * FROM speaker WHERE event = $1 AND {_OPEN} {whom} ORDER BY id LIMIT $2 FOR UPDATE",  # noqa: S608
                *values,
            )
            await _ask(tx, event, rows)
        asked += len(rows)
        if speaker_id is not None or len(rows) < LETTERS_AT_ONCE:
            return asked


async def remind_by_hand(slug: str, speaker_id: str | None = None) -> int:
    """Remind everyone who was asked and has not answered, or this one; nobody twice within half a day. Returns how many.

    Raises `NotFound`, and `Conflict` for an event that is over or cancelled.
    """
    event = await _coming(slug)
    whom, values = ("", []) if speaker_id is None else ("AND id = $4", [speaker_id])
    reminded = 0
    while True:
        async with transaction() as tx:
            rows = await tx.fetch(
                f"""SELECT * FROM speaker WHERE event = $1 AND {_SILENT} AND asked_at <= $2
                      AND (reminded_at IS NULL OR reminded_at <= $2) {whom}
                    ORDER BY id LIMIT $3 FOR UPDATE""",  # noqa: S608
                event.id,
                clock.now() - AGAIN_BY_HAND_AFTER,
                LETTERS_AT_ONCE,
                *values,
            )
            await _remind(tx, rows, now=clock.now())
        reminded += len(rows)
        if len(rows) < LETTERS_AT_ONCE:
            return reminded


async def remind_speakers(now: datetime) -> int:
    """Remind, at most once in five days and in the last sixty before the event, who was asked and has not answered.

    Returns how many letters were posted. Several processes may run it at once.
    """
    reminded = 0
    while True:
        async with transaction() as tx:
            rows = await tx.fetch(_DUE, now, now + REMIND_WITHIN, now - REMIND_AFTER)
            await _remind(tx, rows, now=now)
        reminded += len(rows)
        if len(rows) < LETTERS_AT_ONCE:
            return reminded


async def send_link(slug: str, speaker_id: str) -> None:
    """Send them the link to their page as it is now. Raises `NotFound`, `Conflict` (no_address) for who can get no letter."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        speaker = await locked_speaker(tx, event.id, speaker_id)
        if speaker.email is None or speaker.state in OUT:
            raise Conflict("Nothing can be sent: there is no mail address, or they are out.", code="no_address")
        await post(tx, await _letters(LINK, [speaker]))


def is_coming(event: Event) -> bool:
    """Whether there is still something to ask speakers for."""
    return event.status is not Status.CANCELLED and event.ends_at > clock.now()


async def _ask(tx: Transaction, event: Event, rows: Sequence[Row]) -> None:
    if not rows:
        return
    ids, now = [row["id"] for row in rows], clock.now()
    await tx.execute(
        """UPDATE speaker SET state = $2, asked_at = $3, reminded_at = NULL, version = version + 1, changed_at = $3
           WHERE id = ANY($1)""",
        ids,
        State.INVITED.value,
        now,
    )
    await invite_to_parts(tx, event, ids)
    await touch_roster(tx, event.id)
    await post(tx, await _letters(ASKED, [speaker_from(row) for row in rows]))


async def _remind(tx: Transaction, rows: Sequence[Row], *, now: datetime) -> None:
    # Nothing that anyone reads of them changes: neither their version nor the roster's number rises.
    await tx.execute("UPDATE speaker SET reminded_at = $2 WHERE id = ANY($1)", [row["id"] for row in rows], now)
    await post(tx, await _letters(REMINDED, [speaker_from(row) for row in rows]))


async def _letters(kind: str, speakers: Iterable[Speaker]) -> list[NewLetter]:
    """One letter to each; what an event's letters share is read and encoded once."""
    at: defaultdict[str, list[Speaker]] = defaultdict(list)
    for speaker in speakers:
        at[speaker.event_id].append(speaker)
    letters = []
    for event_id, people in at.items():
        event = await event_by_id(event_id)
        slots = slots_in(await draft_of(event))
        shared = msgspec.Raw(msgspec.json.encode(event))
        letters += [_letter(kind, event.slug, shared, one, slots.get(one.id, [])) for one in people]
    return letters


def _letter(kind: str, slug: str, event: msgspec.Raw, speaker: Speaker, slots: Sequence[Slot]) -> NewLetter:
    assert speaker.email is not None
    facts: Mapping[str, object] = {
        "event": event,
        "speaker_id": speaker.id,
        "link_generation": speaker.link_generation,
        "name": speaker.name,
        "slots": [_slot_facts(one) for one in slots if _is_named(one)][:SLOTS_NAMED],
    }
    return NewLetter(
        kind=kind,
        recipient=speaker.email,
        recipient_name=speaker.name,
        language=speaker.language,
        facts=facts,
        event_slug=slug,
    )


def _is_named(slot: Slot) -> bool:
    session = slot.session
    return session.is_placed and session.state is not SessionState.CANCELLED and slot.part.state not in OUT


def _slot_facts(slot: Slot) -> SlotFacts:
    session = slot.session
    assert session.starts_at is not None and session.ends_at is not None
    return SlotFacts(
        title=session.title,
        role=slot.part.role,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        rooms=tuple(room.name for room in slot.rooms),
    )


async def _coming(slug: str) -> Event:
    event = await event_by_slug(slug)
    if not is_coming(event):
        raise Conflict("The event is over or cancelled: there is nothing to ask any more.", code="wrong_status")
    return event
