"""Who joined a meeting online, for organisers and registrars: as a page, and as CSV."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, get
from litestar.params import FromPath, QueryParameter

from events_service import clock
from events_service.errors import NotFound
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.exchange.writing import MEDIA_TYPES, csv_bytes
from events_service.online.queries import Attendee, attendees, expected_online, meetings_with_stays
from events_service.online.rules import Meeting
from events_service.people.rules import Permission
from events_service.web.pages import page

PageRequest = Request[Any, Any, Any]
ONLINE = "/office/events/{slug:str}/online"
SEEING = [needs_at_event(Permission.SEE_REGISTRATIONS)]
SessionAsked = Annotated[
    str | None,
    QueryParameter(name="session", max_length=80, description="The session; without one, the event's meeting."),
]
COLUMNS = (
    *(
        "name",
        "organisation",
        "city",
        "category",
        "joined_at",
        "late_minutes",
        "last_at",
        "end_known_by",
        "early_minutes",
    ),
    "stayed_minutes",
)


@get(ONLINE, name="office.event.online", guards=SEEING, include_in_schema=False)
async def show_online(request: PageRequest, slug: FromPath[str], session: SessionAsked = None) -> Response[str]:
    """Everybody who joined the meeting, by when they did."""
    event, now = await event_by_slug(slug), clock.now()
    meetings = await meetings_with_stays(event, now=now)
    meeting = chosen_meeting(meetings, session)
    people = await attendees(event, meeting, now=now)
    return page(
        "office/online.html",
        request,
        event=event,
        meeting=meeting,
        meetings=meetings,
        expected=await expected_online(event) if meeting.session_id is None else None,
        people=sorted(people, key=_by_joining),
        there=sum(one.presence.is_there for one in people),
        minutes=whole_minutes,
    )


@get(ONLINE + ".csv", guards=SEEING, include_in_schema=False)
async def online_file(slug: FromPath[str], session: SessionAsked = None) -> Response[bytes]:
    """The same as CSV; times in the event's zone."""
    event, now = await event_by_slug(slug), clock.now()
    meeting = chosen_meeting(await meetings_with_stays(event, now=now), session)
    rows = [_row(event, one) for one in sorted(await attendees(event, meeting, now=now), key=_by_joining)]
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{event.slug}-online.csv"',
    }
    return Response(csv_bytes(COLUMNS, rows), media_type=MEDIA_TYPES["csv"], headers=headers)


def chosen_meeting(meetings: list[Meeting], session_id: str | None) -> Meeting:
    """The event's own for None, else that of the session. Raises `NotFound` where nobody joined it."""
    found = next((one for one in meetings if one.session_id == session_id), None)
    if found is None:
        raise NotFound()
    return found


def whole_minutes(length: timedelta | None) -> int | None:
    """Full minutes; None stays None."""
    return None if length is None else length // timedelta(minutes=1)


def _by_joining(one: Attendee) -> tuple[datetime, str]:
    return one.presence.joined_at, one.registration_id


def _row(event: Event, one: Attendee) -> tuple[str, ...]:
    said, zone = one.presence, ZoneInfo(event.timezone)
    lengths = [whole_minutes(length) for length in (said.late_by, said.early_by, said.stayed)]
    late, early, stayed = ("" if minutes is None else str(minutes) for minutes in lengths)
    joined, last = (moment.astimezone(zone).isoformat("T", "seconds") for moment in (said.joined_at, said.last_at))
    ending = said.ending.value if said.ending else ("there" if said.is_there else "")
    return (one.name, one.organisation, one.city, one.category, joined, late, last, ending, early, stayed)


ROUTES = [show_online, online_file]
