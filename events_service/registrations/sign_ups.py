"""Places in sessions: given, waited for, given back and passed on to the next in line.

Locks are taken in one order: the event's row (where seats change hands), the registration's, then the sessions' by id. Whoever
counts places has locked the session first. Never are more places given than the released session has.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from events_service import clock
from events_service.agenda.release_queries import Published, published_agenda
from events_service.agenda.rules import Agenda, Session
from events_service.agenda.writing import lock_sessions
from events_service.audit.actions import record
from events_service.audit.rules import SERVICE, Deed, Doer
from events_service.database import Transaction, transaction
from events_service.errors import Conflict, NotFound
from events_service.events.queries import event_by_id
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.registrations.queries import Registration, registration_from
from events_service.registrations.rules import still_seats_people
from events_service.registrations.session_invites import Holder, tell, tell_plainly
from events_service.registrations.sign_up_queries import sign_up_for, sign_ups_of
from events_service.registrations.sign_up_rules import (
    HELD,
    Places,
    SignUp,
    SignUpClosed,
    SignUpStatus,
    check_overlap,
    check_seat,
    free_places,
    in_the_way,
    is_over,
    is_signable,
    place_in,
    session_to_sign_up,
)

MOVED_AT_ONCE = 200
WRITE_SIGN_UP = """
    INSERT INTO sign_up (id, session, registration, status, waitlist_number, created_at, changed_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $6, 1)
    ON CONFLICT (session, registration) DO UPDATE SET id = excluded.id, status = excluded.status,
        waitlist_number = excluded.waitlist_number, created_at = excluded.created_at, changed_at = excluded.changed_at,
        version = sign_up.version + 1
"""


async def sign_up(registration_id: str, session_id: str, *, despite_overlap: bool = False) -> SignUp:
    """A place in the session, or on its waiting list; who has one keeps it. The person is told by mail.

    Raises `NotFound`, `SeatNeeded`, `SignUpClosed`, `Overlaps`, `OverlapUnconfirmed`.
    """
    async with transaction() as tx:
        person, published = await _lock(tx, registration_id, session_id)
        if published is None:
            raise NotFound()
        mine = (await sign_ups_of([person.id])).get(person.id, {})
        held = [one for one, how in mine.items() if how.status in HELD]
        if session_id in held:
            return mine[session_id]
        now = clock.now()
        session = session_to_sign_up(published.release.agenda, session_id, now=now)
        check_seat(published.event, person.status, now=now)
        others = in_the_way(session, held, published.agenda)
        check_overlap(others, published.overlap, despite_overlap=despite_overlap)
        await give_places(tx, published, [(person, session)])
        return await sign_up_for(session_id, person.id)


async def withdraw(registration_id: str, session_id: str) -> None:
    """Give the place back: it goes to the first in line at once, both are told. Doing it twice changes nothing.

    Raises `NotFound`, and `SignUpClosed` once the session is over.
    """
    async with transaction() as tx:
        person, published = await _lock(tx, registration_id, session_id)
        session = published.release.agenda.session.get(session_id) if published else None
        if session is not None and is_over(session, now=clock.now()):
            raise SignUpClosed("This session is over.")
        await give_up(tx, published, person, session_id)


async def give_up(tx: Transaction, published: Published | None, person: Registration, session_id: str) -> None:
    """The same within the caller's transaction, which has locked the registration's row and the session's."""
    held = await _end(tx, "session = $1 AND registration = $2", session_id, person.id)
    if published is not None:
        await _give_back(tx, published, person, held)


async def put_first(registration_id: str, session_id: str, *, by: Doer = SERVICE, reason: str = "") -> SignUp:
    """Let somebody who waits be the next in line; a free place is theirs at once. It is recorded, with the reason.

    Raises `NotFound`, `SignUpClosed`, `Conflict`.
    """
    async with transaction() as tx:
        person, published = await _lock(tx, registration_id, session_id)
        waits = (await sign_up_for(session_id, person.id)).status is SignUpStatus.WAITLISTED
        if published is None or not waits:
            raise Conflict("This person is not on the session's waiting list.", code="wrong_status")
        session = session_to_sign_up(published.release.agenda, session_id, now=clock.now())
        row = await tx.fetch_one("SELECT MIN(waitlist_number) AS first FROM sign_up WHERE session = $1", session_id)
        assert row is not None
        await tx.execute(
            """UPDATE sign_up SET waitlist_number = $3, changed_at = $4, version = version + 1
               WHERE session = $1 AND registration = $2""",
            session_id,
            person.id,
            row["first"] - 1,
            clock.now(),
        )
        deed = Deed("put_first", published.event.slug, "registration", person.id, ("session",), reason)
        await record(tx, by, deed)
        await move_up_session(tx, published.event, session, published.release.agenda)
        return await sign_up_for(session_id, person.id)


async def give_places(tx: Transaction, published: Published, wishes: Sequence[tuple[Registration, Session]]) -> None:
    """Give each a place or a number on the waiting list, in their order, and tell them. The sessions are locked."""
    now, event = clock.now(), published.event
    places = await _places(tx, [session for _, session in wishes])
    rows, wanted, waiting = [], [], []
    for person, session in wishes:
        here, last_number = places[session.id]
        status, who, number = place_in(here), Holder.of_registration(person), None
        if status is SignUpStatus.CONFIRMED:
            here = replace(here, taken=here.taken + 1)
            wanted.append((session, who))
        else:
            number = last_number = last_number + 1
            here = replace(here, waiting=here.waiting + 1)
            waiting.append((session, who, here.waiting))
        places[session.id] = here, last_number
        rows.append((new_id(), session.id, person.id, status.value, number, now))
    await tx.execute_many(WRITE_SIGN_UP, rows)
    await tell(tx, event, published.release.agenda, wanted=wanted)
    await tell_plainly(tx, event, published.release.agenda, "session_waitlisted", waiting)


async def end_sign_ups_of(tx: Transaction, event: Event, person: Registration) -> None:
    """End all sign-ups of a registration that ends, and pass its places on. The event's row and the registration's are locked."""
    rows = await tx.fetch("SELECT session FROM sign_up WHERE registration = $1 AND status <> 'cancelled'", person.id)
    if not rows:
        return
    await lock_sessions(tx, (row["session"] for row in rows))
    held = await _end(tx, "registration = $1", person.id)
    published = await published_agenda(event, now=clock.now())
    if published is not None:
        await _give_back(tx, published, person, held)


async def end_sign_ups(tx: Transaction, session_id: str) -> list[Registration]:
    """End every sign-up for a session that is cancelled or gone, and say who waited for it: they hold no invite to withdraw."""
    await lock_sessions(tx, [session_id])
    rows = await tx.fetch(
        """SELECT registration.* FROM sign_up JOIN registration ON registration.id = sign_up.registration
           WHERE sign_up.session = $1 AND sign_up.status = 'waitlisted' ORDER BY sign_up.waitlist_number""",
        session_id,
    )
    await _end(tx, "session = $1", session_id)
    return [registration_from(row) for row in rows]


async def move_up_session(
    tx: Transaction, event: Event, session: Session, agenda: Agenda, *, at_most: int = MOVED_AT_ONCE
) -> int:
    """Give the session's free places to the first in line, with a letter each; whoever lost their seat is passed over.

    Session and agenda are the current release's, whole. Returns how many moved: ask again while it is `at_most`.
    """
    now = clock.now()
    if not still_seats_people(event, now=now) or not is_signable(session, now=now):
        return 0
    await lock_sessions(tx, [session.id])
    places, _ = (await _places(tx, [session])).pop(session.id)
    free = free_places(places.capacity, places.taken)
    rows = await tx.fetch(
        """SELECT registration.*, sign_up.id AS sign_up_id
           FROM sign_up JOIN registration ON registration.id = sign_up.registration
           WHERE sign_up.session = $1 AND sign_up.status = 'waitlisted' AND registration.status = 'confirmed'
           ORDER BY sign_up.waitlist_number LIMIT $2""",
        session.id,
        at_most if free is None else min(free, at_most),
    )
    await tx.execute_many(
        """UPDATE sign_up SET status = 'confirmed', waitlist_number = NULL, changed_at = $2, version = version + 1
           WHERE id = $1""",
        [(row["sign_up_id"], now) for row in rows],
    )
    moved = [(session, Holder.of_registration(registration_from(row))) for row in rows]
    await tell(tx, event, agenda, wanted=moved, kind="session_promoted")
    return len(rows)


async def _lock(tx: Transaction, registration_id: str, session_id: str) -> tuple[Registration, Published | None]:
    """The registration's row, then the session's, both locked, and what is published now. Raises `NotFound`."""
    row = await tx.fetch_one("SELECT * FROM registration WHERE id = $1 FOR NO KEY UPDATE", registration_id)
    if row is None:
        raise NotFound()
    await lock_sessions(tx, [session_id])
    return registration_from(row), await published_agenda(await event_by_id(row["event"]), now=clock.now())


async def _places(tx: Transaction, sessions: Sequence[Session]) -> dict[str, tuple[Places, int]]:
    """Session id → how its places stand, and the last waiting number given. The sessions are locked."""
    rows = await tx.fetch(
        """SELECT session, SUM(CASE WHEN status = 'confirmed' THEN 1 ELSE 0 END) AS taken,
                  SUM(CASE WHEN status = 'waitlisted' THEN 1 ELSE 0 END) AS waiting, MAX(waitlist_number) AS last_number
           FROM sign_up WHERE session = ANY($1) GROUP BY session""",
        [session.id for session in sessions],
    )
    found = {row["session"]: row for row in rows}
    places = {session.id: (Places(0, 0, session.capacity), 0) for session in sessions}
    for session in sessions:
        if row := found.get(session.id):
            here = Places(int(row["taken"]), int(row["waiting"]), session.capacity)
            places[session.id] = here, row["last_number"] or 0
    return places


async def _end(tx: Transaction, where: str, *values: object) -> list[str]:
    """End the sign-ups there; the ids of the sessions in which a place became free, in order. The sessions are locked."""
    rows = await tx.fetch(
        f"SELECT session FROM sign_up WHERE {where} AND status = 'confirmed' ORDER BY session",  # noqa: S608
        *values,
    )
    place = len(values) + 1
    await tx.execute(
        f"""UPDATE sign_up SET status = 'cancelled', waitlist_number = NULL, changed_at = ${place}, version = version + 1
            WHERE {where} AND status <> 'cancelled'""",  # noqa: S608
        *values,
        clock.now(),
    )
    return [row["session"] for row in rows]


async def _give_back(tx: Transaction, published: Published, person: Registration, held: Iterable[str]) -> None:
    """Withdraw the person's invites to the sessions they held, and let the next in line move up."""
    whole, event = published.release.agenda, published.event
    # What has left the agenda is withdrawn by the announcement of the release that took it out.
    sessions = [whole.session[one] for one in held if one in whole.session]
    holder = Holder.of_registration(person)
    await tell(tx, event, whole, unwanted=[(session, holder) for session in sessions])
    for session in sessions:
        await move_up_session(tx, event, session, whole)
