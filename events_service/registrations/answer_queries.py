"""What calendars have answered, to the invites as they are now."""

from collections.abc import Mapping, Sequence

from events_service.database import fetch
from events_service.registrations.answer_rules import Answer


async def answers_of(registration_ids: Sequence[str]) -> Mapping[str, Answer]:
    """Registration id → what their calendar said to the event's invite, of those among these who have answered it as it is now."""
    rows = await fetch(
        "SELECT id, answer FROM registration WHERE id = ANY($1) AND answer IS NOT NULL AND answer_sequence >= invite_sequence",
        list(registration_ids),
    )
    return {row["id"]: Answer(row["answer"]) for row in rows}


async def count_answers(event_id: str) -> Mapping[Answer, int]:
    """How many calendars said yes, maybe and no to the event's invite as it is now; none for an answer nobody gave."""
    rows = await fetch(
        """SELECT answer, COUNT(*) AS people FROM registration
           WHERE event = $1 AND answer IS NOT NULL AND answer_sequence >= invite_sequence GROUP BY answer""",
        event_id,
    )
    return {Answer(row["answer"]): int(row["people"]) for row in rows}


async def answers_to_session(session_id: str) -> Mapping[str, Answer]:
    """Registration id → what their calendar said to the session's invite, of the participants who have answered it as it is now."""
    rows = await fetch(
        """SELECT registration, answer FROM session_invite
           WHERE session = $1 AND registration IS NOT NULL AND answer IS NOT NULL AND answer_sequence >= sequence""",
        session_id,
    )
    return {row["registration"]: Answer(row["answer"]) for row in rows}
