"""Public events about a topic: those that name it themselves, and those that have a released session about it."""

from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from events_service.agenda.release_queries import published_agenda
from events_service.database import fetch, fetch_one
from events_service.database.sql import meant_literally
from events_service.events.queries import Wanted, events_revision, list_events
from events_service.events.rules import Event
from events_service.feeds.schedule import takes_place

EVENTS_AT_MOST = 1_000


@dataclass(frozen=True, slots=True)
class About:
    """The events by start, and until when that is so: the next embargo may bring a session about the topic."""

    events: list[Event]
    until: datetime | None = None


async def revision_about(wanted: Wanted) -> str:
    """A text that changes whenever what `events_about` gives for this may have changed, but for embargoes that end."""
    if not wanted.topic:
        return await events_revision(wanted)
    row = await fetch_one("SELECT COUNT(*) AS agendas, SUM(released) AS releases FROM agenda WHERE released > 0")
    assert row is not None
    return f"{await events_revision(replace(wanted, topic=''))}-{row['agendas']}-{row['releases']}"


async def events_about(wanted: Wanted, *, now: datetime) -> About:
    """Up to a thousand of them."""
    if not wanted.topic:
        return About(await list_events(wanted, limit=EVENTS_AT_MOST))
    everything = await list_events(replace(wanted, topic=""), limit=EVENTS_AT_MOST)
    candidates = await _with_the_words(wanted.topic)
    events, ends = list[Event](), list[datetime]()
    for event in everything:
        if wanted.topic in event.topics:
            events.append(event)
        elif event.id in candidates:
            is_about, until = await _released_about(event, wanted.topic, now=now)
            events += [event] if is_about else []
            ends += [until] if until else []
    return About(events, min(ends, default=None))


async def _with_the_words(topic: str) -> set[str]:
    """The events whose current release has the topic's name in it somewhere: few enough to be looked at closely."""
    rows = await fetch(
        """SELECT agenda.event FROM agenda JOIN agenda_release
           ON agenda_release.event = agenda.event AND agenda_release.number = agenda.released
           WHERE agenda_release.agenda LIKE $1 ESCAPE '!'""",
        f"%{meant_literally(msgspec.json.encode(topic).decode())}%",
    )
    return {row["event"] for row in rows}


async def _released_about(event: Event, topic: str, *, now: datetime) -> tuple[bool, datetime | None]:
    """Whether a visible session of the event is about it; else when the next embargo of one that is ends."""
    published = await published_agenda(event, now=now)
    if published is None:
        return False, None
    if any(topic in one.topics and takes_place(one, event) for one in published.agenda.sessions):
        return True, None
    hidden = (one.visible_from for one in published.release.agenda.sessions if topic in one.topics)
    return False, min((moment for moment in hidden if moment is not None and moment > now), default=None)
