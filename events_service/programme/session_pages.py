"""One session for the public, and the people who appear: only those who are shown and have a part in what is released."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import HttpMethod, Response, get, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter

from events_service.agenda.release_queries import Published
from events_service.agenda.rules import Room, Session, in_order
from events_service.errors import NotFound
from events_service.programme import visits
from events_service.programme.filters import known_zone
from events_service.programme.shown import Card, card_of, cards_of, event_place, shows_houses
from events_service.programme.visits import PageRequest, Visit, visit
from events_service.registrations.sign_up_rules import in_the_way, is_signable
from events_service.speakers.links import photo_path
from events_service.speakers.rules import Speaker
from events_service.web.pages import page

Asked = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\x00]*$")]
SessionFile = Callable[[PageRequest, str, str], Awaitable[Response[bytes]]]
READING = [HttpMethod.GET, HttpMethod.HEAD]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What takes place in the same room before and after, on the same day or not."""

    room: Room
    before: Card | None
    after: Card | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who appears, and their sessions in order."""

    slug: str
    speaker: Speaker
    cards: list[Card]

    @property
    def small_photo(self) -> str | None:
        """The address of the small photograph, None where there is none."""
        return photo_path(self.slug, self.speaker, "small")

    @property
    def large_photo(self) -> str | None:
        """The address of the large photograph, None where there is none."""
        return photo_path(self.slug, self.speaker)


def session_route(session_file: SessionFile) -> HTTPRouteHandler:
    """The page of a session, and under the same address with `.ics` behind it its calendar file, which another floor writes."""

    @route(
        "/events/{slug:str}/sessions/{name:str}",
        http_method=READING,
        name="session",
        include_in_schema=False,
        opt={"public": True},
    )
    async def session_page(
        request: PageRequest, slug: FromPath[str], name: FromPath[str], zone: Asked = ""
    ) -> Response[Any]:
        """Everything that is public about one session."""
        if name.endswith(".ics"):
            return await session_file(request, slug, name.removesuffix(".ics"))
        return await _session_page(request, await visit(request, slug), name, zone=zone)

    return session_page


@get("/events/{slug:str}/speakers", name="speakers", include_in_schema=False, opt={"public": True})
async def speakers_page(request: PageRequest, slug: FromPath[str], zone: Asked = "") -> Response[Any]:
    """Who appears, in the order of their names."""
    seen = await visit(request, slug)
    published = seen.published
    if published is None:
        return page("programme/none.html", request, event=seen.event)

    def make() -> Response[str]:
        people = people_of(published, shown_zone(seen, zone))
        return page("programme/speakers.html", request, event=seen.event, people=people, zone=known_zone(zone))

    if not seen.is_stranger:
        return make()
    name, revision = f"speakers {seen.event.id} {known_zone(zone)}", published.revision
    return visits.kept(request, name, revision) or visits.keep(request, name, revision, make)


@get("/events/{slug:str}/speakers/{speaker_id:str}", name="speaker", include_in_schema=False, opt={"public": True})
async def speaker_page(
    request: PageRequest, slug: FromPath[str], speaker_id: FromPath[str], zone: Asked = ""
) -> Response[Any]:
    """One person and their sessions."""
    seen = await visit(request, slug)
    published = seen.published
    sessions = sessions_of(published, speaker_id) if published else []
    if published is None or not sessions:
        raise NotFound()
    shown = shown_zone(seen, zone)
    person = Person(slug, published.speakers[speaker_id], cards_of(published, sessions, shown))
    return page(
        "programme/speaker.html",
        request,
        event=seen.event,
        person=person,
        zone=known_zone(zone),
        shown_zone=shown,
        event_place=event_place(seen.event),
        starred=seen.starred,
        own=seen.own,
        places=await visits.places(published),
    )


def people_of(published: Published, zone: str) -> list[Person]:
    """All who appear, in the order of their names (as the roster has them)."""
    cards: dict[str, list[Card]] = {}
    for session in published.agenda.sessions:
        card = card_of(published, session, zone)
        for appearance, _ in published.appearing(session):
            cards.setdefault(appearance.speaker_id, []).append(card)
    return [
        Person(published.event.slug, who, cards[speaker_id])
        for speaker_id, who in published.speakers.items()
        if speaker_id in cards
    ]


def sessions_of(published: Published, speaker_id: str) -> list[Session]:
    """The sessions somebody appears in, none for who is not shown."""
    if speaker_id not in published.speakers:
        return []
    return [one for one in published.agenda.sessions if speaker_id in {part.speaker_id for part in one.appearing}]


def shown_zone(seen: Visit, zone: str) -> str:
    """The zone that was chosen, else the event's."""
    return known_zone(zone) or seen.event.timezone


async def _session_page(request: PageRequest, seen: Visit, session_id: str, *, zone: str) -> Response[Any]:
    published = seen.published
    session = published.agenda.session.get(session_id) if published else None
    if published is None or session is None:
        raise NotFound()
    shown = shown_zone(seen, zone)
    people = [(part, Person(seen.event.slug, who, [])) for part, who in published.appearing(session)]
    held = [one for one, sign_up in seen.own.items() if sign_up.status in ("confirmed", "waitlisted")]
    return page(
        "programme/session.html",
        request,
        event=seen.event,
        session=session,
        card=card_of(published, session, shown),
        rooms=published.agenda.rooms_of(session),
        track=published.agenda.track.get(session.track_id or ""),
        shows_houses=shows_houses(seen.event),
        people=people,
        neighbours=_neighbours(published, session, shown),
        zone=known_zone(zone),
        shown_zone=shown,
        event_place=event_place(seen.event),
        is_starred=session.id in seen.starred,
        person=seen.person,
        own=seen.own.get(session.id),
        places=(await visits.places(published)).get(session.id),
        takes_sign_ups=is_signable(session, now=seen.now),
        in_the_way=in_the_way(session, held, published.agenda),
        overlap=published.overlap,
    )


def _neighbours(published: Published, session: Session, zone: str) -> list[Neighbours]:
    return [
        Neighbours(room, *_beside(published, session, in_order(_in_room(published, room)), zone))
        for room in published.agenda.rooms_of(session)
    ]


def _in_room(published: Published, room: Room) -> Iterable[Session]:
    return (one for one in published.agenda.sessions if room.id in one.room_ids)


def _beside(
    published: Published, session: Session, in_room: tuple[Session, ...], zone: str
) -> tuple[Card | None, Card | None]:
    place = in_room.index(session)
    before = in_room[place - 1] if place else None
    after = in_room[place + 1] if place + 1 < len(in_room) else None
    return (
        card_of(published, before, zone) if before else None,
        card_of(published, after, zone) if after else None,
    )


ROUTES = [speakers_page, speaker_page]
