"""Who joined a meeting online, for programs."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import Parameter
from msgspec import Meta

from events_service import clock
from events_service.events.queries import event_by_slug
from events_service.online.office_pages import chosen_meeting, whole_minutes
from events_service.online.queries import Attendee, attendees, joined_ids, meetings_with_stays
from events_service.online.rules import Ending
from events_service.people.guards import needs
from events_service.people.rules import Permission
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers

SlugInPath = Annotated[str, Parameter(max_length=80, description="The event's slug.")]
SessionAsked = Annotated[
    str | None, Parameter(max_length=80, description="A session with a meeting of its own; without one, the event's.")
]
EXAMPLE: dict[str, Any] = {
    "items": [
        {
            "registration_id": "0190f6b2a6c87d3e9a4f0c1b2d3e4f50",
            "name": "Åsa Ðórsdóttir",
            "organisation": "City of Malmö",
            "city": "Malmö",
            "category": "practitioner",
            "joined_at": "2027-01-13T09:12:00Z",
            "last_at": "2027-01-13T10:20:30Z",
            "is_there": False,
            "ending": "closed",
            "stayed_minutes": 68,
            "late_minutes": 12,
            "early_minutes": 9,
        }
    ],
    "next": None,
}


class OnlinePresence(msgspec.Struct, frozen=True):
    """How one person was there. A protected person stands under their alias."""

    registration_id: str
    name: str
    organisation: str
    city: str
    category: str
    joined_at: datetime
    last_at: Annotated[datetime, Meta(description="Until when they were there, for all that is known.")]
    is_there: bool
    ending: Annotated[
        Ending | None,
        Meta(description="`told` by them, `closed` with the page, `silent`: the last sign; null while they are there."),
    ]
    stayed_minutes: Annotated[int | None, Meta(description="In all; null where the page could not tell.")]
    late_minutes: Annotated[int | None, Meta(description="After the beginning; null for who was on time.")]
    early_minutes: Annotated[int | None, Meta(description="Before the end; null for who stayed.")]


@get(
    "/api/v1/events/{slug:str}/online-presence",
    guards=[needs(Permission.SEE_REGISTRATIONS)],
    operation_id="onlinePresence",
    summary="Who joined a meeting online",
    tags=["door"],
    responses=answers(200, Page[OnlinePresence], EXAMPLE, 401, 403, 404),
)
async def online_presence(
    slug: SlugInPath, session_id: SessionAsked = None, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[OnlinePresence]:
    """Everybody who joined the event's meeting, or a session's: when, how late, how long, as far as their join page could tell."""
    event, now = await event_by_slug(slug), clock.now()
    meeting = chosen_meeting(await meetings_with_stays(event, now=now), session_id)
    ids = await joined_ids(event, meeting, after=key_in(cursor), limit=limit + 1)
    people = await attendees(event, meeting, now=now, only=ids) if ids else []
    return page_of([_out(one) for one in people], limit=limit, key=lambda one: one.registration_id)


def _out(one: Attendee) -> OnlinePresence:
    said = one.presence
    return OnlinePresence(
        one.registration_id,
        one.name,
        one.organisation,
        one.city,
        one.category,
        said.joined_at,
        said.last_at,
        said.is_there,
        said.ending,
        whole_minutes(said.stayed),
        whole_minutes(said.late_by),
        whole_minutes(said.early_by),
    )


ROUTES = [online_presence]
