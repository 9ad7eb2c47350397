"""What calendars are made of: revisions, each by one cheap statement, and a person's own events."""

from dataclasses import dataclass
from datetime import datetime

from events_service.database import Row, fetch, look_up
from events_service.events.queries import event_from
from events_service.events.rules import Event
from events_service.registrations.rules import Status


@dataclass(frozen=True, slots=True)
class OwnFeed:
    """A participant's feed: whose it is, in which language, and a text that changes whenever its entries may have."""

    registration_id: str
    email_key: str
    language: str
    revision: str


@dataclass(frozen=True, slots=True)
class Held:
    """An event a person is registered for. `invite_sequence` is the SEQUENCE last sent to them, None for none yet."""

    event: Event
    status: Status
    invite_sequence: int | None
    changed_at: datetime


# Besides the registration whose link it is, a feed holds what the same person has a confirmed seat at.
_HELD = """(held.id = own.id OR held.status = 'confirmed')
           AND held.status IN ('confirmed', 'waitlisted', 'pending', 'offered')"""


async def own_feed(feed_digest: str) -> OwnFeed | None:
    """The feed behind the digest of its token."""
    row = await look_up(
        f"""SELECT own.id, own.email_key, own.language, COUNT(held.id) AS entries,
                   SUM(held.version + COALESCE(held.invite_sequence, 0) + event.version) AS versions,
                   MAX(held.changed_at) AS held_changed_at, MAX(event.changed_at) AS event_changed_at
            FROM registration own
            LEFT JOIN registration held ON held.email_key = own.email_key AND {_HELD}
            LEFT JOIN event ON event.id = held.event
            WHERE own.feed_digest = $1 GROUP BY own.id, own.email_key, own.language""",  # noqa: S608
        feed_digest,
    )
    if row is None:
        return None
    seen = (row["entries"], row["versions"], row["held_changed_at"], row["event_changed_at"])
    return OwnFeed(row["id"], row["email_key"], row["language"], "-".join(map(str, seen)))


async def held_events(feed: OwnFeed) -> list[Held]:
    """What the feed shows, by start."""
    rows = await fetch(
        f"""SELECT event.*, held.status AS held_status, held.invite_sequence, held.changed_at AS held_changed_at
            FROM registration own
            JOIN registration held ON held.email_key = own.email_key AND {_HELD}
            JOIN event ON event.id = held.event
            WHERE own.id = $1 ORDER BY event.starts_at, event.slug""",  # noqa: S608
        feed.registration_id,
    )
    return [_held_from(row) for row in rows]


def _held_from(row: Row) -> Held:
    event = event_from(row)
    return Held(
        event, Status(row["held_status"]), row["invite_sequence"], max(event.changed_at, row["held_changed_at"])
    )
