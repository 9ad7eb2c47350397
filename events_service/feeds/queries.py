"""What a person's own calendar is made of: whose it is and its revision by one statement, then what it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from events_service.database import Row, fetch, look_up
from events_service.events.queries import event_from
from events_service.events.rules import Event
from events_service.registrations.rules import Attendance, Status
from events_service.registrations.sign_up_rules import SignUpStatus
from events_service.speakers.rules import OUT, State


@dataclass(frozen=True, slots=True)
class OwnFeed:
    """A person's feed: whose it is, in which language, and a text that changes whenever its entries may have.

    A participant's (`registration_id`) holds all that the person of the address has; a speaker's (`speaker_id`) what they speak in.
    Embargoes that end are not in the revision.
    """

    email_key: str | None
    language: str
    revision: str
    registration_id: str | None = None
    speaker_id: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """An event a person is registered for. `invite_sequence` is the SEQUENCE last sent to them, None for none yet."""

    event: Event
    registration_id: str
    links_generation: int
    status: Status
    attendance: Attendance
    invite_sequence: int | None
    changed_at: datetime

    @property
    def is_online(self) -> bool:
        """Whether they have a seat at the event's meeting."""
        return self.status is Status.CONFIRMED and self.attendance is Attendance.ONLINE


@dataclass(frozen=True, slots=True)
class Choice:
    """What a participant chose in a session: a sign-up of that status, or, with None, a star."""

    registration_id: str
    status: SignUpStatus | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The SEQUENCE of what a person was last sent about a session, and when."""

    sequence: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Speaking:
    """A person on the roster of an event. `answers` are what they last said to their parts, by session id."""

    event: Event
    speaker_id: str
    changed_at: datetime
    answers: Mapping[str, State]


# Besides the registration whose link it is, a feed holds what the same person has a confirmed seat at.
_HELD = """(held.id = own.id OR held.status = 'confirmed')
           AND held.status IN ('confirmed', 'waitlisted', 'pending', 'offered')"""
_SEEN = (
    "held", "held_versions", "held_at", "chosen", "chosen_versions", "chosen_at", "starred", "last_star", "speaking",
    "speaking_versions", "parts", "part_versions", "sent", "sent_sequences", "sent_at", "event_versions", "releases", "rosters",
)  # fmt: skip

# An answer to a part is a change of its session.
_PARTS = """parts AS (SELECT session.version FROM speaking JOIN session_speaker ON session_speaker.speaker = speaking.id
          JOIN session ON session.id = session_speaker.session)"""
# Each kind is counted, and summed or stamped: nothing comes, goes or changes without one of them being another.
_COUNTED = """
SELECT own.id, own.email_key, own.language,
    (SELECT COUNT(*) FROM held) AS held, (SELECT SUM(version + COALESCE(invite_sequence, 0)) FROM held) AS held_versions,
    (SELECT MAX(changed_at) FROM held) AS held_at,
    (SELECT COUNT(*) FROM chosen) AS chosen, (SELECT SUM(version) FROM chosen) AS chosen_versions,
    (SELECT MAX(changed_at) FROM chosen) AS chosen_at,
    (SELECT COUNT(*) FROM starred) AS starred, (SELECT MAX(id) FROM starred) AS last_star,
    (SELECT COUNT(*) FROM speaking) AS speaking, (SELECT SUM(version) FROM speaking) AS speaking_versions,
    (SELECT COUNT(*) FROM parts) AS parts, (SELECT SUM(version) FROM parts) AS part_versions,
    (SELECT COUNT(*) FROM sent) AS sent, (SELECT SUM(sequence) FROM sent) AS sent_sequences,
    (SELECT MAX(changed_at) FROM sent) AS sent_at,
    (SELECT SUM(event.version) FROM event JOIN places ON event.id = places.event) AS event_versions,
    (SELECT SUM(agenda.released) FROM agenda JOIN places ON agenda.event = places.event) AS releases,
    (SELECT SUM(roster.version) FROM roster JOIN places ON roster.event = places.event) AS rosters
FROM own
"""
_PARTICIPANT = f"""
WITH own AS (SELECT id, email_key, language FROM registration WHERE feed_digest = $1),
held AS (SELECT held.id, held.event, held.version, held.invite_sequence, held.changed_at
         FROM own JOIN registration held ON held.email_key = own.email_key AND {_HELD}),
chosen AS (SELECT sign_up.version, sign_up.changed_at FROM sign_up JOIN held ON sign_up.registration = held.id),
starred AS (SELECT star.id FROM star JOIN held ON star.registration = held.id),
speaking AS (SELECT speaker.id, speaker.event, speaker.version FROM own JOIN speaker ON speaker.email_key = own.email_key),
sent AS (SELECT session_invite.sequence, session_invite.changed_at
         FROM own JOIN session_invite ON session_invite.email_key = own.email_key),
places AS (SELECT event FROM held UNION SELECT event FROM speaking),
{_PARTS}
{_COUNTED}"""  # noqa: S608
_SPEAKER = f"""
WITH own AS (SELECT id, email_key, language FROM speaker WHERE feed_digest = $1),
held AS (SELECT id, event, version, invite_sequence, changed_at FROM registration WHERE 1 = 0),
chosen AS (SELECT version, changed_at FROM sign_up WHERE 1 = 0),
starred AS (SELECT id FROM star WHERE 1 = 0),
speaking AS (SELECT speaker.id, speaker.event, speaker.version FROM own JOIN speaker ON speaker.id = own.id),
sent AS (SELECT session_invite.sequence, session_invite.changed_at
         FROM own JOIN session_invite ON session_invite.email_key = own.email_key),
places AS (SELECT event FROM speaking),
{_PARTS}
{_COUNTED}"""  # noqa: S608


async def own_feed(feed_digest: str) -> OwnFeed | None:
    """The feed behind the digest of its token: a participant's, else a speaker's."""
    row = await look_up(_PARTICIPANT, feed_digest)
    if row is not None:
        return OwnFeed(row["email_key"], row["language"], _revision(row), registration_id=row["id"])
    row = await look_up(_SPEAKER, feed_digest)
    if row is not None:
        return OwnFeed(row["email_key"], row["language"], _revision(row), speaker_id=row["id"])
    return None


async def held_events(feed: OwnFeed) -> list[Held]:
    """The events a participant's feed shows, by start."""
    rows = await fetch(
        f"""SELECT event.*, held.id AS held_id, held.status AS held_status, held.attendance, held.links_generation, held.invite_sequence,
                   held.changed_at AS held_changed_at
            FROM registration own
            JOIN registration held ON held.email_key = own.email_key AND {_HELD}
            JOIN event ON event.id = held.event
            WHERE own.id = $1 ORDER BY event.starts_at, event.slug""",  # noqa: S608
        feed.registration_id,
    )
    return [_held_from(row) for row in rows]


async def choices_of(registration_ids: Sequence[str]) -> dict[str, Choice]:
    """Session id → what these registrations of one person chose in it; a sign-up counts before a star."""
    ids = list(registration_ids)
    stars = await fetch("SELECT session, registration, created_at FROM star WHERE registration = ANY($1)", ids)
    sign_ups = await fetch(
        "SELECT session, registration, status, changed_at FROM sign_up WHERE registration = ANY($1) AND status <> 'cancelled'",
        ids,
    )
    found = {row["session"]: Choice(row["registration"], None, row["created_at"]) for row in stars}
    return found | {
        row["session"]: Choice(row["registration"], SignUpStatus(row["status"]), row["changed_at"]) for row in sign_ups
    }


async def spoken_at(feed: OwnFeed) -> list[Speaking]:
    """The rosters on which the feed's person stands, and has not declined or withdrawn altogether."""
    column, value = ("id", feed.speaker_id) if feed.speaker_id else ("email_key", feed.email_key)
    rows = await fetch(
        f"""SELECT event.*, speaker.id AS speaker_id, speaker.changed_at AS speaker_changed_at, speaker.state AS speaker_state
            FROM speaker JOIN event ON event.id = speaker.event
            WHERE speaker.{column} = $1 ORDER BY event.starts_at, event.slug, speaker.id""",  # noqa: S608
        value,
    )
    rows = [row for row in rows if State(row["speaker_state"]) not in OUT]
    answers: dict[str, dict[str, State]] = {}
    parts = await fetch(
        "SELECT speaker, session, state FROM session_speaker WHERE speaker = ANY($1)",
        [row["speaker_id"] for row in rows],
    )
    for part in parts:
        answers.setdefault(part["speaker"], {})[part["session"]] = State(part["state"])
    return [
        Speaking(event_from(row), row["speaker_id"], row["speaker_changed_at"], answers.get(row["speaker_id"], {}))
        for row in rows
    ]


async def sent_to(email_key: str | None) -> dict[str, Sent]:
    """Session id → what the person of that address was last sent about it."""
    rows = await fetch("SELECT session, sequence, changed_at FROM session_invite WHERE email_key = $1", email_key)
    return {row["session"]: Sent(row["sequence"], row["changed_at"]) for row in rows}


def _revision(row: Row) -> str:
    return "-".join(str(row[name]) for name in _SEEN)


def _held_from(row: Row) -> Held:
    event = event_from(row)
    return Held(
        event,
        row["held_id"],
        row["links_generation"],
        Status(row["held_status"]),
        Attendance(row["attendance"]),
        row["invite_sequence"],
        max(event.changed_at, row["held_changed_at"]),
    )
