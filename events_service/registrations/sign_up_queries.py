"""Reading sign-ups: how a session's places stand, and what a participant has chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from events_service.agenda.rules import Agenda
from events_service.database import Row, fetch, fetch_one
from events_service.errors import NotFound
from events_service.events.rules import Event
from events_service.registrations.queries import Registration, registration_from
from events_service.registrations.sign_up_rules import Places, SignUp, SignUpStatus


@dataclass(frozen=True, slots=True)
class Attender:
    """Somebody who signed up for a session, and how far that has come; `id` is the sign-up's."""

    id: str
    person: Registration
    sign_up: SignUp
    signed_up_at: datetime


async def confirmed_by_session(event_id: str) -> dict[str, int]:
    """Session id → how many have a place, for every session of the event, the draft's too, that has any."""
    rows = await fetch(
        """SELECT sign_up.session, COUNT(*) AS people FROM sign_up JOIN session ON session.id = sign_up.session
           WHERE session.event = $1 AND sign_up.status = 'confirmed' GROUP BY sign_up.session""",
        event_id,
    )
    return {row["session"]: int(row["people"]) for row in rows}


async def places_of(event: Event, agenda: Agenda) -> Mapping[str, Places]:
    """Session id → how its places stand, for the agenda's sessions that take sign-ups; none are asked for where none does."""
    signable = [one for one in agenda.sessions if one.signup]
    if not signable:
        return {}
    rows = await fetch(
        """SELECT sign_up.session, sign_up.status, COUNT(*) AS people
           FROM sign_up JOIN session ON session.id = sign_up.session
           WHERE session.event = $1 AND sign_up.status IN ('confirmed', 'waitlisted')
           GROUP BY sign_up.session, sign_up.status""",
        event.id,
    )
    people = {(row["session"], row["status"]): int(row["people"]) for row in rows}
    return {
        one.id: Places(people.get((one.id, "confirmed"), 0), people.get((one.id, "waitlisted"), 0), one.capacity)
        for one in signable
    }


async def own_sign_ups(registration_id: str) -> Mapping[str, SignUp]:
    """Session id → the person's sign-up, of all that were not withdrawn, the first one first."""
    return (await sign_ups_of([registration_id])).get(registration_id, {})


async def sign_ups_of(registration_ids: Sequence[str]) -> dict[str, dict[str, SignUp]]:
    """Registration id → session id → sign-up, of these people's that were not withdrawn."""
    rows = await fetch(
        """SELECT sign_up.registration, sign_up.session, sign_up.status, sign_up.id,
                  (SELECT COUNT(*) FROM sign_up ahead WHERE ahead.session = sign_up.session
                   AND ahead.waitlist_number <= sign_up.waitlist_number) AS position
           FROM sign_up WHERE sign_up.registration = ANY($1) AND sign_up.status <> 'cancelled' ORDER BY sign_up.id""",
        list(registration_ids),
    )
    found: dict[str, dict[str, SignUp]] = {}
    for row in rows:
        found.setdefault(row["registration"], {})[row["session"]] = _sign_up(row["status"], row["position"])
    return found


async def sign_up_for(session_id: str, registration_id: str) -> SignUp:
    """The person's sign-up for the session; `CANCELLED` also where there never was one."""
    row = await fetch_one(
        """SELECT status, (SELECT COUNT(*) FROM sign_up ahead WHERE ahead.session = sign_up.session
                           AND ahead.waitlist_number <= sign_up.waitlist_number) AS position
           FROM sign_up WHERE session = $1 AND registration = $2""",
        session_id,
        registration_id,
    )
    return _sign_up(row["status"], row["position"]) if row else SignUp(SignUpStatus.CANCELLED)


async def attenders_of(session_id: str, *, after: str = "", limit: int = 50) -> list[Attender]:
    """Up to `limit` who signed up and did not withdraw, in the order they came; `after` is the last id seen."""
    rows = await fetch(
        f"{_ATTENDERS} AND sign_up.status <> 'cancelled' AND sign_up.id > $2 ORDER BY sign_up.id LIMIT $3",
        session_id,
        after,
        limit,
    )
    return [_attender(row) for row in rows]


async def attender_of(session_id: str, registration_id: str) -> Attender:
    """That person's sign-up. Raises `NotFound` where there never was one."""
    row = await fetch_one(f"{_ATTENDERS} AND sign_up.registration = $2", session_id, registration_id)
    if row is None:
        raise NotFound()
    return _attender(row)


async def session_title(event: Event, session_id: str) -> str:
    """The title of the event's session as the draft has it, also of one that was taken out of it. Raises `NotFound`."""
    row = await fetch_one("SELECT title FROM session WHERE event = $1 AND id = $2", event.id, session_id)
    if row is None:
        raise NotFound()
    return str(row["title"])


_ATTENDERS = """
    SELECT registration.*, sign_up.id AS sign_up_id, sign_up.status AS sign_up_status, sign_up.created_at AS signed_up_at,
           (SELECT COUNT(*) FROM sign_up ahead WHERE ahead.session = sign_up.session
            AND ahead.waitlist_number <= sign_up.waitlist_number) AS position
    FROM sign_up JOIN registration ON registration.id = sign_up.registration WHERE sign_up.session = $1
"""


def _attender(row: Row) -> Attender:
    sign_up = _sign_up(row["sign_up_status"], row["position"])
    return Attender(row["sign_up_id"], registration_from(row), sign_up, row["signed_up_at"])


def _sign_up(status: str, position: int) -> SignUp:
    waits = status == SignUpStatus.WAITLISTED.value
    return SignUp(SignUpStatus(status), int(position) if waits else None)
