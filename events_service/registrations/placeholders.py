"""What stands for the placeholders in an organiser's own words, in the language that is set."""

from events_service import settings
from events_service.events.rules import Disclosure, Event
from events_service.web.words import clock_time, day, zone_label
from events_service.web.words import gettext as _


def about_event(event: Event, *, place: str) -> dict[str, str]:
    """What every letter can say of an event; `place` is as much of it as this recipient may know."""
    zone = event.timezone
    return {
        "event": event.title,
        "date": day(event.starts_at, zone),
        "time": f"{clock_time(event.starts_at, zone)}–{clock_time(event.ends_at, zone)} {zone_label(event.starts_at, zone)}",
        "place": place,
        "city": event.venue.city if event.venue else "",
        "organisation": settings.current().organisation,
    }


def public_place(event: Event) -> str:
    """As much of its place as anyone may know: the city alone of one that is not told to everybody."""
    venue = event.venue
    if venue is None:
        return _("Online")
    known = (venue.name, venue.address, venue.city) if venue.disclosure is Disclosure.PUBLIC else (venue.city,)
    return ", ".join(part for part in known if part)
