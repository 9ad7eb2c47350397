"""One event as a calendar that anyone may read, with those of its released sessions that are asked for."""

from events_service.agenda.release_queries import Published
from events_service.calendar import Feed
from events_service.events.entries import public_entry
from events_service.events.rules import Event
from events_service.feeds.choosing import Chosen, sessions_for, what_is_chosen
from events_service.feeds.released_entries import released_entries


def event_feed(event: Event, published: Published | None, chosen: Chosen) -> Feed:
    """The event and the sessions, or, asked for some of them, these sessions alone; in the language at hand."""
    itself = (public_entry(event),) if chosen.is_everything else ()
    if published is None:
        return Feed(event.title, itself)
    agenda = published.agenda
    entries = released_entries(published, sessions_for(agenda, chosen, zone=event.timezone))
    return Feed(": ".join(filter(None, (event.title, what_is_chosen(agenda, chosen)))), (*itself, *entries))
