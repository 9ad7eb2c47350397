"""Stars: sessions that participants marked for their own calendar, whether or not they signed up."""

from events_service import clock
from events_service.database import fetch, transaction
from events_service.errors import NotFound
from events_service.identifiers import new_id


async def starred_by(registration_id: str) -> frozenset[str]:
    """The ids of the sessions with this participant's star."""
    rows = await fetch("SELECT session FROM star WHERE registration = $1", registration_id)
    return frozenset(row["session"] for row in rows)


async def set_star(registration_id: str, session_id: str, on: bool) -> None:
    """Put the star there or take it away; doing it twice changes nothing. Raises `NotFound` for a session of another event."""
    async with transaction() as tx:
        if not on:
            await tx.execute("DELETE FROM star WHERE registration = $1 AND session = $2", registration_id, session_id)
            return
        row = await tx.fetch_one(
            """SELECT session.id FROM session JOIN registration ON registration.event = session.event
               WHERE session.id = $1 AND registration.id = $2""",
            session_id,
            registration_id,
        )
        if row is None:
            raise NotFound()
        await tx.execute(
            """INSERT INTO star (id, session, registration, created_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (session, registration) DO NOTHING""",
            new_id(),
            session_id,
            registration_id,
            clock.now(),
        )
