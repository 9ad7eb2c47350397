"""Letters about sessions, to those who have a place or a part in them: facts in, subject, text, HTML and invite out.

As with other letters the facts are taken when the letter is posted, and the links are drawn when it is written.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from events_service import settings
from events_service.agenda.entries import held_session_entry, session_entry, session_local_times, session_url
from events_service.agenda.rules import Agenda, Room, Session, Track
from events_service.calendar import (
    Entry,
    Invite,
    Invitee,
    Method,
    Organiser,
    cancel_ics,
    request_ics,
)
from events_service.events.rules import Event
from events_service.outbox.rules import NewLetter, PostedLetter, Rendered, is_safe_in_header
from events_service.registrations.finished_letters import finished_letter, link_values
from events_service.registrations.invite_rules import Holder
from events_service.registrations.letter_facts import URGENT, InviteFacts, event_json
from events_service.registrations.links import join_page_url, page_url, session_reply_address
from events_service.registrations.placeholders import about_event, public_place
from events_service.registrations.secrets import page_code
from events_service.registrations.session_wording import session_wording
from events_service.registrations.wording import Said
from events_service.speakers.links import own_page_url
from events_service.texts.queries import own_words
from events_service.texts.rules import Words
from events_service.web.words import clock_time, language, number, spoken, wall, zone_label

SESSION_SAMPLE = "session_test"
KINDS = (
    "session_invited",
    "session_changed",
    "session_withdrawn",
    "session_cancelled",
    "session_declined",
    "session_waitlisted",
    "session_promoted",
    "speaking_invited",
    "speaking_changed",
    "speaking_withdrawn",
    "speaking_declined",
    SESSION_SAMPLE,
)


class SessionFacts(msgspec.Struct, frozen=True):
    """A session as a letter tells of it: with its rooms, its track, and the names of those who are shown to take part."""

    session: Session
    rooms: tuple[Room, ...] = ()
    track: Track | None = None
    speakers: tuple[str, ...] = ()

    @classmethod
    def of(cls, session: Session, agenda: Agenda, *, speakers: Sequence[str]) -> "SessionFacts":
        """What of the agenda belongs to the session; its long description is for its page alone."""
        track = agenda.track.get(session.track_id) if session.track_id else None
        told = msgspec.structs.replace(session, description="", speakers=())
        return cls(told, agenda.rooms_of(session), track, tuple(speakers))

    @property
    def agenda(self) -> Agenda:
        """An agenda of this session alone."""
        return Agenda(rooms=self.rooms, tracks=(self.track,) if self.track else (), sessions=(self.session,))


class LetterFacts(msgspec.Struct, frozen=True):
    """All a letter about a session is written from. `position` is the rank on its waiting list.

    `words` are an organiser's for this letter alone; `sample_of` is the kind that a test shows.
    """

    event: Event
    about: SessionFacts
    person: Holder
    invite: InviteFacts | None = None
    reason: str = ""
    position: int | None = None
    words: Words | None = None
    sample_of: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A session ready for the letters about it: its facts as JSON, written once for all of them."""

    event: Event
    session: Session
    facts: msgspec.Raw

    @classmethod
    def of(cls, event: Event, session: Session, agenda: Agenda, *, speakers: Sequence[str]) -> "Told":
        facts = SessionFacts.of(session, agenda, speakers=speakers)
        return cls(event, session, msgspec.Raw(msgspec.json.encode(facts)))


def letter_about_session(
    kind: str,
    told: Told,
    person: Holder,
    *,
    invite: InviteFacts | None = None,
    reason: str = "",
    position: int | None = None,
    priority: int = URGENT,
) -> NewLetter:
    """A letter to lay in the outbox."""
    return NewLetter(
        kind=kind,
        recipient=person.email,
        # One odd name among hundreds must not keep the others from their letters.
        recipient_name=person.name if is_safe_in_header(person.name) else "",
        language=person.language,
        facts={
            "event": event_json(told.event),
            "about": told.facts,
            "person": person,
            "invite": invite,
            "reason": reason,
            "position": position,
        },
        event_slug=told.event.slug,
        registration_id=person.registration_id,
        priority=priority,
    )


async def write_session_letter(letter: PostedLetter) -> Rendered:
    """The finished letter, in an organiser's own words where there are any; made off the event loop."""
    facts = msgspec.convert(letter.facts, LetterFacts)
    words = facts.words or await own_words(facts.event.id, letter.kind, letter.language)
    return await asyncio.to_thread(_write, letter, facts, words)


SESSION_RENDERERS: dict[str, Callable[[PostedLetter], Awaitable[Rendered]]] = dict.fromkeys(KINDS, write_session_letter)


def _write(letter: PostedLetter, facts: LetterFacts, words: Words | None) -> Rendered:
    language.set(spoken(letter.language))
    own = settings.current()
    is_invite = facts.invite is not None
    sender = session_reply_address(facts.about.session.id, facts.person.email_key if is_invite else None, own)
    kind, entry = facts.sample_of or letter.kind, _entry(facts)
    ours = session_wording(kind, facts.event, facts.about.session, reason=facts.reason, position=facts.position)
    says = Said.of(ours, words, _filled_in(facts, entry))
    if letter.kind == SESSION_SAMPLE:
        says = says.as_a_test()
    values = {**_links(kind, facts), **_values(facts, entry), "says": says}
    invite = _invite(facts, entry, sender=sender, organisation=own.organisation)
    return finished_letter(letter, "session", values, subject=says.subject, sender=sender, invite=invite)


def _entry(facts: LetterFacts) -> Entry:
    """As those see it who hold the session; as the public does for who waits for it or was let go."""
    about = facts.about
    if facts.invite is not None and facts.invite.method == "REQUEST":
        return held_session_entry(
            *(facts.event, about.session, about.agenda),
            speakers=about.speakers,
            sequence=facts.invite.sequence,
            join_page=_join_page(facts),
        )
    sequence = facts.invite.sequence if facts.invite else None
    return session_entry(facts.event, about.session, about.agenda, speakers=about.speakers, sequence=sequence)


def _join_page(facts: LetterFacts) -> str:
    """Where a participant joins a session's own meeting; nothing for a speaker without a seat, and where it has none."""
    person, session = facts.person, facts.about.session
    if person.registration_id is None or not session.join_url:
        return ""
    generation = person.links_generation or 0
    return join_page_url(person.registration_id, generation, settings.current(), session_id=session.id)


def _filled_in(facts: LetterFacts, entry: Entry) -> dict[str, str]:
    """What stands for each placeholder; of rooms what this letter tells anyway."""
    starts, ends, zone = entry.starts_at, entry.ends_at, entry.zone
    return {
        **about_event(facts.event, place=public_place(facts.event)),
        "name": facts.person.name,
        "session": facts.about.session.title,
        "session_time": f"{wall(starts, zone)}–{clock_time(ends, zone)} {zone_label(starts, zone)}",
        "room": entry.location or "–",
        "reason": facts.reason,
        "position": number(facts.position) if facts.position else "–",
    }


def _values(facts: LetterFacts, entry: Entry) -> dict[str, object]:
    session = facts.about.session
    return {
        "event": facts.event,
        "session": session,
        "clocks": session_local_times(facts.event, session, facts.about.agenda),
        "speakers": facts.about.speakers,
        "person": facts.person,
        "entry": entry,
        "session_url": session_url(facts.event, session),
        "is_on": facts.invite is None or facts.invite.method == "REQUEST",
    }


def _links(kind: str, facts: LetterFacts) -> dict[str, str]:
    """The page that a letter leads to: a speaker's own, else the participant's."""
    own, person = settings.current(), facts.person
    if person.speaker_id is not None and (kind.startswith("speaking") or person.registration_id is None):
        url = own_page_url(person.speaker_id, person.speaker_generation or 0)
    else:
        assert person.registration_id is not None
        url = page_url(page_code(person.registration_id, person.links_generation or 0, secret_key=own.secret_key), own)
    return link_values(url)


def _invite(facts: LetterFacts, entry: Entry, *, sender: str, organisation: str) -> Invite | None:
    if facts.invite is None:
        return None
    organiser, invitee = Organiser(organisation, sender), Invitee(facts.person.name, facts.person.email)
    stamped_at: datetime = facts.invite.stamped_at
    if facts.invite.method == "REQUEST":
        return Invite(Method.REQUEST, request_ics(entry, organiser=organiser, invitee=invitee, stamped_at=stamped_at))
    ics = cancel_ics(
        entry, organiser=organiser, invitee=invitee, stamped_at=stamped_at, whole_event=facts.invite.whole_event
    )
    return Invite(Method.CANCEL, ics)
