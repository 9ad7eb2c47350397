"""Who holds a session in their calendar, and which message they are due. Pure.

One person, by address, holds a session once, whatever brought them there: a place in it, a part in it, or both.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from events_service.agenda.rules import Session, SessionState
from events_service.calendar import next_sequence
from events_service.registrations.naming import identity_of
from events_service.registrations.queries import Registration
from events_service.speakers.rules import Speaker


@dataclass(frozen=True, slots=True)
class Holder:
    """One person by address: as a participant (`registration_id`), as a speaker (`speaker_id`), or as both.

    The generations are those of the links to their own pages.
    """

    email_key: str
    email: str
    name: str
    language: str
    registration_id: str | None = None
    links_generation: int | None = None
    speaker_id: str | None = None
    speaker_generation: int | None = None

    @classmethod
    def of_registration(cls, person: Registration) -> "Holder":
        """A participant, as who they really are: calendars are sent to people, not to aliases."""
        who = identity_of(person)
        return cls(
            email_key=who.email.casefold(),
            email=who.email,
            name=who.name,
            language=person.language,
            registration_id=person.id,
            links_generation=person.links_generation,
        )

    @classmethod
    def of_speaker(cls, speaker: Speaker) -> "Holder":
        """A speaker; one without an address cannot hold anything. Raises `ValueError` for them."""
        if speaker.email is None:
            raise ValueError("a speaker without an address holds no invite")
        return cls(
            email_key=speaker.email.casefold(),
            email=speaker.email,
            name=speaker.name,
            language=speaker.language,
            speaker_id=speaker.id,
            speaker_generation=speaker.link_generation,
        )

    def joined_with(self, other: "Holder") -> "Holder":
        """The same person as what either says they are; names and language are this one's."""
        return replace(
            self,
            registration_id=self.registration_id or other.registration_id,
            links_generation=self.links_generation if self.registration_id else other.links_generation,
            speaker_id=self.speaker_id or other.speaker_id,
            speaker_generation=self.speaker_generation if self.speaker_id else other.speaker_generation,
        )


# A session and a person; and what names the two: the session's id and the person's `email_key`.
Pair = tuple[Session, Holder]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Held:
    """What a person was last sent about a session: `sequence` is theirs, `told_sequence` the session's own at that time."""

    registration_id: str | None
    speaker_id: str | None
    sequence: int
    told_sequence: int
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A calendar message that is due. `news` says what it is to the reader."""

    method: Literal["REQUEST", "CANCEL"]
    sequence: int
    news: Literal["invited", "changed", "withdrawn", "cancelled"]


@dataclass(frozen=True, slots=True)
class Step:
    """How a person holds a session from now on, and the message that tells them, None where they need none."""

    held: Held
    message: Message | None


def held_from(row: Mapping[str, Any]) -> Held:
    """From a row of the table."""
    return Held(row["registration"], row["speaker"], row["sequence"], row["told_sequence"], row["withdrawn"])


def takes_place(session: Session, *, now: datetime) -> bool:
    """Whether a calendar should hold it still: it has a time, is not called off and not over."""
    if session.ends_at is None or session.state is SessionState.CANCELLED:
        return False
    return session.ends_at > now


def is_over(session: Session, *, now: datetime) -> bool:
    """Whether it has been: nobody needs news of it any more."""
    return session.ends_at is not None and session.ends_at <= now


def invited(session: Session, holder: Holder, held: Held | None, *, given_up: Holder | None = None) -> Step | None:
    """What follows when this person is to hold the session; None where nothing does.

    A REQUEST is due to who was never sent one, to who was sent a CANCEL since, and when the session's SEQUENCE rose
    (RFC 5546 §2.1.4). `given_up` are the parts they no longer have in it.
    """
    registration_id, speaker_id = holder.registration_id, holder.speaker_id
    if held is not None and not held.withdrawn:
        kept_registration, kept_speaker = _left(held, given_up)
        registration_id, speaker_id = registration_id or kept_registration, speaker_id or kept_speaker
    message = _request(session, held)
    if message is None:
        assert held is not None
        after = replace(held, registration_id=registration_id, speaker_id=speaker_id)
        return Step(after, None) if after != held else None
    return Step(Held(registration_id, speaker_id, message.sequence, session.sequence, withdrawn=False), message)


def uninvited(session: Session, holder: Holder, held: Held | None, *, called_off: bool) -> Step | None:
    """What follows when this person gives up these parts in the session; None where nothing does.

    Who has another part in it keeps it, unless it is called off; a CANCEL is above everything they were sent.
    """
    if held is None or held.withdrawn:
        return None
    registration_id, speaker_id = _left(held, holder)
    if (registration_id or speaker_id) and not called_off:
        after = replace(held, registration_id=registration_id, speaker_id=speaker_id)
        return Step(after, None) if after != held else None
    sequence = next_sequence(session.sequence, held.sequence, cancelling=True)
    after = replace(held, sequence=sequence, told_sequence=max(session.sequence, held.told_sequence), withdrawn=True)
    return Step(after, Message("CANCEL", sequence, "cancelled" if called_off else "withdrawn"))


def steps_between(
    wanted: Iterable[Pair], unwanted: Iterable[Pair], held: Mapping[Key, Held], *, called_off: Collection[str]
) -> dict[Key, tuple[Session, Holder, Step]]:
    """Everything that follows for these people, one step for each session and person, whatever they are there.

    `called_off` are the ids of sessions that are off for everybody.
    """
    coming, leaving = _merged(wanted), _merged(unwanted)
    steps: dict[Key, tuple[Session, Holder, Step]] = {}
    for key, (session, who) in coming.items():
        given_up = leaving[key][1] if key in leaving else None
        if step := invited(session, who, held.get(key), given_up=given_up):
            steps[key] = session, who, step
    for key, (session, who) in leaving.items():
        if key in coming:
            continue
        if step := uninvited(session, who, held.get(key), called_off=session.id in called_off):
            steps[key] = session, who, step
    return steps


def _merged(pairs: Iterable[Pair]) -> dict[Key, Pair]:
    merged: dict[Key, Pair] = {}
    for session, who in pairs:
        key = session.id, who.email_key
        merged[key] = (session, merged[key][1].joined_with(who)) if key in merged else (session, who)
    return merged


def _request(session: Session, held: Held | None) -> Message | None:
    if held is None:
        return Message("REQUEST", session.sequence, "invited")
    if held.withdrawn:
        return Message("REQUEST", next_sequence(session.sequence, held.sequence, after_cancel=True), "invited")
    if held.told_sequence < session.sequence:
        # Their own may have run ahead of the session's: what moved must still be above it.
        return Message("REQUEST", max(session.sequence, held.sequence + 1), "changed")
    return None


def _left(held: Held, given_up: Holder | None) -> tuple[str | None, str | None]:
    """The parts somebody keeps: (registration, speaker)."""
    if given_up is None:
        return held.registration_id, held.speaker_id
    return (
        None if given_up.registration_id else held.registration_id,
        None if given_up.speaker_id else held.speaker_id,
    )
