"""A person's own calendar: the events they hold, and of these the sessions they speak in, have a place in, wait for or marked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from events_service import settings
from events_service.agenda.entries import held_session_entry, session_entry, tentative_session_entry
from events_service.agenda.release_queries import Published, published_agenda
from events_service.agenda.rules import Session
from events_service.calendar import Entry, Feed
from events_service.events.entries import confirmed_entry, tentative_entry
from events_service.feeds.queries import (
    Choice,
    Held,
    OwnFeed,
    Sent,
    Speaking,
    choices_of,
    held_events,
    sent_to,
    spoken_at,
)
from events_service.feeds.released_entries import as_it_stands
from events_service.registrations.links import join_page_url
from events_service.registrations.rules import Status
from events_service.registrations.sign_up_rules import SignUpStatus
from events_service.speakers.rules import OUT
from events_service.web.words import gettext as _


@dataclass(frozen=True, slots=True)
class OwnCalendar:
    """The feed, and until when it holds: the next embargo that ends may bring a session of theirs into sight."""

    feed: Feed
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Part:
    """What a session of a released agenda is to the person: theirs to speak in, or chosen."""

    session: Session
    speaks: bool
    choice: Choice | None
    changed_at: datetime

    @property
    def is_held(self) -> bool:
        """Whether they are expected there: then they get the join link."""
        return self.speaks or (self.choice is not None and self.choice.status is SignUpStatus.CONFIRMED)

    @property
    def is_marked_only(self) -> bool:
        """Whether it is a star and nothing more."""
        return not self.speaks and self.choice is not None and self.choice.status is None


async def own_calendar_of(feed: OwnFeed, *, now: datetime) -> OwnCalendar:
    """What the feed holds at that moment, in the language at hand. Events come first, then sessions by start."""
    held = await held_events(feed) if feed.registration_id else []
    spoken = await spoken_at(feed) if feed.email_key or feed.speaker_id else []
    choices = await choices_of([one.registration_id for one in held])
    sent = await sent_to(feed.email_key)
    entries, ends = [_event_entry(one) for one in held], list[datetime]()
    events = {one.event.id: one.event for one in held} | {one.event.id: one.event for one in spoken}
    for event in events.values():
        published = await published_agenda(event, now=now)
        if published is None:
            continue
        here = [one for one in held if one.event.id == event.id]
        seat = next((one for one in here if one.status is Status.CONFIRMED), None)
        parts = _parts(published, here, choices, [one for one in spoken if one.event.id == event.id])
        entries += [_session_entry(published, part, sent.get(part.session.id), seat) for part in parts]
        ends += [moment for moment in published.release.agenda.embargoes_until() if moment > now]
    entries[len(held) :] = sorted(entries[len(held) :], key=lambda entry: (entry.starts_at, entry.uid))
    name = f"{settings.current().organisation}: {_('my events')}"
    return OwnCalendar(Feed(name, tuple(entries)), min(ends, default=None))


def _parts(
    published: Published, held: Iterable[Held], choices: dict[str, Choice], spoken: Iterable[Speaking]
) -> list[_Part]:
    """Speakers know of their sessions before an embargo ends; what one merely chose keeps to it."""
    seats = {one.registration_id: one.status for one in held}
    spoken = list(spoken)
    found = []
    for session in published.release.agenda.sessions:
        speaking = [one for one in spoken if _speaks(session, one)]
        choice = choices.get(session.id) if session.id in published.agenda.session else None
        if choice is not None and choice.registration_id not in seats:
            choice = None
        if choice is not None and choice.status and seats[choice.registration_id] is not Status.CONFIRMED:
            # Without a seat at the event a place in a session is only a wish.
            choice = replace(choice, status=SignUpStatus.WISHED)
        if speaking or choice:
            moments = [
                session.changed_at,
                *(one.changed_at for one in speaking),
                *([choice.changed_at] if choice else []),
            ]
            found.append(_Part(session, bool(speaking), choice, max(moments)))
    return found


def _speaks(session: Session, person: Speaking) -> bool:
    """Whether they take part as released, and have not said no since; a later yes counts too."""
    part = next((one for one in session.speakers if one.speaker_id == person.speaker_id), None)
    return part is not None and person.answers.get(session.id, part.state) not in OUT


def _event_entry(held: Held) -> Entry:
    """As the invite has it for who has a seat: with the join link and the whole venue, or their join page where they take part online.

    Tentative, and as the public sees it, for who waits.
    """
    event, sequence = held.event, max(held.event.sequence, held.invite_sequence or 0)
    if held.status is Status.CONFIRMED:
        join_page = _join_page(held) if held.is_online and event.join_url else ""
        entry = confirmed_entry(event, sequence=sequence, online=held.is_online, join_page=join_page)
    else:
        entry = tentative_entry(event, sequence=sequence)
    return replace(entry, last_modified=held.changed_at)


def _join_page(seat: Held, session: Session | None = None) -> str:
    session_id = session.id if session else None
    return join_page_url(seat.registration_id, seat.links_generation, settings.current(), session_id=session_id)


def _session_join_page(session: Session, seat: Held | None) -> str:
    """A session's own for who has a seat at the event, the event's for who has it online; speakers without a seat have neither."""
    if seat is None:
        return ""
    if session.join_url:
        return _join_page(seat, session)
    return _join_page(seat) if seat.is_online and seat.event.join_url else ""


def _session_entry(published: Published, part: _Part, sent: Sent | None, seat: Held | None) -> Entry:
    """Never below what they were sent, by mail, about the same session."""
    event, agenda, session = published.event, published.release.agenda, as_it_stands(published.event, part.session)
    names = [speaker.name for _, speaker in published.appearing(session)]
    sequence = max(session.sequence, sent.sequence if sent else 0)
    if part.is_held:
        join_page = _session_join_page(session, seat)
        entry = held_session_entry(event, session, agenda, speakers=names, sequence=sequence, join_page=join_page)
    elif part.is_marked_only:
        entry = replace(session_entry(event, session, agenda, speakers=names, sequence=sequence), transparent=True)
    else:
        entry = tentative_session_entry(event, session, agenda, speakers=names, sequence=sequence)
    moments = [part.changed_at, session.changed_at, *([sent.changed_at] if sent else [])]
    return replace(entry, last_modified=max(moments))
