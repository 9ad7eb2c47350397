"""Who is touched when sessions change: one rule, for the preview that counts them and for the letters that tell them.

Everyone who is to hold a session by an agenda is compared with everyone who holds it in their calendar.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from events_service import clock
from events_service.agenda.release_queries import current_release
from events_service.agenda.rules import Agenda, Change, Session
from events_service.database import Row, fetch
from events_service.events.rules import Event, Status
from events_service.registrations.invite_rules import (
    Holder,
    Key,
    Pair,
    Step,
    held_from,
    is_over,
    steps_between,
    takes_place,
)
from events_service.registrations.naming import Identity
from events_service.registrations.queries import registration_from
from events_service.registrations.rules import still_seats_people
from events_service.registrations.session_invites import appearances, live_answers
from events_service.registrations.sign_up_queries import places_of
from events_service.registrations.sign_up_rules import free_places, is_signable
from events_service.speakers.queries import speaker_from

_HELD = """SELECT session_invite.*, registration.email AS registration_email, registration.name AS registration_name,
                  registration.protected, registration.identity,
                  registration.language AS registration_language, registration.links_generation,
                  speaker.email AS speaker_email, speaker.name AS speaker_name, speaker.language AS speaker_language,
                  speaker.link_generation
           FROM session_invite LEFT JOIN registration ON registration.id = session_invite.registration
           LEFT JOIN speaker ON speaker.id = session_invite.speaker WHERE session_invite.session = ANY($1)"""


@dataclass(frozen=True, slots=True)
class Count:
    """How many people get a letter: as speakers, and as participants. Who is both in one session counts as a speaker."""

    speakers: int = 0
    participants: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """How many people are told of a release, each counted once, and how many of each changed session, by its id."""

    speakers: int
    participants: int
    by_session: Mapping[str, Count]


@dataclass(frozen=True, slots=True)
class Compared:
    """Who is to hold sessions, who is to give them up, and the steps that follow when `tell` is given both."""

    wanted: Sequence[Pair]
    unwanted: Sequence[Pair]
    steps: Mapping[Key, tuple[Session, Holder, Step]]


@dataclass(frozen=True, slots=True)
class Touched:
    """What changed sessions mean for people.

    `steps` is what follows for those who are to hold them, or to hold them no longer. `off` are the sessions that no longer take
    place, as they last stood; `waiting` are those in line for a changed session, in order, and `moving_up` how many of them get
    a place.
    """

    steps: Mapping[Key, tuple[Session, Holder, Step]] = field(default_factory=dict)
    off: Mapping[str, Session] = field(default_factory=dict)
    waiting: Mapping[str, Sequence[Holder]] = field(default_factory=dict)
    moving_up: Mapping[str, int] = field(default_factory=dict)


async def who_is_told(event: Event, agenda: Agenda, changes: Iterable[Change]) -> Told:
    """How many would be told if this agenda, with these changes to the current one, were released now."""
    released = await current_release(event.id)
    before = released.agenda if released else Agenda()
    touched = await touched_by(event, agenda, [one.session_id for one in changes], before=before)
    speakers: dict[str, set[str]] = {}
    participants: dict[str, set[str]] = {}
    for (session_id, email_key), (_, who, step) in touched.steps.items():
        if step.message is not None:
            (speakers if who.speaker_id else participants).setdefault(session_id, set()).add(email_key)
    for session_id, people in touched.waiting.items():
        told = people if session_id in touched.off else people[: touched.moving_up.get(session_id, 0)]
        participants.setdefault(session_id, set()).update(who.email_key for who in told)
    return Told(
        speakers=len(set().union(*speakers.values())),
        participants=len(set().union(*participants.values())),
        by_session={
            session_id: Count(len(speakers.get(session_id, ())), len(participants.get(session_id, ())))
            for session_id in {*speakers, *participants}
        },
    )


async def touched_by(event: Event, agenda: Agenda, session_ids: Iterable[str], *, before: Agenda) -> Touched:
    """What changes to these sessions mean for people. What is not in the agenda any more is told of as it was `before`.

    What is over concerns nobody, and neither does any of it once the event is called off: that is news of its own.
    """
    if event.status is Status.CANCELLED:
        return Touched()
    now = clock.now()
    on, off = standing(agenda, session_ids, before=before, now=now)
    found = await compare(agenda, on=on, off=off)
    waiting = await _waiting([*on, *off])
    return Touched(found.steps, off, waiting, await _moving_up(event, agenda, waiting, now=now))


def standing(
    agenda: Agenda, session_ids: Iterable[str], *, before: Agenda, now: datetime
) -> tuple[list[str], dict[str, Session]]:
    """Which of these sessions take place, and which are off, as they last stood; those that are over are neither."""
    on, off = [], dict[str, Session]()
    for session_id in sorted(set(session_ids)):
        session = agenda.session.get(session_id) or before.session.get(session_id)
        if session is None or is_over(session, now=now):
            continue
        if session_id in agenda.session and takes_place(session, now=now):
            on.append(session_id)
        else:
            off[session_id] = session
    return on, off


async def compare(
    agenda: Agenda, *, on: Sequence[str], off: Mapping[str, Session], among: Collection[Holder] | None = None
) -> Compared:
    """Who is to hold the sessions that are `on` by this agenda, beside who holds them and those that are `off`.

    All of it `among` these people, where they are given.
    """
    wanted = await _holding(agenda, list(on), among)
    rows = await _held([*on, *off], among)
    kept: dict[Key, Holder] = {}
    for session, who in wanted:
        key = session.id, who.email_key
        kept[key] = kept[key].joined_with(who) if key in kept else who
    sessions = {**{one: agenda.session[one] for one in on}, **off}
    unwanted = [
        (sessions[row["session"]], given_up)
        for row in rows
        if (given_up := _given_up(row, kept.get((row["session"], row["email_key"])))) is not None
    ]
    held = {(row["session"], row["email_key"]): held_from(row) for row in rows}
    return Compared(wanted, unwanted, steps_between(wanted, unwanted, held, called_off=off.keys()))


async def _holding(agenda: Agenda, session_ids: list[str], among: Collection[Holder] | None) -> list[Pair]:
    """Everyone with a place or a part in these sessions, as things stand now."""
    found = await _with_places(agenda, session_ids, among)
    sessions = [agenda.session[one] for one in session_ids]
    people = {part.speaker_id for session in sessions for part in session.speakers}
    if among is not None:
        people &= {who.speaker_id for who in among if who.speaker_id}
    if not people:
        return found
    rows = await fetch("SELECT * FROM speaker WHERE id = ANY($1)", sorted(people))
    speakers = {row["id"]: speaker_from(row) for row in rows}
    return found + appearances(sessions, speakers, await live_answers(session_ids))


async def _with_places(agenda: Agenda, session_ids: list[str], among: Collection[Holder] | None) -> list[Pair]:
    statement = """SELECT sign_up.session AS session_held, registration.*
                   FROM sign_up JOIN registration ON registration.id = sign_up.registration
                   WHERE sign_up.session = ANY($1) AND sign_up.status = 'confirmed' AND registration.status = 'confirmed'"""
    if among is None:
        rows = await fetch(f"{statement} ORDER BY sign_up.session, registration.id", session_ids)
    else:
        people = sorted({who.registration_id for who in among if who.registration_id})
        rows = await fetch(f"{statement} AND sign_up.registration = ANY($2)", session_ids, people)
    return [(agenda.session[row["session_held"]], Holder.of_registration(registration_from(row))) for row in rows]


async def held_now(session_ids: Sequence[str], *, at_most: int) -> list[Row]:
    """Up to so many of those who hold these sessions; `holder_from` reads the rows."""
    return await fetch(
        f"{_HELD} AND NOT withdrawn ORDER BY session_invite.session, session_invite.email_key LIMIT $2",
        list(session_ids),
        at_most,
    )


async def _held(session_ids: list[str], among: Collection[Holder] | None) -> list[Row]:
    """Everyone who was ever sent these sessions."""
    if among is None:
        return await fetch(f"{_HELD} ORDER BY session_invite.session, session_invite.email_key", session_ids)
    return await fetch(
        f"{_HELD} AND session_invite.email_key = ANY($2)", session_ids, sorted({who.email_key for who in among})
    )


def holder_from(row: Row) -> Holder:
    """Who holds an invite, as such a row tells it; at the address they were written to."""
    is_participant = row["registration"] is not None
    name, email = row["registration_name"], row["registration_email"]
    if row["protected"]:
        who = msgspec.json.decode(row["identity"], type=Identity)
        name, email = who.name, who.email
    addresses = (email, row["speaker_email"])
    return Holder(
        email_key=row["email_key"],
        email=next((one for one in addresses if one and one.casefold() == row["email_key"]), row["email_key"]),
        name=name if is_participant else row["speaker_name"] or "",
        language=row["registration_language"] if is_participant else row["speaker_language"] or "en",
        registration_id=row["registration"],
        links_generation=row["links_generation"],
        speaker_id=row["speaker"],
        speaker_generation=row["link_generation"],
    )


def _given_up(row: Row, kept: Holder | None) -> Holder | None:
    """The parts somebody still holds a session by, and should not; None where there is none."""
    if row["withdrawn"]:
        return None
    who = holder_from(row)
    left = Holder(
        email_key=who.email_key,
        email=who.email,
        name=who.name,
        language=who.language,
        registration_id=None if kept and kept.registration_id else who.registration_id,
        links_generation=who.links_generation,
        speaker_id=None if kept and kept.speaker_id else who.speaker_id,
        speaker_generation=who.speaker_generation,
    )
    return left if left.registration_id or left.speaker_id or kept is None else None


async def _waiting(session_ids: list[str]) -> dict[str, list[Holder]]:
    rows = await fetch(
        """SELECT sign_up.session AS session_wanted, registration.*
           FROM sign_up JOIN registration ON registration.id = sign_up.registration
           WHERE sign_up.session = ANY($1) AND sign_up.status = 'waitlisted' AND registration.status = 'confirmed'
           ORDER BY sign_up.session, sign_up.waitlist_number""",
        session_ids,
    )
    waiting: dict[str, list[Holder]] = {}
    for row in rows:
        waiting.setdefault(row["session_wanted"], []).append(Holder.of_registration(registration_from(row)))
    return waiting


async def _moving_up(
    event: Event, agenda: Agenda, waiting: Mapping[str, Sequence[Holder]], *, now: datetime
) -> dict[str, int]:
    """How many of those who wait get a place, by the capacities of this agenda."""
    if not waiting or not still_seats_people(event, now=now):
        return {}
    places = await places_of(event, agenda)
    moving: dict[str, int] = {}
    for session_id, people in waiting.items():
        session = agenda.session.get(session_id)
        if session is not None and is_signable(session, now=now):
            free = free_places(session.capacity, places[session_id].taken)
            moving[session_id] = len(people) if free is None else min(free, len(people))
    return moving
