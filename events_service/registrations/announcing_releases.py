"""Telling people of a released agenda: whoever is to hold a changed session gets its REQUEST, whoever is not any more its CANCEL.

A release is told in pieces of at most `LETTERS_AT_ONCE` letters, each a short transaction that locks what it writes about and looks
again before it writes: nothing else waits long, and a run that is cut off goes on where it stopped. What was sent is recorded with
the letter, so that neither a second run nor a second process tells anybody twice. The last piece marks the release as announced.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec
import structlog

from events_service import clock
from events_service.agenda.release_queries import current_release, release_numbered
from events_service.agenda.rules import Agenda, Release, Session
from events_service.agenda.writing import lock_sessions
from events_service.database import Transaction, fetch, transaction
from events_service.errors import Unavailable
from events_service.events.queries import event_by_id
from events_service.events.rules import Event, Status
from events_service.registrations.invite_rules import Holder, Pair, is_over
from events_service.registrations.letter_facts import ORDINARY
from events_service.registrations.queries import registration_from
from events_service.registrations.session_invites import CANCELLED, tell, tell_plainly
from events_service.registrations.sign_ups import end_sign_ups, move_up_session
from events_service.registrations.touched import compare, held_now, holder_from, standing, touched_by

LETTERS_AT_ONCE = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Telling:
    """A release being told: by the agenda that is current now; what left it is told of as it was `before`."""

    event: Event
    release_id: str
    current: Release
    before: Agenda


@dataclass(frozen=True, slots=True)
class _Progress:
    """What one transaction came to: how many letters it posted, and whether the same piece is to be done again."""

    posted: int = 0
    again: bool = False


# One transaction's worth of telling; None when something else is true by now, and the rest has to be worked out anew.
_Piece = Callable[[Transaction], Awaitable[_Progress | None]]


async def announce_releases() -> int:
    """Tell of every release that nobody was told of, the oldest first. Returns how many letters were posted.

    Several processes may run it at once. A release that cannot be told is logged and keeps no other back.
    """
    posted = 0
    for row in await fetch(
        "SELECT id, event, number FROM agenda_release WHERE announced_at IS NULL ORDER BY created_at, id"
    ):
        try:
            posted += await _announce(row["id"], row["event"], row["number"])
        except Unavailable:
            raise
        except Exception as error:
            log.error("release.not_announced", release=row["id"], exc_info=error)
    return posted


async def withdraw_sessions(tx: Transaction, event: Event, *, at_most: int = LETTERS_AT_ONCE) -> int:
    """For an event that is called off: a CANCEL for each session that somebody holds. Returns how many; again while it is `at_most`."""
    # Whoever tells somebody of a session has it locked: after this they see that the event is off.
    rows = await tx.fetch("SELECT id FROM session WHERE event = $1 ORDER BY id FOR NO KEY UPDATE", event.id)
    known = await _last_known(event, [row["id"] for row in rows])
    now, unwanted = clock.now(), dict[int, list[Pair]]()
    ahead = [one for one, (session, _) in known.items() if not is_over(session, now=now)]
    for row in await held_now(ahead, at_most=at_most):
        session, release = known[row["session"]]
        unwanted.setdefault(release.number, []).append((session, holder_from(row)))
    agendas = {release.number: release.agenda for _, release in known.values()}
    told = 0
    for number, pairs in unwanted.items():
        told += await tell(
            tx,
            event,
            agendas[number],
            unwanted=pairs,
            reason=event.cancelled_reason or "",
            kind=CANCELLED,
            priority=ORDINARY,
        )
    return told


async def _announce(release_id: str, event_id: str, number: int) -> int:
    event, current = await event_by_id(event_id), await current_release(event_id)
    release = await release_numbered(event_id, number)
    assert current is not None
    before = (await release_numbered(event_id, number - 1)).agenda if number > 1 else Agenda()
    telling = _Telling(event, release_id, current, _joined(before, release.agenda))
    pieces = await _pieces(telling, [change.session_id for change in release.changes])
    posted = 0
    for place, piece in enumerate(pieces, start=1):
        again = True
        while again:
            async with transaction() as tx:
                progress = await piece(tx) if await _is_ours(tx, release_id) else None
                if progress and not progress.again and place == len(pieces):
                    await _mark_announced(tx, release_id)
            if progress is None:
                return posted
            posted, again = posted + progress.posted, progress.again
    return posted


async def _is_ours(tx: Transaction, release_id: str) -> bool:
    """Whether this process alone is telling of the release; not when another is at it, or done."""
    row = await tx.fetch_one(
        "SELECT id FROM agenda_release WHERE id = $1 AND announced_at IS NULL FOR UPDATE SKIP LOCKED", release_id
    )
    return row is not None


async def _mark_announced(tx: Transaction, release_id: str) -> None:
    await tx.execute("UPDATE agenda_release SET announced_at = $2 WHERE id = $1", release_id, clock.now())


async def _pieces(telling: _Telling, session_ids: Sequence[str]) -> list[_Piece]:
    """All there is to do, in order; where there is nothing, a piece that does nothing."""
    touched = await touched_by(telling.event, telling.current.agenda, session_ids, before=telling.before)
    people = [(session.id, who) for _, (session, who, _) in sorted(touched.steps.items(), key=lambda step: step[0])]
    pieces: list[_Piece] = [
        partial(_tell_some, telling, people[start : start + LETTERS_AT_ONCE])
        for start in range(0, len(people), LETTERS_AT_ONCE)
    ]
    pieces += [partial(_let_down, telling, session) for session in touched.off.values()]
    pieces += [
        partial(_move_up, telling, session_id, touched.waiting[session_id][:places])
        for session_id, places in touched.moving_up.items()
        if places
    ]
    return pieces or [_nothing]


async def _tell_some(telling: _Telling, people: Sequence[tuple[str, Holder]], tx: Transaction) -> _Progress | None:
    """Tell these people of these sessions, as things stand once all of them are locked."""
    session_ids = {session_id for session_id, _ in people}
    await _lock_people(tx, [who for _, who in people])
    await lock_sessions(tx, session_ids)
    if not await _is_current(tx, telling):
        return None
    agenda = telling.current.agenda
    on, off = standing(agenda, session_ids, before=telling.before, now=clock.now())
    found = await compare(agenda, on=on, off=off, among=[who for _, who in people])
    keys = {(session_id, who.email_key) for session_id, who in people}
    wanted = [pair for pair in found.wanted if (pair[0].id, pair[1].email_key) in keys]
    unwanted = [pair for pair in found.unwanted if (pair[0].id, pair[1].email_key) in keys]
    here = [pair for pair in unwanted if pair[0].id in agenda.session]
    gone = [pair for pair in unwanted if pair[0].id not in agenda.session]
    told = await tell(tx, telling.event, agenda, wanted=wanted, unwanted=here, priority=ORDINARY)
    told += await tell(tx, telling.event, telling.before, unwanted=gone, kind=CANCELLED, priority=ORDINARY)
    return _Progress(told)


async def _let_down(telling: _Telling, session: Session, tx: Transaction) -> _Progress | None:
    """A plain letter to those who waited for a session that is off; nobody waits for it afterwards, or has a place in it."""
    await lock_sessions(tx, [session.id])
    if not await _is_current(tx, telling):
        return None
    rows = await tx.fetch(
        """SELECT registration.*, sign_up.id AS sign_up_id
           FROM sign_up JOIN registration ON registration.id = sign_up.registration
           WHERE sign_up.session = $1 AND sign_up.status = 'waitlisted' AND registration.status = 'confirmed'
           ORDER BY sign_up.waitlist_number LIMIT $2""",
        session.id,
        LETTERS_AT_ONCE,
    )
    people = [(session, Holder.of_registration(registration_from(row)), None) for row in rows]
    agenda = telling.current.agenda if session.id in telling.current.agenda.session else telling.before
    told = await tell_plainly(tx, telling.event, agenda, CANCELLED, people, priority=ORDINARY)
    if told == LETTERS_AT_ONCE:
        await tx.execute(
            """UPDATE sign_up SET status = 'cancelled', waitlist_number = NULL, changed_at = $2, version = version + 1
               WHERE id = ANY($1)""",
            [row["sign_up_id"] for row in rows],
            clock.now(),
        )
        return _Progress(told, again=True)
    await end_sign_ups(tx, session.id)
    return _Progress(told)


async def _move_up(telling: _Telling, session_id: str, waiting: Sequence[Holder], tx: Transaction) -> _Progress | None:
    """Give the places that became free to those who wait."""
    await _lock_people(tx, waiting)
    await lock_sessions(tx, [session_id])
    if not await _is_current(tx, telling):
        return None
    agenda = telling.current.agenda
    moved = await move_up_session(tx, telling.event, agenda.session[session_id], agenda, at_most=LETTERS_AT_ONCE)
    return _Progress(moved, again=moved == LETTERS_AT_ONCE)


async def _nothing(tx: Transaction) -> _Progress:
    return _Progress()


async def _lock_people(tx: Transaction, people: Sequence[Holder]) -> None:
    """Lock their registrations, as everybody does before they lock sessions."""
    await tx.fetch(
        "SELECT id FROM registration WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        sorted({who.registration_id for who in people if who.registration_id}),
    )


async def _is_current(tx: Transaction, telling: _Telling) -> bool:
    """Whether what was worked out still holds: no newer agenda, and the event is on. The sessions are locked."""
    row = await tx.fetch_one(
        "SELECT released, status FROM agenda JOIN event ON event.id = agenda.event WHERE agenda.event = $1",
        telling.event.id,
    )
    return row is not None and row["released"] == telling.current.number and row["status"] != Status.CANCELLED.value


async def _last_known(event: Event, session_ids: Sequence[str]) -> dict[str, tuple[Session, Release]]:
    """Each of these sessions that somebody holds, as the newest release that has it tells of it."""
    rows = await fetch(
        "SELECT DISTINCT session FROM session_invite WHERE session = ANY($1) AND NOT withdrawn", session_ids
    )
    wanted, known = {row["session"] for row in rows}, dict[str, tuple[Session, Release]]()
    release = await current_release(event.id)
    while release is not None and wanted:
        found = wanted & release.agenda.session.keys()
        known |= {one: (release.agenda.session[one], release) for one in found}
        wanted -= found
        release = await release_numbered(event.id, release.number - 1) if release.number > 1 else None
    return known


def _joined(before: Agenda, after: Agenda) -> Agenda:
    """Everything either of two agendas has, as the one after tells of it."""
    return msgspec.structs.replace(
        after,
        rooms=tuple({**before.room, **after.room}.values()),
        tracks=tuple({**before.track, **after.track}.values()),
        sessions=tuple({**before.session, **after.session}.values()),
    )
