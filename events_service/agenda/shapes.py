"""Agendas as programs see them: the contract's fields."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Meta, UnsetType

from events_service import settings
from events_service.agenda.entries import session_url
from events_service.agenda.queries import Head
from events_service.agenda.release_queries import Published
from events_service.agenda.rules import (
    Agenda,
    Overlap,
    Part,
    Release,
    Room,
    Session,
    SessionKind,
    SessionState,
    Track,
)
from events_service.events.rules import Disclosure, Event
from events_service.events.shapes import Moment, OptionalMoment
from events_service.speakers.links import photo_path
from events_service.speakers.rules import Speaker, State

Version = Annotated[int, Meta(description="Rises with each change; send the one you read with an edit.")]


class RoomOut(msgspec.Struct, frozen=True):
    """A room. To the public, its house and position are empty where the event does not disclose its venue."""

    id: str
    name: str
    venue: Annotated[str, Meta(description='The house; "" for the event\'s.')]
    city: Annotated[str, Meta(description='"" for the event\'s.')]
    timezone: Annotated[str | None, Meta(description="An IANA time zone name; null for the event's.")]
    online: bool
    capacity: int | None
    latitude: Annotated[float | None, Meta(description="Degrees north (WGS 84).")]
    longitude: Annotated[float | None, Meta(description="Degrees east (WGS 84).")]
    description: str
    position: int
    version: Version


class TrackOut(msgspec.Struct, frozen=True):
    """A track."""

    id: str
    name: str
    slug: str
    colour: Annotated[str, Meta(description="A name of the palette.")]
    description: str
    position: int
    version: Version


class AppearanceOut(msgspec.Struct, frozen=True):
    """A person's part in a session. Only editors are told how far it has come with them."""

    speaker_id: str
    role: Part
    state: State | UnsetType = UNSET


class SessionOut(msgspec.Struct, frozen=True):
    """A session. `starts_at` and `ends_at` are null on the shelf; only editors see `join_url`."""

    id: str
    number: int
    guid: str
    slug: str
    title: str
    subtitle: str
    kind: SessionKind
    state: SessionState
    starts_at: OptionalMoment
    ends_at: OptionalMoment
    minutes: Annotated[int, Meta(description="How long it lasts, on the shelf too.")]
    room_ids: list[str]
    track_id: str | None
    topics: list[str]
    language: str
    abstract: Annotated[str, Meta(description="Markdown.")]
    description: Annotated[str, Meta(description="Markdown.")]
    speakers: list[AppearanceOut]
    capacity: Annotated[int | None, Meta(description="Places; null means no limit.")]
    signup: Annotated[bool, Meta(description="Whether people sign up for it.")]
    join_url: str | None
    visible_from: Annotated[datetime | None, Meta(description="Until then nothing public shows it.")]
    sequence: Annotated[int, Meta(description="iCalendar's SEQUENCE, raised by a release that moves or cancels it.")]
    version: Version
    created_at: Moment
    changed_at: Moment
    url: Annotated[str, Meta(description="Its public page, once it is released.")]


class AgendaSpeakerOut(msgspec.Struct, frozen=True):
    """Somebody who takes part in a session of this agenda, as they are now."""

    id: str
    name: str
    title: str
    organisation: str
    city: str
    photo: Annotated[str | None, Meta(description="The address of the photograph.")]


class ReleaseOut(msgspec.Struct, frozen=True):
    """Which release this is."""

    number: int
    created_at: Moment
    note: Annotated[str, Meta(description="Markdown.")]


class AgendaOut(msgspec.Struct, frozen=True):
    """A whole agenda; `release` is null for the draft. Sessions come by start, those on the shelf last."""

    event: Annotated[str, Meta(description="The event's slug.")]
    timezone: Annotated[str, Meta(description="The event's IANA time zone, whose offset all times carry.")]
    release: ReleaseOut | None
    overlap: Overlap
    rooms: list[RoomOut]
    tracks: list[TrackOut]
    speakers: list[AgendaSpeakerOut]
    sessions: list[SessionOut]


class AgendaHeadOut(msgspec.Struct, frozen=True):
    """How an agenda stands."""

    overlap: Overlap
    released: Annotated[int, Meta(description="The number of the current release, 0 before the first.")]
    version: Annotated[int, Meta(description="Rises with each change of the draft.")]


def room_out(room: Room, *, disclosed: bool = True) -> RoomOut:
    """The room; undisclosed, without what tells where it is."""
    shown = msgspec.structs.asdict(room)
    if not disclosed:
        shown |= {"venue": "", "latitude": None, "longitude": None, "description": ""}
    return RoomOut(**shown)


def track_out(track: Track) -> TrackOut:
    """The track."""
    return TrackOut(**msgspec.structs.asdict(track))


def session_out(event: Event, session: Session) -> SessionOut:
    """The session as editors see it."""
    people = [AppearanceOut(one.speaker_id, one.role, one.state) for one in session.speakers]
    return _session_out(event, session, people)


def agenda_head_out(head: Head) -> AgendaHeadOut:
    """How the agenda stands."""
    return AgendaHeadOut(head.overlap, head.released, head.version)


def public_agenda_out(published: Published) -> AgendaOut:
    """The current release as anyone may read it: only who is shown, and only where they appear."""
    event, agenda = published.event, published.agenda
    disclosed = event.venue is None or event.venue.disclosure is Disclosure.PUBLIC
    people: dict[str, Speaker] = {}
    sessions = []
    for session in agenda.sessions:
        appearing = published.appearing(session)
        people |= {speaker.id: speaker for _, speaker in appearing}
        parts = [AppearanceOut(one.speaker_id, one.role) for one, _ in appearing]
        sessions.append(_session_out(event, session, parts))
    return AgendaOut(
        event=event.slug,
        timezone=event.timezone,
        release=_release_out(event, published.release),
        overlap=published.overlap,
        rooms=[room_out(room, disclosed=disclosed) for room in agenda.rooms],
        tracks=[track_out(track) for track in agenda.tracks],
        speakers=_speakers_out(event, people.values()),
        sessions=sessions,
    )


def agenda_out(
    event: Event, agenda: Agenda, *, release: Release | None, overlap: Overlap, speakers: Iterable[Speaker]
) -> AgendaOut:
    """An agenda as editors see it: everything. `speakers` is the roster; who is in no session is left out."""
    named = {one.speaker_id for session in agenda.sessions for one in session.speakers}
    return AgendaOut(
        event=event.slug,
        timezone=event.timezone,
        release=_release_out(event, release) if release else None,
        overlap=overlap,
        rooms=[room_out(room) for room in agenda.rooms],
        tracks=[track_out(track) for track in agenda.tracks],
        speakers=_speakers_out(event, (one for one in speakers if one.id in named)),
        sessions=[session_out(event, session) for session in agenda.sessions],
    )


def _session_out(event: Event, session: Session, people: list[AppearanceOut]) -> SessionOut:
    zone = ZoneInfo(event.timezone)
    return SessionOut(
        id=session.id,
        number=session.number,
        guid=session.guid,
        slug=session.slug,
        title=session.title,
        subtitle=session.subtitle,
        kind=session.kind,
        state=session.state,
        starts_at=session.starts_at and session.starts_at.astimezone(zone),
        ends_at=session.ends_at and session.ends_at.astimezone(zone),
        minutes=session.minutes,
        room_ids=list(session.room_ids),
        track_id=session.track_id,
        topics=list(session.topics),
        language=session.language,
        abstract=session.abstract,
        description=session.description,
        speakers=people,
        capacity=session.capacity,
        signup=session.signup,
        join_url=session.join_url,
        visible_from=session.visible_from and session.visible_from.astimezone(zone),
        sequence=session.sequence,
        version=session.version,
        created_at=session.created_at.astimezone(zone),
        changed_at=session.changed_at.astimezone(zone),
        url=session_url(event, session),
    )


def _release_out(event: Event, release: Release) -> ReleaseOut:
    return ReleaseOut(release.number, release.created_at.astimezone(ZoneInfo(event.timezone)), release.note)


def _speakers_out(event: Event, speakers: Iterable[Speaker]) -> list[AgendaSpeakerOut]:
    return [
        AgendaSpeakerOut(one.id, one.name, one.title, one.organisation, one.city, _photo_url(event, one))
        for one in speakers
    ]


def _photo_url(event: Event, speaker: Speaker) -> str | None:
    path = photo_path(event.slug, speaker)
    return path and settings.current().base_url + path
