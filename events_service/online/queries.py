"""Reading meetings and stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from events_service.agenda.release_queries import published_agenda
from events_service.agenda.rules import SessionState
from events_service.database import Row, fetch, fetch_one
from events_service.errors import NotFound
from events_service.events.rules import Event
from events_service.online.rules import Ending, Meeting, Presence, Stay, presence
from events_service.registrations.choices import Choice, own_agenda
from events_service.registrations.queries import Registration


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who joined a meeting, as lists name them: a protected person stands under their alias."""

    registration_id: str
    name: str
    organisation: str
    city: str
    category: str
    presence: Presence


@dataclass(frozen=True, slots=True)
class Expected:
    """How many have a seat online at the event, and how many of those joined its meeting."""

    people: int
    joined: int


def event_meeting(event: Event) -> Meeting:
    """The event's own meeting; without an address where it takes place in a room alone."""
    return Meeting(event.title, event.starts_at, event.ends_at, event.join_url if event.is_online else None)


async def meeting_for(person: Registration, event: Event, session_id: str | None, *, now: datetime) -> Meeting:
    """The event's meeting, or that of a session they have a place or a part in. Raises `NotFound` for any other session."""
    if session_id is None:
        return event_meeting(event)
    agenda = await own_agenda(person, event, now=now)
    chosen = next((one for one in agenda.chosen if one.session.id == session_id and _is_theirs(one)), None)
    if chosen is None:
        raise NotFound()
    return _of_session(chosen)


async def meetings_with_stays(event: Event, *, now: datetime) -> list[Meeting]:
    """The event's meeting, and those of sessions that somebody joined, by their start."""
    rows = await fetch(
        """SELECT DISTINCT k.session_id FROM checkpoint k JOIN online_stay s ON s.checkpoint = k.id
           WHERE k.event = $1 AND k.online AND k.session_id IS NOT NULL""",
        event.id,
    )
    published = await published_agenda(event, now=now) if rows else None
    if published is None:
        return [event_meeting(event)]
    joined = {row["session_id"] for row in rows}
    found = [
        Meeting(one.title, one.starts_at, one.ends_at, one.join_url, one.id, one.number)
        for one in published.release.agenda.sessions
        if one.id in joined and one.starts_at is not None and one.ends_at is not None
    ]
    return [event_meeting(event), *found]


async def own_zone(person: Registration, event: Event) -> str:
    """The zone of the city they come from, where the directory knows it; else the event's."""
    row = await fetch_one("SELECT timezone FROM city WHERE name = $1", person.city) if person.city else None
    return row["timezone"] if row else event.timezone


async def stays_of(person_id: str, event_id: str, session_id: str | None) -> list[Stay]:
    """One person's stays in one meeting, in their order."""
    rows = await fetch(
        """SELECT s.* FROM online_stay s JOIN checkpoint k ON k.id = s.checkpoint
           WHERE s.registration = $1 AND k.event = $2 AND k.online AND COALESCE(k.session_id, '') = $3
           ORDER BY s.joined_at, s.id""",
        *(person_id, event_id, session_id or ""),
    )
    return [stay_from(row) for row in rows]


async def attendees(event: Event, meeting: Meeting, *, now: datetime, only: Sequence[str] = ()) -> list[Attendee]:
    """Everybody who joined the meeting, in the order of their registrations' ids; `only` those of these ids, where there are any."""
    wanted = "AND s.registration = ANY($3)" if only else ""
    rows = await fetch(
        f"""SELECT s.*, r.name, r.organisation, r.city, r.category FROM online_stay s
            JOIN checkpoint k ON k.id = s.checkpoint JOIN registration r ON r.id = s.registration
            WHERE s.event = $1 AND k.online AND COALESCE(k.session_id, '') = $2 {wanted}
            ORDER BY s.registration, s.joined_at, s.id""",  # noqa: S608
        *(event.id, meeting.session_id or "", *([list(only)] if only else [])),
    )
    people: dict[str, list[Row]] = {}
    for row in rows:
        people.setdefault(row["registration"], []).append(row)
    found = [(own[0], presence([stay_from(row) for row in own], meeting, now=now)) for own in people.values()]
    return [
        Attendee(row["registration"], row["name"], row["organisation"], row["city"], row["category"], said)
        for row, said in found
        if said is not None
    ]


async def joined_ids(event: Event, meeting: Meeting, *, after: str, limit: int) -> list[str]:
    """The registrations of up to `limit` people who joined the meeting, in the order of their ids, beginning after that one."""
    rows = await fetch(
        """SELECT DISTINCT s.registration FROM online_stay s JOIN checkpoint k ON k.id = s.checkpoint
           WHERE s.event = $1 AND k.online AND COALESCE(k.session_id, '') = $2 AND s.registration > $3
           ORDER BY s.registration LIMIT $4""",
        *(event.id, meeting.session_id or "", after, limit),
    )
    return [row["registration"] for row in rows]


async def expected_online(event: Event) -> Expected:
    """Those with a confirmed seat online, and how many of them joined."""
    row = await fetch_one(
        """SELECT COUNT(*) AS people, COUNT(CASE WHEN id IN (
               SELECT s.registration FROM online_stay s JOIN checkpoint k ON k.id = s.checkpoint
               WHERE s.event = $1 AND k.session_id IS NULL) THEN 1 END) AS joined
           FROM registration WHERE event = $1 AND status = 'confirmed' AND attendance = 'online'""",
        event.id,
    )
    assert row is not None
    return Expected(int(row["people"]), int(row["joined"]))


def stay_from(row: Row) -> Stay:
    """The stay in a row of the table."""
    return Stay(row["joined_at"], row["seen_at"], row["left_at"], Ending(row["ending"]) if row["ending"] else None)


def _is_theirs(choice: Choice) -> bool:
    return choice.session.join_url is not None or choice.is_speaking


def _of_session(choice: Choice) -> Meeting:
    session = choice.session
    assert session.starts_at is not None and session.ends_at is not None
    return Meeting(
        session.title,
        session.starts_at,
        session.ends_at,
        session.join_url,
        session.id,
        session.number,
        is_cancelled=session.state is SessionState.CANCELLED,
    )
