"""The forms in which the released agenda leaves the service."""

from collections.abc import Callable
from dataclasses import dataclass

from events_service import clock
from events_service.agenda.release_queries import Published, published_agenda
from events_service.calendar import feed_ics
from events_service.errors import Conflict
from events_service.events.queries import event_by_slug
from events_service.feeds.agenda_csv import agenda_csv
from events_service.feeds.choosing import Chosen
from events_service.feeds.event_feed import event_feed
from events_service.feeds.released_entries import CALENDAR, PUBLIC_LANGUAGE
from events_service.feeds.schedule import schedule_of
from events_service.feeds.schedule_json import schedule_json
from events_service.feeds.schedule_xml import schedule_xml
from events_service.web.words import in_language


@dataclass(frozen=True, slots=True)
class Form:
    """One of them: how it is written, and its media type."""

    write: Callable[[Published], bytes]
    media_type: str


EXPORTS = {
    "xml": Form(lambda published: schedule_xml(schedule_of(published)), "application/xml"),
    "json": Form(lambda published: schedule_json(schedule_of(published)), "application/json"),
    "csv": Form(agenda_csv, "text/csv"),
    "ics": Form(lambda published: feed_ics(event_feed(published.event, published, Chosen())), CALENDAR),
}


def export(published: Published, form: str) -> bytes:
    """What the public may see of the released agenda, in that form: `xml`, `json`, `csv` or `ics`. English where it has words."""
    with in_language(PUBLIC_LANGUAGE):
        return EXPORTS[form].write(published)


async def export_of(slug: str, form: str) -> bytes:
    """What the public may see now of the event's released agenda, in that form. Raises `NotFound`, `Conflict` before the first release."""
    published = await published_agenda(await event_by_slug(slug), now=clock.now())
    if published is None:
        raise Conflict("The agenda of this event has not been released yet.", code="not_released")
    return export(published, form)
