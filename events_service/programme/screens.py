"""What is on now and what comes next: on a screen at a room's door, which refreshes itself, and for all rooms on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from events_service.agenda.release_queries import Published
from events_service.agenda.rules import Room, Session, SessionState, in_order
from events_service.errors import NotFound
from events_service.programme.filters import known_zone
from events_service.programme.shown import Card, card_of, event_place
from events_service.programme.visits import PageRequest, visit
from events_service.web.pages import page

Asked = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\x00]*$")]
NEXT_AT_A_DOOR = 3
REFRESHED_AFTER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Now:
    """A room at a moment (None: what takes place in no room): what is on, how far it has come in minutes, and what comes next."""

    room: Room | None
    current: Card | None
    minutes_gone: int
    upcoming: Sequence[Card]

    @property
    def minutes_left(self) -> int:
        """Of what is on now."""
        return self.current.minutes - self.minutes_gone if self.current else 0


@get("/events/{slug:str}/rooms/{room_id:str}/now", name="room.now", include_in_schema=False, opt={"public": True})
async def room_now(request: PageRequest, slug: FromPath[str], room_id: FromPath[str]) -> Response[str]:
    """For a screen at that room's door, by the room's own clock."""
    seen = await visit(request, slug)
    room = seen.published.agenda.room.get(room_id) if seen.published else None
    if seen.published is None or room is None:
        raise NotFound()
    zone = room.timezone or seen.event.timezone
    shown = page(
        "programme/door.html",
        request,
        event=seen.event,
        zone=zone,
        now=seen.now,
        at=now_in(seen.published, room, zone=zone, now=seen.now, upcoming=NEXT_AT_A_DOOR),
    )
    # Nobody sits at this screen to press anything, and it may have no scripts.
    shown.headers["Refresh"] = str(REFRESHED_AFTER_SECONDS)
    return shown


@get("/events/{slug:str}/now", name="now", include_in_schema=False, opt={"public": True})
async def everywhere_now(request: PageRequest, slug: FromPath[str], zone: Asked = "") -> Response[Any]:
    """All rooms at once: what is on, and what comes next in each."""
    seen = await visit(request, slug)
    published = seen.published
    if published is None:
        return page("programme/none.html", request, event=seen.event)
    shown = known_zone(zone) or seen.event.timezone
    places: list[Room | None] = [*published.agenda.rooms, None]
    found = [now_in(published, room, zone=shown, now=seen.now, upcoming=1) for room in places]
    return page(
        "programme/now.html",
        request,
        event=seen.event,
        zone=known_zone(zone),
        shown_zone=shown,
        event_place=event_place(seen.event),
        now=seen.now,
        on=[one for one in found if one.current],
        # Where nothing is on: whose turn comes first stands first.
        later=sorted(
            (one for one in found if not one.current and one.upcoming), key=lambda one: one.upcoming[0].starts_at
        ),
    )


def now_in(published: Published, room: Room | None, *, zone: str, now: datetime, upcoming: int) -> Now:
    """That room (None: no room) at that moment; what was cancelled takes no time."""
    sessions = in_order(
        one
        for one in published.agenda.sessions
        if one.state is not SessionState.CANCELLED and (room.id in one.room_ids if room else not one.room_ids)
    )
    current = next((one for one in sessions if _is_on(one, now)), None)
    later = [one for one in sessions if one.starts_at is not None and one.starts_at > now][:upcoming]
    gone = int((now - current.starts_at).total_seconds() // 60) if current and current.starts_at else 0
    return Now(
        room,
        card_of(published, current, zone) if current else None,
        gone,
        [card_of(published, one, zone) for one in later],
    )


def _is_on(session: Session, now: datetime) -> bool:
    return session.starts_at is not None and session.ends_at is not None and session.starts_at <= now < session.ends_at


ROUTES = [room_now, everywhere_now]
