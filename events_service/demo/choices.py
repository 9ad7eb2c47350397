"""What some of the demonstration's guests chose of its agendas: places in sessions, a few names too many for them, and stars."""

from itertools import islice

from events_service import clock, database
from events_service.agenda.release_queries import Published, published_agenda
from events_service.agenda.rules import Session, SessionKind, SessionState
from events_service.demo.happenings import LAUNCH, SUMMIT, WORKSHOP
from events_service.events.queries import find_event
from events_service.identifiers import new_id
from events_service.registrations.queries import Registration, registration_from
from events_service.registrations.sign_up_rules import is_over
from events_service.registrations.sign_ups import give_places

# How many more ask than a session has places for: the sparrings are sought after.
TOO_MANY = {LAUNCH: 0, WORKSHOP: 1, SUMMIT: 0}
STARRING_GUESTS, STARS_EACH = 24, 4


async def choose_sessions() -> int:
    """Let guests sign up and star where nobody has yet; returns how many sign-ups are new."""
    return sum([await _choose(slug, too_many) for slug, too_many in TOO_MANY.items()])


async def _choose(slug: str, too_many: int) -> int:
    event = await find_event(slug)
    published = await published_agenda(event, now=clock.now()) if event else None
    if event is None or published is None or await _anybody_chose(event.id):
        return 0
    async with database.transaction() as tx:
        rows = await tx.fetch(
            "SELECT * FROM registration WHERE event = $1 AND status = 'confirmed' ORDER BY id", event.id
        )
        guests = [registration_from(row) for row in rows]
        wishes = _wishes(published, guests, too_many)
        await give_places(tx, published, wishes)
        await tx.execute_many(
            "INSERT INTO star (id, session, registration, created_at) VALUES ($1, $2, $3, $4)",
            [
                (new_id(), session.id, guest.id, clock.now())
                for place, guest in enumerate(guests[:STARRING_GUESTS])
                for session in _starred(published, place)
            ],
        )
    return len(wishes)


async def _anybody_chose(event_id: str) -> bool:
    row = await database.fetch_one(
        "SELECT sign_up.id FROM sign_up JOIN session ON session.id = sign_up.session WHERE session.event = $1 LIMIT 1",
        event_id,
    )
    return row is not None


def _wishes(published: Published, guests: list[Registration], too_many: int) -> list[tuple[Registration, Session]]:
    """For each session that takes sign-ups some guests in turn, two thirds of its places or, where sought after, more than it has."""
    if not guests:
        return []
    wishes, next_guest = [], 0
    for session in published.agenda.sessions:
        if not session.signup or session.state is SessionState.CANCELLED or is_over(session, now=clock.now()):
            continue
        places = session.capacity or 12
        many = places + too_many if too_many else places * 2 // 3
        for _ in range(min(many, len(guests))):
            wishes.append((guests[next_guest % len(guests)], session))
            next_guest += 1
    return wishes


def _starred(published: Published, place: int) -> list[Session]:
    worth_it = [one for one in published.agenda.sessions if one.kind is not SessionKind.BREAK]
    return list(islice(worth_it, place % 5, None, max(1, len(worth_it) // STARS_EACH)))
