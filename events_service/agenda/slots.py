"""What each speaker has been given to do in the draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from events_service.agenda.queries import draft_of
from events_service.agenda.rules import Agenda, Appearance, Room, Session
from events_service.database import fetch
from events_service.events.rules import Event


@dataclass(frozen=True, slots=True)
class Slot:
    """One person's part in a session of the draft, and in which rooms that is; the session may lie on the shelf still."""

    session: Session
    part: Appearance
    rooms: tuple[Room, ...]


async def slots_of(event: Event, speaker_id: str) -> list[Slot]:
    """The speaker's sessions by time, those on the shelf last."""
    return slots_in(await draft_of(event)).get(speaker_id, [])


def slots_in(agenda: Agenda) -> dict[str, list[Slot]]:
    """Everybody's sessions by speaker, each in the agenda's order."""
    found: dict[str, list[Slot]] = {}
    for session in agenda.sessions:
        for part in session.speakers:
            found.setdefault(part.speaker_id, []).append(Slot(session, part, agenda.rooms_of(session)))
    return found


async def session_counts(speaker_ids: Sequence[str]) -> Mapping[str, int]:
    """In how many sessions of the draft that take place each of them has a part; who has none is missing."""
    rows = await fetch(
        """SELECT session_speaker.speaker, COUNT(*) AS sessions FROM session_speaker
           JOIN session ON session.id = session_speaker.session
           WHERE session_speaker.speaker = ANY($1) AND session.deleted_at IS NULL AND session.state <> 'cancelled'
             AND session_speaker.state NOT IN ('declined', 'withdrawn')
           GROUP BY session_speaker.speaker""",
        list(speaker_ids),
    )
    return {row["speaker"]: int(row["sessions"]) for row in rows}
