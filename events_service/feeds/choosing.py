"""Which sessions of an agenda a calendar holds: all, or those of a track, a room, a topic, a language, a kind, a day. Pure."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from events_service.agenda.rules import Agenda, Session


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is asked for; an empty text asks for nothing. A track is named by slug or id, a room by id or name, a day by `2037-03-10`."""

    track: str = ""
    room: str = ""
    topic: str = ""
    language: str = ""
    kind: str = ""
    day: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is asked for in particular."""
        return self == Chosen()


def sessions_for(agenda: Agenda, chosen: Chosen, *, zone: str) -> list[Session]:
    """Those sessions that are all of what is asked for, in the agenda's order; days are those of the zone."""
    tracks = {one.id for one in agenda.tracks if chosen.track in (one.id, one.slug)}
    rooms = {one.id for one in agenda.rooms if chosen.room in (one.id, one.name)}
    place = ZoneInfo(zone)
    return [
        one
        for one in agenda.sessions
        if one.starts_at is not None
        and (not chosen.track or one.track_id in tracks)
        and (not chosen.room or not rooms.isdisjoint(one.room_ids))
        and (not chosen.topic or chosen.topic in one.topics)
        and (not chosen.language or chosen.language == one.language)
        and (not chosen.kind or chosen.kind == one.kind.value)
        and (not chosen.day or chosen.day == one.starts_at.astimezone(place).date().isoformat())
    ]


def what_is_chosen(agenda: Agenda, chosen: Chosen) -> str:
    """What a calendar of these is called beside the event: `Digital cities, Great hall`."""
    tracks = [one.name for one in agenda.tracks if chosen.track in (one.id, one.slug)]
    rooms = [one.name for one in agenda.rooms if chosen.room in (one.id, one.name)]
    return ", ".join([*tracks[:1], *rooms[:1], *filter(None, (chosen.topic, chosen.language, chosen.kind, chosen.day))])
