"""Reading releases as they were frozen, and the current one as the public may see it."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from events_service.agenda.rules import (
    Agenda,
    Appearance,
    Change,
    Overlap,
    Release,
    Session,
    for_the_public,
    without,
)
from events_service.database import fetch, fetch_one, look_up
from events_service.errors import NotFound
from events_service.events.rules import Event
from events_service.speakers.queries import speakers_of
from events_service.speakers.rules import OUT, Speaker, is_shown

Kept = TypeVar("Kept")
RELEASES_KEPT = 8


@dataclass(frozen=True, slots=True)
class Published:
    """The current release as the public may see it now. `speakers` holds only those who are shown.

    Who declines a session is out of it at once: nobody is named for longer than they wish because a release said so.

    `revision` changes whenever anything of this may have: the event, the release, the roster, or an embargo that ended.
    """

    event: Event
    release: Release
    agenda: Agenda
    speakers: Mapping[str, Speaker]
    overlap: Overlap
    revision: str

    def appearing(self, session: Session) -> list[tuple[Appearance, Speaker]]:
        """Who takes part in the session, as far as the public is told."""
        return [(one, self.speakers[one.speaker_id]) for one in session.appearing if one.speaker_id in self.speakers]


@dataclass(frozen=True, slots=True)
class ReleaseNote:
    """A release without its agenda."""

    number: int
    note: str
    changes: tuple[Change, ...]
    created_at: datetime
    announced_at: datetime | None


async def current_release(event_id: str) -> Release | None:
    """The release the public sees, whole; None before the first."""
    row = await look_up(
        """SELECT agenda_release.id FROM agenda JOIN agenda_release
           ON agenda_release.event = agenda.event AND agenda_release.number = agenda.released WHERE agenda.event = $1""",
        event_id,
    )
    return await _release(row["id"]) if row else None


async def release_numbered(event_id: str, number: int) -> Release:
    """That release, whole. Raises `NotFound`."""
    if not 0 < number < 2**31:
        raise NotFound()
    row = await fetch_one("SELECT id FROM agenda_release WHERE event = $1 AND number = $2", event_id, number)
    if row is None:
        raise NotFound()
    return await _release(row["id"])


async def release_notes(event_id: str) -> list[ReleaseNote]:
    """All releases without their agendas, the newest first."""
    rows = await fetch(
        """SELECT number, note, changes, created_at, announced_at FROM agenda_release WHERE event = $1
           ORDER BY number DESC""",
        event_id,
    )
    return [
        ReleaseNote(row["number"], row["note"], changes_from(row["changes"]), row["created_at"], row["announced_at"])
        for row in rows
    ]


async def published_agenda(event: Event, *, now: datetime) -> Published | None:
    """The current release as anyone may see it at that moment; None before the first. One short statement when nothing changed."""
    row = await look_up(
        """SELECT agenda_release.id, agenda_release.number, agenda.overlap, COALESCE(roster.version, 0) AS roster
           FROM agenda JOIN agenda_release
             ON agenda_release.event = agenda.event AND agenda_release.number = agenda.released
           LEFT JOIN roster ON roster.event = agenda.event WHERE agenda.event = $1""",
        event.id,
    )
    if row is None:
        return None
    release = await _release(row["id"])
    embargoes = _embargoes.get(release.id, lambda: release.agenda.embargoes_until())
    ended = bisect_right(embargoes, now)
    roster_name = f"{event.id} {row['roster']}"
    faces = _rosters.find(roster_name)
    if faces is None:
        faces = _rosters.keep(roster_name, await _faces_of(event.id))
    agenda = _public_agendas.get(
        f"{release.id} {ended} {row['roster']}",
        lambda: without(for_the_public(release.agenda, now=now), faces.declined),
    )
    revision = f"{event.version}-{release.number}-{ended}-{row['roster']}-{row['overlap']}"
    return Published(event, release, agenda, faces.shown, Overlap(row["overlap"]), revision)


def changes_from(text: str) -> tuple[Change, ...]:
    """The changes of a release from their JSON."""
    return msgspec.json.decode(text, type=tuple[Change, ...])


async def _release(release_id: str) -> Release:
    """A release never changes, but for being announced, which nobody reads from here."""
    kept = _releases.find(release_id)
    if kept is not None:
        return kept
    row = await fetch_one("SELECT * FROM agenda_release WHERE id = $1", release_id)
    if row is None:
        raise NotFound()
    release = Release(
        id=row["id"],
        event_id=row["event"],
        number=row["number"],
        note=row["note"],
        agenda=msgspec.json.decode(row["agenda"], type=Agenda),
        changes=changes_from(row["changes"]),
        created_at=row["created_at"],
        announced_at=row["announced_at"],
    )
    return _releases.keep(release_id, release)


class _LastUsed(Generic[Kept]):
    """A few values that never change under their name, the longest unused thrown away first."""

    def __init__(self, most: int) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._most = most

    def find(self, name: str) -> Kept | None:
        kept = self._kept.get(name)
        # A batch of registrations asks from a thread of its own: what was here may be gone by now.
        with suppress(KeyError):
            self._kept.move_to_end(name)
        return kept

    def keep(self, name: str, value: Kept) -> Kept:
        self._kept[name] = value
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return value

    def get(self, name: str, make: Callable[[], Kept]) -> Kept:
        kept = self.find(name)
        return self.keep(name, make()) if kept is None else kept


@dataclass(frozen=True, slots=True)
class _Faces:
    """Who of a roster is shown, and who declined which session (session, speaker) since, or before, it was released."""

    shown: Mapping[str, Speaker]
    declined: frozenset[tuple[str, str]]


async def _faces_of(event_id: str) -> _Faces:
    everyone = await speakers_of(event_id)
    rows = await fetch(
        """SELECT session, speaker FROM session_speaker JOIN session ON session.id = session_speaker.session
           WHERE session.event = $1 AND session_speaker.state = ANY($2)""",
        event_id,
        sorted(OUT),
    )
    return _Faces(
        {one.id: one for one in everyone.values() if is_shown(one)},
        frozenset((row["session"], row["speaker"]) for row in rows),
    )


_releases: _LastUsed[Release] = _LastUsed(RELEASES_KEPT)
_embargoes: _LastUsed[tuple[datetime, ...]] = _LastUsed(64)
_public_agendas: _LastUsed[Agenda] = _LastUsed(RELEASES_KEPT)
_rosters: _LastUsed[_Faces] = _LastUsed(RELEASES_KEPT)
