"""Laying the demonstration's agendas: roster, draft and releases, in the steps in which organisers would."""

import uuid
from datetime import datetime

import msgspec

from events_service import clock, database
from events_service.agenda.queries import draft_of, head_of
from events_service.agenda.releases import release_agenda
from events_service.agenda.rules import (
    Agenda,
    Appearance,
    Overlap,
    Part,
    Room,
    Session,
    SessionKind,
    SessionState,
    Track,
)
from events_service.agenda.times import read_moment, settle_times
from events_service.agenda.tracks import slug_from
from events_service.agenda.writing import (
    insert_rooms,
    insert_sessions,
    insert_tracks,
    lock_agenda,
    next_number,
    touch_agenda,
    update_sessions,
)
from events_service.demo.agendas import PLANS, Item, Plan
from events_service.demo.speakers import photo_of, roster_of
from events_service.events.queries import find_event
from events_service.events.rules import Event, Status
from events_service.identifiers import new_id
from events_service.speakers.actions import insert_speakers, touch_roster
from events_service.speakers.photos import Photo
from events_service.speakers.rules import Speaker

BY = "demo"


async def plan_agendas() -> int:
    """Lay and release the agendas that are missing; returns how many sessions are new. An agenda that exists is left alone.

    After an attempt that was cut short it goes on at the release where that one stopped.
    """
    return sum([await _plan(plan) for plan in PLANS])


async def _plan(plan: Plan) -> int:
    event = await find_event(plan.event)
    if event is None or event.status is not Status.PUBLISHED:
        return 0
    made = 0
    if not (await head_of(event.id)).version:
        made = await _lay(event, plan)
    if not (await head_of(event.id)).released:
        await release_agenda(event.slug, note=plan.note, by=BY)
    if plan.second_note and (await head_of(event.id)).released == 1:
        await _change(event, plan)
        await release_agenda(event.slug, note=plan.second_note, by=BY)
    return made


async def _lay(event: Event, plan: Plan) -> int:
    """The whole draft in one transaction."""
    speakers, photos = _with_photos(roster_of(event, plan))
    rooms = {key: Room(id=new_id(), position=place, **body) for place, (key, body) in enumerate(plan.rooms.items())}
    tracks = {
        key: Track(id=new_id(), slug=slug_from(body["name"], taken=set(), otherwise=key), position=place, **body)
        for place, (key, body) in enumerate(plan.tracks.items())
    }
    async with database.transaction() as tx:
        await lock_agenda(tx, event)
        await insert_speakers(tx, list(speakers.values()))
        await tx.execute_many(
            "INSERT INTO speaker_photo (speaker, large, small, changed_at) VALUES ($1, $2, $3, $4)",
            [(speaker_id, photo.large, photo.small, clock.now()) for speaker_id, photo in photos.items()],
        )
        await touch_roster(tx, event.id)
        await insert_rooms(tx, event, rooms.values())
        await insert_tracks(tx, event, tracks.values())
        first = await next_number(tx, event, many=len(plan.items))
        sessions = [
            _session(event, plan, item, number, rooms, tracks, speakers)
            for number, item in enumerate(plan.items, start=first)
        ]
        await insert_sessions(tx, event, sessions)
        await tx.execute("UPDATE agenda SET overlap = $2 WHERE event = $1", event.id, Overlap(plan.overlap).value)
        await touch_agenda(tx, event)
    return len(sessions)


def _with_photos(roster: dict[str, Speaker]) -> tuple[dict[str, Speaker], dict[str, Photo]]:
    """The roster with the pictures' names, and the pictures by speaker."""
    photos = {
        speaker.id: photo
        for place, speaker in enumerate(roster.values())
        if (photo := photo_of(speaker, place)) is not None
    }
    named = {
        words: msgspec.structs.replace(speaker, photo_digest=photos[speaker.id].digest)
        if speaker.id in photos
        else speaker
        for words, speaker in roster.items()
    }
    return named, photos


def _session(
    event: Event,
    plan: Plan,
    item: Item,
    number: int,
    rooms: dict[str, Room],
    tracks: dict[str, Track],
    speakers: dict[str, Speaker],
) -> Session:
    starts = f"{plan.month}-{item.at}" if item.at else None
    times = settle_times(event.timezone, starts=starts, ends=None, minutes=item.minutes)
    now, more = clock.now(), dict(item.more)
    visible_from = read_moment("visible_from", more.pop("visible_from", None), event.timezone)
    state = SessionState(more.pop("state", SessionState.CONFIRMED))
    return Session(
        id=new_id(),
        number=number,
        guid=str(uuid.uuid4()),
        slug=slug_from(item.title, taken=set(), otherwise="session"),
        title=item.title,
        kind=SessionKind(item.kind),
        state=state,
        starts_at=times.starts_at,
        ends_at=times.ends_at,
        starts_wall=times.starts_wall,
        ends_wall=times.ends_wall,
        minutes=times.minutes,
        room_ids=tuple(rooms[key].id for key in item.rooms.split()),
        track_id=tracks[item.track].id if item.track else None,
        topics=item.topics,
        language=more.pop("language", "" if item.kind == "break" else "en"),
        abstract=item.abstract,
        speakers=tuple(_appearance(words, speakers) for words in item.who),
        visible_from=visible_from,
        created_at=now,
        changed_at=now,
        **more,
    )


def _appearance(words: str, speakers: dict[str, Speaker]) -> Appearance:
    role, _, who = words.partition(" ")
    speaker = speakers[who]
    return Appearance(speaker_id=speaker.id, role=Part(role), state=speaker.state)


async def _change(event: Event, plan: Plan) -> None:
    """What the second release changes: sessions that move, and sessions that are off."""
    async with database.transaction() as tx:
        await lock_agenda(tx, event)
        draft = await draft_of(event)
        await update_sessions(
            tx,
            [
                (session, _as_changed(session, event, plan, draft))
                for session in draft.sessions
                if session.title in plan.moved or session.title in plan.cancelled
            ],
        )
        await touch_agenda(tx, event)


def _as_changed(session: Session, event: Event, plan: Plan, draft: Agenda) -> Session:
    now: datetime = clock.now()
    if session.title in plan.cancelled:
        return msgspec.structs.replace(
            session, state=SessionState.CANCELLED, version=session.version + 1, changed_at=now
        )
    at, _, room = plan.moved[session.title].partition(" ")
    times = settle_times(event.timezone, starts=f"{plan.month}-{at}", ends=None, minutes=session.minutes)
    name = plan.rooms[room]["name"]
    return msgspec.structs.replace(
        session,
        starts_at=times.starts_at,
        ends_at=times.ends_at,
        starts_wall=times.starts_wall,
        ends_wall=times.ends_wall,
        room_ids=tuple(one.id for one in draft.rooms if one.name == name),
        version=session.version + 1,
        changed_at=now,
    )
