"""What a participant has chosen of an event's agenda, and what they could still sign up for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from events_service.agenda.release_queries import Published, published_agenda
from events_service.agenda.rules import Overlap, Room, Session, SessionState, Track
from events_service.database import fetch
from events_service.events.rules import Event
from events_service.registrations.naming import identity_of
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Status
from events_service.registrations.sign_up_queries import own_sign_ups, places_of
from events_service.registrations.sign_up_rules import (
    HELD,
    Places,
    SignUp,
    SignUpStatus,
    in_the_way,
    is_over,
    is_signable,
)
from events_service.registrations.stars import starred_by
from events_service.speakers.rules import OUT, State


@dataclass(frozen=True, slots=True)
class Choice:
    """A released session as one participant sees it: the join link is there only for who has a place or a part in it.

    `in_the_way` are other sessions of theirs at the same time. `places` is None where no sign-up is taken.
    """

    session: Session
    rooms: tuple[Room, ...]
    track: Track | None = None
    sign_up: SignUp | None = None
    places: Places | None = None
    is_starred: bool = False
    is_speaking: bool = False
    in_the_way: tuple[Session, ...] = ()
    takes_sign_ups: bool = False
    is_over: bool = False

    @property
    def is_cancelled(self) -> bool:
        """Whether the session does not take place."""
        return self.session.state is SessionState.CANCELLED


@dataclass(frozen=True, slots=True)
class OwnAgenda:
    """What somebody has chosen, and the sessions that take sign-ups now, theirs among them; both in the order of time."""

    chosen: tuple[Choice, ...] = ()
    offered: tuple[Choice, ...] = ()
    overlap: Overlap = Overlap.WARN


async def own_agenda(person: Registration, event: Event, *, now: datetime) -> OwnAgenda:
    """Of the current release; empty before the first. Sessions under embargo are only there for who has a place or a part in them."""
    published = await published_agenda(event, now=now)
    if published is None:
        return OwnAgenda()
    seen = _Seen(
        published,
        person,
        sign_ups=await own_sign_ups(person.id),
        places=await places_of(event, published.release.agenda),
        starred=await starred_by(person.id),
        speaking=await _speaking(published, person),
        now=now,
    )
    sessions = published.release.agenda.sessions
    return OwnAgenda(
        chosen=tuple(seen.choice(one) for one in sessions if seen.is_chosen(one)),
        offered=tuple(seen.choice(one) for one in sessions if is_signable(one, now=now)),
        overlap=published.overlap,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """All that a choice is made from."""

    published: Published
    person: Registration
    sign_ups: Mapping[str, SignUp]
    places: Mapping[str, Places]
    starred: frozenset[str]
    speaking: frozenset[str]
    now: datetime

    def is_chosen(self, session: Session) -> bool:
        sign_up = self.sign_ups.get(session.id)
        theirs = session.id in self.speaking or (sign_up is not None and sign_up.status in HELD)
        return theirs or ((sign_up is not None or session.id in self.starred) and session.is_visible(self.now))

    def choice(self, session: Session) -> Choice:
        whole, sign_up = self.published.release.agenda, self.sign_ups.get(session.id)
        held = [one for one, how in self.sign_ups.items() if how.status in HELD]
        has_place = sign_up is not None and sign_up.status is SignUpStatus.CONFIRMED
        may_join = self.person.status is Status.CONFIRMED and (has_place or session.id in self.speaking)
        return Choice(
            session=session if may_join else msgspec.structs.replace(session, join_url=None),
            rooms=whole.rooms_of(session),
            track=whole.track.get(session.track_id or ""),
            sign_up=sign_up,
            places=self.places.get(session.id),
            is_starred=session.id in self.starred,
            is_speaking=session.id in self.speaking,
            in_the_way=tuple(in_the_way(session, held, whole)) if session.signup else (),
            takes_sign_ups=is_signable(session, now=self.now),
            is_over=is_over(session, now=self.now),
        )


async def _speaking(published: Published, person: Registration) -> frozenset[str]:
    """The ids of the sessions in which somebody of this address has a part, by what they answered last."""
    rows = await fetch(
        """SELECT speaker.id, session_speaker.session, session_speaker.state FROM speaker
           LEFT JOIN session_speaker ON session_speaker.speaker = speaker.id
           WHERE speaker.event = $1 AND speaker.email_key = $2 AND speaker.state NOT IN ('declined', 'withdrawn')""",
        published.event.id,
        identity_of(person).email.casefold(),
    )
    if not rows:
        return frozenset()
    theirs = {row["id"] for row in rows}
    out = {(row["session"], row["id"]) for row in rows if row["state"] and State(row["state"]) in OUT}
    return frozenset(
        session.id
        for session in published.release.agenda.sessions
        for part in session.appearing
        if part.speaker_id in theirs and (session.id, part.speaker_id) not in out
    )
